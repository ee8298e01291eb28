DROP VIEW "public"."v";--> statement-breakpoint
ALTER TABLE "a" DROP CONSTRAINT "one";--> statement-breakpoint
CREATE TABLE "b" (
	"n" integer PRIMARY KEY NOT NULL,
	"m" integer,
	CONSTRAINT "one" UNIQUE("m")
);
--> statement-breakpoint
CREATE TABLE "v" (
	"id" integer PRIMARY KEY NOT NULL
);
--> statement-breakpoint
ALTER TABLE "v" ADD CONSTRAINT "v_id_unique" UNIQUE("id");