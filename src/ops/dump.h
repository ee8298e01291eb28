/* dump.h - the parts of backup and restore: tools, manifest, tables and their rows, scripts */
#ifndef TUSK_OPS_DUMP_H
#define TUSK_OPS_DUMP_H

#include "tusk/backup.h"
#include "tusk/conn.h"

#define TUSK_DUMP_CONNECT_MS 15000
#define TUSK_DUMP_TIMEOUT_MS (12 * 3600 * 1000)
#define TUSK_DUMP_JOBS_MAX   64
/* For every session of a backup or restore: the limits of whoever signs in are meant for daily
 * work, and not every version knows all of them. The calls' own deadline holds. */
#define TUSK_DUMP_NO_LIMITS                                                             \
    "select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings where " \
    "name in ('statement_timeout', 'transaction_timeout', 'idle_session_timeout', "     \
    "'idle_in_transaction_session_timeout')"
#define TUSK_DUMP_PARTIAL  ".partial"
#define TUSK_DUMP_MANIFEST ".manifest.json"

/* ---- dump_tool.c: pg_dump, pg_restore, gzip as children ---- */

typedef struct tusk_tool {
    const char *const *argv;   /* argv[0] is a path; NULL-terminated */
    const tusk_server *server; /* goes into its environment, password too; NULL: none of it */
    int64_t deadline;
    int stop_fd;                                /* readable: TUSK_CANCELLED; 0: none */
    void (*line)(void *context, tusk_str line); /* of stderr; may be NULL */
    /* what it writes to stdout; an error ends the child. NULL: /dev/null */
    tusk_status (*output)(void *context, tusk_str chunk, tusk_error *err);
    void *context;
} tusk_tool;
/** Runs it to its end. Errors: TUSK_IO with what it said on stderr, TUSK_TIMEOUT, that of
 * `output`. It dies with this process. */
tusk_status tusk_tool_run(tusk_arena *arena, const tusk_tool *tool, tusk_error *err);

/** Was the caller told to give up (tusk_backup_options.stop_fd)? */
bool tusk_dump_is_stopped(int stop_fd);
tusk_status tusk_dump_fail_stopped(tusk_error *err);
/** `status`, or TUSK_CANCELLED for a failure that came of being told to give up. */
tusk_status tusk_dump_conclude(int stop_fd, tusk_status status, tusk_error *err);

/* ---- dump_manifest.c: what is in a backup and what its bytes are ---- */

typedef struct tusk_dump_file {
    tusk_str name; /* inside a directory; "" for a backup of one file */
    int64_t size;
    tusk_str sha256; /* lower-case hex */
} tusk_dump_file;

typedef struct tusk_manifest {
    tusk_backup backup;
    const tusk_dump_file *files;
    size_t file_count;
} tusk_manifest;

/** "/real/folder/NAME"; `folder` may be NULL. Errors: TUSK_IO when the folder is not there. */
tusk_status tusk_dump_absolute(tusk_arena *arena, const char *path, const char **absolute,
                               const char **folder, tusk_error *err);
/** Hashes the file, or every file of the folder, at `path`; `sync` makes them last. Errors:
 * TUSK_IO, TUSK_INVALID for a folder with anything but files in it, TUSK_CANCELLED. */
tusk_status tusk_dump_hash(tusk_arena *arena, const char *path, bool sync, int stop_fd,
                           tusk_manifest *out, tusk_error *err);
/** Makes what was renamed in `folder` last. */
tusk_status tusk_dump_sync_folder(const char *folder, tusk_error *err);
/** Removes a backup, file or folder; nothing there is fine. */
tusk_status tusk_dump_remove(tusk_arena *arena, const char *path, tusk_error *err);
/** Exclusive use of a folder of backups until the descriptor is closed. TUSK_BUSY. */
tusk_status tusk_dump_lock(const char *folder, int *fd, tusk_error *err);

/** Writes PATH.manifest.json. */
tusk_status tusk_manifest_write(tusk_arena *arena, const tusk_manifest *manifest, tusk_error *err);
/** Reads that of `path` (absolute). Errors: TUSK_NO_ROWS when there is none, TUSK_INVALID with the
 * place for one that is malformed or whose checksum is wrong. */
tusk_status tusk_manifest_read(tusk_arena *arena, const char *path, tusk_manifest *out,
                               tusk_error *err);
/** Compares every byte with it. */
tusk_status tusk_manifest_check(tusk_arena *arena, const tusk_manifest *manifest, int stop_fd,
                                tusk_error *err);
/** What the bytes at `path` look like; custom for what only pg_restore may know. */
tusk_status tusk_dump_guess_format(tusk_arena *arena, const char *path, tusk_backup_format *out,
                                   tusk_error *err);

/* ---- dump_tables.c: which tables, how many rows ---- */

typedef struct tusk_dump_tables {
    tusk_backup_table *items;
    size_t count;
} tusk_dump_tables;
/** Every table with rows of its own that pg_dump dumps, by name. */
tusk_status tusk_dump_list_tables(tusk_conn *conn, tusk_arena *arena, tusk_dump_tables *out,
                                  tusk_error *err);
/** The chosen ones: `patterns` for pg_dump (NULL-terminated), and those with rows of their own. */
tusk_status tusk_dump_choose_tables(tusk_conn *conn, tusk_arena *arena, const char *const *names,
                                    const char ***patterns, tusk_dump_tables *out, tusk_error *err);
/** Fills in the rows of each. */
tusk_status tusk_dump_count_rows(tusk_conn *conn, tusk_arena *arena, tusk_dump_tables *tables,
                                 int phase, const tusk_backup_options *options, tusk_error *err);
/** Counts again on `conn` and compares. Errors: TUSK_INVALID naming the first table that differs.
 */
tusk_status tusk_dump_compare(tusk_conn *conn, const tusk_backup *backup,
                              const tusk_backup_options *options, tusk_error *err);
/** The only cell of an answer, "" for NULL. */
tusk_status tusk_dump_cell(tusk_conn *conn, tusk_arena *arena, const char *sql, tusk_str *out,
                           tusk_error *err);
/** Encoding and locale of a database, into those fields. */
tusk_status tusk_dump_locale(tusk_conn *conn, tusk_arena *arena, const char *database,
                             tusk_backup *out, tusk_error *err);
void tusk_dump_tell(const tusk_backup_options *options, int phase, tusk_str table, size_t done,
                    size_t total);

/* ---- dump_script.c: plain SQL, as pg_dump writes it, fed to a connection ---- */

typedef struct tusk_script_options {
    bool no_owner;        /* leaves out ownership and privileges */
    bool no_foreign_keys; /* leaves those out */
    bool in_transaction;  /* the caller's: statements that would end it are refused */
} tusk_script_options;
typedef struct tusk_script tusk_script;
/** Ownership: the caller, tusk_script_free(). NULL without memory. */
tusk_script *tusk_script_new(tusk_conn *conn, const tusk_script_options *options);
/** Takes the next bytes of the file; whole statements and lines of COPY data are sent. After an
 * error nothing more is to be fed. Errors: TUSK_INVALID with the line for a psql command or a COPY
 * from elsewhere; TUSK_SERVER with the line. */
tusk_status tusk_script_feed(tusk_script *script, tusk_str chunk, tusk_error *err);
/** The file is over. Errors: TUSK_INVALID when it ends too early. */
tusk_status tusk_script_end(tusk_script *script, tusk_error *err);
void tusk_script_free(tusk_script *script);

#endif
