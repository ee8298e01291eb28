/* tables.h - the routes that show tables, their rows, indexes, slow statements, migrations, and the
 * schema drawn */
#ifndef DEPLOYSTACK_TABLES_H
#define DEPLOYSTACK_TABLES_H

#include "services/backend/app/admin/tables_store.h"
#include "services/backend/app/route.h"

void tables_list(struct call *call, tusk_conn *conn);
void tables_show(struct call *call, tusk_conn *conn);
void rows_list(struct call *call, tusk_conn *conn);
void rows_patch(struct call *call, tusk_conn *conn);
void indexes_list(struct call *call, tusk_conn *conn);
void slow_list(struct call *call, tusk_conn *conn);
void migrations_list(struct call *call, tusk_conn *conn);
void erd_show(struct call *call, tusk_conn *conn);
extern const struct input_field rows_list_query[], rows_patch_body[];

/** The table that the path names; false when the call was answered (404). */
bool tables_of_path(struct call *call, tusk_conn *conn, struct browsed_table *out);
/** A row as an array of texts and nulls, what is long cut; [row, column] of each cut one is added
 * to `cut`, which may be NULL. */
json_t *rows_cells_json(tusk_arena *a, const tusk_str *cells, size_t count, size_t row,
                        json_t *cut);

#endif
