/* folder.h - a folder of migrations on disk: journal, SQL files, snapshots */
#ifndef TUSK_MIGRATE_FOLDER_H
#define TUSK_MIGRATE_FOLDER_H

#include "src/base/vec.h"
#include "src/model/snapshot.h"
#include "tusk/migrate.h"

/** Room for the hex text of a SHA-256, the zero included. */
#define TUSK_HASH_SIZE 65

/** What an entry stands for: migrations that were squashed into it, or itself before it was moved.
 * A database that has them has it. A key of our own, which drizzle-kit keeps. */
typedef struct tusk_replaced {
    tusk_str tag, hash;
    int64_t when;
    const struct tusk_replaced *replaces; /* what that one stood for */
    size_t count;
} tusk_replaced;
typedef struct tusk_journal_entry {
    int idx;
    int64_t when;
    tusk_str tag;
    const tusk_replaced *replaces;
    size_t replaced; /* how many, 0: none */
} tusk_journal_entry;
typedef struct tusk_journal {
    bool exists;
    tusk_str text; /* as it is in the file */
    TUSK_VEC(tusk_journal_entry) entries;
} tusk_journal;

/** TUSK_INVALID that says that there is no journal in `folder`. */
tusk_status tusk_journal_missing(const char *folder, tusk_error *err);
/** Reads FOLDER/meta/_journal.json; `exists` is false when there is none. Errors: TUSK_IO,
 * TUSK_INVALID with the file (line, column). Lifetime: `arena`. */
tusk_status tusk_journal_read(tusk_arena *arena, const char *folder, tusk_journal *out,
                              tusk_error *err);
/** The journal's text with one more entry; what we do not know in it stays as it is. */
tusk_status tusk_journal_append(tusk_arena *arena, const char *folder, const tusk_journal *journal,
                                const tusk_journal_entry *entry, tusk_str *out, tusk_error *err);

/** The lower-case hex SHA-256 of a text. "no text" without memory. */
tusk_str tusk_hash_text(tusk_arena *arena, tusk_str text);
/** Reads FOLDER/TAG.sql and its hash; leaves both alone when there is no such file. */
tusk_status tusk_folder_read_sql(tusk_arena *arena, const char *folder, tusk_str tag, tusk_str *sql,
                                 tusk_str *hash, tusk_error *err);

/** The part of a tag before its first "_": "0003" of 0003_teams. */
tusk_str tusk_tag_prefix(tusk_str tag);
/** The snapshot of the newest migration; `path` has no text when the folder has none. Snapshots
 * that no entry of the journal goes with (left by a crash) do not count. Errors also: TUSK_INVALID
 * when two snapshots have the same predecessor, or migrations have no snapshot. */
typedef struct tusk_latest {
    tusk_str path, text;
    tusk_snapshot snapshot; /* with what the file beside it says */
    tusk_str extra;         /* text of that file, or of the newest before it; no text: none */
} tusk_latest;
tusk_status tusk_folder_latest(tusk_arena *arena, const char *folder, const tusk_journal *journal,
                               tusk_latest *out, tusk_error *err);

/** Makes the folder where it is missing and keeps other generators out until the file descriptor
 * `*out` is closed. Errors: TUSK_BUSY when one is at work, TUSK_IO. */
tusk_status tusk_folder_lock(tusk_arena *arena, const char *folder, int *out, tusk_error *err);
/** The same for a folder that has a journal; makes nothing. Errors also: TUSK_INVALID without one.
 */
tusk_status tusk_folder_lock_there(tusk_arena *arena, const char *folder, int *out,
                                   tusk_error *err);

/** Everything of a new migration. */
typedef struct tusk_new_migration {
    tusk_journal_entry entry;
    tusk_str sql, snapshot, journal; /* contents of the three files */
    tusk_str extra;                  /* what the snapshot cannot say; no text: no such file */
} tusk_new_migration;
/** Writes them, the journal last: before it the new files are not part of the folder. After an
 * error what was new is gone again. `path` gets that of the SQL file. */
tusk_status tusk_folder_add(tusk_arena *arena, const char *folder,
                            const tusk_new_migration *new_one, tusk_str *path, tusk_error *err);

#endif
