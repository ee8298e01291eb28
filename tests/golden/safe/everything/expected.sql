-- tusk:no-transaction
CREATE TABLE "tags" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" bigint NOT NULL
);
--> statement-breakpoint
DROP INDEX CONCURRENTLY "idx_old";--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY "Teams_pkey" ON "Teams" ("id");--> statement-breakpoint
ALTER TABLE "Teams" ADD CONSTRAINT "Teams_pkey" PRIMARY KEY USING INDEX "Teams_pkey";--> statement-breakpoint
ALTER TABLE "Teams" ADD CONSTRAINT "Teams_slug_filled" CHECK ("slug" IS NOT NULL) NOT VALID;--> statement-breakpoint
ALTER TABLE "Teams" VALIDATE CONSTRAINT "Teams_slug_filled";--> statement-breakpoint
ALTER TABLE "Teams" ALTER COLUMN "slug" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "Teams" DROP CONSTRAINT "Teams_slug_filled";--> statement-breakpoint
ALTER TABLE "Teams" ADD CONSTRAINT "Teams_name_filled" CHECK ("name" IS NOT NULL) NOT VALID;--> statement-breakpoint
ALTER TABLE "Teams" VALIDATE CONSTRAINT "Teams_name_filled";--> statement-breakpoint
ALTER TABLE "Teams" ALTER COLUMN "name" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "Teams" DROP CONSTRAINT "Teams_name_filled";--> statement-breakpoint
ALTER TABLE "Teams" ALTER COLUMN "size" SET DATA TYPE bigint;--> statement-breakpoint
ALTER TABLE "pairs" ADD CONSTRAINT "pairs_b_filled" CHECK ("b" IS NOT NULL) NOT VALID;--> statement-breakpoint
ALTER TABLE "pairs" VALIDATE CONSTRAINT "pairs_b_filled";--> statement-breakpoint
ALTER TABLE "pairs" ALTER COLUMN "b" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "pairs" DROP CONSTRAINT "pairs_b_filled";--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY "pairs_a_b_pk" ON "pairs" ("a","b");--> statement-breakpoint
ALTER TABLE "pairs" ADD CONSTRAINT "pairs_a_b_pk" PRIMARY KEY USING INDEX "pairs_a_b_pk";--> statement-breakpoint
ALTER TABLE "Teams" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "Teams" ADD COLUMN "places" integer DEFAULT 3 NOT NULL;--> statement-breakpoint
ALTER TABLE "Teams" ADD COLUMN "token" uuid;--> statement-breakpoint
ALTER TABLE "Teams" ALTER COLUMN "token" SET DEFAULT gen_random_uuid();--> statement-breakpoint
-- tusk:repeatable
DO $tusk$
DECLARE
    page bigint := 0;
    pages bigint := pg_relation_size('"public"."Teams"') / current_setting('block_size')::bigint;
BEGIN
    WHILE page <= pages LOOP
        UPDATE "Teams" SET "token" = DEFAULT WHERE "token" IS NULL
            AND ctid >= ('(' || page || ',0)')::tid
            AND ctid < ('(' || page + 1000 || ',0)')::tid;
        COMMIT;
        page := page + 1000;
    END LOOP;
    UPDATE "Teams" SET "token" = DEFAULT WHERE "token" IS NULL;
END
$tusk$;--> statement-breakpoint
ALTER TABLE "Teams" ADD CONSTRAINT "Teams_token_filled" CHECK ("token" IS NOT NULL) NOT VALID;--> statement-breakpoint
ALTER TABLE "Teams" VALIDATE CONSTRAINT "Teams_token_filled";--> statement-breakpoint
ALTER TABLE "Teams" ALTER COLUMN "token" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "Teams" DROP CONSTRAINT "Teams_token_filled";--> statement-breakpoint
ALTER TABLE "Teams" ADD COLUMN "label" text;--> statement-breakpoint
ALTER TABLE "Teams" ALTER COLUMN "label" SET DEFAULT upper('it''s');--> statement-breakpoint
-- tusk:repeatable
DO $tusk$
DECLARE
    page bigint := 0;
    pages bigint := pg_relation_size('"public"."Teams"') / current_setting('block_size')::bigint;
BEGIN
    WHILE page <= pages LOOP
        UPDATE "Teams" SET "label" = DEFAULT WHERE "label" IS NULL
            AND ctid >= ('(' || page || ',0)')::tid
            AND ctid < ('(' || page + 1000 || ',0)')::tid;
        COMMIT;
        page := page + 1000;
    END LOOP;
    UPDATE "Teams" SET "label" = DEFAULT WHERE "label" IS NULL;
END
$tusk$;--> statement-breakpoint
ALTER TABLE "Teams" ADD COLUMN "made_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE SEQUENCE "public"."Teams_number_seq" AS integer;--> statement-breakpoint
ALTER TABLE "Teams" ADD COLUMN "number" integer;--> statement-breakpoint
ALTER SEQUENCE "public"."Teams_number_seq" OWNED BY "public"."Teams"."number";--> statement-breakpoint
ALTER TABLE "Teams" ALTER COLUMN "number" SET DEFAULT nextval('"public"."Teams_number_seq"');--> statement-breakpoint
-- tusk:repeatable
DO $tusk$
DECLARE
    page bigint := 0;
    pages bigint := pg_relation_size('"public"."Teams"') / current_setting('block_size')::bigint;
BEGIN
    WHILE page <= pages LOOP
        UPDATE "Teams" SET "number" = DEFAULT WHERE "number" IS NULL
            AND ctid >= ('(' || page || ',0)')::tid
            AND ctid < ('(' || page + 1000 || ',0)')::tid;
        COMMIT;
        page := page + 1000;
    END LOOP;
    UPDATE "Teams" SET "number" = DEFAULT WHERE "number" IS NULL;
END
$tusk$;--> statement-breakpoint
ALTER TABLE "Teams" ADD CONSTRAINT "Teams_number_filled" CHECK ("number" IS NOT NULL) NOT VALID;--> statement-breakpoint
ALTER TABLE "Teams" VALIDATE CONSTRAINT "Teams_number_filled";--> statement-breakpoint
ALTER TABLE "Teams" ALTER COLUMN "number" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "Teams" DROP CONSTRAINT "Teams_number_filled";--> statement-breakpoint
ALTER TABLE "tags" ADD CONSTRAINT "tags_team_id_Teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."Teams"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_tags_team" ON "tags" USING btree ("team_id");--> statement-breakpoint
ALTER TABLE "Teams" ADD CONSTRAINT "Teams_kind_id_kinds_id_fk" FOREIGN KEY ("kind_id") REFERENCES "public"."kinds"("id") ON DELETE cascade ON UPDATE no action NOT VALID;--> statement-breakpoint
ALTER TABLE "Teams" VALIDATE CONSTRAINT "Teams_kind_id_kinds_id_fk";--> statement-breakpoint
CREATE INDEX CONCURRENTLY "idx_name" ON "Teams" USING btree ("name","slug");--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY "idx_lower" ON "Teams" USING btree (lower("name")) WHERE "size" > 0;--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY "Teams_slug_unique" ON "Teams" ("slug");--> statement-breakpoint
ALTER TABLE "Teams" ADD CONSTRAINT "Teams_slug_unique" UNIQUE USING INDEX "Teams_slug_unique";--> statement-breakpoint
CREATE UNIQUE INDEX CONCURRENTLY "pairs_b_a_unique" ON "pairs" ("b","a");--> statement-breakpoint
ALTER TABLE "pairs" ADD CONSTRAINT "pairs_b_a_unique" UNIQUE USING INDEX "pairs_b_a_unique";--> statement-breakpoint
ALTER TABLE "Teams" ADD CONSTRAINT "teams_size" CHECK ("size" > 0) NOT VALID;--> statement-breakpoint
ALTER TABLE "Teams" VALIDATE CONSTRAINT "teams_size";