/* other.c - renames, rows, domains, enums, maintenance, transactions */
#include "src/lint/linter.h"

#include "src/base/banned.h"

/* ---- renames ---- */

static void rename_table(tusk_linter *l, const json_t *body, const tusk_lint_target *target)
{
    tusk_str now = tusk_node_str(body, "newname");
    tusk_str quoted = tusk_lint_quoted(l, now);
    size_t prefix = target->sql.len - tusk_lint_quoted(l, target->plain).len;
    tusk_lint_say(l, TUSK_LINT_RENAME_TABLE, target, 0,
                  tusk_lint_sql_text(l,
                                     "ALTER TABLE %.*s RENAME TO %.*s;\n"
                                     "CREATE VIEW %.*s AS SELECT * FROM %.*s%.*s;",
                                     TUSK_STR_ARG(target->sql), TUSK_STR_ARG(quoted),
                                     TUSK_STR_ARG(target->sql), (int)prefix, target->sql.ptr,
                                     TUSK_STR_ARG(quoted)),
                  "programs that know %.*s do not find it any more", TUSK_STR_ARG(target->name));
    if (!target->fresh) return;
    size_t schema = target->name.len - target->plain.len;
    tusk_str key =
        tusk_lint_sql_text(l, "%.*s%.*s", (int)schema, target->name.ptr, TUSK_STR_ARG(now));
    if (!tusk_map_put(&l->fresh, key, l)) tusk_lint_nomem(l);
}

static void rename_something(tusk_linter *l, const json_t *body)
{
    tusk_str old = tusk_node_str(body, "subname");
    if (tusk_node_is(body, "renameType", "OBJECT_SCHEMA")) {
        tusk_lint_say(l, TUSK_LINT_RENAME_SCHEMA, NULL, 0, (tusk_str){ 0 },
                      "programs that know the schema \"%.*s\" do not find it any more",
                      TUSK_STR_ARG(old));
        return;
    }
    const json_t *relation = json_object_get(body, "relation");
    if (!relation) return;
    tusk_lint_target target = tusk_lint_target_of(l, relation);
    if (tusk_node_is(body, "renameType", "OBJECT_COLUMN")) {
        tusk_lint_say(l, TUSK_LINT_RENAME_COLUMN, &target, 0, (tusk_str){ 0 },
                      "programs that know the column \"%.*s\" do not find it any more",
                      TUSK_STR_ARG(old));
    } else if (tusk_node_is(body, "renameType", "OBJECT_TABLE")) {
        rename_table(l, body, &target);
    } else {
        return;
    }
    tusk_lint_takes(l, &target, true);
}

/* ---- rows ---- */

static void truncate_tables(tusk_linter *l, const json_t *body)
{
    bool cascade = tusk_node_is(body, "behavior", "DROP_CASCADE");
    TUSK_EACH_NODE(json_object_get(body, "relations"), node)
    {
        tusk_lint_target target = tusk_lint_target_of(l, tusk_node_body(node));
        tusk_lint_say(l, TUSK_LINT_TRUNCATE, &target, 0, (tusk_str){ 0 },
                      "all rows of %.*s%s are gone", TUSK_STR_ARG(target.name),
                      cascade ? " and of every table that refers to it" : "");
        tusk_lint_takes(l, &target, true);
    }
}

static void backfill(tusk_linter *l, const json_t *body)
{
    tusk_lint_target target = tusk_lint_target_of(l, json_object_get(body, "relation"));
    if (!l->exclusive.ptr || (l->apart && !l->inside)) return;
    tusk_lint_say(l, TUSK_LINT_BACKFILL, &target, 0, (tusk_str){ 0 },
                  "rows of %.*s are changed while %.*s is locked", TUSK_STR_ARG(target.name),
                  TUSK_STR_ARG(l->exclusive));
}

static void update(tusk_linter *l, const json_t *body)
{
    tusk_map seen;
    tusk_map_init(&seen, l->arena);
    TUSK_EACH_NODE(json_object_get(body, "targetList"), node)
    {
        const json_t *one = tusk_node_body(node);
        tusk_str name = tusk_node_str(one, "name");
        if (json_object_get(one, "indirection")) continue; /* another part of the column each */
        if (tusk_map_has(&seen, name)) {
            tusk_lint_say(l, TUSK_LINT_ASSIGNED_TWICE, NULL, tusk_node_int(one, "location"),
                          (tusk_str){ 0 }, "\"%.*s\" is set twice", TUSK_STR_ARG(name));
        } else if (!tusk_map_put(&seen, name, l)) {
            tusk_lint_nomem(l);
        }
    }
    backfill(l, body);
}

/* ---- types ---- */

static void domain(tusk_linter *l, const json_t *constraint, tusk_str name)
{
    if (!tusk_node_is(constraint, "contype", "CONSTR_CHECK") ||
        tusk_node_true(constraint, "skip_validation"))
        return;
    tusk_lint_say(l, TUSK_LINT_DOMAIN, NULL, tusk_node_int(constraint, "location"), (tusk_str){ 0 },
                  "the domain \"%.*s\" is constrained", TUSK_STR_ARG(name));
}

static void create_domain(tusk_linter *l, const json_t *body)
{
    tusk_str name = tusk_node_last(json_object_get(body, "domainname"));
    TUSK_EACH_NODE(json_object_get(body, "constraints"), node)
    {
        domain(l, tusk_node_body(node), name);
    }
}

static void alter_enum(tusk_linter *l, const json_t *body)
{
    tusk_str old = tusk_node_str(body, "oldVal"), new = tusk_node_str(body, "newVal");
    if (old.ptr) {
        tusk_lint_say(l, TUSK_LINT_RENAME_LABEL, NULL, 0, (tusk_str){ 0 },
                      "programs that send '%.*s' fail", TUSK_STR_ARG(old));
    } else if (!tusk_node_str(body, "newValNeighbor").ptr) {
        tusk_lint_say(l, TUSK_LINT_ENUM_ORDER, NULL, 0, (tusk_str){ 0 },
                      "'%.*s' becomes the last of the values", TUSK_STR_ARG(new));
    }
}

/* ---- maintenance ---- */

static void reindex(tusk_linter *l, const json_t *body)
{
    const json_t *relation = json_object_get(body, "relation");
    if (tusk_node_option(json_object_get(body, "params"), "concurrently")) {
        if (l->inside) {
            tusk_lint_say(l, TUSK_LINT_CONCURRENT_INSIDE, NULL, 0, (tusk_str){ 0 },
                          "CONCURRENTLY cannot be between BEGIN and COMMIT");
        }
        return;
    }
    if (!relation) {
        tusk_lint_say(l, TUSK_LINT_REINDEX, NULL, 0, (tusk_str){ 0 },
                      "table after table is locked while its indexes are built");
        return;
    }
    tusk_lint_target target = tusk_lint_target_of(l, relation);
    bool table = tusk_node_is(body, "kind", "REINDEX_OBJECT_TABLE");
    tusk_lint_say(l, TUSK_LINT_REINDEX, &target, 0,
                  tusk_lint_sql_text(l, "REINDEX %s CONCURRENTLY %.*s;", table ? "TABLE" : "INDEX",
                                     TUSK_STR_ARG(target.sql)),
                  "nobody can write while the indexes are built");
}

static void vacuum_full(tusk_linter *l, const json_t *relation, const char *what)
{
    tusk_lint_target target = { 0 };
    if (relation) target = tusk_lint_target_of(l, relation);
    tusk_lint_say(l, TUSK_LINT_VACUUM_FULL, relation ? &target : NULL, 0, (tusk_str){ 0 },
                  "%s copies %s while nobody can use it", what,
                  relation ? "the table" : "every table");
}

static void vacuum(tusk_linter *l, const json_t *body)
{
    const json_t *tables = json_object_get(body, "rels");
    if (!tusk_node_option(json_object_get(body, "options"), "full")) return;
    if (json_array_size(tables) == 0) vacuum_full(l, NULL, "VACUUM FULL");
    TUSK_EACH_NODE(tables, node)
    {
        vacuum_full(l, json_object_get(tusk_node_body(node), "relation"), "VACUUM FULL");
    }
}

static void refresh(tusk_linter *l, const json_t *body)
{
    if (tusk_node_true(body, "concurrent") || tusk_node_true(body, "skipData")) return;
    tusk_lint_target view = tusk_lint_target_of(l, json_object_get(body, "relation"));
    tusk_lint_say(l, TUSK_LINT_REFRESH, &view, 0,
                  tusk_lint_sql_text(l, "REFRESH MATERIALIZED VIEW CONCURRENTLY %.*s;",
                                     TUSK_STR_ARG(view.sql)),
                  "nobody can read the view while it is computed");
}

/* ---- transactions and settings ---- */

static void new_transaction(tusk_linter *l)
{
    tusk_map_init(&l->not_valid, l->arena);
    l->exclusive = (tusk_str){ 0 };
    l->told_several = false;
}

static void transaction(tusk_linter *l, const json_t *body)
{
    tusk_str kind = tusk_node_str(body, "kind");
    bool begins = tusk_str_eq(kind, TUSK_STR("TRANS_STMT_BEGIN")) ||
                  tusk_str_eq(kind, TUSK_STR("TRANS_STMT_START"));
    bool ends = tusk_str_eq(kind, TUSK_STR("TRANS_STMT_COMMIT")) ||
                tusk_str_eq(kind, TUSK_STR("TRANS_STMT_ROLLBACK"));
    if (!begins && !ends) return;
    l->inside = begins;
    new_transaction(l);
    tusk_lint_say(l, TUSK_LINT_NESTED, NULL, 0, (tusk_str){ 0 },
                  begins ? "the file begins a transaction of its own"
                         : "the file ends the transaction that it runs in");
}

static void setting(tusk_linter *l, const json_t *body)
{
    if (tusk_node_is(body, "name", "lock_timeout")) l->lock_timeout = true;
    if (tusk_node_is(body, "name", "statement_timeout")) l->time_limit = true;
}

void tusk_lint_end(tusk_linter *l)
{
    if (!l->inside) return;
    tusk_lint_say(l, TUSK_LINT_OPEN_TRANSACTION, NULL, 0, TUSK_STR("COMMIT;"),
                  "the transaction that the file begins is still open at its end");
}

/* ---- all of them ---- */

static void create_as(tusk_linter *l, const json_t *body)
{
    const json_t *rel = json_object_get(json_object_get(body, "into"), "rel");
    tusk_lint_target target = tusk_lint_target_of(l, rel);
    if (!tusk_map_put(&l->fresh, target.name, l)) tusk_lint_nomem(l);
}

static void alter_domain(tusk_linter *l, const json_t *body)
{
    domain(l, tusk_node_body(json_object_get(body, "def")),
           tusk_node_last(json_object_get(body, "typeName")));
}

static void drop_database(tusk_linter *l, const json_t *body)
{
    tusk_lint_say(l, TUSK_LINT_DROP_DATABASE, NULL, 0, (tusk_str){ 0 },
                  "the database \"%.*s\" is gone", TUSK_STR_ARG(tusk_node_str(body, "dbname")));
}

static void cluster(tusk_linter *l, const json_t *body)
{
    vacuum_full(l, json_object_get(body, "relation"), "CLUSTER");
}

void tusk_lint_other(tusk_linter *l, const char *kind, const json_t *body)
{
    static const struct {
        const char *kind;
        void (*look)(tusk_linter *l, const json_t *body);
    } known[] = {
        { "AlterTableStmt", tusk_lint_alter_table },
        { "CreateStmt", tusk_lint_create_table },
        { "IndexStmt", tusk_lint_index },
        { "DropStmt", tusk_lint_drop },
        { "CreateTableAsStmt", create_as },
        { "RenameStmt", rename_something },
        { "TruncateStmt", truncate_tables },
        { "UpdateStmt", update },
        { "DeleteStmt", backfill },
        { "CreateDomainStmt", create_domain },
        { "AlterDomainStmt", alter_domain },
        { "AlterEnumStmt", alter_enum },
        { "ReindexStmt", reindex },
        { "VacuumStmt", vacuum },
        { "ClusterStmt", cluster },
        { "RefreshMatViewStmt", refresh },
        { "TransactionStmt", transaction },
        { "VariableSetStmt", setting },
        { "DropdbStmt", drop_database },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(kind, known[i].kind) == 0) known[i].look(l, body);
    }
}
