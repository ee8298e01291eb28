/* statement.h - the longer texts of a migration, as drizzle-kit words them */
#ifndef TUSK_DIFF_STATEMENT_H
#define TUSK_DIFF_STATEMENT_H

#include "src/model/model.h"
#include "tusk/buf.h"

/** A column's type; `qualified`: an enum with its schema, even when that is public. */
void tusk_statement_type(tusk_buf *buf, const tusk_model_column *column, bool qualified);
/** The same as a text. */
tusk_str tusk_statement_type_str(tusk_arena *arena, const tusk_model_column *column);
/** What stands after DEFAULT. */
tusk_str tusk_statement_default(tusk_arena *arena, const tusk_model_column *column);
/** GENERATED ... AS IDENTITY (...) */
void tusk_statement_identity(tusk_buf *buf, const tusk_model_table *table,
                             const tusk_identity *identity);
/** Is the unique constraint over the same columns as another key? Inside CREATE TABLE PostgreSQL
 * would make one of both, of either name: such a one has to be added afterwards. */
bool tusk_statement_is_merged(const tusk_model_table *table, size_t unique);
void tusk_statement_create_table(tusk_buf *buf, const tusk_model_table *table);
void tusk_statement_add_column(tusk_buf *buf, const tusk_model_table *table,
                               const tusk_model_column *column);
void tusk_statement_add_foreign_key(tusk_buf *buf, const tusk_model_table *table,
                                    const tusk_model_foreign_key *key);
void tusk_statement_add_unique(tusk_buf *buf, const tusk_model_table *table,
                               const tusk_model_key *key);
void tusk_statement_add_exclusion(tusk_buf *buf, const tusk_model_table *table,
                                  const tusk_model_exclusion *exclusion);
void tusk_statement_create_index(tusk_buf *buf, const tusk_model_table *table,
                                 const tusk_model_index *index);
/** k=v, k=v */
void tusk_statement_storage(tusk_buf *buf, const tusk_model_options *options);
void tusk_statement_create_policy(tusk_buf *buf, const tusk_model_table *table,
                                  const tusk_model_policy *policy);
void tusk_statement_alter_policy(tusk_buf *buf, const tusk_model_table *table,
                                 const tusk_model_policy *policy);
void tusk_statement_create_view(tusk_buf *buf, const tusk_model_view *view);
/** "securityBarrier" as security_barrier. */
void tusk_statement_option_name(tusk_buf *buf, tusk_str name);

#endif
