/* align.c - a database's schema in the words of another, wherever both mean the same */
#include "src/introspect/alike.h"
#include "src/introspect/introspect.h"

#include "src/base/banned.h"

/* Items of a list have the same place in a schema and in its normal form. The reference is the
 * wanted schema in normal form, as it is or as a server gave it back. */
typedef struct aligner {
    tusk_arena *arena;
    const tusk_model *database, *wanted;
    tusk_model database_normal, wanted_normal, reference;
} aligner;

typedef struct table_aligner {
    tusk_arena *arena;
    const tusk_model_table *given, *normal; /* of the database */
    const tusk_model_table *wanted, *wanted_normal, *reference;
} table_aligner;

/* ---- which is which ---- */

#define SAME_NAME(a, b) tusk_str_eq((a)->name, (b)->name)
#define SAME_FULL_NAME(a, b) \
    (SAME_NAME(a, b) && tusk_str_eq(tusk_model_schema((a)->schema), tusk_model_schema((b)->schema)))
#define SAME_ROUTINE(a, b)                                         \
    ((a)->is_trigger == (b)->is_trigger && SAME_FULL_NAME(a, b) && \
     tusk_str_eq((a)->table, (b)->table))
#define SAME_ON(a, b) tusk_str_eq((a)->on, (b)->on)

/* The place of what has the same name as `item`; the count when there is none. */
#define PLACE_OF(list, item, same_name)                                                      \
    __extension__({                                                                          \
        size_t place_ = 0;                                                                   \
        while (place_ < (list).count && !same_name(&(list).items[place_], (item))) place_++; \
        place_;                                                                              \
    })

/* One list, aligned into `out`: an item that means the same is the wanted one, another that has
 * its name at least has it in the same words. */
#define ALIGN(a, out, given, normal, wanted, wanted_normal, reference, same_name, same)  \
    do {                                                                                 \
        for (size_t i_ = 0; i_ < (given).count; i_++) {                                  \
            __typeof__(*(given).items) item_ = (given).items[i_];                        \
            const __typeof__(item_) *key_ = &(normal).items[i_];                         \
            size_t k_ = PLACE_OF(wanted_normal, key_, same_name);                        \
            size_t r_ = PLACE_OF(reference, key_, same_name);                            \
            bool both_ = k_ < (wanted_normal).count && r_ < (reference).count;           \
            if (both_ && same(key_, &(reference).items[r_])) item_ = (wanted).items[k_]; \
            tusk_vec_push((a)->arena, (out), item_);                                     \
        }                                                                                \
    } while (0)

#define ALIGN_MEMBER(t, out, member, same)                                                     \
    do {                                                                                       \
        memset(&(out)->member, 0, sizeof(out)->member);                                        \
        ALIGN(t, &(out)->member, (t)->given->member, (t)->normal->member, (t)->wanted->member, \
              (t)->wanted_normal->member, (t)->reference->member, SAME_NAME, same);            \
    } while (0)

#define ALIGN_OBJECTS(a, out, member, same_name, same)                           \
    ALIGN(a, &(out)->member, (a)->database->member, (a)->database_normal.member, \
          (a)->wanted->member, (a)->wanted_normal.member, (a)->reference.member, same_name, same)

/* ---- tables ---- */

static bool same_primary_key(const table_aligner *t)
{
    if (t->normal->primary_keys.count != t->reference->primary_keys.count) return false;
    for (size_t i = 0; i < t->normal->primary_keys.count; i++) {
        const tusk_model_key *a = &t->normal->primary_keys.items[i],
                             *b = &t->reference->primary_keys.items[i];
        if (!SAME_NAME(a, b) || !tusk_same_key(a, b)) return false;
    }
    for (size_t i = 0; i < t->normal->columns.count; i++) {
        const tusk_model_column *a = &t->normal->columns.items[i],
                                *b = tusk_model_find_column(t->reference, a->name);
        if (a->primary_key != (b && b->primary_key)) return false;
    }
    return true;
}

/* What is the same of it, thing by thing: a column may differ in one. */
static tusk_model_column align_column(const table_aligner *t, size_t i, bool same_key)
{
    tusk_model_column out = t->given->columns.items[i];
    const tusk_model_column *normal = &t->normal->columns.items[i],
                            *reference = tusk_model_find_column(t->reference, normal->name);
    size_t k = PLACE_OF(t->wanted_normal->columns, normal, SAME_NAME);
    if (!reference || k == t->wanted_normal->columns.count) return out;
    const tusk_model_column *wanted = &t->wanted->columns.items[k];
    out.name = wanted->name;
    out.renamed_from = wanted->renamed_from;
    if (tusk_alike_type(normal, reference)) {
        out.type = wanted->type;
        out.type_schema = wanted->type_schema;
    }
    if (same_key) out.primary_key = wanted->primary_key;
    if (normal->not_null == reference->not_null) out.not_null = wanted->not_null;
    if (tusk_same_default(&normal->value, &reference->value)) out.value = wanted->value;
    if (tusk_same_text(normal->generated, reference->generated)) {
        out.generated = wanted->generated;
    }
    if (tusk_same_text(normal->collation, reference->collation)) {
        out.collation = wanted->collation;
    }
    if (tusk_same_identity(&normal->identity, &reference->identity)) {
        out.identity = wanted->identity;
    }
    return out;
}

static void align_itself(const table_aligner *t, tusk_model_table *out)
{
    const tusk_model_table *normal = t->normal, *reference = t->reference, *wanted = t->wanted;
    out->name = wanted->name;
    out->schema = wanted->schema;
    out->renamed_from = wanted->renamed_from;
    if (normal->rls == reference->rls) out->rls = wanted->rls;
    if (normal->rls_forced == reference->rls_forced) out->rls_forced = wanted->rls_forced;
    if (normal->unlogged == reference->unlogged) out->unlogged = wanted->unlogged;
    if (tusk_same_options(&normal->storage, &reference->storage)) out->storage = wanted->storage;
    if (tusk_same_text(normal->partition_by, reference->partition_by)) {
        out->partition_by = wanted->partition_by;
    }
}

static tusk_model_table align_table(const table_aligner *t)
{
    tusk_model_table out = *t->given;
    bool same_key = same_primary_key(t);
    align_itself(t, &out);
    memset(&out.columns, 0, sizeof out.columns);
    for (size_t i = 0; i < t->given->columns.count; i++) {
        tusk_vec_push(t->arena, &out.columns, align_column(t, i, same_key));
    }
    if (same_key) out.primary_keys = t->wanted->primary_keys;
    ALIGN_MEMBER(t, &out, indexes, tusk_same_index);
    ALIGN_MEMBER(t, &out, foreign_keys, tusk_same_foreign_key);
    ALIGN_MEMBER(t, &out, uniques, tusk_same_key);
    ALIGN_MEMBER(t, &out, checks, tusk_same_check);
    ALIGN_MEMBER(t, &out, exclusions, tusk_same_exclusion);
    ALIGN_MEMBER(t, &out, policies, tusk_alike_policy);
    ALIGN_MEMBER(t, &out, partitions, tusk_alike_partition);
    return out;
}

static void align_tables(const aligner *a, tusk_model *out)
{
    for (size_t i = 0; i < a->database->tables.count; i++) {
        const tusk_model_table *normal = &a->database_normal.tables.items[i];
        size_t k = PLACE_OF(a->wanted_normal.tables, normal, SAME_FULL_NAME);
        size_t r = PLACE_OF(a->reference.tables, normal, SAME_FULL_NAME);
        if (k == a->wanted_normal.tables.count || r == a->reference.tables.count) {
            tusk_vec_push(a->arena, &out->tables, a->database->tables.items[i]);
            continue;
        }
        table_aligner t = { .arena = a->arena,
                            .given = &a->database->tables.items[i],
                            .normal = normal,
                            .wanted = &a->wanted->tables.items[k],
                            .wanted_normal = &a->wanted_normal.tables.items[k],
                            .reference = &a->reference.tables.items[r] };
        tusk_vec_push(a->arena, &out->tables, align_table(&t));
    }
}

/* Schemas are only names. */
static void align_schemas(const aligner *a, tusk_model *out)
{
    for (size_t i = 0; i < a->database->schemas.count; i++) {
        tusk_str name = a->database->schemas.items[i];
        for (size_t k = 0; k < a->wanted_normal.schemas.count; k++) {
            if (tusk_str_eq(name, a->wanted_normal.schemas.items[k])) {
                name = a->wanted->schemas.items[k];
                break;
            }
        }
        tusk_vec_push(a->arena, &out->schemas, name);
    }
}

tusk_status tusk_model_align(tusk_arena *arena, const tusk_model *database,
                             const tusk_model *wanted, const tusk_model *read_back, tusk_model *out,
                             tusk_error *err)
{
    aligner a = { .arena = arena, .database = database, .wanted = wanted };
    tusk_model made = tusk_model_empty();
    tusk_status st = tusk_model_normal(arena, database, &a.database_normal, err);
    if (st == TUSK_OK) st = tusk_model_normal(arena, wanted, &a.wanted_normal, err);
    a.reference = a.wanted_normal;
    if (st == TUSK_OK && read_back) st = tusk_model_normal(arena, read_back, &a.reference, err);
    if (st != TUSK_OK) return st;
    align_tables(&a, &made);
    align_schemas(&a, &made);
    ALIGN_OBJECTS(&a, &made, enums, SAME_FULL_NAME, tusk_alike_enum);
    ALIGN_OBJECTS(&a, &made, sequences, SAME_FULL_NAME, tusk_same_sequence);
    ALIGN_OBJECTS(&a, &made, roles, SAME_NAME, tusk_alike_role);
    ALIGN_OBJECTS(&a, &made, views, SAME_FULL_NAME, tusk_alike_view);
    ALIGN_OBJECTS(&a, &made, extensions, SAME_NAME, tusk_alike_extension);
    ALIGN_OBJECTS(&a, &made, domains, SAME_FULL_NAME, tusk_alike_domain);
    ALIGN_OBJECTS(&a, &made, composites, SAME_FULL_NAME, tusk_alike_composite);
    ALIGN_OBJECTS(&a, &made, routines, SAME_ROUTINE, tusk_alike_routine);
    ALIGN_OBJECTS(&a, &made, comments, SAME_ON, tusk_alike_comment);
    *out = made;
    return tusk_arena_failed(arena) ? tusk_fail_nomem(err, "the schema to compare") : TUSK_OK;
}
