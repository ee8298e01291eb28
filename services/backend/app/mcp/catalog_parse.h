/* catalog_parse.h - a catalogue file (tab-separated text) checked as a whole, before any database
 * hears of it */
#ifndef DEPLOYSTACK_CATALOG_PARSE_H
#define DEPLOYSTACK_CATALOG_PARSE_H

#include <stdint.h>

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/str.h"

enum {
    CATALOG_NAME_MAX = 214, /* characters: what npm allows */
    CATALOG_VERSION_MAX = 256,
    CATALOG_SUMMARY_MAX = 10000,
    CATALOG_TAGS_MAX = 50, /* tags of one server */
    CATALOG_TAG_MAX = 100, /* characters of one tag */
};

/** One line. Texts are views into the file's content, except `tags`. */
struct catalog_entry {
    tusk_str name, version;
    tusk_str summary; /* "no text" when the field is empty */
    tusk_str tags;    /* a JSON array of strings; "no text" when the file has no such column */
    int64_t downloads_a_month;
    size_t end; /* bytes of the file up to the end of this line */
};

struct catalog {
    const struct catalog_entry *entries; /* in the file's order */
    size_t count;
    bool has_tags; /* the file has a column of tags */
};

/** Reads `content`: UTF-8, lines ended by LF or CRLF, the first one naming the columns in any
 * order: name, version, "downloads a month" (or downloads_a_month), summary and, if wanted, tags
 * (divided by commas). Nothing is quoted or escaped. Errors: TUSK_INVALID, "FILE, line N: ..." for
 * the first line that does not hold; `file` is only for messages. Lifetime: `arena` and `content`.
 * Pure. */
TUSK_NODISCARD tusk_status catalog_parse(tusk_arena *arena, const char *file, tusk_str content,
                                         struct catalog *out, tusk_error *err);

#endif
