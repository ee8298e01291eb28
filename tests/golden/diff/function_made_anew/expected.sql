DROP POLICY "sized" ON "t" CASCADE;--> statement-breakpoint
DROP VIEW "public"."v";--> statement-breakpoint
ALTER TABLE "t" DROP CONSTRAINT "has_size";--> statement-breakpoint
DROP INDEX "by_size";--> statement-breakpoint
ALTER TABLE "t" drop column "size";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "id" DROP DEFAULT;--> statement-breakpoint
DROP ROUTINE "public"."size_of"(integer);--> statement-breakpoint
create or replace function size_of(a integer) returns bigint immutable language sql as $$ select a::bigint $$;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "id" SET DEFAULT size_of(1);--> statement-breakpoint
CREATE TABLE "u" (
	"id" bigint DEFAULT size_of(2) NOT NULL
);
--> statement-breakpoint
ALTER TABLE "t" ADD COLUMN "size" bigint GENERATED ALWAYS AS (size_of(id)) STORED;--> statement-breakpoint
CREATE INDEX "by_size" ON "t" USING btree (size_of(id));--> statement-breakpoint
ALTER TABLE "t" ADD CONSTRAINT "has_size" CHECK (size_of(id) > 0);--> statement-breakpoint
CREATE VIEW "public"."v" AS (select size_of(id) as size from t);--> statement-breakpoint
CREATE POLICY "sized" ON "t" AS PERMISSIVE FOR ALL TO public USING (size_of(id) = 1);