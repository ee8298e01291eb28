CREATE SCHEMA "s";
--> statement-breakpoint
CREATE SEQUENCE "public"."added" INCREMENT BY 2 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
ALTER SEQUENCE "public"."moves" SET SCHEMA "s";--> statement-breakpoint
ALTER SEQUENCE "public"."wide" INCREMENT BY 1 MINVALUE 100 MAXVALUE 9223372036854775807 START WITH 100 CACHE 1 NO CYCLE RESTART;--> statement-breakpoint
DROP ROLE "gone";--> statement-breakpoint
CREATE ROLE "added" WITH CREATEROLE;--> statement-breakpoint
ALTER ROLE "plain" WITH CREATEDB NOCREATEROLE NOINHERIT;--> statement-breakpoint
DROP SEQUENCE "public"."gone";