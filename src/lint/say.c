/* say.c - one finding: its place, its lock, the table's rows, whether it is silenced */
#include <stdlib.h>

#include "src/lint/linter.h"
#include "tusk/quote.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define TEXT_MAX ((size_t)1 << 20)
#define SMALL    10000

void tusk_lint_nomem(tusk_linter *l)
{
    if (l->status == TUSK_OK) l->status = tusk_fail_nomem(l->err, "the findings");
}

/* ---- rows ---- */

/* A table that was never analysed is guessed by its size; a partitioned one is its partitions. */
#define ROWS_SQL                                                                            \
    "select count(*)::text, coalesce(sum(case when c.reltuples >= 0 then c.reltuples"       \
    " else pg_catalog.pg_relation_size(c.oid) / 64 end), 0)::bigint::text"                  \
    " from pg_catalog.pg_class c where c.relkind <> 'p' and (c.oid = to_regclass($1::text)" \
    " or c.oid in (select relid from pg_catalog.pg_partition_tree(to_regclass($1::text))))"

static int64_t ask_rows(tusk_linter *l, const tusk_lint_target *target)
{
    tusk_result result;
    long long rows = -1;
    tusk_status st =
        tusk_run(l->options->conn, l->arena,
                 tusk_sql(l->arena, ROWS_SQL, TUSK_PARAMS(tusk_val(target->sql))), &result, l->err);
    if (st != TUSK_OK) {
        l->status = st;
        return -1;
    }
    if (tusk_str_eq(tusk_result_cell(&result, 0, 0), TUSK_STR("0"))) return -1;
    tusk_str_to_int(tusk_result_cell(&result, 0, 1), 0, INT64_MAX, &rows);
    return rows;
}

static int64_t rows_of(tusk_linter *l, const tusk_lint_target *target)
{
    if (!l->options->conn || !target || l->status != TUSK_OK) return -1;
    int64_t *known = tusk_map_get(&l->rows, target->sql);
    if (known) return *known;
    known = TUSK_NEW(l->arena, int64_t);
    if (!known || !tusk_map_put(&l->rows, target->sql, known)) {
        tusk_lint_nomem(l);
        return -1;
    }
    return *known = ask_rows(l, target);
}

/* ---- findings ---- */

static const tusk_lint_pardon *pardon_of(const tusk_lint_pardons *list, tusk_lint_id id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].rule == id) return &list->items[i];
    }
    return NULL;
}

static int line_at(const tusk_chunk *chunk, int at)
{
    if (at <= 0) return chunk->line + tusk_split_line(chunk->sql, 0) - 1;
    int line = chunk->line;
    for (int i = 0; i < at && (size_t)i < chunk->sql.len; i++) line += chunk->sql.ptr[i] == '\n';
    return line;
}

static tusk_str lock_of(tusk_linter *l, const tusk_lint_rule *rule, const tusk_lint_target *target)
{
    const char *lock = rule->lock;
    bool named = target && lock[0] >= 'A' && lock[0] <= 'Z' && !strstr(lock, " on ");
    tusk_str out = named
                       ? tusk_arena_printf(l->arena, "%s on %.*s", lock, TUSK_STR_ARG(target->name))
                       : tusk_str_of(lock);
    if (!out.ptr) tusk_lint_nomem(l);
    return out;
}

void tusk_lint_say(tusk_linter *l, tusk_lint_id id, const tusk_lint_target *target, int at,
                   tusk_str safe, const char *format, ...)
{
    const tusk_lint_rule *rule = &tusk_lint_table[id];
    if (!l->on[id] || (target && target->fresh)) return;
    va_list args;
    va_start(args, format);
    tusk_lint_finding one = { .rule = rule, .level = rule->level, .file = l->file };
    one.message = tusk_arena_vprintf(l->arena, format, args);
    va_end(args);
    one.line = line_at(l->chunk, at);
    one.lock = lock_of(l, rule, target);
    one.safe = safe.ptr ? safe : TUSK_STR("");
    one.rows = rule->by_size ? rows_of(l, target) : -1;
    int64_t small = l->options->small_rows > 0 ? l->options->small_rows : SMALL;
    if (one.rows >= 0 && one.rows < small) one.level = TUSK_FINDING_NOTE;
    const tusk_lint_pardon *pardon = pardon_of(&l->pardons, id);
    if (!pardon) pardon = pardon_of(&l->pardoned, id);
    one.silenced = pardon != NULL;
    one.reason = pardon ? pardon->reason : TUSK_STR("");
    if (!one.message.ptr || !tusk_vec_push(l->arena, &l->findings, one)) tusk_lint_nomem(l);
}

/* ---- locks ---- */

static void ask_timeouts(tusk_linter *l)
{
    if (l->locked) return;
    l->locked = true;
    if (!l->lock_timeout) {
        tusk_lint_say(l, TUSK_LINT_LOCK_TIMEOUT, NULL, 0, TUSK_STR("SET lock_timeout = '5s';"),
                      "the file locks tables without a lock_timeout");
    }
    if (!l->time_limit) {
        tusk_lint_say(l, TUSK_LINT_STATEMENT_TIMEOUT, NULL, 0,
                      TUSK_STR("SET statement_timeout = '15min';"),
                      "the file locks tables without a statement_timeout");
    }
}

void tusk_lint_takes(tusk_linter *l, const tusk_lint_target *target, bool exclusive)
{
    if (target->fresh) return;
    ask_timeouts(l);
    if (!exclusive || (l->apart && !l->inside)) return;
    if (!l->exclusive.ptr) l->exclusive = target->name;
    if (l->told_several || tusk_str_eq(l->exclusive, target->name)) return;
    l->told_several = true;
    tusk_lint_say(l, TUSK_LINT_SEVERAL, target, 0, (tusk_str){ 0 },
                  "%.*s is locked in the transaction that has locked %.*s",
                  TUSK_STR_ARG(target->name), TUSK_STR_ARG(l->exclusive));
}

/* ---- the safe form ---- */

tusk_str tusk_lint_sql_text(tusk_linter *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tusk_str out = tusk_arena_vprintf(l->arena, format, args);
    va_end(args);
    if (!out.ptr) tusk_lint_nomem(l);
    return out;
}

tusk_str tusk_lint_quoted(tusk_linter *l, tusk_str name)
{
    tusk_buf buf;
    tusk_str out = TUSK_STR("");
    tusk_buf_init_in(&buf, l->arena, TEXT_MAX);
    tusk_quote_name(&buf, name);
    if (tusk_buf_finish(&buf, &out, NULL) != TUSK_OK) tusk_lint_nomem(l);
    return out;
}

tusk_str tusk_lint_quoted_list(tusk_linter *l, const json_t *list)
{
    tusk_buf buf;
    tusk_str out = TUSK_STR("");
    tusk_buf_init_in(&buf, l->arena, TEXT_MAX);
    TUSK_EACH_NODE(list, node)
    {
        if (buf.len > 0) tusk_buf_add_cstr(&buf, ", ");
        tusk_quote_name(&buf, tusk_node_text(node));
    }
    if (tusk_buf_finish(&buf, &out, NULL) != TUSK_OK) tusk_lint_nomem(l);
    return out;
}

tusk_str tusk_lint_not_null_form(tusk_linter *l, const tusk_lint_target *target, tusk_str column)
{
    tusk_str name = tusk_lint_sql_text(l, "%.*s_%.*s_filled", TUSK_STR_ARG(target->plain),
                                       TUSK_STR_ARG(column));
    tusk_str check = tusk_lint_quoted(l, name), quoted = tusk_lint_quoted(l, column);
    const tusk_str t = target->sql;
    return tusk_lint_sql_text(
        l,
        "ALTER TABLE %.*s ADD CONSTRAINT %.*s CHECK (%.*s IS NOT NULL) NOT VALID;\n"
        "ALTER TABLE %.*s VALIDATE CONSTRAINT %.*s; -- in a transaction of its own\n"
        "ALTER TABLE %.*s ALTER COLUMN %.*s SET NOT NULL;\n"
        "ALTER TABLE %.*s DROP CONSTRAINT %.*s;",
        TUSK_STR_ARG(t), TUSK_STR_ARG(check), TUSK_STR_ARG(quoted), TUSK_STR_ARG(t),
        TUSK_STR_ARG(check), TUSK_STR_ARG(t), TUSK_STR_ARG(quoted), TUSK_STR_ARG(t),
        TUSK_STR_ARG(check));
}

tusk_str tusk_lint_batch(tusk_linter *l, const tusk_lint_target *target, tusk_str column,
                         const char *value)
{
    tusk_str quoted = tusk_lint_quoted(l, column);
    return tusk_lint_sql_text(
        l,
        "-- in a transaction of its own, again and again until no row is changed:\n"
        "UPDATE %.*s SET %.*s = %s\n"
        "  WHERE ctid = ANY (ARRAY(SELECT ctid FROM %.*s WHERE %.*s IS NULL LIMIT 5000));",
        TUSK_STR_ARG(target->sql), TUSK_STR_ARG(quoted), value, TUSK_STR_ARG(target->sql),
        TUSK_STR_ARG(quoted));
}
