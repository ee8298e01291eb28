/* liar.h - a server that speaks just enough to be taken for one, and then says what a test wants */
#ifndef TESTS_LIAR_H
#define TESTS_LIAR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/wire/wire.h"

#define LIAR_HELLO                       \
    "R\0\0\0\10\0\0\0\0"                 \
    "S\0\0\0\30server_version\00015.1\0" \
    "Z\0\0\0\5I"
#define LIAR_SYNCED "Z\0\0\0\5I"
/* one row with one column, to a statement that is not prepared */
#define LIAR_FIELDS     \
    "1\0\0\0\4"         \
    "2\0\0\0\4"         \
    "T\0\0\0\32\0\1a\0" \
    "\0\0\0\0"          \
    "\0\0"              \
    "\0\0\0\31"         \
    "\377\377"          \
    "\377\377\377\377"  \
    "\0\0"
#define LIAR_ROW "D\0\0\0\15\0\1\0\0\0\3abc"
#define LIAR_END           \
    "C\0\0\0\15SELECT 1\0" \
    "Z\0\0\0\5I"
#define LIAR_ANSWER LIAR_FIELDS LIAR_ROW LIAR_END

/** Takes one connection after another. To the first three things that it hears it says a part each,
 * as far as `limit` bytes of all together go and with one of them changed; then it ends, or says
 * `endless` again and again. */
struct liar {
    char folder[64];
    int fd;
    tusk_str parts[3];     /* to the client's start, to its first Sync, to its question */
    size_t limit, changed; /* changed: the number of a byte; SIZE_MAX: none, no limit */
    unsigned char mask;
    tusk_str endless;
};

int liar_set_up(void **state);
int liar_tear_down(void **state);
/** Connects, asks once and closes. `*answered`: an answer was believed. `max`: of the answer's
 * bytes, 0: any. */
tusk_status liar_meet(struct liar *liar, int timeout_ms, size_t max, bool *answered,
                      tusk_error *err);

#endif
