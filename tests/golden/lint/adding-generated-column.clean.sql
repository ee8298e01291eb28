ALTER TABLE teams ADD COLUMN lower_name text;
