ALTER TABLE "u" DROP CONSTRAINT "one";--> statement-breakpoint
ALTER TABLE "t" SET UNLOGGED;--> statement-breakpoint
ALTER TABLE "t" SET (fillfactor=80);--> statement-breakpoint
ALTER TABLE "t" RESET (autovacuum_enabled);--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "note" SET DATA TYPE integer USING "note"::integer;--> statement-breakpoint
ALTER TABLE "u" ADD COLUMN "n" integer;--> statement-breakpoint
CREATE UNIQUE INDEX "extra" ON "u" USING btree ("n") INCLUDE ("id") NULLS NOT DISTINCT;--> statement-breakpoint
ALTER TABLE "u" ADD CONSTRAINT "u_n_id_unique" UNIQUE("n","id") DEFERRABLE INITIALLY IMMEDIATE;--> statement-breakpoint
ALTER TABLE "u" ADD CONSTRAINT "one" EXCLUDE using btree (id with =) DEFERRABLE INITIALLY DEFERRED;--> statement-breakpoint
COMMENT ON COLUMN "public"."t"."id" IS NULL;--> statement-breakpoint
COMMENT ON TABLE "public"."t" IS 'new ''words''';