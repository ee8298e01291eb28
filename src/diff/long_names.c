/* long_names.c - names that PostgreSQL would cut to the same one */
#include "src/diff/long_names.h"

#include "src/base/map.h"
#include "src/base/utf8.h"

#include "src/base/banned.h"

#define NAME_BYTES 63
#define HASH_BYTES 8

typedef struct settler {
    tusk_arena *arena;
    tusk_map seen; /* "schema" or "schema.table", a zero byte, the cut name: how often */
    bool failed;
} settler;

static tusk_str cut(tusk_str name, size_t max)
{
    return name.len > max ? (tusk_str){ name.ptr, tusk_utf8_cut(name.ptr, name.len, max) } : name;
}

/* Names are shared by all relations of a schema, those of other constraints by those of a table. */
static tusk_str key_of(settler *s, const tusk_model_table *table, bool relation, tusk_str name)
{
    tusk_str schema = tusk_model_schema(table->schema), end = cut(name, NAME_BYTES);
    tusk_str owner = relation ? TUSK_STR("") : table->name;
    return tusk_arena_printf(s->arena, "%.*s\n%.*s\n%.*s", TUSK_STR_ARG(schema),
                             TUSK_STR_ARG(owner), TUSK_STR_ARG(end));
}

static void settle(settler *s, const tusk_model_table *table, bool relation, bool count,
                   tusk_str *name)
{
    void *once = s, *twice = &s->seen;
    tusk_str key = key_of(s, table, relation, *name);
    if (!key.ptr) s->failed = true;
    if (s->failed) return;
    const void *seen = tusk_map_get(&s->seen, key);
    if (count) {
        if (!tusk_map_put(&s->seen, key, seen ? twice : once)) s->failed = true;
        return;
    }
    if (name->len <= NAME_BYTES || seen != twice) return;
    uint32_t hash = 2166136261u; /* FNV-1a: the same wherever it runs */
    for (size_t i = 0; i < name->len; i++) hash = (hash ^ (unsigned char)name->ptr[i]) * 16777619u;
    tusk_str head = cut(*name, NAME_BYTES - HASH_BYTES - 1);
    *name = tusk_arena_printf(s->arena, "%.*s_%08x", TUSK_STR_ARG(head), hash);
    if (!name->ptr) s->failed = true;
}

/* The list with names of its own. */
#define SETTLE(s, table, list, relation, count)                                               \
    do {                                                                                      \
        if (!(count) && (table)->list.count > 0) {                                            \
            void *copy_ = tusk_arena_copy((s)->arena, (table)->list.items,                    \
                                          (table)->list.count * sizeof *(table)->list.items); \
            if (!copy_) (s)->failed = true;                                                   \
            if (copy_) (table)->list.items = copy_;                                           \
        }                                                                                     \
        for (size_t i_ = 0; !(s)->failed && i_ < (table)->list.count; i_++) {                 \
            settle((s), (table), (relation), (count), &(table)->list.items[i_].name);         \
        }                                                                                     \
    } while (0)

static void settle_table(settler *s, tusk_model_table *table, bool count)
{
    if (count) settle(s, table, true, true, &table->name);
    SETTLE(s, table, indexes, true, count);
    SETTLE(s, table, uniques, true, count);
    SETTLE(s, table, primary_keys, true, count);
    SETTLE(s, table, exclusions, true, count);
    SETTLE(s, table, checks, false, count);
    SETTLE(s, table, foreign_keys, false, count);
}

static bool has_long_names(const tusk_model *model)
{
#define ANY_LONG(list)                                                               \
    for (size_t j = 0; j < model->tables.items[i].list.count; j++) {                 \
        if (model->tables.items[i].list.items[j].name.len > NAME_BYTES) return true; \
    }
    for (size_t i = 0; i < model->tables.count; i++) {
        ANY_LONG(indexes)
        ANY_LONG(uniques)
        ANY_LONG(primary_keys)
        ANY_LONG(exclusions)
        ANY_LONG(checks)
        ANY_LONG(foreign_keys)
    }
    return false;
#undef ANY_LONG
}

bool tusk_long_names_settle(tusk_arena *arena, const tusk_model *model, tusk_model *out)
{
    *out = *model;
    if (!has_long_names(model)) return true;
    settler s = { .arena = arena };
    tusk_map_init(&s.seen, arena);
    out->tables.items = tusk_arena_copy(arena, model->tables.items,
                                        model->tables.count * sizeof *model->tables.items);
    if (!out->tables.items) return false;
    for (int count = 1; count >= 0; count--) {
        for (size_t i = 0; i < out->tables.count; i++) {
            settle_table(&s, &out->tables.items[i], count == 1);
        }
    }
    return !s.failed;
}
