/* str.h - text as pointer and length: a view that owns nothing */
#ifndef TUSK_STR_H
#define TUSK_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "tusk/attr.h"

/** A run of bytes. `ptr == NULL` says "no text" (SQL NULL), which differs from empty text.
 * Text that Tusk puts in an arena has a zero byte after it, so `printf("%s", s.ptr)` works. */
typedef struct tusk_str {
    const char *ptr;
    size_t len;
} tusk_str;

/** A string literal as a constant tusk_str. */
#define TUSK_STR(literal) ((tusk_str){ "" literal, sizeof(literal) - 1 })
/** The same as an initialiser, for tables with static storage. */
#define TUSK_STR_INIT(literal)          \
    {                                   \
        "" literal, sizeof(literal) - 1 \
    }
/** For printf: `printf("%.*s", TUSK_STR_ARG(s))`. */
#define TUSK_STR_ARG(s) (int)(s).len, (s).ptr ? (s).ptr : ""

/** The view of a zero-terminated string; NULL gives "no text". Lifetime: that of `text`. */
static inline tusk_str tusk_str_of(const char *text)
{
    return (tusk_str){ text, text ? strlen(text) : 0 };
}

/** True when both hold the same bytes ("no text" equals empty text here). */
static inline bool tusk_str_eq(tusk_str a, tusk_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/** True when `s` begins with `prefix`. */
static inline bool tusk_str_starts(tusk_str s, tusk_str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}
/** Does `s` end with `suffix`? */
static inline bool tusk_str_ends(tusk_str s, tusk_str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/** memcmp order, the shorter first where one is a prefix of the other; for qsort and bsearch. */
TUSK_API int tusk_str_compare(tusk_str a, tusk_str b);
/** `s` without leading and trailing ASCII white space. Lifetime: that of `s`. */
TUSK_API tusk_str tusk_str_trim(tusk_str s);
/** Cuts `*rest` at the first `separator`: returns what stood before it and leaves what follows;
 * with no separator left returns all of it and leaves "no text", so `while (rest.ptr)` walks every
 * piece. Lifetime: that of what `*rest` pointed to. */
TUSK_API tusk_str tusk_str_cut(tusk_str *rest, char separator);
/** True when `s` is well-formed UTF-8 without a NUL byte (what PostgreSQL's text takes). */
TUSK_API bool tusk_str_is_text(tusk_str s);
/** Reads a whole decimal integer within [min, max]; false (and `*out` untouched) for anything else,
 * surrounding space and a lone sign included. */
TUSK_API bool tusk_str_to_int(tusk_str s, long long min, long long max, long long *out);

#endif
