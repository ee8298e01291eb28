CREATE TYPE "public"."team_role" AS ENUM('team_admin', 'team_user');--> statement-breakpoint
CREATE TYPE "public"."deployment_status" AS ENUM('pending', 'running', 'stopped', 'failed');--> statement-breakpoint
CREATE TABLE "roles" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"permissions" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"is_system_role" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "roles_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "authUser" (
	"id" text PRIMARY KEY NOT NULL,
	"username" varchar(50) NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"hashed_password" text,
	"role_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "authUser_username_unique" UNIQUE("username"),
	CONSTRAINT "authUser_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "authSession" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "teams" (
	"id" text PRIMARY KEY NOT NULL,
	"name" varchar(100) NOT NULL,
	"slug" text NOT NULL,
	"description" text,
	"owner_id" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"member_limit" integer DEFAULT 3 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "teams_slug_unique" UNIQUE("slug"),
	CONSTRAINT "teams_member_limit" CHECK ("member_limit" > 0)
);
--> statement-breakpoint
CREATE TABLE "teamMemberships" (
	"team_id" text NOT NULL,
	"user_id" text NOT NULL,
	"role" "team_role" DEFAULT 'team_user' NOT NULL,
	"joined_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "teamMemberships_team_id_user_id_pk" PRIMARY KEY("team_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "mcpServerTemplates" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"version" text DEFAULT '' NOT NULL,
	"downloads_a_month" bigint DEFAULT 0 NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"tags" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"search_vector" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', coalesce("name", '') || ' ' || coalesce("description", ''))) STORED,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mcpServerTemplates_name_unique" UNIQUE("name"),
	CONSTRAINT "mcpServers_downloads" CHECK ("downloads_a_month" >= 0)
);
--> statement-breakpoint
CREATE TABLE "satellites" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"team_id" text,
	"status" text DEFAULT 'active' NOT NULL,
	"last_heartbeat" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "satellites_team_id_name_unique" UNIQUE("team_id","name")
);
--> statement-breakpoint
CREATE TABLE "mcpTeamInstallations" (
	"id" text PRIMARY KEY NOT NULL,
	"team_id" text NOT NULL,
	"server_id" text,
	"name" varchar(100) NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mcpTeamInstallations_team_id_name_unique" UNIQUE("team_id","name")
);
--> statement-breakpoint
CREATE TABLE "mcpServerInstallations" (
	"id" text PRIMARY KEY NOT NULL,
	"team_installation_id" text NOT NULL,
	"satellite_id" text,
	"status" "deployment_status" DEFAULT 'pending' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "oauthAccessTokens" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"team_id" text NOT NULL,
	"name" varchar(100) NOT NULL,
	"scope" text NOT NULL,
	"token_hash" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "oauthAccessTokens_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "globalSettings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL,
	"type" text DEFAULT 'string' NOT NULL,
	"description" text,
	"is_encrypted" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "authUser" ADD CONSTRAINT "authUser_role_id_roles_id_fk" FOREIGN KEY ("role_id") REFERENCES "public"."roles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "authSession" ADD CONSTRAINT "authSession_user_id_authUser_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."authUser"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "teams" ADD CONSTRAINT "teams_owner_id_authUser_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."authUser"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "teamMemberships" ADD CONSTRAINT "teamMemberships_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "teamMemberships" ADD CONSTRAINT "teamMemberships_user_id_authUser_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."authUser"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "satellites" ADD CONSTRAINT "satellites_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mcpTeamInstallations" ADD CONSTRAINT "mcpTeamInstallations_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mcpTeamInstallations" ADD CONSTRAINT "mcpTeamInstallations_server_id_mcpServerTemplates_id_fk" FOREIGN KEY ("server_id") REFERENCES "public"."mcpServerTemplates"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mcpTeamInstallations" ADD CONSTRAINT "mcpTeamInstallations_created_by_authUser_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."authUser"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mcpServerInstallations" ADD CONSTRAINT "mcpServerInstallations_team_installation_id_mcpTeamInstallations_id_fk" FOREIGN KEY ("team_installation_id") REFERENCES "public"."mcpTeamInstallations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mcpServerInstallations" ADD CONSTRAINT "mcpServerInstallations_satellite_id_satellites_id_fk" FOREIGN KEY ("satellite_id") REFERENCES "public"."satellites"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauthAccessTokens" ADD CONSTRAINT "oauthAccessTokens_user_id_authUser_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."authUser"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oauthAccessTokens" ADD CONSTRAINT "oauthAccessTokens_team_id_teams_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."teams"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idx_authUser_email" ON "authUser" USING btree ("email");--> statement-breakpoint
CREATE INDEX "idx_lowercase_email" ON "authUser" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "idx_authUser_role" ON "authUser" USING btree ("role_id");--> statement-breakpoint
CREATE INDEX "idx_authSession_user" ON "authSession" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "idx_authSession_expires" ON "authSession" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "idx_teams_owner" ON "teams" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "idx_teamMemberships_user" ON "teamMemberships" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "idx_mcpServers_search" ON "mcpServerTemplates" USING gin ("search_vector");--> statement-breakpoint
CREATE INDEX "idx_mcpServers_tags" ON "mcpServerTemplates" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "idx_mcpServers_downloads" ON "mcpServerTemplates" USING btree ("downloads_a_month");--> statement-breakpoint
CREATE INDEX "idx_active_satellites" ON "satellites" USING btree ("status") WHERE "status" = 'active';--> statement-breakpoint
CREATE INDEX "idx_satellites_team" ON "satellites" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "idx_team_installations" ON "mcpTeamInstallations" USING btree ("team_id","server_id");--> statement-breakpoint
CREATE INDEX "idx_mcpTeamInstallations_server" ON "mcpTeamInstallations" USING btree ("server_id");--> statement-breakpoint
CREATE INDEX "idx_mcpTeamInstallations_creator" ON "mcpTeamInstallations" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "idx_mcpServerInstallations_parent" ON "mcpServerInstallations" USING btree ("team_installation_id");--> statement-breakpoint
CREATE INDEX "idx_mcpServerInstallations_satellite" ON "mcpServerInstallations" USING btree ("satellite_id");--> statement-breakpoint
CREATE INDEX "idx_oauthAccessTokens_user" ON "oauthAccessTokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "idx_oauthAccessTokens_team" ON "oauthAccessTokens" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "idx_oauthAccessTokens_expires" ON "oauthAccessTokens" USING btree ("expires_at");