/* rename.c - which renames there are: said from outside ("teams.name" to "title"), and RENAMED_FROM
 * in the new schema */
#include "src/diff/rename.h"

#include "src/diff/rename_copy.h"

#include "src/base/banned.h"

typedef enum kind { SCHEMA, ROLE, ENUM, SEQUENCE, VIEW, TABLE, COLUMN, POLICY, LABEL } kind;
static const char *const kind_names[] = { "schema", "role",   "enum",   "sequence", "view",
                                          "table",  "column", "policy", "label" };

/* "s.teams.name" cut at its dots: the last part is the name, those before say where. */
typedef struct path {
    tusk_str parts[3];
    size_t count;
} path;

typedef struct renamer {
    tusk_arena *arena;
    const tusk_model *from, *to;
    tusk_model *out;
} renamer;

static bool same_schema(tusk_str a, tusk_str b)
{
    return tusk_str_eq(tusk_model_schema(a), tusk_model_schema(b));
}

/* The item of a list with this schema and name, NULL when there is none. */
#define FIND(list, schema_, name_)                                \
    __extension__({                                               \
        __typeof__((list).items + 0) found_ = NULL;               \
        for (size_t k_ = 0; k_ < (list).count && !found_; k_++) { \
            if (tusk_str_eq((list).items[k_].name, (name_)) &&    \
                same_schema((list).items[k_].schema, (schema_)))  \
                found_ = &(list).items[k_];                       \
        }                                                         \
        found_;                                                   \
    })
#define FIND_NAMED(list, name_)                                                          \
    __extension__({                                                                      \
        __typeof__((list).items + 0) found_ = NULL;                                      \
        for (size_t k_ = 0; k_ < (list).count && !found_; k_++) {                        \
            if (tusk_str_eq((list).items[k_].name, (name_))) found_ = &(list).items[k_]; \
        }                                                                                \
        found_;                                                                          \
    })

tusk_str tusk_rename_schema(const tusk_model *from, const tusk_model *renamed, tusk_str schema)
{
    for (size_t i = 0; i < from->schemas.count; i++) {
        if (tusk_str_eq(from->schemas.items[i], schema)) return renamed->schemas.items[i];
    }
    return schema;
}

static tusk_str last_part(const path *p)
{
    return p->parts[p->count - 1];
}

/* The schema before the name, "" when none is said. */
static tusk_str schema_part(const path *p, size_t names)
{
    return p->count > names ? p->parts[p->count - names - 1] : TUSK_STR("");
}

static bool cut_path(tusk_str text, path *out)
{
    *out = (path){ 0 };
    tusk_str rest = text;
    while (rest.ptr) {
        if (out->count == 3) return false;
        out->parts[out->count] = tusk_str_cut(&rest, '.');
        if (out->parts[out->count++].len == 0) return false;
    }
    return out->count > 0;
}

/* ---- one rename of one kind; `apply` false: would it fit? ---- */

static bool rename_schema(renamer *r, const path *from, const path *to, bool apply)
{
    if (from->count != 1 || to->count != 1) return false;
    tusk_str old = from->parts[0], now = to->parts[0];
    bool fits = tusk_names_have(&r->out->schemas, old) && !tusk_names_have(&r->out->schemas, now) &&
                tusk_names_have(&r->to->schemas, now);
    if (fits && apply) tusk_rename_one_schema(r->out, old, now);
    return fits;
}

static bool rename_role(renamer *r, const path *from, const path *to, bool apply)
{
    if (from->count != 1 || to->count != 1) return false;
    tusk_model_role *old = FIND_NAMED(r->out->roles, from->parts[0]);
    bool fits =
        old && !FIND_NAMED(r->out->roles, to->parts[0]) && FIND_NAMED(r->to->roles, to->parts[0]);
    if (fits && apply) old->name = to->parts[0];
    return fits;
}

/* A place that only the new schema has: the one that `to` says, else one in the schema that it was
 * in, else one in public. */
#define FIND_NEW(list, to_, old_schema)                                                  \
    __extension__({                                                                      \
        __typeof__(r->to->list.items + 0) found_new_ = NULL;                             \
        tusk_str tried_[] = { (to_)->count > 1 ? schema_part((to_), 1) : (old_schema),   \
                              (to_)->count > 1 ? schema_part((to_), 1) : TUSK_STR("") }; \
        for (size_t t_ = 0; t_ < 2 && !found_new_; t_++) {                               \
            if (FIND(r->out->list, tried_[t_], last_part(to_))) continue;                \
            found_new_ = FIND(r->to->list, tried_[t_], last_part(to_));                  \
        }                                                                                \
        found_new_;                                                                      \
    })
/* The item by its place now, else by the one before its schema was renamed. */
#define FIND_OLD(list, from_)                                                            \
    __extension__({                                                                      \
        tusk_str in_ = schema_part((from_), 1), named_ = last_part(from_);               \
        __typeof__(r->out->list.items + 0) found_old_ = FIND(r->out->list, in_, named_); \
        if (!found_old_) {                                                               \
            in_ = tusk_rename_schema(r->from, r->out, in_);                              \
            found_old_ = FIND(r->out->list, in_, named_);                                \
        }                                                                                \
        found_old_;                                                                      \
    })
#define FITS(list)                                                         \
    (from->count <= 2 && to->count <= 2 && (old = FIND_OLD(list, from)) && \
     (now = FIND_NEW(list, to, old->schema)))

static bool rename_enum(renamer *r, const path *from, const path *to, bool apply)
{
    tusk_model_enum *old = NULL;
    const tusk_model_enum *now = NULL;
    if (!FITS(enums)) return false;
    if (apply) tusk_rename_one_enum(r->arena, r->out, old, now->schema, now->name);
    return true;
}

static bool rename_sequence(renamer *r, const path *from, const path *to, bool apply)
{
    tusk_model_sequence *old = NULL;
    const tusk_model_sequence *now = NULL;
    if (!FITS(sequences)) return false;
    if (apply) {
        old->schema = now->schema;
        old->name = now->name;
    }
    return true;
}

static bool rename_view(renamer *r, const path *from, const path *to, bool apply)
{
    tusk_model_view *old = NULL;
    const tusk_model_view *now = NULL;
    if (!FITS(views)) return false;
    if (apply) {
        old->schema = now->schema;
        old->name = now->name;
    }
    return true;
}

static bool rename_table(renamer *r, const path *from, const path *to, bool apply)
{
    tusk_model_table *old = NULL;
    const tusk_model_table *now = NULL;
    if (!FITS(tables)) return false;
    if (apply) tusk_rename_one_table(r->out, old, now->schema, now->name);
    return true;
}

/* The table of a member, by the name that it had or the one that it has now. */
static tusk_model_table *table_of(renamer *r, const path *from)
{
    tusk_str schema = schema_part(from, 2), name = from->parts[from->count - 2];
    for (size_t i = 0; i < r->out->tables.count; i++) {
        const tusk_model_table *first = &r->from->tables.items[i];
        bool was = tusk_str_eq(first->name, name) && same_schema(first->schema, schema);
        if (was) return &r->out->tables.items[i];
    }
    return FIND(r->out->tables, schema, name);
}

static bool rename_column(renamer *r, const path *from, const path *to, bool apply)
{
    if (from->count < 2) return false;
    tusk_model_table *table = table_of(r, from);
    const tusk_model_table *now = table ? FIND(r->to->tables, table->schema, table->name) : NULL;
    if (!now) return false;
    tusk_model_column *old = FIND_NAMED(table->columns, last_part(from));
    bool fits = old && !FIND_NAMED(table->columns, last_part(to)) &&
                FIND_NAMED(now->columns, last_part(to));
    if (fits && apply) old->name = last_part(to);
    return fits;
}

static bool rename_policy(renamer *r, const path *from, const path *to, bool apply)
{
    tusk_model_table *table = from->count > 1 ? table_of(r, from) : NULL;
    const tusk_model_table *now = table ? FIND(r->to->tables, table->schema, table->name) : NULL;
    if (now) {
        tusk_model_policy *old = FIND_NAMED(table->policies, last_part(from));
        bool fits = old && !FIND_NAMED(table->policies, last_part(to)) &&
                    FIND_NAMED(now->policies, last_part(to));
        if (fits && apply) old->name = last_part(to);
        return fits;
    }
    tusk_model_policy *old = FIND_NAMED(r->out->policies, last_part(from));
    bool fits = old && !FIND_NAMED(r->out->policies, last_part(to)) &&
                FIND_NAMED(r->to->policies, last_part(to));
    if (fits && apply) old->name = last_part(to);
    return fits;
}

/* The enum of a label, by the name that it had or the one that it has now. */
static tusk_model_enum *enum_of(renamer *r, const path *from)
{
    tusk_str schema = schema_part(from, 2), name = from->parts[from->count - 2];
    for (size_t i = 0; i < r->out->enums.count; i++) {
        const tusk_model_enum *first = &r->from->enums.items[i];
        bool was = tusk_str_eq(first->name, name) && same_schema(first->schema, schema);
        if (was) return &r->out->enums.items[i];
    }
    return FIND(r->out->enums, schema, name);
}

static bool label_fits(const tusk_model_enum *old, const tusk_model_enum *now, tusk_str from,
                       tusk_str to)
{
    return tusk_names_have(&old->values, from) && !tusk_names_have(&now->values, from) &&
           !tusk_names_have(&old->values, to) && tusk_names_have(&now->values, to);
}

static bool rename_label(renamer *r, const path *from, const path *to, bool apply)
{
    tusk_model_enum *old = from->count > 1 ? enum_of(r, from) : NULL;
    const tusk_model_enum *now = old ? FIND(r->to->enums, old->schema, old->name) : NULL;
    bool fits = now && label_fits(old, now, last_part(from), last_part(to));
    if (fits && apply) tusk_rename_one_label(r->arena, r->out, old, last_part(from), last_part(to));
    return fits;
}

typedef bool renaming(renamer *r, const path *from, const path *to, bool apply);
static renaming *const renamings[] = { rename_schema,   rename_role,   rename_enum,
                                       rename_sequence, rename_view,   rename_table,
                                       rename_column,   rename_policy, rename_label };

/* ---- renames from outside ---- */

/* "enum:mood": the kind, and the rest; any kind when none is said. */
static bool cut_kind(tusk_str *text, size_t *first, size_t *last)
{
    const char *colon = memchr(text->ptr, ':', text->len);
    *first = SCHEMA;
    *last = LABEL;
    if (!colon) return true;
    tusk_str said = { text->ptr, (size_t)(colon - text->ptr) };
    for (size_t k = SCHEMA; k <= LABEL; k++) {
        if (!tusk_str_eq(said, tusk_str_of(kind_names[k]))) continue;
        *first = *last = k;
        *text = (tusk_str){ colon + 1, text->len - said.len - 1 };
        return true;
    }
    return false;
}

static tusk_status refuse(const tusk_rename *rename, const char *why, tusk_error *err)
{
    return tusk_fail(err, TUSK_INVALID, "rename of \"%.*s\" to \"%.*s\": %s",
                     TUSK_STR_ARG(rename->from), TUSK_STR_ARG(rename->to), why);
}

static tusk_status apply_one(renamer *r, const tusk_rename *rename, bool members, bool *done,
                             tusk_error *err)
{
    tusk_str old = rename->from, now = rename->to;
    size_t first = 0, last = 0, again = 0, fits = 0, which = 0;
    path from, to;
    if (!old.ptr || !now.ptr || !cut_kind(&old, &first, &last) ||
        (memchr(now.ptr, ':', now.len) && !cut_kind(&now, &again, &last)) ||
        !cut_path(old, &from) || !cut_path(now, &to)) {
        return refuse(rename, "it has to be \"[kind:][schema.][table.]name\"", err);
    }
    for (size_t k = first; k <= last; k++) {
        if ((k >= COLUMN) != members || !renamings[k](r, &from, &to, false)) continue;
        which = k;
        fits++;
    }
    if (fits > 1) {
        refuse(rename, "it could be several things", err);
        tusk_error_hint(err, "Say which kind, as in \"enum:name\".");
        return TUSK_INVALID;
    }
    *done = fits == 1;
    if (fits == 1) renamings[which](r, &from, &to, true);
    return TUSK_OK;
}

/* Once through all; `any`: one was applied, which may have made room for another. */
static tusk_status apply_fitting(renamer *r, const tusk_diff_options *options, bool members,
                                 bool *done, bool *any, tusk_error *err)
{
    *any = false;
    for (size_t i = 0; i < options->rename_count; i++) {
        if (done[i]) continue;
        tusk_status st = apply_one(r, &options->renames[i], members, &done[i], err);
        if (st != TUSK_OK) return st;
        if (done[i]) *any = true;
    }
    return TUSK_OK;
}

static tusk_status apply_options(renamer *r, const tusk_diff_options *options, bool *done,
                                 tusk_error *err)
{
    for (int members = 0; members < 2; members++) {
        for (bool any = true; any;) {
            tusk_status st = apply_fitting(r, options, members == 1, done, &any, err);
            if (st != TUSK_OK) return st;
        }
    }
    for (size_t i = 0; i < options->rename_count; i++) {
        if (done[i]) continue;
        refuse(&options->renames[i], "nothing of that name was there that has the new one now",
               err);
        tusk_error_hint(err, "The old name has to be in the old schema only, the new one in the "
                             "new schema only.");
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

/* ---- RENAMED_FROM ---- */

/* "old" is in the schema of what it is now, or in public; "schema.old" where it says. */
static bool apply_said(renamer *r, kind k, tusk_str was, tusk_str schema, tusk_str name)
{
    path from, to = { .parts = { schema.len > 0 ? schema : TUSK_STR("public"), name }, .count = 2 };
    if (!was.ptr || !cut_path(was, &from)) return false;
    path near = { .parts = { to.parts[0], from.parts[0] }, .count = 2 };
    const path *way = from.count == 1 && renamings[k](r, &near, &to, false) ? &near : &from;
    return renamings[k](r, way, &to, false) && renamings[k](r, way, &to, true);
}

#define APPLY_MEMBERS(list)                                                               \
    for (size_t j = 0; j < table->list.count; j++) {                                      \
        tusk_str was = table->list.items[j].renamed_from, is = table->list.items[j].name; \
        if (!was.ptr || FIND_NAMED(old->list, is)) continue;                              \
        __typeof__(old->list.items + 0) member = FIND_NAMED(old->list, was);              \
        if (!member) continue;                                                            \
        member->name = is;                                                                \
        any = true;                                                                       \
    }

static bool apply_members(renamer *r)
{
    bool any = false;
    for (size_t i = 0; i < r->to->tables.count; i++) {
        const tusk_model_table *table = &r->to->tables.items[i];
        tusk_model_table *old = FIND(r->out->tables, table->schema, table->name);
        if (!old) continue;
        APPLY_MEMBERS(columns)
        APPLY_MEMBERS(policies)
    }
    return any;
}

static void apply_labels(renamer *r)
{
    for (size_t i = 0; i < r->to->enums.count; i++) {
        const tusk_model_enum *e = &r->to->enums.items[i];
        tusk_model_enum *old = FIND(r->out->enums, e->schema, e->name);
        for (size_t j = 0; old && j < e->relabels.count; j++) {
            const tusk_model_relabel *label = &e->relabels.items[j];
            if (label_fits(old, e, label->from, label->to))
                tusk_rename_one_label(r->arena, r->out, old, label->from, label->to);
        }
    }
}

static bool apply_roles(renamer *r)
{
    bool any = false;
    for (size_t i = 0; i < r->to->roles.count; i++) {
        const tusk_model_role *role = &r->to->roles.items[i];
        tusk_model_role *was =
            role->renamed_from.ptr ? FIND_NAMED(r->out->roles, role->renamed_from) : NULL;
        if (!was || FIND_NAMED(r->out->roles, role->name)) continue;
        was->name = role->name;
        any = true;
    }
    return any;
}

static bool apply_schemas(renamer *r)
{
    bool any = false;
    for (size_t i = 0; i < r->to->schema_renames.count; i++) {
        const tusk_model_relabel *schema = &r->to->schema_renames.items[i];
        path from = { .parts = { schema->from }, .count = 1 };
        path to = { .parts = { schema->to }, .count = 1 };
        any |= rename_schema(r, &from, &to, false) && rename_schema(r, &from, &to, true);
    }
    return any;
}

#define APPLY_SAID(list, kind_)                                                    \
    for (size_t i = 0; i < r->to->list.count; i++) {                               \
        any |= apply_said(r, kind_, r->to->list.items[i].renamed_from,             \
                          r->to->list.items[i].schema, r->to->list.items[i].name); \
    }

static bool apply_once(renamer *r)
{
    bool any = apply_schemas(r);
    any |= apply_roles(r);
    APPLY_SAID(enums, ENUM)
    APPLY_SAID(sequences, SEQUENCE)
    APPLY_SAID(tables, TABLE)
    APPLY_SAID(views, VIEW)
    any |= apply_members(r);
    return any;
}

/* Again as long as one makes room for another: c was b, and b was a. */
static void apply_renamed_from(renamer *r)
{
    while (apply_once(r)) continue;
    apply_labels(r);
}

/* A partition of this name that is gone here and new in another schema was moved. */
static void move_partition(const tusk_model_table *old, const tusk_model_table *now,
                           tusk_model_partition *partition)
{
    if (FIND(now->partitions, partition->schema, partition->name)) return;
    const tusk_model_partition *to = FIND_NAMED(now->partitions, partition->name);
    if (to && !FIND(old->partitions, to->schema, to->name)) partition->schema = to->schema;
}

static void move_partitions(renamer *r)
{
    for (size_t i = 0; i < r->out->tables.count; i++) {
        tusk_model_table *old = &r->out->tables.items[i];
        const tusk_model_table *now = FIND(r->to->tables, old->schema, old->name);
        for (size_t j = 0; now && j < old->partitions.count; j++) {
            move_partition(old, now, &old->partitions.items[j]);
        }
    }
}

tusk_status tusk_rename_apply(tusk_arena *arena, const tusk_model *from, const tusk_model *to,
                              const tusk_diff_options *options, tusk_model *out, tusk_error *err)
{
    renamer r = { .arena = arena, .from = from, .to = to, .out = out };
    tusk_rename_copy(arena, from, out);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the renames");
    if (options && options->rename_count > 0) {
        bool *done = TUSK_NEW_ARRAY(arena, bool, options->rename_count);
        tusk_status st = done ? apply_options(&r, options, done, err) : TUSK_OK;
        if (st != TUSK_OK) return st;
    }
    apply_renamed_from(&r);
    move_partitions(&r);
    return tusk_arena_failed(arena) ? tusk_fail_nomem(err, "the renames") : TUSK_OK;
}
