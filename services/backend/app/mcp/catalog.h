/* catalog.h - loading a catalogue file into "mcpServerTemplates": all of it or nothing */
#ifndef DEPLOYSTACK_CATALOG_H
#define DEPLOYSTACK_CATALOG_H

#include "tusk/tusk.h"

/** What became of the servers in the file; read = inserted + updated + unchanged. */
struct catalog_counts {
    int64_t read, inserted, updated, unchanged;
};

/** Told while the file is sent: `bytes` of its `total`, the last time with both equal. */
struct catalog_watch {
    void (*sent)(void *context, size_t bytes, size_t total);
    void *context;
};

/** Loads the file at `path` (catalog_parse.h says what it looks like, 64 MiB at most). The whole
 * file is checked before the database is asked for anything; then one COPY into a temporary table
 * and one upsert by name, inside the caller's transaction when one is open, else in its own. A row
 * that is the same already is left alone, updated_at included. An empty summary is stored as NULL;
 * without a column of tags the tags in the database stay. `watch` may be NULL. Errors: TUSK_INVALID
 * "FILE, line N: ..."; TUSK_SERVER with a hint when the tables are not there yet. */
TUSK_NODISCARD tusk_status catalog_load(tusk_conn *conn, tusk_arena *a, const char *path,
                                        const struct catalog_watch *watch,
                                        struct catalog_counts *counts, tusk_error *err);
/** The same for who only wants to know how many there were. `loaded` gets counts.read. */
TUSK_NODISCARD tusk_status catalog_import(tusk_conn *conn, tusk_arena *a, const char *path,
                                          const struct catalog_watch *watch, int64_t *loaded,
                                          tusk_error *err);

#endif
