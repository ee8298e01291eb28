/* watchers.h - the pages that watch the server live, each an open stream of events */
#ifndef DEPLOYSTACK_WATCHERS_H
#define DEPLOYSTACK_WATCHERS_H

#include "services/backend/app/call.h"

/** All of them. Every five seconds it looks whether their sessions are still good; one that was
 * signed out, or may no longer, is over within ten. Thread: the loop's, for each call. */
struct watchers;
/** Ownership: the caller, watchers_free() after tusk_async_close(). */
struct watchers *watchers_new(struct app *app);
/** Looks no more; the server has ended the streams. */
void watchers_stop(struct watchers *watchers);
void watchers_free(struct watchers *watchers);

/** Sends a sample to each. */
void watchers_tell(struct watchers *watchers, const struct server_sample *sample);
/** Answers with a stream of samples, or says why not: 8 of a user, 64 in all. */
void watchers_add(struct watchers *watchers, struct call *call);

#endif
