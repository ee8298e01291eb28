/* constraint.c - constraints that are added to a table that is there */
#include <strings.h>

#include "src/lint/linter.h"

#include "src/base/banned.h"

#define AFTER "-- after ADD COLUMN without it:\n"

typedef struct adding {
    tusk_linter *l;
    const tusk_lint_target *target;
    const json_t *body;
    tusk_str column; /* of ADD COLUMN, "no text" otherwise */
    tusk_str text;   /* as written, "no text": not known */
    tusk_str name;   /* its own or the one that PostgreSQL gives */
} adding;

/* t_a_b_key, as PostgreSQL names what has no name. */
static tusk_str name_of(adding *a, const json_t *columns, const char *suffix)
{
    tusk_str own = tusk_node_str(a->body, "conname");
    if (own.ptr) return own;
    tusk_str name = a->target->plain;
    if (a->column.ptr) {
        name = tusk_lint_sql_text(a->l, "%.*s_%.*s", TUSK_STR_ARG(name), TUSK_STR_ARG(a->column));
    }
    TUSK_EACH_NODE(columns, node)
    {
        tusk_str column = tusk_node_text(node);
        name = tusk_lint_sql_text(a->l, "%.*s_%.*s", TUSK_STR_ARG(name), TUSK_STR_ARG(column));
    }
    return tusk_lint_sql_text(a->l, "%.*s_%s", TUSK_STR_ARG(name), suffix);
}

static int place(const adding *a)
{
    return tusk_node_int(a->body, "location");
}

static tusk_str columns_of(adding *a, const char *key)
{
    if (a->column.ptr) return tusk_lint_quoted(a->l, a->column);
    return tusk_lint_quoted_list(a->l, json_object_get(a->body, key));
}

/* ADD ... NOT VALID, then VALIDATE. */
static tusk_str validate_form(adding *a, tusk_str definition)
{
    if (!definition.ptr) return (tusk_str){ 0 };
    tusk_str name = tusk_lint_quoted(a->l, a->name), t = a->target->sql;
    bool named = definition.len > 10 && strncasecmp(definition.ptr, "constraint", 10) == 0;
    return tusk_lint_sql_text(
        a->l,
        "%sALTER TABLE %.*s ADD %s%.*s%s%.*s NOT VALID;\n"
        "ALTER TABLE %.*s VALIDATE CONSTRAINT %.*s; -- in a transaction of its own",
        a->column.ptr ? AFTER : "", TUSK_STR_ARG(t), named ? "" : "CONSTRAINT ",
        named ? 0 : (int)name.len, name.ptr, named ? "" : " ", TUSK_STR_ARG(definition),
        TUSK_STR_ARG(t), TUSK_STR_ARG(name));
}

/* ---- foreign keys, checks ---- */

static void note_not_valid(adding *a)
{
    tusk_linter *l = a->l;
    tusk_str name = tusk_node_str(a->body, "conname");
    if (!name.ptr) return;
    if (!tusk_map_put(&l->not_valid, tusk_lint_key(l, a->target, name), l)) tusk_lint_nomem(l);
}

/* Of a column that is added, what follows REFERENCES in the text. */
static tusk_str reference_text(adding *a)
{
    int at = tusk_node_int(json_object_get(a->body, "pktable"), "location");
    if (!a->column.ptr || !a->text.ptr) return a->text;
    const char *end = a->text.ptr + a->text.len, *from = a->l->chunk->sql.ptr + at;
    if (from < a->text.ptr || from > end) return (tusk_str){ 0 };
    tusk_str quoted = tusk_lint_quoted(a->l, a->column);
    return tusk_lint_sql_text(a->l, "FOREIGN KEY (%.*s) REFERENCES %.*s", TUSK_STR_ARG(quoted),
                              (int)(end - from), from);
}

static void foreign_key(adding *a)
{
    a->name = name_of(a, json_object_get(a->body, "fk_attrs"), "fkey");
    tusk_lint_takes(a->l, a->target, false);
    if (tusk_node_true(a->body, "skip_validation")) {
        note_not_valid(a);
        return;
    }
    tusk_lint_target other = tusk_lint_target_of(a->l, json_object_get(a->body, "pktable"));
    tusk_lint_target both = *a->target;
    both.name = tusk_lint_sql_text(a->l, "%.*s and %.*s", TUSK_STR_ARG(both.name),
                                   TUSK_STR_ARG(other.name));
    tusk_lint_say(a->l, TUSK_LINT_FOREIGN_KEY, &both, place(a), validate_form(a, reference_text(a)),
                  "the foreign key \"%.*s\" is checked for all rows while it is added",
                  TUSK_STR_ARG(a->name));
}

/* CHECK (c IS NOT NULL): SET NOT NULL needs no look at the rows once it is valid. */
static void note_not_null(adding *a, bool valid)
{
    tusk_linter *l = a->l;
    const json_t *test = json_object_get(json_object_get(a->body, "raw_expr"), "NullTest");
    const json_t *column = json_object_get(json_object_get(test, "arg"), "ColumnRef");
    if (!column || !tusk_node_is(test, "nulltesttype", "IS_NOT_NULL")) return;
    tusk_str key = tusk_lint_key(l, a->target, tusk_node_last(json_object_get(column, "fields")));
    tusk_str *kept = TUSK_NEW(l->arena, tusk_str);
    bool done = kept != NULL;
    if (kept) *kept = key;
    done = done && tusk_map_put(&l->not_null_of, tusk_lint_key(l, a->target, a->name), kept);
    if (valid) done = done && tusk_map_put(&l->not_null, key, l);
    if (!done) tusk_lint_nomem(l);
}

static void check(adding *a)
{
    a->name = name_of(a, NULL, "check");
    bool later = tusk_node_true(a->body, "skip_validation");
    note_not_null(a, !later);
    if (later) {
        note_not_valid(a);
        return;
    }
    tusk_lint_say(a->l, TUSK_LINT_CHECK, a->target, place(a), validate_form(a, a->text),
                  "the check \"%.*s\" is tested on all rows while it is added",
                  TUSK_STR_ARG(a->name));
}

/* ---- what has an index ---- */

static void with_index(adding *a, tusk_lint_id rule, const char *suffix, const char *words)
{
    bool primary = rule == TUSK_LINT_PRIMARY_KEY;
    a->name =
        name_of(a, primary || a->column.ptr ? NULL : json_object_get(a->body, "keys"), suffix);
    if (primary && !tusk_node_str(a->body, "conname").ptr) {
        a->name = tusk_lint_sql_text(a->l, "%.*s_pkey", TUSK_STR_ARG(a->target->plain));
    }
    if (tusk_node_str(a->body, "indexname").ptr) return;
    tusk_str name = tusk_lint_quoted(a->l, a->name), t = a->target->sql;
    tusk_str columns = columns_of(a, "keys");
    tusk_str also = tusk_lint_quoted_list(a->l, json_object_get(a->body, "including"));
    bool same = tusk_node_true(a->body, "nulls_not_distinct");
    const char *late = tusk_node_true(a->body, "initdeferred") ? " DEFERRABLE INITIALLY DEFERRED"
                       : tusk_node_true(a->body, "deferrable") ? " DEFERRABLE"
                                                               : "";
    tusk_str safe = tusk_lint_sql_text(
        a->l,
        "%sCREATE UNIQUE INDEX CONCURRENTLY %.*s ON %.*s (%.*s)%s%.*s%s%s;\n"
        "ALTER TABLE %.*s ADD CONSTRAINT %.*s %s USING INDEX %.*s%s;",
        a->column.ptr ? AFTER : "", TUSK_STR_ARG(name), TUSK_STR_ARG(t), TUSK_STR_ARG(columns),
        also.len > 0 ? " INCLUDE (" : "", TUSK_STR_ARG(also), also.len > 0 ? ")" : "",
        same ? " NULLS NOT DISTINCT" : "", TUSK_STR_ARG(t), TUSK_STR_ARG(name), words,
        TUSK_STR_ARG(name), late);
    tusk_lint_say(a->l, rule, a->target, place(a), safe,
                  "the index of \"%.*s\" is built while the table is locked",
                  TUSK_STR_ARG(a->name));
}

void tusk_lint_constraint(tusk_linter *l, const tusk_lint_target *target, const json_t *body,
                          tusk_str column, tusk_str text)
{
    adding a = { .l = l, .target = target, .body = body, .column = column, .text = text };
    tusk_str type = tusk_node_str(body, "contype");
    if (tusk_str_eq(type, TUSK_STR("CONSTR_FOREIGN"))) {
        foreign_key(&a);
    } else if (tusk_str_eq(type, TUSK_STR("CONSTR_CHECK"))) {
        check(&a);
    } else if (tusk_str_eq(type, TUSK_STR("CONSTR_UNIQUE"))) {
        with_index(&a, TUSK_LINT_UNIQUE, "key", "UNIQUE");
    } else if (tusk_str_eq(type, TUSK_STR("CONSTR_PRIMARY"))) {
        with_index(&a, TUSK_LINT_PRIMARY_KEY, "pkey", "PRIMARY KEY");
    } else if (tusk_str_eq(type, TUSK_STR("CONSTR_EXCLUSION"))) {
        tusk_lint_say(l, TUSK_LINT_EXCLUSION, target, place(&a), (tusk_str){ 0 },
                      "an exclusion constraint is built while the table is locked");
    }
}
