CREATE TABLE "notes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"words" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', title || ' ' || body)) STORED NOT NULL,
	CONSTRAINT "notes_title_given" CHECK (title <> '')
);
--> statement-breakpoint
CREATE INDEX "notes_words_idx" ON "notes" USING gin ("words");--> statement-breakpoint
CREATE INDEX "notes_created_at_idx" ON "notes" USING btree ("created_at");