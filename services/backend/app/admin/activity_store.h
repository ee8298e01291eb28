/* activity_store.h - ending what other sessions do */
#ifndef DEPLOYSTACK_ACTIVITY_STORE_H
#define DEPLOYSTACK_ACTIVITY_STORE_H

#include "tusk/tusk.h"

/** The cells of session_signal()'s row; none: there is no such process. */
enum {
    SIGNAL_IS_CLIENT, /* "t": a client's session, no process of the server itself */
    SIGNAL_IS_OURS,   /* "t": a connection of this program */
    SIGNAL_SENT,      /* "t"; NULL unless it is a client's and not ours */
    SIGNAL_WHOM,      /* "user@database (application)" */
};
/** Looks at the session and signals it in one statement, so that it is the one that was looked at.
 * `ours` is the name that the program's connections give. */
const tusk_query *session_signal(tusk_arena *a, int pid, const char *ours, bool terminate);

#endif
