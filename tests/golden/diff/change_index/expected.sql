DROP INDEX "idx_t_name";--> statement-breakpoint
CREATE INDEX "idx_t_name" ON "t" USING btree ("name" DESC NULLS LAST);