/* erd.h - a schema as text that Graphviz and Mermaid draw */
#ifndef TUSK_MODEL_ERD_H
#define TUSK_MODEL_ERD_H

#include "src/model/model.h"
#include "tusk/buf.h"

/** Pure. `title` may be NULL. */
void tusk_erd_dot(tusk_buf *buf, const tusk_model *model, const char *title);
void tusk_erd_mermaid(tusk_buf *buf, const tusk_model *model, const char *title);

/* ---- shared by both ---- */

bool tusk_erd_is_key(const tusk_model_table *table, tusk_str column);
/** Is it, alone, unique? */
bool tusk_erd_is_unique(const tusk_model_table *table, tusk_str column);
/** Does it refer to another table? */
bool tusk_erd_refers(const tusk_model_table *table, tusk_str column);
/** Can one row at most refer to a row? */
bool tusk_erd_is_single(const tusk_model_table *table, const tusk_model_foreign_key *key);
/** Does every row refer to one? */
bool tusk_erd_is_needed(const tusk_model_table *table, const tusk_model_foreign_key *key);
/** The enum of a column's type, NULL for any other. */
const tusk_model_enum *tusk_erd_enum(const tusk_model *model, const tusk_model_column *column);

#endif
