/* candidates.c - what may be a rename: things that are gone beside things of their kind that are
 * new */
#include "src/diff/diff.h"
#include "src/diff/rename.h"

#include "src/base/banned.h"

typedef struct finder {
    tusk_arena *arena;
    const tusk_model *first, *from, *to;
    tusk_candidate_renames *out;
} finder;

static void add(finder *f, const char *what, tusk_str from, tusk_str to, bool alike)
{
    tusk_candidate_rename one = { what, from, to, .alike = alike, .likely = alike };
    tusk_vec_push(f->arena, f->out, one);
}

/* ---- does one look like the other? ---- */

static bool alike_columns(const tusk_model_column *a, const tusk_model_column *b)
{
    return tusk_str_eq(a->type, b->type) && tusk_str_eq(a->type_schema, b->type_schema);
}

/* At least half of their columns have the same names. */
static bool alike_tables(const tusk_model_table *a, const tusk_model_table *b)
{
    size_t shared = 0,
           more = a->columns.count > b->columns.count ? a->columns.count : b->columns.count;
    for (size_t i = 0; i < a->columns.count; i++) {
        if (tusk_model_find_column(b, a->columns.items[i].name)) shared++;
    }
    return shared > 0 && shared * 2 >= more;
}

static bool alike_enums(const tusk_model_enum *a, const tusk_model_enum *b)
{
    for (size_t i = 0; i < a->values.count; i++) {
        if (tusk_names_have(&b->values, a->values.items[i])) return true;
    }
    return false;
}

static bool alike_views(const tusk_model_view *a, const tusk_model_view *b)
{
    return a->materialized == b->materialized && tusk_str_eq(a->definition, b->definition);
}

static bool alike_sequences(const tusk_model_sequence *a, const tusk_model_sequence *b)
{
    return tusk_str_eq(a->increment, b->increment);
}

static bool alike_roles(const tusk_model_role *a, const tusk_model_role *b)
{
    return a->create_db == b->create_db && a->create_role == b->create_role;
}

static bool alike_policies(const tusk_model_policy *a, const tusk_model_policy *b)
{
    return tusk_str_eq(a->command, b->command);
}

/* Alike is not enough where another could be meant as well. */
static void leave_the_only_ones(tusk_candidate_renames *all)
{
    for (size_t i = 0; i < all->count; i++) {
        tusk_candidate_rename *one = &all->items[i];
        for (size_t j = 0; one->alike && j < all->count; j++) {
            const tusk_candidate_rename *other = &all->items[j];
            if (i == j || !other->alike || strcmp(one->what, other->what) != 0) continue;
            if (tusk_str_eq(one->from, other->from) || tusk_str_eq(one->to, other->to))
                one->likely = false;
        }
    }
}

/* ---- names ---- */

/* "name", or "schema.name" outside of public. */
static tusk_str place(finder *f, tusk_str schema, tusk_str name)
{
    tusk_str own = tusk_model_schema(schema);
    if (own.len == 0) return name;
    return tusk_arena_printf(f->arena, "%.*s.%.*s", TUSK_STR_ARG(own), TUSK_STR_ARG(name));
}

/* Where it would go; public is spelled out for what comes from another schema. */
static tusk_str new_place(finder *f, tusk_str was_in, tusk_str schema, tusk_str name)
{
    bool leaves = tusk_model_schema(was_in).len > 0 && tusk_model_schema(schema).len == 0;
    return leaves ? tusk_arena_printf(f->arena, "public.%.*s", TUSK_STR_ARG(name))
                  : place(f, schema, name);
}

static tusk_str member(finder *f, tusk_str owner, tusk_str name)
{
    return tusk_arena_printf(f->arena, "%.*s.%.*s", TUSK_STR_ARG(owner), TUSK_STR_ARG(name));
}

#define IS_IN(list, schema_, name_)                                          \
    __extension__({                                                          \
        bool found_ = false;                                                 \
        for (size_t k_ = 0; k_ < (list).count && !found_; k_++)              \
            found_ = tusk_str_eq((list).items[k_].name, (name_)) &&          \
                     tusk_str_eq(tusk_model_schema((list).items[k_].schema), \
                                 tusk_model_schema(schema_));                \
        found_;                                                              \
    })
#define IS_NAMED(list, name_)                                     \
    __extension__({                                               \
        bool found_ = false;                                      \
        for (size_t k_ = 0; k_ < (list).count && !found_; k_++)   \
            found_ = tusk_str_eq((list).items[k_].name, (name_)); \
        found_;                                                   \
    })

#define FIND_PLACED(f, what, list, same)                                                        \
    for (size_t i = 0; i < (f)->to->list.count; i++) {                                          \
        if (IS_IN((f)->from->list, (f)->to->list.items[i].schema, (f)->to->list.items[i].name)) \
            continue;                                                                           \
        for (size_t j = 0; j < (f)->from->list.count; j++) {                                    \
            if (IS_IN((f)->to->list, (f)->from->list.items[j].schema,                           \
                      (f)->from->list.items[j].name))                                           \
                continue;                                                                       \
            add((f), what,                                                                      \
                place((f), (f)->first->list.items[j].schema, (f)->first->list.items[j].name),   \
                new_place((f), (f)->first->list.items[j].schema, (f)->to->list.items[i].schema, \
                          (f)->to->list.items[i].name),                                         \
                same(&(f)->from->list.items[j], &(f)->to->list.items[i]));                      \
        }                                                                                       \
    }

#define FIND_NAMED(f, what, gone, now, owner, same)                          \
    for (size_t i = 0; i < (now).count; i++) {                               \
        if (IS_NAMED(gone, (now).items[i].name)) continue;                   \
        for (size_t j = 0; j < (gone).count; j++) {                          \
            if (IS_NAMED(now, (gone).items[j].name)) continue;               \
            tusk_str was_ = (gone).items[j].name, is_ = (now).items[i].name; \
            bool owned_ = (owner).len > 0;                                   \
            add((f), what, owned_ ? member((f), (owner), was_) : was_,       \
                owned_ ? member((f), (owner), is_) : is_,                    \
                same(&(gone).items[j], &(now).items[i]));                    \
        }                                                                    \
    }

static void find_members(finder *f)
{
    for (size_t k = 0; k < f->from->tables.count; k++) {
        const tusk_model_table *old = &f->from->tables.items[k];
        const tusk_model_table *now = tusk_model_find_table(f->to, old->schema, old->name);
        if (!now) continue;
        tusk_str owner = place(f, old->schema, old->name);
        FIND_NAMED(f, "column", old->columns, now->columns, owner, alike_columns)
        FIND_NAMED(f, "policy", old->policies, now->policies, owner, alike_policies)
    }
    FIND_NAMED(f, "policy", f->from->policies, f->to->policies, TUSK_STR(""), alike_policies)
}

/* A text that a rename can be said with: "mood.fine". */
static bool is_sayable(tusk_str label)
{
    return label.len > 0 && !memchr(label.ptr, '.', label.len) &&
           !memchr(label.ptr, ':', label.len) && !memchr(label.ptr, '=', label.len);
}

static void find_labels_of(finder *f, const tusk_model_enum *old, const tusk_model_enum *now)
{
    tusk_str owner = place(f, old->schema, old->name);
    for (size_t i = 0; i < now->values.count; i++) {
        tusk_str is = now->values.items[i];
        if (tusk_names_have(&old->values, is) || !is_sayable(is)) continue;
        for (size_t j = 0; j < old->values.count; j++) {
            tusk_str was = old->values.items[j];
            if (tusk_names_have(&now->values, was) || !is_sayable(was)) continue;
            add(f, "label", member(f, owner, was), member(f, owner, is), true);
        }
    }
}

static void find_labels(finder *f)
{
    for (size_t i = 0; i < f->from->enums.count; i++) {
        const tusk_model_enum *old = &f->from->enums.items[i];
        for (size_t j = 0; j < f->to->enums.count; j++) {
            const tusk_model_enum *now = &f->to->enums.items[j];
            bool same = tusk_str_eq(old->name, now->name) &&
                        tusk_str_eq(tusk_model_schema(old->schema), tusk_model_schema(now->schema));
            if (same) find_labels_of(f, old, now);
        }
    }
}

static void find_schemas(finder *f)
{
    for (size_t i = 0; i < f->to->schemas.count; i++) {
        tusk_str now = f->to->schemas.items[i];
        if (tusk_names_have(&f->from->schemas, now)) continue;
        for (size_t j = 0; j < f->from->schemas.count; j++) {
            tusk_str old = f->from->schemas.items[j];
            if (!tusk_names_have(&f->to->schemas, old)) add(f, "schema", old, now, true);
        }
    }
}

tusk_status tusk_diff_candidates(tusk_arena *arena, const tusk_model *from, const tusk_model *to,
                                 const tusk_diff_options *options, tusk_candidate_renames *out,
                                 tusk_error *err)
{
    tusk_model renamed;
    finder f = { .arena = arena, .first = from, .from = &renamed, .to = to, .out = out };
    *out = (tusk_candidate_renames){ 0 };
    tusk_status st = tusk_rename_apply(arena, from, to, options, &renamed, err);
    if (st != TUSK_OK) return st;
    find_schemas(&f);
    FIND_PLACED(&f, "enum", enums, alike_enums)
    find_labels(&f);
    FIND_PLACED(&f, "sequence", sequences, alike_sequences)
    FIND_NAMED(&f, "role", renamed.roles, to->roles, TUSK_STR(""), alike_roles)
    FIND_PLACED(&f, "table", tables, alike_tables)
    find_members(&f);
    FIND_PLACED(&f, "view", views, alike_views)
    leave_the_only_ones(out);
    return tusk_arena_failed(arena) ? tusk_fail_nomem(err, "the renames") : TUSK_OK;
}
