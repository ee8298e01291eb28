CREATE TABLE "tags" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "slug" text;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "size" integer DEFAULT 3 NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "other_id" text;--> statement-breakpoint
ALTER TABLE "others" ADD COLUMN "name" text NOT NULL;--> statement-breakpoint
ALTER TABLE "tags" ADD CONSTRAINT "tags_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_tags_team" ON "tags" USING btree ("team_id");--> statement-breakpoint
ALTER TABLE "teams" ADD CONSTRAINT "teams_other_id_others_id_fk" FOREIGN KEY ("other_id") REFERENCES "public"."others"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_teams_name" ON "teams" USING btree ("name");--> statement-breakpoint
ALTER TABLE "teams" ADD CONSTRAINT "teams_slug_unique" UNIQUE("slug");--> statement-breakpoint
ALTER TABLE "others" ADD CONSTRAINT "others_name_id_unique" UNIQUE("name","id");--> statement-breakpoint
ALTER TABLE "teams" ADD CONSTRAINT "teams_size" CHECK ("size" > 0);