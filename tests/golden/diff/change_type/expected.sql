ALTER TABLE "t" ALTER COLUMN "name" SET DATA TYPE varchar(20);--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "name" SET DEFAULT 'x';