/* rewrite.h - changing migrations that are there already: files to write and to remove, told first
 * and done at once */
#ifndef TUSK_MIGRATE_REWRITE_H
#define TUSK_MIGRATE_REWRITE_H

#include <jansson.h>

#include "src/migrate/folder.h"

typedef struct tusk_rewritten {
    tusk_str path, text;
} tusk_rewritten;
/** Paths and texts in an arena; a failure shows in the arena, at the end. */
typedef struct tusk_rewrite {
    tusk_arena *arena;
    const char *folder;
    TUSK_VEC(tusk_rewritten) writes;
    TUSK_VEC(tusk_str) removes;
} tusk_rewrite;

/** FOLDER/TAG.sql, and META/PREFIX_snapshot.json and META/_PREFIX_tusk.json of a tag. */
tusk_str tusk_rewrite_sql(const tusk_rewrite *r, tusk_str tag);
tusk_str tusk_rewrite_snapshot(const tusk_rewrite *r, tusk_str tag);
tusk_str tusk_rewrite_extra(const tusk_rewrite *r, tusk_str tag);
void tusk_rewrite_put(tusk_rewrite *r, tusk_str path, tusk_str text);
/** The three files of a tag, unless one of that name is written. */
void tusk_rewrite_remove(tusk_rewrite *r, tusk_str tag);
/** Writes, then the journal (NULL: it stays as it is), then removes: the snapshot of a tag before
 * its SQL file. */
tusk_status tusk_rewrite_apply(tusk_rewrite *r, const json_t *journal, tusk_error *err);

/** {"tag", "when", "hash"} of an entry of a journal and, where it has any, what it replaces. */
json_t *tusk_rewrite_replaced(const json_t *entry, tusk_str hash, bool *failed);
/** An own text of a value as these files have it. */
tusk_str tusk_rewrite_text(tusk_arena *arena, const json_t *value);

#endif
