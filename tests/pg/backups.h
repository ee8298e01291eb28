/* backups.h - what the tests of backup and restore share: a database with everything in it, its
 * digest, files damaged on purpose */
#ifndef TUSK_TESTS_BACKUPS_H
#define TUSK_TESTS_BACKUPS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/support.h"
#include "tusk/backup.h"

/* The formats, as the ending of a file that asks for it. */
#define FORMATS ((const char *const[]){ ".dump", ".sql", ".sql.gz", ".dir", NULL })

struct backups {
    tusk_arena *arena;
    tusk_server server; /* of a database full of awkward things */
    const char *folder; /* for backups */
    tusk_error err;
    tusk_backup backup; /* the last one made */
};
int backups_open(void **state);
int backups_close(void **state);

/* FOLDER/name */
const char *backups_path(struct backups *b, const char *name);
/* Makes FOLDER/name, which has to work. */
const char *backups_make(struct backups *b, const char *name, const tusk_backup_options *options);
/* Restores it as a database of a fresh name, which has to work; the server with that database. */
tusk_server backups_restore(struct backups *b, const char *path, tusk_backup_options options);
/* A name that no database has yet. */
const char *backups_name(struct backups *b);
/* Equal for databases with equal tables, rows, views, functions and constraints. */
const char *backups_digest(struct backups *b, const tusk_server *server);
/* The names of all databases. */
const char *backups_databases(struct backups *b);
void backups_expect(struct backups *b, const tusk_server *server, const char *sql,
                    const char *expected);
/* The file that holds the most bytes of the backup at `path`: itself, or the largest in it. */
const char *backups_largest(struct backups *b, const char *path);
/* The content of a file, and the file with another content. */
tusk_str backups_read(struct backups *b, const char *path);
void backups_write(struct backups *b, const char *path, tusk_str content);

#endif
