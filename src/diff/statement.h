/* statement.h - the text of each statement of a migration, as drizzle-kit words it */
#ifndef TUSK_DIFF_STATEMENT_H
#define TUSK_DIFF_STATEMENT_H

#include "src/model/model.h"
#include "tusk/buf.h"

void tusk_statement_create_schema(tusk_buf *buf, tusk_str name);
void tusk_statement_create_enum(tusk_buf *buf, const tusk_model_enum *e);
/** `before` has no text: at the end. */
void tusk_statement_add_value(tusk_buf *buf, const tusk_model_enum *e, tusk_str value,
                              tusk_str before);
void tusk_statement_create_table(tusk_buf *buf, const tusk_model_table *table);
void tusk_statement_add_column(tusk_buf *buf, const tusk_model_table *table,
                               const tusk_model_column *column);
void tusk_statement_add_foreign_key(tusk_buf *buf, const tusk_model_table *table,
                                    const tusk_model_foreign_key *key);
void tusk_statement_create_index(tusk_buf *buf, const tusk_model_table *table,
                                 const tusk_model_index *index);
void tusk_statement_add_unique(tusk_buf *buf, const tusk_model_table *table,
                               const tusk_model_key *key);
void tusk_statement_add_check(tusk_buf *buf, const tusk_model_table *table,
                              const tusk_model_check *check);

#endif
