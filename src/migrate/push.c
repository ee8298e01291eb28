/* push.c - a database made as the schema says, without a migration: for development */
#include "src/migrate/lock.h"
#include "src/migrate/source.h"
#include "tusk/run.h"

#include "src/base/banned.h"

enum { CONNECT_MS = 15000 };

typedef struct pusher {
    tusk_conn *conn;
    tusk_arena *arena;
    const tusk_changes *changes;
    tusk_error *err;
} pusher;

static tusk_status refuse_loss(const tusk_changes *changes, tusk_error *err)
{
    for (size_t i = 0; i < changes->count; i++) {
        const tusk_change *change = &changes->items[i];
        if (change->loses.len == 0) continue;
        tusk_fail(err, TUSK_MISUSE, "%s %.*s: %.*s", change->what, TUSK_STR_ARG(change->object),
                  TUSK_STR_ARG(change->loses));
        tusk_error_hint(err, "Nothing was changed. Say that the loss is meant, or that something "
                             "was renamed.");
        return TUSK_MISUSE;
    }
    return TUSK_OK;
}

static tusk_status run(pusher *p, bool outside)
{
    for (size_t i = 0; i < p->changes->count; i++) {
        const tusk_change *change = &p->changes->items[i];
        if (change->outside != outside) continue;
        tusk_status st = tusk_conn_script(p->conn, change->sql, p->err);
        if (st == TUSK_OK) continue;
        tusk_error_prefix(p->err, "%s %.*s", change->what, TUSK_STR_ARG(change->object));
        return st;
    }
    return TUSK_OK;
}

static tusk_status push(pusher *p)
{
    tusk_status st = tusk_tx_begin(p->conn, NULL, p->err);
    if (st == TUSK_OK)
        st = tusk_conn_script(p->conn, TUSK_STR("set local lock_timeout = 10000"), p->err);
    if (st == TUSK_OK) st = run(p, false);
    if (st == TUSK_OK) {
        st = tusk_tx_commit(p->conn, p->err);
    } else {
        tusk_tx_rollback(p->conn);
    }
    return st == TUSK_OK ? run(p, true) : st;
}

tusk_status tusk_push(const tusk_server *server, tusk_arena *arena, const char *schema,
                      const tusk_push_options *options, tusk_changes *out, tusk_error *err)
{
    tusk_change_options how = options ? options->changes : (tusk_change_options){ 0 };
    pusher p = { .arena = arena, .changes = out, .err = err };
    how.server = server;
    *out = (tusk_changes){ 0 };
    tusk_status st = tusk_conn_open(server, CONNECT_MS, &p.conn, err);
    if (st == TUSK_OK) st = tusk_migrate_lock(p.conn, arena, NULL, err);
    if (st != TUSK_OK) {
        tusk_conn_close(p.conn);
        return st;
    }
    st = tusk_changes_between(arena, "database", schema, &how, out, err);
    bool dry_run = options && options->dry_run;
    if (st == TUSK_OK && !dry_run && !(options && options->accept_loss)) {
        st = refuse_loss(out, err);
    }
    if (st == TUSK_OK && !dry_run) st = push(&p);
    tusk_migrate_unlock(p.conn, arena);
    tusk_conn_close(p.conn);
    return st;
}
