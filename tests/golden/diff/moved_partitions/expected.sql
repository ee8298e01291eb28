ALTER TABLE "public"."t" SET SCHEMA "s";
--> statement-breakpoint
ALTER TABLE "public"."t_2024" SET SCHEMA "s";
--> statement-breakpoint
ALTER TABLE "s"."t" RENAME TO "u";--> statement-breakpoint
ALTER TABLE "s"."u" RENAME COLUMN "at" TO "day";