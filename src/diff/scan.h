/* scan.h - what an SQL expression speaks of, told from its tokens: enough to know what depends on
 * what, for the texts of a schema are not parsed */
#ifndef TUSK_DIFF_SCAN_H
#define TUSK_DIFF_SCAN_H

#include "tusk/arena.h"
#include "tusk/str.h"

/** Does `sql` hold the name, quoted or (in lower case) bare? A superset of what depends on it: two
 * columns of one name are not told apart. */
bool tusk_scan_names(tusk_str sql, tusk_str name);
/** Does it hold this text as a literal, or inside an array literal? */
bool tusk_scan_has_label(tusk_str sql, tusk_str label);
/** Does it take columns without naming them: `select *`, `t.*`, NATURAL? */
bool tusk_scan_has_star(tusk_str sql);
/** Does it hold a parameter ($1)? */
bool tusk_scan_has_parameter(tusk_str sql);
/** `sql` with each `from` in it as `to`, quoted the way it was. Lifetime: `arena`, or `sql`. */
tusk_str tusk_scan_rename(tusk_arena *arena, tusk_str sql, tusk_str from, tusk_str to);
/** What stands before the body of a function or procedure: name, arguments, result. */
tusk_str tusk_scan_head(tusk_str sql);
/** A default that drizzle-kit wrote without doubling the quotes inside ('it's'), made right; any
 * other as it is. Lifetime: `arena`, or `sql`. */
tusk_str tusk_scan_mend_default(tusk_arena *arena, tusk_str sql, bool is_array);

#endif
