DROP VIEW "public"."v";--> statement-breakpoint
DROP TRIGGER "glad" ON "t";--> statement-breakpoint
ALTER TABLE "t" DROP CONSTRAINT "felt";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "spelled" DROP DEFAULT;--> statement-breakpoint
DROP ROUTINE "public"."of_mood"(mood);--> statement-breakpoint
ALTER TYPE "public"."pair" DROP ATTRIBUTE "lost";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "feels" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "feels" SET DATA TYPE text;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "how_many" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "how_many" SET DATA TYPE text;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "pairs" SET DATA TYPE text;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "leaves" SET DATA TYPE text;--> statement-breakpoint
DROP TYPE "public"."pair";--> statement-breakpoint
DROP DOMAIN "public"."mood";--> statement-breakpoint
DROP DOMAIN "public"."quantity";--> statement-breakpoint
DROP DOMAIN "public"."gone";--> statement-breakpoint
DROP TYPE "public"."e";--> statement-breakpoint
CREATE TYPE "public"."e" AS ENUM('b', 'a');--> statement-breakpoint
CREATE DOMAIN "public"."mood" AS e;--> statement-breakpoint
CREATE DOMAIN "public"."quantity" AS bigint;--> statement-breakpoint
CREATE DOMAIN "public"."fresh" AS mood;--> statement-breakpoint
CREATE TYPE "public"."pair" AS ("one" "mood", "two" text);--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "feels" SET DATA TYPE "mood" USING "feels"::"mood";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "feels" SET DEFAULT 'a';--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "how_many" SET DATA TYPE "quantity" USING "how_many"::"quantity";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "how_many" SET DEFAULT 5;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "pairs" SET DATA TYPE "pair"[] USING "pairs"::"pair"[];--> statement-breakpoint
ALTER TYPE "public"."pair" ADD ATTRIBUTE "three" date;--> statement-breakpoint
create or replace function of_mood(m mood) returns integer language sql as $$ select 1 $$;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "spelled" SET DEFAULT 'a'::e::text;--> statement-breakpoint
CREATE TABLE "u" (
	"feels" "fresh" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "t" DROP COLUMN "leaves";--> statement-breakpoint
ALTER TABLE "t" ADD CONSTRAINT "felt" CHECK (spelled::e <> 'b');--> statement-breakpoint
CREATE VIEW "public"."v" AS (select id::quantity as n from t);--> statement-breakpoint
create trigger glad before insert on t for each row when (new.spelled::e = 'a') execute function happy();