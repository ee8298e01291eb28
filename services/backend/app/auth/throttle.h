/* throttle.h - wrong passwords cost time: a growing pause for an account and for an address */
#ifndef DEPLOYSTACK_THROTTLE_H
#define DEPLOYSTACK_THROTTLE_H

#include "tusk/str.h"

struct throttle;

/** Any thread. Holds a fixed number of entries; the oldest makes room. Ownership: the caller. */
struct throttle *throttle_new(void);
void throttle_free(struct throttle *throttle);
/** Seconds to wait before this account or this address may try again; 0: now. After five failures
 * of an account (twenty of an address) the pause doubles with each further one, up to 15 minutes; a
 * quarter of an hour of peace forgets them. Of an IPv6 address only the network counts (its first
 * 64 bits). */
int throttle_wait(struct throttle *throttle, tusk_str account, tusk_str address);
void throttle_failed(struct throttle *throttle, tusk_str account, tusk_str address);
/** A right password: the account's failures are forgotten, the address's are not. */
void throttle_passed(struct throttle *throttle, tusk_str account);

#endif
