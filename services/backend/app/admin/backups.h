/* backups.h - the backend backs its database up: every night by itself, and when it is asked to.
 *
 * One thread of its own does all of it, one thing at a time, for a backup can take hours: the loop
 * and its workers go on serving. What it is at stands on a board (backups_job.h). */
#ifndef DEPLOYSTACK_BACKUPS_H
#define DEPLOYSTACK_BACKUPS_H

#include "services/backend/app/admin/backups_job.h"
#include "services/backend/app/admin/backups_store.h"
#include "services/backend/app/app.h"

struct backups;

/** Starts the thread; it waits until the backend is set up. Ownership: the caller. */
struct backups *backups_new(struct app *app);
/** Ends what is under way within a second or so, and begins nothing more. Does not wait. */
void backups_stop(struct backups *backups);
/** Waits for the thread. Accepts NULL. */
void backups_free(struct backups *backups);

/* ---- for routes: any thread ---- */

/** Has it done by the thread: `path` is made, or proven. TUSK_BUSY while something is under way,
 * or with *wait_s > 0 when the last one that was asked for was made just now: nobody shall fill the
 * disk with them; TUSK_CANCELLED when the program is stopping. */
tusk_status backups_order(struct backups *backups, enum backup_kind kind, const char *path,
                          int *wait_s);
/** Seconds until one may be asked for again; 0: now. */
int backups_pause_left(struct backups *backups);
struct backup_board *backups_board(struct backups *backups);
/** When the next night's backup is made, retries and missed nights included; us 0: never. */
tusk_time backups_next_at(struct backups *backups, const struct backup_settings *settings);
/** Somebody changed them. */
void backups_settings_changed(struct backups *backups);

#endif
