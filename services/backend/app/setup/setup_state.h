/* setup_state.h - what setup.c remembers of the database, and the moves that setup_http.c may ask
 * of it */
#ifndef DEPLOYSTACK_SETUP_STATE_H
#define DEPLOYSTACK_SETUP_STATE_H

#include "services/backend/app/setup/setup.h"
#include "services/backend/app/setup/setup_store.h"

enum { SETUP_FILES_MAX = 256 };

struct setup_file {
    char tag[128];
    tusk_migration_state state;
    int64_t ms; /* that it took */
};

/** All that is remembered. */
struct setup_view {
    char error[512], hint[384]; /* of the last attempt; "" when it went well */
    struct setup_file files[SETUP_FILES_MAX];
    size_t file_count;
    struct database_facts facts;
    bool has_facts;
};

enum setup_state setup_state(const struct setup *setup);
/** A copy of what is remembered now. */
void setup_take_view(struct setup *setup, struct setup_view *out);

/** Waits for the turn to move the set-up on, a minute at most; false: somebody else still has it.
 * Worker threads only. */
bool setup_take_turn(struct setup *setup);
void setup_end_turn(struct setup *setup);

/* with the turn taken: */

/** Applies what is pending, writes the roles and settles the state; on failure the state is UNSET
 * again. */
tusk_status setup_apply(struct setup *setup, tusk_conn *conn, tusk_arena *a, int *applied,
                        tusk_error *err);
void setup_remember_files(struct setup *setup, const tusk_migration_list *list);
/** NULL: it went well. */
void setup_remember_error(struct setup *setup, const tusk_error *err);
/** The first administrator was made: serve. */
void setup_has_an_admin(struct setup *setup);

#endif
