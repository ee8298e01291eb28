CREATE TABLE teams (number bigserial);
ALTER TABLE teams ADD COLUMN other bigserial;
