/* origin.h - which pages may make a change, and which host names are ours */
#ifndef DEPLOYSTACK_ORIGIN_H
#define DEPLOYSTACK_ORIGIN_H

#include "services/backend/app/call.h"

/** A change with a cookie, or from a browser, has to come from our own pages: by Origin, which is
 * compared with Host, and by Sec-Fetch-Site. A program without cookie and Origin is free. False
 * when the call was answered (403). */
bool origin_allows(struct call *call);
/** Is Host a name of this machine, the HOST listened on or DEPLOYSTACK_FRONTEND_URL's? A page that
 * lets its own name point to this machine (DNS rebinding) has an Origin that fits its Host: where
 * nobody has to be signed in, the name has to be known. */
bool origin_host_is_ours(const struct call *call);
/** "localhost", 127.0.0.0/8 or ::1. */
bool origin_is_loopback(tusk_str name);

#endif
