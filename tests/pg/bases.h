/* bases.h - what the tests of migrations share: a database with a connection, a folder, a schema in
 * it */
#ifndef TUSK_TESTS_BASES_H
#define TUSK_TESTS_BASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/support.h"
#include "tusk/tusk.h"

/** One test's; made and taken down by base_open() and base_close(), a cmocka setup and teardown. */
struct base {
    tusk_arena *arena;
    tusk_server server;
    tusk_conn *conn;
    const char *folder; /* of migrations, empty */
    const char *schema; /* schema.def in it, not there yet */
    tusk_error err;
};
int base_open(void **state);
int base_close(void **state);
/** Another database and a connection to it, in place of the one there. */
void base_other_database(struct base *b);

/** The test fails with the words in b->err unless it is TUSK_OK. */
void base_ok(struct base *b, tusk_status st);
/** A file of the folder: written, read, there at all?, removed. */
void base_put(struct base *b, const char *name, const char *text);
const char *base_text(struct base *b, const char *name);
bool base_has(struct base *b, const char *name);
void base_remove(struct base *b, const char *name);
/** Runs statements on the connection; they have to work. */
void base_sql(struct base *b, const char *text);
/** What psql answers; base_expect(): it has to be that. */
const char *base_answer(struct base *b, const char *sql);
void base_expect(struct base *b, const char *sql, const char *expected);
/** The next migration of a schema, with `more` (may be NULL) after what is generated. */
void base_generate(struct base *b, const char *name, const char *schema, const char *more);
/** Applies what is pending. Returns how many that were. */
int base_up(struct base *b);
/** tusk_check() has nothing to say of schema, folder and database, and nothing is pending. */
void base_expect_settled(struct base *b);

/** Schemas of a few words. */
#define BASE_NOTES     "TABLE(note, notes, \"notes\")\n COLUMN(integer, id, PRIMARY_KEY)\n"
#define BASE_NOTES_END "END_TABLE(note, notes)\n"

#endif
