/* books.h - a fresh database with the tables of every.def and a connection to it, for one test */
#ifndef TESTS_PG_BOOKS_H
#define TESTS_PG_BOOKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/schema/every.h"
#include "tests/support/support.h"
#include "tusk/conn.h"
#include "tusk/run.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Fails with the error's own words. */
#define assert_ok(call)                                                                        \
    do {                                                                                       \
        if ((call) != TUSK_OK)                                                                 \
            fail_msg("%s: %s (%s) %s", #call, b->err.message, b->err.sqlstate, b->err.detail); \
    } while (0)

typedef struct books_test {
    tusk_arena *arena;
    tusk_server server;
    tusk_conn *conn;
    tusk_error err;
} books_test;

int books_setup(void **state);
int books_teardown(void **state);
/* Runs statements that have no rows. */
void books_script(books_test *b, const char *sql);
/* A row with something in every column. */
books_row books_make(const char *id);

#endif
