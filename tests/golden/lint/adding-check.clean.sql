ALTER TABLE teams ADD CONSTRAINT positive CHECK (member_limit > 0) NOT VALID;
