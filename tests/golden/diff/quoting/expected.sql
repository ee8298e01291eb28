CREATE TYPE "public"."text_kind" AS ENUM('a''b\c');--> statement-breakpoint
CREATE TABLE "we""ird table" (
	"i""d" integer PRIMARY KEY NOT NULL,
	"kind" "text_kind" NOT NULL,
	"a" text DEFAULT 'x\y; --> ''z''
l2' NOT NULL,
	CONSTRAINT "semicolons" CHECK ("a" <> 'a;b,c')
);
--> statement-breakpoint
CREATE INDEX "idx_odd" ON "we""ird table" USING btree ("i""d") WHERE "a" <> ';';