/* write_def.h - a schema as .def text: what `tusk pull` writes for a database that was there first
 */
#ifndef TUSK_INTROSPECT_WRITE_DEF_H
#define TUSK_INTROSPECT_WRITE_DEF_H

#include "src/model/model.h"

/** One .def file (declare.h has its language) that reads back as an equal schema. Names for C are
 * made from those in SQL: reserved words, capitals, and names that clash get others, which NAMED
 * ties to the old. The same schema gives the same text. What the language cannot say (a foreign key
 * to a table that the schema does not hold) stands there as a comment. Errors: TUSK_NOMEM.
 * Lifetime: `arena`. Pure. */
tusk_status tusk_def_write(tusk_arena *arena, const tusk_model *model, tusk_str *out,
                           tusk_error *err);

#endif
