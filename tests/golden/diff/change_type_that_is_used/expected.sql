DROP POLICY "p" ON "t" CASCADE;--> statement-breakpoint
DROP VIEW "public"."w";--> statement-breakpoint
DROP VIEW "public"."v";--> statement-breakpoint
DROP TRIGGER "touch" ON "t";--> statement-breakpoint
ALTER TABLE "t" DROP CONSTRAINT "some";--> statement-breakpoint
DROP INDEX "short";--> statement-breakpoint
ALTER TABLE "t" drop column "twice";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "a" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "a" SET DATA TYPE integer USING "a"::integer;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "a" SET DEFAULT 1;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "b" SET DATA TYPE bigint;--> statement-breakpoint
ALTER TABLE "t" ADD COLUMN "twice" integer GENERATED ALWAYS AS (b * 2) STORED;--> statement-breakpoint
CREATE INDEX "short" ON "t" USING btree ("id") WHERE a <> '5';--> statement-breakpoint
ALTER TABLE "t" ADD CONSTRAINT "some" CHECK (a <> '7');--> statement-breakpoint
CREATE VIEW "public"."v" AS (select id, a from t);--> statement-breakpoint
CREATE VIEW "public"."w" AS (select * from v);--> statement-breakpoint
CREATE POLICY "p" ON "t" AS PERMISSIVE FOR ALL TO public USING (a = '1');--> statement-breakpoint
create trigger touch before update of b on t for each row execute function suppress_redundant_updates_trigger();