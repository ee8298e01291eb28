CREATE TABLE "names" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"others" text[] COLLATE "C" DEFAULT '{}' NOT NULL
);
--> statement-breakpoint
DROP VIEW "public"."plain_words";--> statement-breakpoint
ALTER TABLE "words" ALTER COLUMN "plain" SET DATA TYPE text COLLATE "POSIX";--> statement-breakpoint
ALTER TABLE "words" ALTER COLUMN "sorted" SET DATA TYPE text;--> statement-breakpoint
ALTER TABLE "words" ALTER COLUMN "shorter" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "words" ADD COLUMN "added" text COLLATE "C" DEFAULT 'x' NOT NULL;--> statement-breakpoint
CREATE VIEW "public"."plain_words" AS (select plain from words);