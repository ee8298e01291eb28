/* backups_room.h - is there room for a backup? Asked before one is begun: a full disk stops more
 * than backups */
#ifndef DEPLOYSTACK_BACKUPS_ROOM_H
#define DEPLOYSTACK_BACKUPS_ROOM_H

#include "services/backend/app/config.h"

/** A backup is taken to be as large as its database, which it hardly ever is. Errors: TUSK_IO when
 * its folder's disk would be left with less than BACKUP_SPARE_MB; as tusk_run(). A disk that cannot
 * be asked has room: writing will tell. */
tusk_status backup_room(tusk_conn *conn, tusk_arena *a, const struct config *config,
                        tusk_error *err);

#endif
