CREATE TYPE "public"."path" AS ENUM('left', 'right');--> statement-breakpoint
CREATE TABLE "made" (
	"ways" "public"."path"[]
);
--> statement-breakpoint
ALTER TABLE "t" ADD COLUMN "way" "public"."path" DEFAULT 'left' NOT NULL;