/* backups_time.h - when the next night's backup is due, by the wall clock of the machine */
#ifndef DEPLOYSTACK_BACKUPS_TIME_H
#define DEPLOYSTACK_BACKUPS_TIME_H

#include "tusk/clock.h"
#include "tusk/str.h"

/** The first moment after `after` at which a day's clock shows `minute` (0..1439, of the day) for
 * the first time: once a day, whatever daylight saving does. A time that a day leaves out counts
 * when the clock jumps over it; one that a day shows twice counts the first time. Local time (TZ).
 */
tusk_time backups_next(tusk_time after, int minute);
/** "02:30" to 150; -1 for anything else. */
int backups_minute(tusk_str text);

#endif
