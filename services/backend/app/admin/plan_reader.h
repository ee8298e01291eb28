/* plan_reader.h - a session for statements that a person typed: it can read what may be seen, and
 * nothing else
 *
 * Whoever may write a statement may do what the session's role may, whatever is put around the
 * statement: set_config() inside a SELECT undoes SET ROLE and SET SESSION AUTHORIZATION, and a
 * superuser reads files. So the session signs in as a role of its own, tusk_reader_<hash of the
 * database's name>, that is no superuser, is member of nothing, owns nothing, and is granted SELECT
 * on the tables that people made, without the secret columns (tables_secret.h) and the views that
 * read those tables. What it can call is what PUBLIC can. Its password is random, is set for one
 * minute just before it is used, as a SCRAM verifier, and is known to nobody: there is nothing to
 * keep and nothing to steal. Every statement has a connection of its own, closed afterwards:
 * settings, advisory locks and the like that it leaves go with it. What it sorts on disk is bounded
 * where the program may bound it, what it makes the server write by plan_budget.h; in the private
 * server the functions that write or lock are closed meanwhile (rights_shut()).
 *
 * Where the program's own role may not make roles, statements are refused rather than run with more
 * rights. */
#ifndef DEPLOYSTACK_PLAN_READER_H
#define DEPLOYSTACK_PLAN_READER_H

#include "services/backend/app/app.h"

enum {
    READER_STATEMENT_MS = 5000,
    READER_SESSIONS_MAX = 3, /* at once, so that workers are left for everybody else */
};

/** One such session. */
struct reader {
    tusk_conn *session; /* in a read-only transaction */
    /* its own */
    const struct app *app;
    tusk_conn *conn;
    tusk_arena *a;
    int timeout; /* that conn had */
    tusk_str role;
    tusk_str until; /* how long the password is good, by the server's clock */
    bool exists;
    int64_t log_began; /* plan_budget_look() */
    int wait_s;        /* after TUSK_BUSY: when to come again; 0: any moment */
};

/** Makes the role when it is missing, gives it its rights, signs in and begins a read-only
 * transaction. `conn`: the program's own connection, outside a transaction, which stays with the
 * reader until it is closed. Ownership: the caller, reader_close() after TUSK_OK. Errors:
 * TUSK_INVALID with a hint when there can be no such role; TUSK_BUSY when too many statements are
 * running, or wrote too much (wait_s); as tusk_conn_open() and tusk_run(). */
tusk_status reader_open(const struct app *app, tusk_conn *conn, tusk_arena *a, struct reader *out,
                        tusk_error *err);
/** Ends the session and, when no other runs, takes the role's rights away: a backup then says
 * nothing of the role, and is restored where there is none. */
void reader_close(struct reader *reader);

/** Waits until no statement runs, takes all rights away, and lets none begin until `conn` is
 * closed: what looks at the database meanwhile sees nothing of all this. Errors: as tusk_run(). */
tusk_status reader_rest(const struct app *app, tusk_conn *conn, tusk_arena *a, tusk_error *err);

#endif
