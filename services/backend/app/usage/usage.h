/* usage.h - counts the calls of the API by the hour, route, outcome and caller, off the way of the
 * requests: what was asked and answered is never kept, and of a path only its pattern */
#ifndef DEPLOYSTACK_USAGE_H
#define DEPLOYSTACK_USAGE_H

#include "services/backend/app/route.h"

/** Counts in memory, and adds them to the table request_usage every five seconds and at the end.
 * Makes the table's months ahead and drops those that are older than USAGE_KEEP_MONTHS, once it is
 * ready and every day. Thread: the loop's, for each call. */
struct usage;
/** Ownership: the caller, usage_free() after tusk_async_close() and before tusk_pool_close(). */
struct usage *usage_new(struct app *app);
/** Writes nothing more through the loop. */
void usage_stop(struct usage *usage);
/** Writes what is left, within a few seconds; accepts NULL. */
void usage_free(struct usage *usage);

/** A call that is being answered. */
void usage_count(struct usage *usage, const struct call *call);

/* ---- usage_http.c ---- */

void usage_show(struct call *call);
void usage_shown(struct call *call, const tusk_answer *answers);
extern const struct input_field usage_query[];

#endif
