/* copy.h - a query keeps copies: of values, and of conditions with everything absent taken out */
#ifndef TUSK_SQL_COPY_H
#define TUSK_SQL_COPY_H

#include "tusk/expr.h"

/** Deeper nesting of and, or, not is refused, so that walking a condition cannot exhaust the stack.
 */
#define TUSK_SQL_DEPTH_MAX 100

/** Copies with a sticky failure: look at `failed` once, at the end. */
typedef struct tusk_copier {
    tusk_arena *arena;
    bool failed; /* no memory */
} tusk_copier;

/** A value with texts, bytes and arrays of its own. Lifetime: the copier's arena. */
tusk_value tusk_copy_value(tusk_copier *copier, tusk_value value);
/** A condition without absent parts: what is left is ABSENT as a whole, or an and, or has at least
 * two children and a not exactly one. The query of an exists is not copied: it is immutable and has
 * to live as long. */
tusk_expr tusk_copy_expr(tusk_copier *copier, tusk_expr expr);
/** The list up to its END, without its absent elements; NULL for NULL, for a list with nothing
 * left, and without memory. */
const tusk_expr *tusk_copy_exprs(tusk_copier *copier, const tusk_expr *list);
/** A zero-terminated copy; NULL for NULL and without memory. */
const char *tusk_copy_cstr(tusk_copier *copier, const char *text);

/** Is it held as text (as.text), whatever its SQL type? */
bool tusk_value_is_text(const tusk_value *value);
/** How many elements stand before END; 0 for NULL. */
size_t tusk_expr_count(const tusk_expr *list);
size_t tusk_arg_count(const struct tusk_arg *list);

#endif
