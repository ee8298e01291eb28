CREATE DOMAIN "public"."short" AS varchar(9);--> statement-breakpoint
CREATE TYPE "public"."place" AS ("at" "address");--> statement-breakpoint
ALTER DOMAIN "public"."email" SET DEFAULT 'a@b';--> statement-breakpoint
ALTER DOMAIN "public"."email" SET NOT NULL;--> statement-breakpoint
ALTER DOMAIN "public"."email" DROP CONSTRAINT "email_at";--> statement-breakpoint
ALTER DOMAIN "public"."email" ADD CONSTRAINT "email_at" CHECK (value like '%_@_%');--> statement-breakpoint
ALTER TYPE "public"."address" ADD ATTRIBUTE "number" integer;--> statement-breakpoint
create or replace function touch() returns trigger language plpgsql as $$ begin new.id = 1; return new; end $$;--> statement-breakpoint
DROP ROUTINE "public"."twice"(integer);--> statement-breakpoint
create or replace function twice(n integer) returns bigint language sql as $$ select n * 2::bigint $$;--> statement-breakpoint
CREATE TABLE "u" (
	"id" integer PRIMARY KEY DEFAULT twice(2) NOT NULL
);
--> statement-breakpoint
DROP TRIGGER "touch_t" ON "t";--> statement-breakpoint
create function first_of() returns setof u language sql as $$ select * from u $$;--> statement-breakpoint
create trigger touch_t before insert or update on t for each row execute function touch();--> statement-breakpoint
DROP ROUTINE "public"."gone"();