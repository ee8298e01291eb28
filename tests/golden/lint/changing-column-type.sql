ALTER TABLE teams ALTER COLUMN id TYPE bigint, ALTER COLUMN n SET DATA TYPE numeric(8, 2) USING n::numeric;
