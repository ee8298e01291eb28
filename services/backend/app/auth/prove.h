/* prove.h - the password again, before what a stolen session must not be enough for */
#ifndef DEPLOYSTACK_PROVE_H
#define DEPLOYSTACK_PROVE_H

#include "services/backend/app/route.h"

/** The sessions that proved the password within the last ten minutes; a fixed number, the oldest
 * makes room. Thread: the loop's. */
struct proofs;
/** Ownership: the caller. */
struct proofs *proofs_new(void);
void proofs_free(struct proofs *proofs);

/** Loop's thread, the body is validated: false when the call was answered (403 without a password,
 * 429 after too many wrong ones). `*wanted`: a worker has to look at the password. */
bool prove_allows(struct call *call, bool *wanted);
/** Worker: is the password in the body the caller's? Slow on purpose. */
bool prove_matches(const struct call *call);
/** Loop's thread, call->proved is set: remembers it. False when the call was answered (403). */
bool prove_settle(struct call *call);

#endif
