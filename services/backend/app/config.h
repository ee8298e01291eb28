/* config.h - every setting of the backend, from the environment and .env files, checked once at
 * start */
#ifndef DEPLOYSTACK_CONFIG_H
#define DEPLOYSTACK_CONFIG_H

#include "services/backend/app/proxy.h"
#include "services/backend/app/settings.h"
#include "tusk/tusk.h"

struct config {
    const char *host;         /* HOST: address to listen on */
    int port;                 /* PORT */
    int frontend_port;        /* FRONTEND_PORT; 0: none */
    bool beyond_loopback;     /* HOST is more than this machine, or a proxy is in front */
    const char *frontend_url; /* DEPLOYSTACK_FRONTEND_URL: how browsers reach it, or NULL */
    bool https;               /* that says https: cookies are Secure */
    struct proxies proxies;   /* TRUSTED_PROXY */
    int log_level;            /* a tusk_log_level */
    bool outside_server;      /* any POSTGRES_* is set */
    tusk_server server;       /* when outside_server */
    tusk_pool_options pool;
    const char *backup_dir; /* BACKUP_DIR, absolute */
    int backup_pause_s;     /* BACKUP_PAUSE_S: between those that are asked for */
    int backup_spare_mb;    /* BACKUP_SPARE_MB: stays free on the disk */
    int usage_keep_months;  /* USAGE_KEEP_MONTHS; 0: all */
    const char *tool;       /* how a person calls tusk on the same data */
    const char *web;        /* folder of the pages */
    const char *migrations; /* folder of the migrations */
    const char *schema;     /* db/schema.def, for db:generate */
    const char *sample;     /* the sample catalogue */
};

/** All settings (settings.h). */
extern const struct setting config_settings[];
/** The environment, then services/backend/.env, then .env. Lifetime: `arena`. */
TUSK_NODISCARD tusk_status config_env(tusk_arena *arena, const tusk_env **out, tusk_error *err);
/** Reads all of it. Errors: one sentence naming the variable or the line of the .env file.
 * Lifetime: `arena`. */
TUSK_NODISCARD tusk_status config_read(tusk_arena *arena, struct config *out, tusk_error *err);

#endif
