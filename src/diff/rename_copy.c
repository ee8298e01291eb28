/* rename_copy.c - a schema of which names can be changed: the single renames */
#include "src/diff/rename_copy.h"

#include "src/diff/cast.h"
#include "src/diff/words.h"

#include "src/base/banned.h"

/* The list gets items of its own. */
#define OWN(arena, list)                                                                           \
    do {                                                                                           \
        (list)->items = (list)->count > 0 ? tusk_arena_copy((arena), (list)->items,                \
                                                            (list)->count * sizeof *(list)->items) \
                                          : NULL;                                                  \
        (list)->cap = (list)->count;                                                               \
        if (!(list)->items) (list)->count = 0;                                                     \
    } while (0)

void tusk_rename_copy(tusk_arena *arena, const tusk_model *from, tusk_model *out)
{
    *out = *from;
    OWN(arena, &out->tables);
    OWN(arena, &out->enums);
    OWN(arena, &out->schemas);
    OWN(arena, &out->sequences);
    OWN(arena, &out->roles);
    OWN(arena, &out->policies);
    OWN(arena, &out->views);
    OWN(arena, &out->domains);
    OWN(arena, &out->composites);
    OWN(arena, &out->routines);
    for (size_t i = 0; i < out->tables.count; i++) {
        OWN(arena, &out->tables.items[i].columns);
        OWN(arena, &out->tables.items[i].policies);
        OWN(arena, &out->tables.items[i].partitions);
    }
    for (size_t i = 0; i < out->enums.count; i++) OWN(arena, &out->enums.items[i].values);
}

static bool same_schema(tusk_str a, tusk_str b)
{
    return tusk_str_eq(tusk_model_schema(a), tusk_model_schema(b));
}

static void follow(tusk_str *schema, tusk_str from, tusk_str to)
{
    if (schema->ptr && same_schema(*schema, from)) *schema = to;
}

/* Each member of the list that is in the schema. */
#define FOLLOW(list)                                    \
    for (size_t i = 0; i < model->list.count; i++) {    \
        follow(&model->list.items[i].schema, from, to); \
    }

void tusk_rename_one_schema(tusk_model *model, tusk_str from, tusk_str to)
{
    for (size_t i = 0; i < model->schemas.count; i++) {
        if (tusk_str_eq(model->schemas.items[i], from)) model->schemas.items[i] = to;
    }
    FOLLOW(tables)
    FOLLOW(enums)
    FOLLOW(sequences)
    FOLLOW(views)
    FOLLOW(domains)
    FOLLOW(composites)
    FOLLOW(routines)
    for (size_t i = 0; i < model->tables.count; i++) {
        tusk_model_table *table = &model->tables.items[i];
        for (size_t j = 0; j < table->columns.count; j++) {
            follow(&table->columns.items[j].type_schema, from, to);
        }
        for (size_t j = 0; j < table->partitions.count; j++) {
            follow(&table->partitions.items[j].schema, from, to);
        }
    }
}

static bool is_of_enum(const tusk_model_column *column, const tusk_model_enum *e)
{
    return column->type_schema.len > 0 && same_schema(column->type_schema, e->schema) &&
           tusk_str_eq(tusk_type_base(column->type), e->name);
}

void tusk_rename_one_enum(tusk_arena *arena, tusk_model *model, tusk_model_enum *e, tusk_str schema,
                          tusk_str name)
{
    for (size_t i = 0; i < model->tables.count; i++) {
        for (size_t j = 0; j < model->tables.items[i].columns.count; j++) {
            tusk_model_column *column = &model->tables.items[i].columns.items[j];
            if (!is_of_enum(column, e)) continue;
            tusk_str base = tusk_type_base(column->type);
            column->type =
                tusk_arena_printf(arena, "%.*s%.*s", TUSK_STR_ARG(name),
                                  (int)(column->type.len - base.len), column->type.ptr + base.len);
            column->type_schema = schema;
        }
    }
    e->schema = schema;
    e->name = name;
}

void tusk_rename_one_table(tusk_model *model, tusk_model_table *table, tusk_str schema,
                           tusk_str name)
{
    for (size_t i = 0; i < model->routines.count; i++) {
        tusk_model_routine *routine = &model->routines.items[i];
        if (!routine->is_trigger || !tusk_str_eq(routine->table, table->name)) continue;
        if (!same_schema(routine->schema, table->schema)) continue;
        routine->table = name;
        routine->schema = schema;
    }
    table->schema = schema;
    table->name = name;
}

void tusk_rename_one_label(tusk_arena *arena, tusk_model *model, tusk_model_enum *e, tusk_str from,
                           tusk_str to)
{
    tusk_str old = tusk_words_str(arena, "%l", from), now = tusk_words_str(arena, "%l", to);
    for (size_t i = 0; i < e->values.count; i++) {
        if (tusk_str_eq(e->values.items[i], from)) e->values.items[i] = to;
    }
    for (size_t i = 0; i < model->tables.count; i++) {
        for (size_t j = 0; j < model->tables.items[i].columns.count; j++) {
            tusk_model_column *column = &model->tables.items[i].columns.items[j];
            bool is_it = is_of_enum(column, e) && tusk_str_eq(column->value.sql, old);
            if (is_it && now.ptr) column->value.sql = now;
        }
    }
}
