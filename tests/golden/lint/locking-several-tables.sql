ALTER TABLE teams ADD COLUMN a integer;
ALTER TABLE users ADD COLUMN a integer;
ALTER TABLE posts ADD COLUMN a integer;
