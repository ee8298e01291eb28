DROP VIEW "public"."v";--> statement-breakpoint
ALTER TABLE "t" DROP CONSTRAINT "not_b";--> statement-breakpoint
DROP INDEX "of_b";--> statement-breakpoint
ALTER TABLE "t" drop column "is_a";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "one" SET DATA TYPE text;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "one" SET DEFAULT 'c'::text;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "many" SET DATA TYPE text;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "was" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "was" SET DATA TYPE text;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "goes" SET DATA TYPE text;--> statement-breakpoint
DROP TYPE "public"."e";--> statement-breakpoint
CREATE TYPE "public"."e" AS ENUM('b', 'a', 'c');--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "one" SET DEFAULT 'c'::"public"."e";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "one" SET DATA TYPE "public"."e" USING "one"::"public"."e";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "many" SET DATA TYPE "public"."e"[] USING "many"::"public"."e"[];--> statement-breakpoint
CREATE TABLE "fresh" (
	"one" "e" PRIMARY KEY DEFAULT 'c' NOT NULL
);
--> statement-breakpoint
ALTER TABLE "t" ADD COLUMN "is_a" boolean GENERATED ALWAYS AS (one = 'a') STORED;--> statement-breakpoint
CREATE INDEX "of_b" ON "t" USING btree ("id") WHERE one = 'b';--> statement-breakpoint
ALTER TABLE "t" DROP COLUMN "goes";--> statement-breakpoint
ALTER TABLE "t" ADD CONSTRAINT "not_b" CHECK (was <> 'b');--> statement-breakpoint
CREATE VIEW "public"."v" AS (select one from t);