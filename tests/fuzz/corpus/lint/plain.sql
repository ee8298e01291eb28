CREATE TABLE "a" ("b" text);
--> statement-breakpoint
CREATE INDEX CONCURRENTLY i ON a (b); -- done;
--> statement-breakpoint

--> statement-breakpoint
SELECT 1