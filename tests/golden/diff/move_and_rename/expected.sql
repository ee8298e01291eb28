ALTER SCHEMA "old" RENAME TO "new";
--> statement-breakpoint
ALTER TYPE "new"."mood" SET SCHEMA "shop";--> statement-breakpoint
ALTER TYPE "shop"."mood" RENAME TO "state";--> statement-breakpoint
ALTER TYPE "shop"."state" ADD VALUE 'bad';--> statement-breakpoint
ALTER SEQUENCE "public"."tickets" SET SCHEMA "shop";--> statement-breakpoint
ALTER SEQUENCE "shop"."tickets" RENAME TO "numbers";--> statement-breakpoint
ALTER ROLE "clerk" RENAME TO "seller";--> statement-breakpoint
ALTER TABLE "new"."parts" SET SCHEMA "shop";
--> statement-breakpoint
ALTER TABLE "shop"."parts" RENAME TO "pieces";--> statement-breakpoint
ALTER TABLE "shop"."pieces" ADD COLUMN "note" text;--> statement-breakpoint
ALTER POLICY "own" ON "shop"."pieces" RENAME TO "mine";