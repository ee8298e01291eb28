/* rows.c - the cells of one row into the struct that the query maps them to */
#include <stdio.h>

#include "src/codec/codec.h"
#include "src/run/internal.h"

#include "src/base/banned.h"

static const char *table_name(const tusk_row_map *map, const tusk_row_field *field)
{
    return map->groups[field->group].table->sql_name;
}

/* Puts the names where a program looks for them. */
static void name_it(tusk_error *err, const tusk_row_map *map, const tusk_row_field *field)
{
    if (!err) return;
    snprintf(err->table, sizeof err->table, "%s", table_name(map, field));
    snprintf(err->column, sizeof err->column, "%s", tusk_column_sql_name(field->column));
}

static tusk_status other_type(const tusk_row_map *map, const tusk_row_field *field, uint32_t oid,
                              tusk_error *err)
{
    char number[32];
    snprintf(number, sizeof number, "of type number %u", oid);
    const char *name = tusk_oid_name(oid);
    tusk_fail(err, TUSK_INVALID,
              "column \"%s\" of table \"%s\" is %s in the database but %s in the program",
              tusk_column_sql_name(field->column), table_name(map, field), name ? name : number,
              tusk_column_type_name(field->column));
    tusk_error_hint(err, "Run the pending migrations; if there are none, correct %s:%d.",
                    field->column->file ? field->column->file : "the .def file",
                    field->column->line);
    name_it(err, map, field);
    return TUSK_INVALID;
}

tusk_status tusk_row_map_check(const tusk_row_map *map, const tusk_result *described,
                               tusk_error *err)
{
    if (described->field_count != map->field_count) {
        return tusk_fail(err, TUSK_INVALID, "the answer has %zu columns where the row has %zu",
                         described->field_count, map->field_count);
    }
    for (size_t i = 0; i < map->field_count; i++) {
        uint32_t oid = described->fields[i].type_oid;
        if (!tusk_codec_reads(map->fields[i].column, oid)) {
            return other_type(map, &map->fields[i], oid, err);
        }
    }
    return TUSK_OK;
}

tusk_status tusk_row_reader_init(tusk_row_reader *reader, tusk_arena *arena,
                                 const tusk_row_map *map, tusk_error *err)
{
    *reader = (tusk_row_reader){ .arena = arena,
                                 .map = map,
                                 .strict = TUSK_NEW_ARRAY(arena, bool, map->group_count),
                                 .present = TUSK_NEW_ARRAY(arena, bool, map->group_count) };
    if (!reader->strict || !reader->present) return tusk_fail_nomem(err, "rows");
    for (size_t i = 0; i < map->group_count; i++) {
        if (map->groups[i].maybe) reader->any_maybe = true;
    }
    for (size_t i = 0; i < map->field_count; i++) {
        if (!map->fields[i].column->nullable) reader->strict[map->fields[i].group] = true;
    }
    return TUSK_OK;
}

/* A row of a left join is there when a column that cannot be null is not; where every column can
 * be, when any is not. */
static void find_present(tusk_row_reader *reader, const tusk_str *cells, void *row)
{
    const tusk_row_map *map = reader->map;
    for (size_t i = 0; i < map->group_count; i++) reader->present[i] = !map->groups[i].maybe;
    for (size_t i = 0; i < map->field_count; i++) {
        size_t group = map->fields[i].group;
        bool counts = !map->fields[i].column->nullable || !reader->strict[group];
        if (cells[i].ptr && counts) reader->present[group] = true;
    }
    for (size_t i = 0; i < map->group_count; i++) {
        if (!map->groups[i].maybe) continue;
        *(bool *)((char *)row + map->groups[i].has_offset) = reader->present[i];
    }
}

tusk_status tusk_row_read(tusk_row_reader *reader, const tusk_str *cells, void *row,
                          tusk_error *err)
{
    const tusk_row_map *map = reader->map;
    if (reader->any_maybe) find_present(reader, cells, row);
    for (size_t i = 0; i < map->field_count; i++) {
        const tusk_row_field *field = &map->fields[i];
        if (reader->any_maybe && !reader->present[field->group]) continue;
        tusk_status status = tusk_decode_cell(reader->arena, field->column, cells[i],
                                              (char *)row + field->offset, err);
        if (status == TUSK_OK) continue;
        if (status == TUSK_INVALID) {
            tusk_error_prefix(err, "table \"%s\"", table_name(map, field));
            name_it(err, map, field);
        }
        return status;
    }
    return TUSK_OK;
}
