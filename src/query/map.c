/* map.c - lays the tables of a query out over its row struct */
#include "src/query/map.h"

#include "src/base/banned.h"

static size_t fields_of(const tusk_query *query)
{
    size_t count = 0;
    for (size_t i = 0; i < query->table_count; i++) count += query->tables[i]->column_count;
    return count;
}

/* Where the row of table `i` begins, and for a joined one whether it may be missing. */
static size_t place(const tusk_query *query, size_t i, tusk_row_group *group)
{
    *group = (tusk_row_group){ .table = query->tables[i] };
    if (!query->joined) return 0;
    const tusk_joined *joined = &query->joined[i];
    group->maybe = joined->left;
    group->has_offset = joined->offset; /* `has` comes first in <t>_maybe */
    return joined->offset + joined->maybe;
}

const tusk_row_map *tusk_query_map(tusk_arena *arena, const tusk_query *query)
{
    tusk_row_map *map = TUSK_NEW(arena, tusk_row_map);
    tusk_row_field *fields = TUSK_NEW_ARRAY(arena, tusk_row_field, fields_of(query));
    tusk_row_group *groups = TUSK_NEW_ARRAY(arena, tusk_row_group, query->table_count);
    if (!map || !fields || !groups) return NULL;
    size_t count = 0;
    for (size_t i = 0; i < query->table_count; i++) {
        size_t base = place(query, i, &groups[i]);
        const tusk_table *table = query->tables[i];
        const size_t *offsets = table->offsets();
        for (size_t k = 0; k < table->column_count; k++)
            fields[count++] = (tusk_row_field){ &table->columns[k], base + offsets[k], i };
    }
    *map = (tusk_row_map){ query->row_size, count, query->table_count, fields, groups };
    return map;
}
