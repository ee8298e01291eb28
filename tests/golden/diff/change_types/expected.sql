ALTER TABLE "t" ALTER COLUMN "to_uuid" SET DATA TYPE uuid USING "to_uuid"::uuid;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_flag" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_flag" SET DATA TYPE boolean USING "to_flag"::boolean;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_flag" SET DEFAULT true;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_small" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_small" SET DATA TYPE smallint USING "to_small"::integer::smallint;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_small" SET DEFAULT 1;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_date" SET DATA TYPE date;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_date" SET DEFAULT now();--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_list" SET DATA TYPE integer[] USING CASE WHEN "to_list" IS NOT NULL THEN ARRAY["to_list"::text]::integer[] END;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_enum" SET DEFAULT 'a'::"public"."e";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_enum" SET DATA TYPE "public"."e" USING "to_enum"::"public"."e";--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_text" SET DATA TYPE text;--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_text" SET DEFAULT 'a';--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_less" SET DATA TYPE numeric(4, 1);--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_less" SET DEFAULT '1.5';--> statement-breakpoint
ALTER TABLE "t" ALTER COLUMN "to_inet" SET DATA TYPE "inet" USING "to_inet"::"inet";