ALTER TABLE "t" DROP CONSTRAINT "t_t_id_t_id_fk";
--> statement-breakpoint
ALTER TABLE "t" ADD CONSTRAINT "t_t_id_t_id_fk" FOREIGN KEY ("t_id") REFERENCES "public"."t"("id") ON DELETE restrict ON UPDATE no action;