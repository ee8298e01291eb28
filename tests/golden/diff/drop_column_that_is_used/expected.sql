DROP POLICY "p" ON "t" CASCADE;--> statement-breakpoint
DROP VIEW "public"."v";--> statement-breakpoint
ALTER TABLE "t" DROP COLUMN "twice";--> statement-breakpoint
ALTER TABLE "t" DROP COLUMN "a";--> statement-breakpoint
CREATE VIEW "public"."v" AS (select id, b from t);--> statement-breakpoint
CREATE POLICY "p" ON "t" AS PERMISSIVE FOR ALL TO public USING (b > 0);