CREATE DOMAIN positive AS integer CHECK (value > 0);
ALTER DOMAIN positive ADD CONSTRAINT small CHECK (value < 10);
