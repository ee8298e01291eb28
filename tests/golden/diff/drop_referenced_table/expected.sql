ALTER TABLE "o" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP POLICY "p" ON "a" CASCADE;--> statement-breakpoint
DROP VIEW "public"."w";--> statement-breakpoint
DROP VIEW "public"."v";--> statement-breakpoint
ALTER TABLE "a" DROP CONSTRAINT "a_o_id_o_id_fk";
--> statement-breakpoint
DROP TABLE "o" CASCADE;--> statement-breakpoint
CREATE POLICY "p" ON "a" AS PERMISSIVE FOR ALL TO public USING (true);