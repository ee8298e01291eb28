/* backups_room.c - backups_room.h's comparison of a disk with a database */
#include "services/backend/app/admin/backups_room.h"

#include <string.h>
#include <sys/statvfs.h>

enum { MB = 1 << 20 };

/** What the disk has free for us, in the folder or where it is going to be made; -1: unknown. */
static int64_t free_bytes(tusk_arena *a, const char *folder)
{
    struct statvfs disk;
    char *path = tusk_arena_copy(a, folder, strlen(folder) + 1);
    if (!path) return -1;
    while (statvfs(path, &disk) != 0) {
        char *slash = strrchr(path, '/');
        if (!slash || slash == path) return -1;
        *slash = 0;
    }
    if (disk.f_blocks == 0) return -1; /* no disk at all */
    return (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
}

tusk_status backup_room(tusk_conn *conn, tusk_arena *a, const struct config *config,
                        tusk_error *err)
{
    int64_t bytes = 0, room = free_bytes(a, config->backup_dir);
    if (room < 0) return TUSK_OK;
    tusk_status st = tusk_fetch_count(
        conn, a,
        tusk_sql(a, "select pg_catalog.pg_database_size(pg_catalog.current_database())", NULL),
        &bytes, err);
    if (st || room / MB - bytes / MB >= config->backup_spare_mb) return st;
    tusk_fail(err, TUSK_IO, "there is no room for a backup: the disk of %s has %lld MB free",
              config->backup_dir, (long long)(room / MB));
    tusk_error_hint(err,
                    "The database has %lld MB, and BACKUP_SPARE_MB keeps %d MB free: remove old "
                    "backups, or name another folder by BACKUP_DIR.",
                    (long long)(bytes / MB), config->backup_spare_mb);
    return TUSK_IO;
}
