ALTER TYPE "public"."e" ADD VALUE 'it''s a' BEFORE 'b';--> statement-breakpoint
ALTER TYPE "public"."e" ADD VALUE 'c' BEFORE 'd';--> statement-breakpoint
ALTER TYPE "public"."e" ADD VALUE 'f';