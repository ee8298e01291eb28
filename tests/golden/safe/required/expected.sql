-- tusk:no-transaction
ALTER TABLE "teams" ADD COLUMN "slug" text;--> statement-breakpoint
-- Rows that are there have no value yet. Fill them here, some thousand at a time, each
-- batch a statement of its own: VALIDATE below fails while any is NULL.
ALTER TABLE "teams" ADD CONSTRAINT "teams_slug_filled" CHECK ("slug" IS NOT NULL) NOT VALID;--> statement-breakpoint
ALTER TABLE "teams" VALIDATE CONSTRAINT "teams_slug_filled";--> statement-breakpoint
ALTER TABLE "teams" ALTER COLUMN "slug" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" DROP CONSTRAINT "teams_slug_filled";