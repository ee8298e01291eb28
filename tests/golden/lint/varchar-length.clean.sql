ALTER TABLE t ADD COLUMN name varchar, ADD COLUMN other text;
