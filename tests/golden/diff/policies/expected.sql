DROP ROLE "reader";--> statement-breakpoint
CREATE ROLE "Odd One";--> statement-breakpoint
ALTER TABLE "secured" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "opened" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "t" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
DROP POLICY "gone" ON "t" CASCADE;--> statement-breakpoint
DROP POLICY "last" ON "opened" CASCADE;--> statement-breakpoint
DROP POLICY "condition" ON "t" CASCADE;--> statement-breakpoint
DROP POLICY "kind" ON "t" CASCADE;--> statement-breakpoint
CREATE POLICY "added" ON "t" AS PERMISSIVE FOR DELETE TO public USING (id < 0);--> statement-breakpoint
CREATE POLICY "first" ON "secured" AS PERMISSIVE FOR ALL TO public;--> statement-breakpoint
CREATE POLICY "condition" ON "t" AS PERMISSIVE FOR UPDATE TO public USING (id > 0);--> statement-breakpoint
CREATE POLICY "kind" ON "t" AS RESTRICTIVE FOR SELECT TO public;--> statement-breakpoint
ALTER POLICY "roles" ON "t" TO "Odd One",current_user USING (true);