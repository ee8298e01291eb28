ALTER TABLE "t" ALTER COLUMN "state" SET DATA TYPE text;--> statement-breakpoint
DROP TYPE "public"."e";--> statement-breakpoint
CREATE TYPE "public"."e" AS ENUM('d');--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "state" SET DATA TYPE "public"."e" USING "state"::"public"."e";