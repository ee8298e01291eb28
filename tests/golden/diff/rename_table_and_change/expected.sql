ALTER TABLE "users" RENAME TO "people";--> statement-breakpoint
ALTER TABLE "people" RENAME COLUMN "email" TO "mail";--> statement-breakpoint
ALTER TABLE "people" DROP CONSTRAINT "users_email_unique";--> statement-breakpoint
ALTER TABLE "people" DROP CONSTRAINT "has_at";--> statement-breakpoint
ALTER TABLE "people" DROP CONSTRAINT "users_boss_users_id_fk";
--> statement-breakpoint
DROP INDEX "users_email_index";--> statement-breakpoint
ALTER TABLE "people" ALTER COLUMN "size" SET DATA TYPE integer USING "size"::integer;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_boss_people_id_fk" FOREIGN KEY ("boss") REFERENCES "public"."people"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "people_mail_index" ON "people" USING btree ("mail");--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_mail_unique" UNIQUE("mail");--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "has_at" CHECK ("people"."mail" like '%@%');