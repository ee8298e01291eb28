ALTER TYPE "public"."e" RENAME VALUE 'a' TO 'first';--> statement-breakpoint
ALTER TYPE "public"."e" ADD VALUE 'c';