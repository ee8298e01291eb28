DROP VIEW "public"."v";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "sized" SET DATA TYPE integer[3];--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "deeper" SET DATA TYPE text[][];--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "deeper" SET DEFAULT '{}';--> statement-breakpoint
CREATE VIEW "public"."v" AS (select deeper from t);