ALTER TABLE teams ADD CONSTRAINT positive CHECK (member_limit > 0);
ALTER TABLE teams ADD CHECK (name <> ''), ADD COLUMN n integer DEFAULT 1 CHECK (n > 0);
