/* column.c - columns that are added, and the types of all that are declared */
#include <strings.h>

#include "src/lint/linter.h"

#include "src/base/banned.h"

/* ---- types ---- */

static bool is_one_of(tusk_str word, const char *const *words)
{
    for (; *words; words++) {
        if (tusk_str_eq(word, tusk_str_of(*words))) return true;
    }
    return false;
}

static const char *const serials[] = { "serial",  "serial4",     "bigserial", "serial8",
                                       "serial2", "smallserial", NULL };

static tusk_str type_of(const json_t *column)
{
    return tusk_node_last(json_object_get(json_object_get(column, "typeName"), "names"));
}

static const json_t *constraint_of(const json_t *column, const char *type)
{
    TUSK_EACH_NODE(json_object_get(column, "constraints"), node)
    {
        if (tusk_node_is(tusk_node_body(node), "contype", type)) return tusk_node_body(node);
    }
    return NULL;
}

void tusk_lint_type(tusk_linter *l, const json_t *column, bool key)
{
    static const char *const small[] = { "int2",    "int4",        "serial", "serial4",
                                         "serial2", "smallserial", NULL };
    static const char *const stamps[] = { "timestamp", NULL }, *const chars[] = { "bpchar", NULL };
    static const char *const jsons[] = { "json", NULL }, *const varchars[] = { "varchar", NULL };
    tusk_str type = type_of(column), name = tusk_node_str(column, "colname"), none = { 0 };
    const json_t *spelled = json_object_get(column, "typeName");
    int at = tusk_node_int(spelled, "location");
    bool sized = json_array_size(json_object_get(spelled, "typmods")) > 0;
    key = key || constraint_of(column, "CONSTR_PRIMARY");
    if (is_one_of(type, chars) && sized) {
        tusk_lint_say(l, TUSK_LINT_CHAR, NULL, at, none, "\"%.*s\" is padded with blanks",
                      TUSK_STR_ARG(name));
    } else if (is_one_of(type, varchars) && sized) {
        tusk_lint_say(l, TUSK_LINT_VARCHAR, NULL, at, none, "\"%.*s\" has its length in the type",
                      TUSK_STR_ARG(name));
    } else if (is_one_of(type, stamps)) {
        tusk_lint_say(l, TUSK_LINT_TIMESTAMP, NULL, at, none,
                      "\"%.*s\" is a timestamp without time zone", TUSK_STR_ARG(name));
    } else if (is_one_of(type, jsons)) {
        tusk_lint_say(l, TUSK_LINT_JSON, NULL, at, none, "\"%.*s\" is json, not jsonb",
                      TUSK_STR_ARG(name));
    }
    if (is_one_of(type, serials)) {
        tusk_lint_say(l, TUSK_LINT_SERIAL_TYPE, NULL, at, none, "\"%.*s\" is %.*s, not an identity",
                      TUSK_STR_ARG(name), TUSK_STR_ARG(type));
    }
    if (key && is_one_of(type, small)) {
        tusk_lint_say(l, TUSK_LINT_SMALL_KEY, NULL, at, none, "the key \"%.*s\" is no bigint",
                      TUSK_STR_ARG(name));
    }
}

/* ---- defaults ---- */

/* Functions that give the same for all rows of a statement. */
static const char *const steady[] = { "now",
                                      "transaction_timestamp",
                                      "statement_timestamp",
                                      "current_setting",
                                      "lower",
                                      "upper",
                                      "length",
                                      "md5",
                                      "to_timestamp",
                                      "to_date",
                                      "to_char",
                                      "date_trunc",
                                      "timezone",
                                      "make_interval",
                                      "make_date",
                                      "jsonb_build_object",
                                      "jsonb_build_array",
                                      "json_build_object",
                                      "json_build_array",
                                      "to_jsonb",
                                      "array_fill",
                                      "concat",
                                      "date_part",
                                      "extract",
                                      "round",
                                      "floor",
                                      "ceil",
                                      "abs",
                                      "coalesce",
                                      "txid_current",
                                      "format",
                                      "repeat",
                                      "substr",
                                      "substring",
                                      "left",
                                      "right",
                                      "trim",
                                      "btrim",
                                      "replace",
                                      "decode",
                                      "encode",
                                      "sha256",
                                      "session_user",
                                      "inet_server_addr",
                                      NULL };
static const char *const wild[] = { "random",           "gen_random_uuid",  "uuid_generate_v4",
                                    "uuid_generate_v1", "nextval",          "clock_timestamp",
                                    "timeofday",        "gen_random_bytes", NULL };

/* The first function that may give another value for every row. */
static tusk_str changing_call(const json_t *node)
{
    tusk_str found = { 0 };
    const char *key;
    json_t *value;
    const json_t *call = json_object_get(node, "FuncCall");
    tusk_str name = tusk_node_last(json_object_get(call, "funcname"));
    if (name.ptr && !is_one_of(name, steady)) return name;
    if (json_is_object(node)) {
        json_object_foreach((json_t *)node, key, value)
        {
            if (!found.ptr) found = changing_call(value);
        }
    }
    for (size_t i = 0; !found.ptr && i < json_array_size(node); i++) {
        found = changing_call(json_array_get(node, i));
    }
    return found;
}

/* ---- ADD COLUMN ---- */

typedef struct added {
    tusk_linter *l;
    const tusk_lint_target *target;
    const json_t *column;
    tusk_str piece; /* "ADD COLUMN c ...", or "no text" */
    tusk_str name, quoted, type;
} added;

/* From the byte `from` of the statement to that of the next constraint, or the end. */
static tusk_str text_from(const added *a, int from)
{
    if (!a->piece.ptr || from <= 0) return (tusk_str){ 0 };
    const char *sql = a->l->chunk->sql.ptr;
    const char *start = sql + from, *end = a->piece.ptr + a->piece.len;
    TUSK_EACH_NODE(json_object_get(a->column, "constraints"), node)
    {
        const char *other = sql + tusk_node_int(tusk_node_body(node), "location");
        if (other > start && other < end) end = other;
    }
    if (start < a->piece.ptr || start >= end) return (tusk_str){ 0 };
    return tusk_lint_trim((tusk_str){ start, (size_t)(end - start) });
}

/* ALTER TABLE t ADD COLUMN c type; */
static tusk_str plain_column(const added *a)
{
    return tusk_lint_sql_text(a->l, "ALTER TABLE %.*s ADD COLUMN %.*s %.*s;",
                              TUSK_STR_ARG(a->target->sql), TUSK_STR_ARG(a->quoted),
                              TUSK_STR_ARG(a->type));
}

static void required(const added *a)
{
    tusk_str safe = { 0 };
    if (a->type.ptr) {
        tusk_str column = plain_column(a), fill = tusk_lint_batch(a->l, a->target, a->name, "...");
        tusk_str not_null = tusk_lint_not_null_form(a->l, a->target, a->name);
        safe = tusk_lint_sql_text(a->l, "%.*s\n%.*s\n%.*s", TUSK_STR_ARG(column),
                                  TUSK_STR_ARG(fill), TUSK_STR_ARG(not_null));
    }
    tusk_lint_say(a->l, TUSK_LINT_REQUIRED_COLUMN, a->target, tusk_node_int(a->column, "location"),
                  safe, "\"%.*s\" is NOT NULL without a default: this fails when there are rows",
                  TUSK_STR_ARG(a->name));
}

static void changing_default(const added *a, const json_t *value, bool not_null)
{
    tusk_str call = changing_call(json_object_get(value, "raw_expr")), safe = { 0 };
    if (!call.ptr) return;
    tusk_str text = text_from(a, tusk_node_int(value, "location"));
    if (a->type.ptr && text.len > 7 && strncasecmp(text.ptr, "default", 7) == 0) {
        tusk_str column = plain_column(a),
                 fill = tusk_lint_batch(a->l, a->target, a->name, "DEFAULT"), last = TUSK_STR("");
        if (not_null) last = tusk_lint_not_null_form(a->l, a->target, a->name);
        safe = tusk_lint_sql_text(
            a->l, "%.*s\nALTER TABLE %.*s ALTER COLUMN %.*s SET %.*s;\n%.*s%s%.*s",
            TUSK_STR_ARG(column), TUSK_STR_ARG(a->target->sql), TUSK_STR_ARG(a->quoted),
            TUSK_STR_ARG(text), TUSK_STR_ARG(fill), not_null ? "\n" : "", TUSK_STR_ARG(last));
    }
    tusk_lint_say(a->l, TUSK_LINT_VOLATILE_DEFAULT, a->target, tusk_node_int(value, "location"),
                  safe,
                  is_one_of(call, wild) ? "the default of \"%.*s\" calls %.*s(): all rows are "
                                          "written anew"
                                        : "the default of \"%.*s\" calls %.*s(): unless that is "
                                          "STABLE or IMMUTABLE, all rows are written anew",
                  TUSK_STR_ARG(a->name), TUSK_STR_ARG(call));
}

static bool has_value(const json_t *value)
{
    const json_t *constant = json_object_get(json_object_get(value, "raw_expr"), "A_Const");
    return value && !tusk_node_true(constant, "isnull");
}

static void look_at_values(const added *a)
{
    const json_t *value = constraint_of(a->column, "CONSTR_DEFAULT");
    const json_t *generated = constraint_of(a->column, "CONSTR_GENERATED");
    bool not_null = constraint_of(a->column, "CONSTR_NOTNULL") != NULL;
    bool serial = is_one_of(
        tusk_node_last(json_object_get(json_object_get(a->column, "typeName"), "names")), serials);
    int at = tusk_node_int(a->column, "location");
    if (serial || constraint_of(a->column, "CONSTR_IDENTITY")) {
        tusk_lint_say(a->l, TUSK_LINT_SERIAL_COLUMN, a->target, at, (tusk_str){ 0 },
                      "\"%.*s\" gets a number in every row: all are written anew",
                      TUSK_STR_ARG(a->name));
    } else if (generated) {
        tusk_lint_say(a->l, TUSK_LINT_GENERATED_COLUMN, a->target, at, (tusk_str){ 0 },
                      "\"%.*s\" is computed for every row: all are written anew",
                      TUSK_STR_ARG(a->name));
    } else if (has_value(value)) {
        changing_default(a, value, not_null);
    } else if (not_null || constraint_of(a->column, "CONSTR_PRIMARY")) {
        required(a);
    }
}

void tusk_lint_add_column(tusk_linter *l, const tusk_lint_target *target, const json_t *column,
                          tusk_str piece)
{
    added a = { .l = l, .target = target, .column = column, .piece = piece };
    a.name = tusk_node_str(column, "colname");
    a.quoted = tusk_lint_quoted(l, a.name);
    a.type = text_from(&a, tusk_node_int(json_object_get(column, "typeName"), "location"));
    tusk_lint_type(l, column, false);
    look_at_values(&a);
    bool filled = has_value(constraint_of(column, "CONSTR_DEFAULT"));
    TUSK_EACH_NODE(json_object_get(column, "constraints"), node)
    {
        const json_t *body = tusk_node_body(node);
        /* rows that have no value refer to nothing */
        if (tusk_node_is(body, "contype", "CONSTR_FOREIGN") && !filled) continue;
        tusk_lint_constraint(l, target, body, a.name,
                             text_from(&a, tusk_node_int(body, "location")));
    }
}
