ALTER SCHEMA "s" RENAME TO "z";
--> statement-breakpoint
create or replace function z.one() returns integer language sql as $$ select 1 $$;--> statement-breakpoint
ALTER TABLE "z"."t" ALTER COLUMN "id" SET DEFAULT z.one();