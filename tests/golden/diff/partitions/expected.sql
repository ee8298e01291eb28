CREATE TABLE "kinds" (
	"kind" text NOT NULL
) PARTITION BY LIST (kind);
--> statement-breakpoint
CREATE TABLE "kinds_a" PARTITION OF "kinds" FOR VALUES IN ('a');
--> statement-breakpoint
DROP TABLE "calls_old";--> statement-breakpoint
ALTER TABLE "calls" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "calls" DETACH PARTITION "calls_1";--> statement-breakpoint
ALTER TABLE "calls" ATTACH PARTITION "calls_1" FOR VALUES FROM ('2026-01-01') TO ('2026-03-01');--> statement-breakpoint
CREATE TABLE "calls_2" PARTITION OF "calls" FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
