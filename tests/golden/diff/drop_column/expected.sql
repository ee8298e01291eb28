ALTER TABLE "t" DROP CONSTRAINT "t_name_unique";--> statement-breakpoint
DROP INDEX "idx_t_name";--> statement-breakpoint
ALTER TABLE "t" DROP COLUMN "name";