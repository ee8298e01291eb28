/* alter.c - ALTER TABLE and CREATE TABLE, part by part */
#include "src/lint/linter.h"

#include "src/base/banned.h"

typedef struct alteration {
    tusk_linter *l;
    tusk_lint_target target;
    const json_t *command;
    tusk_str piece; /* the command as written, or "no text" */
} alteration;

static int place(const alteration *a)
{
    if (!a->piece.ptr) return 0;
    return (int)(a->piece.ptr - a->l->chunk->sql.ptr);
}

/* ---- the commands ---- */

static void add_column(const alteration *a)
{
    tusk_lint_add_column(a->l, &a->target, tusk_node_body(json_object_get(a->command, "def")),
                         a->piece);
}

static void add_constraint(const alteration *a)
{
    const json_t *body = tusk_node_body(json_object_get(a->command, "def"));
    tusk_str text = { 0 };
    int at = tusk_node_int(body, "location");
    const char *from = a->l->chunk->sql.ptr + at;
    if (a->piece.ptr && from >= a->piece.ptr && from <= a->piece.ptr + a->piece.len) {
        text = (tusk_str){ from, (size_t)(a->piece.ptr + a->piece.len - from) };
    }
    tusk_lint_constraint(a->l, &a->target, body, (tusk_str){ 0 }, text);
}

static void validate(const alteration *a)
{
    tusk_linter *l = a->l;
    tusk_str name = tusk_node_str(a->command, "name");
    tusk_str key = tusk_lint_key(l, &a->target, name);
    const tusk_str *column = tusk_map_get(&l->not_null_of, key);
    if (column && !tusk_map_put(&l->not_null, *column, l)) tusk_lint_nomem(l);
    if (!tusk_map_has(&l->not_valid, key) || (l->apart && !l->inside)) return;
    tusk_lint_say(l, TUSK_LINT_VALIDATE_SAME, &a->target, place(a),
                  TUSK_STR("-- tusk:no-transaction"),
                  "\"%.*s\" is validated in the transaction that added it", TUSK_STR_ARG(name));
}

static void set_not_null(const alteration *a)
{
    tusk_str name = tusk_node_str(a->command, "name");
    if (tusk_map_has(&a->l->not_null, tusk_lint_key(a->l, &a->target, name))) return;
    tusk_lint_say(a->l, TUSK_LINT_NOT_NULL, &a->target, place(a),
                  tusk_lint_not_null_form(a->l, &a->target, name),
                  "all rows are looked through for NULL in \"%.*s\"", TUSK_STR_ARG(name));
}

static void drop_not_null(const alteration *a)
{
    tusk_str name = tusk_node_str(a->command, "name");
    tusk_lint_say(a->l, TUSK_LINT_DROP_NOT_NULL, &a->target, place(a), (tusk_str){ 0 },
                  "\"%.*s\" may be NULL from now on", TUSK_STR_ARG(name));
}

static void drop_column(const alteration *a)
{
    tusk_str name = tusk_node_str(a->command, "name");
    tusk_lint_say(a->l, TUSK_LINT_DROP_COLUMN, &a->target, place(a), (tusk_str){ 0 },
                  "the column \"%.*s\" and its data are gone", TUSK_STR_ARG(name));
}

static void change_type(const alteration *a)
{
    tusk_str name = tusk_node_str(a->command, "name");
    tusk_lint_type(a->l, tusk_node_body(json_object_get(a->command, "def")), false);
    tusk_lint_say(a->l, TUSK_LINT_TYPE, &a->target, place(a), (tusk_str){ 0 },
                  "\"%.*s\" gets another type: all rows and indexes are written anew, unless the "
                  "values can stay as they are",
                  TUSK_STR_ARG(name));
}

static void rewrite(const alteration *a)
{
    tusk_lint_say(a->l, TUSK_LINT_REWRITE, &a->target, place(a), (tusk_str){ 0 },
                  "the table is copied while it is locked");
}

static const json_t *partition_of(const alteration *a)
{
    return tusk_node_body(json_object_get(a->command, "def"));
}

static void attach(const alteration *a)
{
    tusk_lint_target part = tusk_lint_target_of(a->l, json_object_get(partition_of(a), "name"));
    tusk_lint_say(a->l, TUSK_LINT_ATTACH, &part, place(a), (tusk_str){ 0 },
                  "the rows of %.*s are checked against its bounds", TUSK_STR_ARG(part.name));
}

static void detach(const alteration *a)
{
    if (tusk_node_true(partition_of(a), "concurrent")) return;
    tusk_lint_target part = tusk_lint_target_of(a->l, json_object_get(partition_of(a), "name"));
    tusk_str safe = tusk_lint_sql_text(a->l, "ALTER TABLE %.*s DETACH PARTITION %.*s CONCURRENTLY;",
                                       TUSK_STR_ARG(a->target.sql), TUSK_STR_ARG(part.sql));
    tusk_lint_say(a->l, TUSK_LINT_DETACH, &a->target, place(a), safe,
                  "%.*s is detached while the whole table is locked", TUSK_STR_ARG(part.name));
}

/* `gentle`: takes less than ACCESS EXCLUSIVE. */
static const struct {
    const char *subtype;
    void (*look)(const alteration *a);
    bool gentle;
} commands[] = {
    { "AT_AddColumn", add_column, false },
    { "AT_AddConstraint", add_constraint, false },
    { "AT_ValidateConstraint", validate, true },
    { "AT_SetNotNull", set_not_null, false },
    { "AT_DropNotNull", drop_not_null, false },
    { "AT_DropColumn", drop_column, false },
    { "AT_AlterColumnType", change_type, false },
    { "AT_SetLogged", rewrite, false },
    { "AT_SetUnLogged", rewrite, false },
    { "AT_SetTableSpace", rewrite, false },
    { "AT_SetAccessMethod", rewrite, false },
    { "AT_AttachPartition", attach, true },
    { "AT_DetachPartition", detach, false },
    { "AT_SetStatistics", NULL, true },
    { "AT_SetRelOptions", NULL, true },
    { "AT_ResetRelOptions", NULL, true },
    { "AT_SetOptions", NULL, true },
    { "AT_ClusterOn", NULL, true },
    { "AT_EnableTrig", NULL, true },
    { "AT_DisableTrig", NULL, true },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static size_t find_command(const json_t *command)
{
    size_t i = 0;
    while (i < COMMANDS && !tusk_node_is(command, "subtype", commands[i].subtype)) i++;
    return i;
}

/* A foreign key takes SHARE ROW EXCLUSIVE only. */
static bool is_gentle(const json_t *command, size_t i)
{
    const json_t *body = tusk_node_body(json_object_get(command, "def"));
    if (tusk_node_is(body, "contype", "CONSTR_FOREIGN")) return true;
    return i < COMMANDS && commands[i].gentle;
}

/* The statement's commands as they are written, when there are as many. */
static bool cut_commands(tusk_linter *l, const json_t *body, tusk_lint_pieces *out)
{
    int at = tusk_node_int(json_object_get(body, "relation"), "location");
    if (!tusk_lint_cut(l, tusk_lint_name_end(l->chunk->sql, (size_t)at), out)) tusk_lint_nomem(l);
    return out->count == json_array_size(json_object_get(body, "cmds"));
}

void tusk_lint_alter_table(tusk_linter *l, const json_t *body)
{
    if (!tusk_node_is(body, "objtype", "OBJECT_TABLE")) return;
    alteration a = { .l = l, .target = tusk_lint_target_of(l, json_object_get(body, "relation")) };
    tusk_lint_pieces pieces;
    bool known = cut_commands(l, body, &pieces);
    bool exclusive = false;
    TUSK_EACH_NODE(json_object_get(body, "cmds"), node)
    {
        a.command = tusk_node_body(node);
        a.piece = known ? pieces.items[i_node] : (tusk_str){ 0 };
        size_t i = find_command(a.command);
        if (i < COMMANDS && commands[i].look) commands[i].look(&a);
        exclusive |= !is_gentle(a.command, i);
    }
    tusk_lint_takes(l, &a.target, exclusive);
}

/* ---- CREATE TABLE ---- */

/* Is the column alone the table's primary key, said apart? */
static bool is_key(const json_t *table, const json_t *column)
{
    TUSK_EACH_NODE(json_object_get(table, "tableElts"), node)
    {
        const json_t *keys = json_object_get(tusk_node_body(node), "keys");
        if (!tusk_node_is(tusk_node_body(node), "contype", "CONSTR_PRIMARY")) continue;
        return json_array_size(keys) == 1 &&
               tusk_str_eq(tusk_node_last(keys), tusk_node_str(column, "colname"));
    }
    return false;
}

void tusk_lint_create_table(tusk_linter *l, const json_t *body)
{
    const json_t *relation = json_object_get(body, "relation");
    tusk_lint_target target = tusk_lint_target_of(l, relation);
    if (!tusk_map_put(&l->fresh, target.name, l)) tusk_lint_nomem(l);
    if (!tusk_node_str(relation, "schemaname").ptr) {
        tusk_lint_say(l, TUSK_LINT_NO_SCHEMA, NULL, 0, (tusk_str){ 0 },
                      "\"%.*s\" is named without its schema", TUSK_STR_ARG(target.plain));
    }
    TUSK_EACH_NODE(json_object_get(body, "tableElts"), node)
    {
        if (strcmp(tusk_node_kind(node), "ColumnDef") != 0) continue;
        tusk_lint_type(l, tusk_node_body(node), is_key(body, tusk_node_body(node)));
    }
    if (l->apart && !tusk_node_true(body, "if_not_exists")) {
        tusk_lint_say(l, TUSK_LINT_ROBUST, NULL, 0, (tusk_str){ 0 },
                      "the statement fails when it is run again");
    }
}
