DROP TYPE "public"."e";--> statement-breakpoint
CREATE TYPE "public"."e" AS ENUM('a', 'b');--> statement-breakpoint
ALTER TABLE "t" ADD COLUMN "state" "e" DEFAULT 'b' NOT NULL;