CREATE TYPE "public"."audit_outcome" AS ENUM('ok', 'refused', 'failed');--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"user_id" text NOT NULL,
	"username" text NOT NULL,
	"action" text NOT NULL,
	"target" text NOT NULL,
	"outcome" "audit_outcome" NOT NULL,
	"address" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "server_samples" (
	"at" timestamp with time zone PRIMARY KEY NOT NULL,
	"active" integer NOT NULL,
	"idle" integer NOT NULL,
	"idle_in_transaction" integer NOT NULL,
	"max_connections" integer NOT NULL,
	"waiting" integer NOT NULL,
	"tps" double precision,
	"cache_hit" double precision,
	"pool_connections" integer NOT NULL,
	"pool_busy" integer NOT NULL,
	"pool_queued" integer NOT NULL,
	"requests_per_second" double precision,
	"database_bytes" bigint
);
--> statement-breakpoint
CREATE INDEX "idx_audit_log_at" ON "audit_log" USING btree ("at","id");