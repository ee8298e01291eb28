-- tusk:no-transaction
ALTER TABLE teams ADD CONSTRAINT positive CHECK (member_limit > 0) NOT VALID;
--> statement-breakpoint
ALTER TABLE teams VALIDATE CONSTRAINT positive;
ALTER TABLE users VALIDATE CONSTRAINT other;
