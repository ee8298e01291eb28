ALTER TABLE "child" DROP CONSTRAINT "child_single_id_single_id_fk";
--> statement-breakpoint
ALTER TABLE "pair" DROP CONSTRAINT "pair_a_b_pk";--> statement-breakpoint
ALTER TABLE "single" DROP CONSTRAINT "single_pkey";--> statement-breakpoint
ALTER TABLE "pair" ADD PRIMARY KEY ("a");--> statement-breakpoint
ALTER TABLE "pair" ALTER COLUMN "b" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "single" ADD COLUMN "key" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "named" ADD COLUMN "c" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "single" ADD CONSTRAINT "single_id_unique" UNIQUE("id");--> statement-breakpoint
ALTER TABLE "child" ADD CONSTRAINT "child_single_id_single_id_fk" FOREIGN KEY ("single_id") REFERENCES "public"."single"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "named" DROP CONSTRAINT "named_key";
--> statement-breakpoint
ALTER TABLE "named" ADD CONSTRAINT "named_key" PRIMARY KEY("b","c");