-- tusk:no-transaction
ALTER TABLE teams ADD COLUMN kind text;
--> statement-breakpoint
UPDATE teams SET kind = 'small';
CREATE TABLE t (a integer);
UPDATE t SET a = 1;
