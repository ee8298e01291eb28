CREATE SCHEMA "s";
--> statement-breakpoint
DROP VIEW "public"."changes";--> statement-breakpoint
ALTER VIEW "public"."renamed" RENAME TO "other";--> statement-breakpoint
ALTER VIEW "public"."v" SET (security_invoker = true);--> statement-breakpoint
ALTER VIEW "public"."v" RESET (check_option);--> statement-breakpoint
ALTER VIEW "public"."v" SET (security_barrier = false);--> statement-breakpoint
ALTER MATERIALIZED VIEW "public"."m" SET (fillfactor = 80);--> statement-breakpoint
CREATE VIEW "public"."a_later_one" AS (select 3 as id);--> statement-breakpoint
CREATE VIEW "public"."changes" AS (select id from a_later_one);