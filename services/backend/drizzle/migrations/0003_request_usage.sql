CREATE TABLE "request_usage" (
	"hour" timestamp with time zone NOT NULL,
	"route" text NOT NULL,
	"status_class" integer NOT NULL,
	"user_id" text DEFAULT '' NOT NULL,
	"requests" bigint NOT NULL,
	"ms_total" double precision NOT NULL,
	"ms_max" double precision NOT NULL,
	CONSTRAINT "request_usage_hour_route_status_class_user_id_pk" PRIMARY KEY("hour","route","status_class","user_id")
) PARTITION BY RANGE ("hour");
