/* usage_book.h - calls counted in memory, of which there are only so many kinds */
#ifndef DEPLOYSTACK_USAGE_BOOK_H
#define DEPLOYSTACK_USAGE_BOOK_H

#include "tusk/tusk.h"

enum {
    BOOK_SLOTS = 4096,
    BOOK_FULL = 2048, /* from here on new kinds are counted without their caller */
    BOOK_MAX = 3584,
};

/** Calls of one kind. */
struct usage_line {
    tusk_time hour;     /* its beginning */
    const char *method; /* of the route table, or NULL: there is no such route */
    const char *path;
    int status_class; /* 2 for 200..299 */
    tusk_str user_id; /* "": nobody, or not known any more */
    int64_t requests; /* 0: a free place */
    double ms_total, ms_max;
};

struct usage_book {
    tusk_arena *texts; /* of the callers */
    size_t count;
    struct usage_line slots[BOOK_SLOTS];
};

/** Adds the calls of `line` to those of the same kind. What finds no room is left out. */
void usage_book_add(struct usage_book *book, const struct usage_line *line);
/** Adds all of `from`. */
void usage_book_merge(struct usage_book *book, const struct usage_book *from);
void usage_book_clear(struct usage_book *book);
/** The lines as a JSON array of objects with the columns of request_usage. TUSK_NOMEM: no text. */
tusk_str usage_book_json(const struct usage_book *book, tusk_arena *arena);

#endif
