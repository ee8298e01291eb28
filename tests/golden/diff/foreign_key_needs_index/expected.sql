CREATE TABLE "b" (
	"id" integer PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "idx_a_code" ON "a" USING btree ("code");--> statement-breakpoint
ALTER TABLE "a" ADD CONSTRAINT "a_name_unique" UNIQUE("name");--> statement-breakpoint
ALTER TABLE "b" ADD CONSTRAINT "b_code_a_code_fk" FOREIGN KEY ("code") REFERENCES "public"."a"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "b" ADD CONSTRAINT "b_name_a_name_fk" FOREIGN KEY ("name") REFERENCES "public"."a"("name") ON DELETE no action ON UPDATE no action;