ALTER TABLE teams ADD COLUMN kind text;
--> statement-breakpoint
UPDATE teams SET kind = 'small';
DELETE FROM users WHERE gone;
