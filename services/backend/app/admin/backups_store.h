/* backups_store.h - what the database says about backups: the settings, when one was made, who is
 * to be told */
#ifndef DEPLOYSTACK_BACKUPS_STORE_H
#define DEPLOYSTACK_BACKUPS_STORE_H

#include "services/backend/db/schema.h"
#include "tusk/tusk.h"

/** The group "backup" of globalSettings, with defaults for what is not there. */
struct backup_settings {
    bool enabled;
    int minute;               /* of the day, local time */
    int keep_days, keep_last; /* 0: no such rule */
    /* the latest of: the installation was set up, enabled or time was set, the last nightly backup
     * was made; nights count from there */
    tusk_time since;
};
tusk_status backup_settings_read(tusk_conn *conn, tusk_arena *a, struct backup_settings *out,
                                 tusk_error *err);

/** Members of `value` that are NULL stay as they are. */
struct backup_changes {
    const bool *enabled;
    const int *minute, *keep_days, *keep_last;
};
tusk_status backup_settings_change(tusk_conn *conn, tusk_arena *a,
                                   const struct backup_changes *changes, tusk_error *err);
/** A night's backup was made (or need not be): the next night counts from `at`. */
tusk_status backup_settings_made(tusk_conn *conn, tusk_arena *a, tusk_str name, tusk_time at,
                                 tusk_error *err);

/** Takes the right to make this night's backup, among all backends on this database, until `conn`
 * is closed. */
tusk_status backup_take_night(tusk_conn *conn, tusk_arena *a, bool *taken, tusk_error *err);
/** May the connected role make the scratch database that a proof needs? */
tusk_status backup_may_verify(tusk_conn *conn, tusk_arena *a, bool *may, tusk_error *err);
/** A notification for everybody who may look at backups. */
tusk_status backup_tell(tusk_conn *conn, tusk_arena *a, tusk_str title, tusk_str message,
                        tusk_error *err);

#endif
