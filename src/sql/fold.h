/* fold.h - names that were written without the quotes they need */
#ifndef TUSK_SRC_SQL_FOLD_H
#define TUSK_SRC_SQL_FOLD_H

#include "tusk/error.h"
#include "tusk/str.h"

/** Where the server did not find a name of `sql` that has capitals and no quotes, and has no hint
 * of its own, the hint says how to write it. `err->position` counts in `sql`. */
void tusk_hint_folded(tusk_error *err, tusk_str sql);

#endif
