/* partition.c - partitions of a table by time: what is missing is made, what is old is let go */
#include "tusk/partition.h"

#include "src/base/pause.h"
#include "src/base/vec.h"
#include "src/ops/partition.h"
#include "src/ops/stats_row.h"
#include "src/sql/quote.h"
#include "tusk/maintain.h"

#include "src/base/banned.h"

enum {
    AHEAD_MAX = 1000,
    KEEP_MAX = 100000,
    STATEMENT_MAX = 4096,
    LOCK_MS = 10000,
    LOCK_POLL_MS = 100,
    /* of 365 days after 1970: names have years of four digits, but for some ahead */
    YEARS_MAX = 8000,
};

/* What the catalogs say of the table. */
typedef struct table_facts {
    tusk_str schema, name, kind, strategy, column, type;
    int columns;
    tusk_str fallback; /* the DEFAULT partition, quoted; "" */
    int64_t now;
} table_facts;

typedef struct present {
    tusk_str name; /* quoted */
    bool is_default, pending;
    int64_t from, to;
} present;
typedef struct presents {
    const present *items;
    size_t count;
} presents;

typedef struct ahead {
    tusk_conn *conn;
    tusk_arena *arena;
    const tusk_partition_rule *rule;
    int lock_ms;
    int64_t oid, today; /* a day */
    tusk_str table;     /* quoted */
    table_facts facts;
    presents there;
    TUSK_VEC(tusk_partition) done;
    size_t present;
} ahead;

/* ---- the table ---- */

/* clang-format off */
static const char facts_sql[] =
    "select n.nspname, c.relname, c.relkind::text, p.partstrat::text, a.attname,\n"
    "  format_type(a.atttypid, null), p.partnatts::int,\n"
    "  (select format('%I.%I', dn.nspname, d.relname) from pg_catalog.pg_class d\n"
    "   join pg_catalog.pg_namespace dn on dn.oid = d.relnamespace where d.oid = p.partdefid),\n"
    "  " TUSK_OPS_TIME_SQL("now()") "\n"
    "from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace\n"
    "  left join pg_catalog.pg_partitioned_table p on p.partrelid = c.oid\n"
    "  left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = p.partattrs[0]\n"
    "where c.oid = $1::bigint::oid";
/* clang-format on */
static const tusk_ops_column facts_columns[] = {
    TUSK_OPS_COLUMN(table_facts, schema),  TUSK_OPS_COLUMN(table_facts, name),
    TUSK_OPS_COLUMN(table_facts, kind),    TUSK_OPS_COLUMN(table_facts, strategy),
    TUSK_OPS_COLUMN(table_facts, column),  TUSK_OPS_COLUMN(table_facts, type),
    TUSK_OPS_COLUMN(table_facts, columns), TUSK_OPS_COLUMN(table_facts, fallback),
    TUSK_OPS_COLUMN(table_facts, now),
};

static bool is_time(tusk_str type)
{
    return tusk_str_eq(type, TUSK_STR("timestamp with time zone")) ||
           tusk_str_eq(type, TUSK_STR("timestamp without time zone")) ||
           tusk_str_eq(type, TUSK_STR("date"));
}

static tusk_status check_facts(const ahead *a, tusk_error *err)
{
    const table_facts *facts = &a->facts;
    if (!tusk_str_eq(facts->kind, TUSK_STR("p"))) {
        tusk_fail(err, TUSK_INVALID, "%s is not partitioned", a->table.ptr);
        tusk_error_hint(err, "A table is partitioned when it is made: "
                             "PARTITION_BY(\"range (created_at)\") in the schema.");
        return TUSK_INVALID;
    }
    if (!tusk_str_eq(facts->strategy, TUSK_STR("r"))) {
        bool list = tusk_str_eq(facts->strategy, TUSK_STR("l"));
        return tusk_fail(err, TUSK_INVALID, "%s is partitioned by %s, not by range of a time",
                         a->table.ptr, list ? "list" : "hash");
    }
    if (facts->columns != 1 || facts->column.len == 0) {
        return tusk_fail(err, TUSK_INVALID, "%s is partitioned by %s, not by one column of a time",
                         a->table.ptr, facts->columns != 1 ? "several columns" : "an expression");
    }
    if (is_time(facts->type)) return TUSK_OK;
    return tusk_fail(err, TUSK_INVALID,
                     "%s is partitioned by \"%s\", which is %s, not timestamptz, timestamp or date",
                     a->table.ptr, facts->column.ptr, facts->type.ptr);
}

static tusk_status find_table(ahead *a, tusk_error *err)
{
    tusk_maintenance found;
    const table_facts *facts = NULL;
    size_t count = 0;
    tusk_status st =
        tusk_maintain_prepare(a->conn, a->arena, TUSK_ANALYZE, a->rule->table, &found, err);
    if (st != TUSK_OK) return st;
    a->table = found.table;
    a->oid = found.table_oid;
    const tusk_ops_question question = TUSK_OPS_QUESTION(table_facts, facts_sql, facts_columns);
    st = tusk_ops_ask(a->conn, a->arena, &question, TUSK_PARAMS(tusk_val(a->oid)), &facts, &count,
                      err);
    if (st != TUSK_OK) return st;
    if (count == 0) return tusk_fail(err, TUSK_INVALID, "%s is gone", a->table.ptr);
    a->facts = facts[0];
    int64_t at = a->rule->at.us != 0 ? a->rule->at.us : a->facts.now;
    a->today = tusk_partition_day((tusk_time){ at });
    return check_facts(a, err);
}

/* ---- the partitions that are there ---- */

/* clang-format off */
#define BOUND_SQL(value, none)                                                            \
    "case when " value " is null then '" none "'::bigint when isfinite(" value ") then\n" \
    "  " TUSK_OPS_TIME_SQL(value) " when " value " > now() then '9223372036854775807'\n"  \
    "  else '-9223372036854775808'::bigint end"
/* Bounds can only be had as text, which is written and read in the same zone and style: UTC and
 * ISO, which in_transaction() sets. */
static const char present_sql[] =
    "select format('%I.%I', n.nspname, c.relname), b.text = 'DEFAULT', i.inhdetachpending,\n"
    "  " BOUND_SQL("r.low", "-9223372036854775808") ",\n"
    "  " BOUND_SQL("r.high", "9223372036854775807") "\n"
    "from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid\n"
    "  join pg_catalog.pg_namespace n on n.oid = c.relnamespace\n"
    "  cross join lateral (select pg_get_expr(c.relpartbound, c.oid)) b(text)\n"
    "  cross join lateral (select\n"
    "    (regexp_match(b.text, 'FROM [(]''([^'']*)''[)] TO'))[1]::timestamptz,\n"
    "    (regexp_match(b.text, ' TO [(]''([^'']*)''[)]'))[1]::timestamptz) r(low, high)\n"
    "where i.inhparent = $1::bigint::oid order by r.low nulls first, 1";
/* clang-format on */
static const tusk_ops_column present_columns[] = {
    TUSK_OPS_COLUMN(present, name),    TUSK_OPS_COLUMN(present, is_default),
    TUSK_OPS_COLUMN(present, pending), TUSK_OPS_COLUMN(present, from),
    TUSK_OPS_COLUMN(present, to),
};

static tusk_status read_present(ahead *a, tusk_error *err)
{
    const tusk_ops_question question = TUSK_OPS_QUESTION(present, present_sql, present_columns);
    return tusk_ops_ask(a->conn, a->arena, &question, TUSK_PARAMS(tusk_val(a->oid)),
                        &a->there.items, &a->there.count, err);
}

/* ---- the ones that are wanted ---- */

static tusk_status tell_overlap(const ahead *a, const present *other, tusk_time from, tusk_time to,
                                tusk_error *err)
{
    tusk_fail(err, TUSK_INVALID, "partition %s overlaps the one for %s to %s", other->name.ptr,
              tusk_partition_date(a->arena, tusk_partition_day(from)).ptr,
              tusk_partition_date(a->arena, tusk_partition_day(to)).ptr);
    tusk_error_detail(err, "It goes from %s to %s.", TUSK_TIME_TEXT((tusk_time){ other->from }),
                      TUSK_TIME_TEXT((tusk_time){ other->to }));
    tusk_error_hint(err, "Partitions begin at midnight UTC. Take the unit that the others have, or "
                         "detach this one and move its rows.");
    return TUSK_INVALID;
}

/* `*found`: is this very range there? */
static tusk_status look_for(const ahead *a, tusk_time from, tusk_time to, bool *found,
                            tusk_error *err)
{
    *found = false;
    for (size_t i = 0; i < a->there.count; i++) {
        const present *other = &a->there.items[i];
        if (other->is_default || other->to <= from.us || other->from >= to.us) continue;
        if (other->from != from.us || other->to != to.us) {
            return tell_overlap(a, other, from, to, err);
        }
        *found = true;
    }
    return TUSK_OK;
}

static void add_time(const ahead *a, tusk_buf *buf, tusk_time time)
{
    bool date = tusk_str_eq(a->facts.type, TUSK_STR("date"));
    bool zone = tusk_str_eq(a->facts.type, TUSK_STR("timestamp with time zone"));
    tusk_str day = tusk_partition_date(a->arena, tusk_partition_day(time));
    tusk_sql_add_literal(buf, tusk_arena_printf(a->arena, "%s%s%s", day.ptr,
                                                date ? "" : " 00:00:00", zone ? "+00" : ""));
}

static tusk_status tell_fallback(const ahead *a, const tusk_partition *wanted, tusk_error *err)
{
    tusk_fail(err, TUSK_INVALID, "%s has rows that belong into %s", a->facts.fallback.ptr,
              wanted->name.ptr);
    tusk_error_hint(err,
                    "Detach it (alter table %.80s detach partition %.80s), do this again, move its "
                    "rows of that time into the table, and attach it again as default.",
                    a->table.ptr, a->facts.fallback.ptr);
    return TUSK_INVALID;
}

/* Of the DEFAULT partition; asked before a lock is taken on it, for the answer may take a scan. */
static tusk_status check_fallback(const ahead *a, const tusk_partition *wanted, tusk_error *err)
{
    tusk_buf buf;
    tusk_str sql, found;
    if (a->facts.fallback.len == 0) return TUSK_OK;
    tusk_buf_init_in(&buf, a->arena, STATEMENT_MAX);
    tusk_buf_printf(&buf, "select exists(select from %s where ", a->facts.fallback.ptr);
    tusk_sql_add_ident(&buf, a->facts.column);
    tusk_buf_add_cstr(&buf, " >= ");
    add_time(a, &buf, wanted->from);
    tusk_buf_add_cstr(&buf, " and ");
    tusk_sql_add_ident(&buf, a->facts.column);
    tusk_buf_add_cstr(&buf, " < ");
    add_time(a, &buf, wanted->to);
    tusk_buf_add_char(&buf, ')');
    tusk_status st = tusk_buf_finish(&buf, &sql, err);
    if (st == TUSK_OK) st = tusk_ops_ask_text(a->conn, a->arena, sql.ptr, &found, err);
    if (st != TUSK_OK || !tusk_str_eq(found, TUSK_STR("t"))) return st;
    return tell_fallback(a, wanted, err);
}

typedef struct free_name {
    tusk_str quoted;
    bool taken;
} free_name;

static tusk_status check_name(const ahead *a, tusk_str name, tusk_partition *out, tusk_error *err)
{
    static const char sql[] =
        "select format('%I.%I', $1::text, $2::text), exists(select from pg_catalog.pg_class c\n"
        "  join pg_catalog.pg_namespace n on n.oid = c.relnamespace\n"
        "  where n.nspname = $1 and c.relname = $2)";
    static const tusk_ops_column columns[] = { TUSK_OPS_COLUMN(free_name, quoted),
                                               TUSK_OPS_COLUMN(free_name, taken) };
    const tusk_ops_question question = TUSK_OPS_QUESTION(free_name, sql, columns);
    const free_name *found = NULL;
    size_t count = 0;
    tusk_status st =
        tusk_ops_ask(a->conn, a->arena, &question,
                     TUSK_PARAMS(tusk_val(a->facts.schema), tusk_val(name)), &found, &count, err);
    if (st != TUSK_OK) return st;
    out->name = found[0].quoted;
    if (!found[0].taken) return TUSK_OK;
    tusk_fail(err, TUSK_INVALID,
              "there is a relation %s already, which is no partition for that time", out->name.ptr);
    tusk_error_hint(err, "Rename it, or attach it to %.150s if it was detached.", a->table.ptr);
    return TUSK_INVALID;
}

/* CREATE TABLE ... PARTITION OF would take ACCESS EXCLUSIVE on the table and wait for every reader;
 * attaching waits for none. */
static tusk_status describe(const ahead *a, tusk_partition *out, tusk_error *err)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, a->arena, STATEMENT_MAX);
    tusk_buf_printf(&buf,
                    "create table %s (like %s including defaults including generated including "
                    "constraints including indexes including storage including compression); "
                    "alter table %s attach partition %s for values from (",
                    out->name.ptr, a->table.ptr, a->table.ptr, out->name.ptr);
    add_time(a, &buf, out->from);
    tusk_buf_add_cstr(&buf, ") to (");
    add_time(a, &buf, out->to);
    tusk_buf_add_char(&buf, ')');
    return tusk_buf_finish(&buf, &out->statement, err);
}

static tusk_status want(ahead *a, int n, tusk_error *err)
{
    tusk_partition_unit unit = a->rule->unit;
    int64_t first = tusk_partition_start(unit, a->today, n);
    tusk_partition wanted = {
        .action = TUSK_PARTITION_MADE,
        .from = { first * TUSK_DAY_US },
        .to = { tusk_partition_start(unit, first, 1) * TUSK_DAY_US },
    };
    bool found;
    tusk_status st = look_for(a, wanted.from, wanted.to, &found, err);
    if (st != TUSK_OK) return st;
    a->present += found;
    if (found) return TUSK_OK;
    tusk_str name = tusk_partition_name(a->arena, a->facts.name, unit, first);
    if (!name.ptr) return tusk_fail_nomem(err, "a partition");
    st = check_name(a, name, &wanted, err);
    if (st == TUSK_OK) st = describe(a, &wanted, err);
    if (st == TUSK_OK) st = check_fallback(a, &wanted, err);
    if (st == TUSK_OK && !tusk_vec_push(a->arena, &a->done, wanted)) {
        return tusk_fail_nomem(err, "a partition");
    }
    return st;
}

/* ---- doing it ---- */

static tusk_status in_transaction(const ahead *a, tusk_error *err)
{
    tusk_str sql = tusk_arena_printf(
        a->arena,
        "set local lock_timeout = %d; set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'",
        a->lock_ms);
    return sql.ptr ? tusk_conn_script(a->conn, sql, err) : tusk_fail_nomem(err, "a statement");
}

/* The lock that attaching takes anyway, before the first look: it holds off also those who
 * make partitions by hand. */
static tusk_status lock_table(const ahead *a, tusk_error *err)
{
    tusk_str sql = tusk_arena_printf(a->arena, "lock table only %s in share update exclusive mode",
                                     a->table.ptr);
    return sql.ptr ? tusk_conn_script(a->conn, sql, err) : tusk_fail_nomem(err, "a statement");
}

static tusk_status make_one(const ahead *a, const tusk_partition *wanted, tusk_error *err)
{
    tusk_error own = { 0 };
    tusk_status st = tusk_conn_script(a->conn, wanted->statement, &own);
    if (st == TUSK_OK) return TUSK_OK;
    bool came_in = tusk_str_eq(tusk_str_of(own.sqlstate), TUSK_STR("23514")); /* meanwhile */
    if (came_in) return tell_fallback(a, wanted, err);
    if (err) *err = own;
    return st;
}

static tusk_status make(tusk_conn *conn, void *context, tusk_error *err)
{
    (void)conn;
    ahead *a = context;
    bool dry = a->rule->dry_run;
    tusk_status st = in_transaction(a, err);
    if (st == TUSK_OK && !dry) st = lock_table(a, err);
    if (st == TUSK_OK) st = read_present(a, err);
    for (int n = 0; st == TUSK_OK && n <= a->rule->ahead; n++) st = want(a, n, err);
    for (size_t i = 0; st == TUSK_OK && !dry && i < a->done.count; i++) {
        st = make_one(a, &a->done.items[i], err);
    }
    return st;
}

/* ---- letting go ---- */

static bool is_alone(const ahead *a)
{
    return a->rule->detach && a->facts.fallback.len == 0;
}

static tusk_status describe_old(const ahead *a, const present *old, tusk_partition *out,
                                tusk_error *err)
{
    tusk_buf buf;
    *out = (tusk_partition){ .action =
                                 a->rule->detach ? TUSK_PARTITION_DETACHED : TUSK_PARTITION_DROPPED,
                             .name = old->name,
                             .from = { old->from },
                             .to = { old->to } };
    tusk_buf_init_in(&buf, a->arena, STATEMENT_MAX);
    tusk_buf_printf(&buf, "alter table %s detach partition %s", a->table.ptr, old->name.ptr);
    if (old->pending) {
        tusk_buf_add_cstr(&buf, " finalize");
    } else if (is_alone(a)) {
        tusk_buf_add_cstr(&buf, " concurrently");
    }
    if (!a->rule->detach) tusk_buf_printf(&buf, "; drop table %s", old->name.ptr);
    return tusk_buf_finish(&buf, &out->statement, err);
}

typedef struct removal {
    const ahead *a;
    tusk_str statement;
} removal;

/* A foreign key to the table keeps a partition from being dropped, but not from being detached when
 * nothing refers to its rows: so it is detached first. */
static tusk_status remove_in(tusk_conn *conn, void *context, tusk_error *err)
{
    const removal *r = context;
    tusk_status st = in_transaction(r->a, err);
    if (st == TUSK_OK) st = tusk_conn_script(conn, r->statement, err);
    return st;
}

static tusk_status detach_alone(const ahead *a, tusk_str statement, tusk_error *err)
{
    tusk_str sql = tusk_arena_printf(a->arena, "set lock_timeout = %d", a->lock_ms);
    if (!sql.ptr) return tusk_fail_nomem(err, "a statement");
    tusk_status st = tusk_conn_script(a->conn, sql, err);
    if (st == TUSK_OK) st = tusk_conn_script(a->conn, statement, err);
    tusk_ignore(tusk_conn_script(a->conn, TUSK_STR("reset lock_timeout"), NULL));
    return st;
}

static tusk_status remove_old(ahead *a, const present *old, tusk_error *err)
{
    tusk_partition gone;
    tusk_status st = describe_old(a, old, &gone, err);
    if (st == TUSK_OK && !a->rule->dry_run) {
        removal r = { a, gone.statement };
        st = is_alone(a) ? detach_alone(a, gone.statement, err)
                         : tusk_transaction(a->conn, NULL, remove_in, &r, err);
    }
    if (st != TUSK_OK) {
        tusk_error_prefix(err, "partition %s", old->name.ptr);
        return st;
    }
    return tusk_vec_push(a->arena, &a->done, gone) ? TUSK_OK : tusk_fail_nomem(err, "a partition");
}

static tusk_status remove_all(ahead *a, tusk_error *err)
{
    if (a->rule->keep == 0) return TUSK_OK;
    int64_t first = tusk_partition_start(a->rule->unit, a->today, -(int64_t)a->rule->keep);
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < a->there.count; i++) {
        const present *old = &a->there.items[i];
        if (old->is_default || old->to > first * TUSK_DAY_US) continue;
        st = remove_old(a, old, err);
    }
    return st;
}

/* ---- one caller at a time ---- */

/* Polled: who waited inside pg_advisory_lock would hold a snapshot that DETACH CONCURRENTLY of the
 * other waits for. The first number is the bytes of "tusk". */
static tusk_status enter(const ahead *a, tusk_error *err)
{
    static const char sql[] =
        "select pg_try_advisory_lock(1953854315, $1::bigint::oid::int)::int::bigint";
    int64_t deadline = tusk_deadline_in(a->lock_ms);
    for (;;) {
        int64_t held = 0;
        tusk_status st = tusk_fetch_count(
            a->conn, a->arena, tusk_sql(a->arena, sql, TUSK_PARAMS(tusk_val(a->oid))), &held, err);
        if (st != TUSK_OK || held) return st;
        if (!tusk_wait_a_little(LOCK_POLL_MS, deadline)) break;
    }
    return tusk_fail(err, TUSK_BUSY, "somebody else has been making partitions of %s for %d s",
                     a->table.ptr, (a->lock_ms + 999) / 1000);
}

static void leave(const ahead *a)
{
    tusk_ignore(
        tusk_run(a->conn, a->arena,
                 tusk_sql(a->arena, "select pg_advisory_unlock(1953854315, $1::bigint::oid::int)",
                          TUSK_PARAMS(tusk_val(a->oid))),
                 NULL, NULL)); /* a broken connection has let go of it already */
}

static tusk_status check_rule(const ahead *a, tusk_error *err)
{
    const tusk_partition_rule *rule = a->rule;
    if (!rule->table || !*rule->table) return tusk_fail(err, TUSK_MISUSE, "no table is named");
    if (rule->unit < TUSK_PARTITION_DAY || rule->unit > TUSK_PARTITION_YEAR) {
        return tusk_fail(err, TUSK_MISUSE, "there is no unit %d of partitions", (int)rule->unit);
    }
    if (rule->ahead < 0 || rule->ahead > AHEAD_MAX || rule->keep < 0 || rule->keep > KEEP_MAX) {
        return tusk_fail(err, TUSK_MISUSE, "%d partitions ahead and %d kept is out of range",
                         rule->ahead, rule->keep);
    }
    if (rule->at.us < 0 || rule->at.us > YEARS_MAX * 365 * TUSK_DAY_US) {
        return tusk_fail(err, TUSK_MISUSE, "the time of a partition is out of range");
    }
    if (tusk_tx_depth(a->conn) > 0) {
        return tusk_fail(err, TUSK_MISUSE, "partitions cannot be made ahead inside a transaction");
    }
    return TUSK_OK;
}

static tusk_status run(ahead *a, tusk_error *err)
{
    const tusk_tx_options reading = { .read_only = a->rule->dry_run };
    tusk_status st = tusk_transaction(a->conn, &reading, make, a, err);
    if (st != TUSK_OK) a->done.count = 0; /* rolled back, all of them */
    return st == TUSK_OK ? remove_all(a, err) : st;
}

tusk_status tusk_partitions_ahead(tusk_conn *conn, tusk_arena *arena,
                                  const tusk_partition_rule *rule, tusk_partitions *out,
                                  tusk_error *err)
{
    ahead a = { .conn = conn, .arena = arena, .rule = rule };
    a.lock_ms = rule->lock_timeout_ms > 0 ? rule->lock_timeout_ms : LOCK_MS;
    *out = (tusk_partitions){ .table = TUSK_STR("") };
    tusk_status st = check_rule(&a, err);
    if (st == TUSK_OK) st = find_table(&a, err);
    if (st != TUSK_OK) return st;
    if (!rule->dry_run) st = enter(&a, err);
    if (st != TUSK_OK) return st;
    st = run(&a, err);
    if (!rule->dry_run) leave(&a);
    *out = (tusk_partitions){ a.table, a.present, a.done.items, a.done.count };
    return st;
}
