ALTER TABLE teams ADD COLUMN a integer;
ALTER TABLE teams ADD COLUMN b integer;
ALTER TABLE users VALIDATE CONSTRAINT c;
CREATE TABLE posts (a integer);
ALTER TABLE posts ADD COLUMN b integer;
