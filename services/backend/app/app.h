/* app.h - the running backend: what main puts together and every module is handed */
#ifndef DEPLOYSTACK_APP_H
#define DEPLOYSTACK_APP_H

#include <uv.h>

#include "services/backend/app/config.h"
#include "services/backend/http/http.h"
#include "tusk/tusk.h"

/** How many refusals of this minute the audit log holds (admin/audit.c). */
struct audit_refusals {
    int64_t minute;
    int strangers, others;
};

struct app {
    uv_loop_t *loop;
    const struct config *config;
    const tusk_log *log;
    tusk_server server; /* where the database is, outside or private */
    bool private_server;
    tusk_pool *pool;   /* for procedures, on worker threads */
    tusk_async *async; /* for query routes, on the loop */
    http_server *http;
    const http_files *files; /* the pages */
    struct setup *setup;
    struct keeper *keeper;      /* is the database there? */
    struct throttle *throttle;  /* failed sign-ins */
    struct proofs *proofs;      /* sessions that gave their password again (prove.h) */
    struct plan_budget *budget; /* of statements that people type */
    struct sampler *sampler;    /* how the server fares */
    struct watchers *watchers;  /* pages that watch it live */
    struct backups *backups;    /* made every night */
    struct tickets *tickets;    /* for fetching one */
    struct usage *usage;        /* who calls what */
    int hashing;                /* password hashes asked for and not done: bounded (call.c) */
    struct audit_refusals refusals;
    bool stopping;
};

#endif
