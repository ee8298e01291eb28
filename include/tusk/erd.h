/* erd.h - a picture of a schema: its tables, and which refers to which */
#ifndef TUSK_ERD_H
#define TUSK_ERD_H

#include "tusk/change.h"

typedef enum tusk_erd_format {
    TUSK_ERD_SVG,     /* drawn by Graphviz, which has to be installed */
    TUSK_ERD_DOT,     /* for Graphviz */
    TUSK_ERD_MERMAID, /* text that GitHub and many editors draw */
} tusk_erd_format;

/** Draws `source`, one of those of tusk_changes_between(). Each table has its columns with their
 * types, primary keys, what is unique and what refers to others; a line to another table shows
 * whether many rows or one at most refer to one, and whether they must. The same schema gives the
 * same text. Without a title where `title` is NULL. Errors: as tusk_changes_between(); TUSK_IO
 * without Graphviz, naming the package. `options` may be NULL. Lifetime: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_erd(tusk_arena *arena, const char *source,
                                             const tusk_change_options *options,
                                             tusk_erd_format format, const char *title,
                                             tusk_str *out, tusk_error *err);

#endif
