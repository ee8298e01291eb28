ALTER TABLE "b" RENAME TO "c";--> statement-breakpoint
ALTER TABLE "a" RENAME TO "b";--> statement-breakpoint
ALTER TABLE "b" RENAME COLUMN "y" TO "z";--> statement-breakpoint
ALTER TABLE "b" RENAME COLUMN "x" TO "y";--> statement-breakpoint
CREATE TABLE "a" (
	"id" integer PRIMARY KEY NOT NULL
);
