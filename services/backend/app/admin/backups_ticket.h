/* backups_ticket.h - tickets for downloads: the password was proven, so a link may fetch one
 * backup, once, soon, in the same session */
#ifndef DEPLOYSTACK_BACKUPS_TICKET_H
#define DEPLOYSTACK_BACKUPS_TICKET_H

#include <stdbool.h>

#include "tusk/arena.h"

/** A fixed number of them; the oldest makes room. Thread: any. */
struct tickets;
/** Ownership: the caller. */
struct tickets *tickets_new(void);
void tickets_free(struct tickets *tickets);
/** For `name`, to be used by `session` within `ms`. "no text" without memory, or for a name or
 * session that is too long. Lifetime: the arena. */
tusk_str ticket_issue(struct tickets *tickets, tusk_arena *arena, tusk_str session, tusk_str name,
                      int ms);
/** Uses it up, whoever shows it. True when it was for this name and session, and in time. */
bool ticket_take(struct tickets *tickets, tusk_str ticket, tusk_str session, tusk_str name);

#endif
