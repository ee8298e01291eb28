CREATE TYPE "public"."state" AS ENUM('open', 'it''s closed');--> statement-breakpoint
CREATE TABLE "people" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"email" varchar(255) NOT NULL,
	"home_id" text,
	"active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "people_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "homes" (
	"id" text PRIMARY KEY NOT NULL,
	"state" "state" DEFAULT 'it''s closed' NOT NULL,
	"name" text DEFAULT 'O''Neil' NOT NULL,
	"rooms" smallint DEFAULT -1 NOT NULL,
	"floors" integer DEFAULT 2 NOT NULL,
	"cents" bigint DEFAULT 9007199254740993 NOT NULL,
	"height" real DEFAULT 2.5 NOT NULL,
	"area" double precision DEFAULT 1e+21 NOT NULL,
	"share" numeric DEFAULT '1.50' NOT NULL,
	"price" numeric(10, 2) NOT NULL,
	"built_at" timestamp,
	"sold_on" date,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"photo" "bytea",
	"tags" text[] DEFAULT '{}' NOT NULL,
	"numbers" integer[],
	"search" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', "name")) STORED,
	CONSTRAINT "homes_state_name_unique" UNIQUE("state","name"),
	CONSTRAINT "homes_floors" CHECK ("floors" > 0)
);
--> statement-breakpoint
CREATE TABLE "homeStays" (
	"person_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"after_person" uuid,
	"after_number" integer,
	CONSTRAINT "homeStays_person_id_number_pk" PRIMARY KEY("person_id","number")
);
--> statement-breakpoint
CREATE TABLE "singles" (
	"id" integer PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_home_id_homes_id_fk" FOREIGN KEY ("home_id") REFERENCES "public"."homes"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "homeStays" ADD CONSTRAINT "homeStays_person_id_people_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."people"("id") ON DELETE cascade ON UPDATE restrict;--> statement-breakpoint
ALTER TABLE "homeStays" ADD CONSTRAINT "homeStays_after_person_after_number_homeStays_person_id_number_fk" FOREIGN KEY ("after_person","after_number") REFERENCES "public"."homeStays"("person_id","number") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_people_created" ON "people" USING btree ("created_at" DESC NULLS LAST,"email");--> statement-breakpoint
CREATE INDEX "idx_people_lower" ON "people" USING btree (lower("email")) WHERE "active" = true;--> statement-breakpoint
CREATE INDEX "idx_homes_search" ON "homes" USING gin ("search");--> statement-breakpoint
CREATE UNIQUE INDEX "idx_homes_name" ON "homes" USING btree ("name");