ALTER TABLE teams ADD COLUMN lower_name text GENERATED ALWAYS AS (lower(name)) STORED;
