SET LOCAL lock_timeout = '5s';
ALTER TABLE teams ADD COLUMN a integer;
