/* setup.h - from an empty database to a backend that serves: which state holds, and the steps
 * between.
 *
 * The database is the truth (migrations applied, an administrator there); this module remembers
 * what it last saw. Any thread may ask; changes are made on worker threads, one at a time. */
#ifndef DEPLOYSTACK_SETUP_H
#define DEPLOYSTACK_SETUP_H

#include "services/backend/app/route.h"

enum setup_state {
    SETUP_UNREACHABLE, /* no connection yet, or none any more */
    SETUP_UNSET,       /* connected, no migration applied */
    SETUP_MIGRATING,   /* migrations are being applied */
    SETUP_NO_ADMIN,    /* applied; nobody can sign in */
    SETUP_READY,
};

struct setup;

/** Makes it and starts looking at the database in the background, again every two seconds until it
 * was reached. Ownership: the caller, setup_free() after the loop has ended. */
struct setup *setup_new(struct app *app);
void setup_free(struct setup *setup);
/** Stops looking again. */
void setup_stop(struct setup *setup);
/** Looks at the database now, because there is doubt whether it is there. The loop's thread only.
 */
void setup_look_again(struct setup *setup);
/** False while there is no connection, which is tried again all the time. */
bool setup_is_reached(const struct setup *setup);

bool setup_is_ready(const struct setup *setup);
const char *setup_state_name(const struct setup *setup);
/** A sentence for a 503: what is missing and where to go. Lifetime: static. */
const char *setup_reason(const struct setup *setup);
/** The one-time code that start-up prints, or NULL when none is asked for. */
const char *setup_code(const struct setup *setup);

/* routes */
void setup_status(struct call *call);
void setup_status_answer(struct call *call, const tusk_answer *answers);
void setup_database(struct call *call, tusk_conn *conn);
void setup_admin(struct call *call, tusk_conn *conn);
void setup_page(struct call *call);
extern const struct input_field setup_database_body[];
extern const struct input_field setup_admin_body[];

#endif
