/* model.c - finding things in a schema */
#include "src/model/model.h"

#include "src/base/banned.h"

tusk_model tusk_model_empty(void)
{
    return (tusk_model){ 0 };
}

tusk_str tusk_model_schema(tusk_str schema)
{
    return tusk_str_eq(schema, TUSK_STR("public")) ? TUSK_STR("") : schema;
}

static bool same_schema(tusk_str a, tusk_str b)
{
    return tusk_str_eq(tusk_model_schema(a), tusk_model_schema(b));
}

const tusk_model_table *tusk_model_find_table(const tusk_model *model, tusk_str schema,
                                              tusk_str name)
{
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *table = &model->tables.items[i];
        if (tusk_str_eq(table->name, name) && same_schema(table->schema, schema)) return table;
    }
    return NULL;
}

const tusk_model_enum *tusk_model_find_enum(const tusk_model *model, tusk_str schema, tusk_str name)
{
    for (size_t i = 0; i < model->enums.count; i++) {
        const tusk_model_enum *e = &model->enums.items[i];
        if (tusk_str_eq(e->name, name) && same_schema(e->schema, schema)) return e;
    }
    return NULL;
}

const tusk_model_column *tusk_model_find_column(const tusk_model_table *table, tusk_str name)
{
    for (size_t i = 0; i < table->columns.count; i++) {
        if (tusk_str_eq(table->columns.items[i].name, name)) return &table->columns.items[i];
    }
    return NULL;
}

bool tusk_names_equal(const tusk_names *a, const tusk_names *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!tusk_str_eq(a->items[i], b->items[i])) return false;
    }
    return true;
}

bool tusk_names_have(const tusk_names *names, tusk_str name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (tusk_str_eq(names->items[i], name)) return true;
    }
    return false;
}
