/* cmd_stats.c - tusk stats: what the server knows about itself, as tables, JSON, again and again */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/report.h"
#include "cli/stop.h"

enum { CONNECT_MS = 15000, ASK_MS = 30000, WATCH_S = 2, WATCH_MAX_S = 86400 };

const struct cli_option cmd_stats_options[] = {
    { "--json", NULL, "an array of objects; sizes in bytes, durations in ms, times in UTC" },
    { "--watch", NULL, "again every 2 seconds, or every SECONDS that follow, until Ctrl-C" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_stats_more[] =
    "  tables       sizes, rows, dead rows, estimated bloat, last vacuum and analyze\n"
    "  indexes      use and size; unused, duplicate and invalid ones; missing ones of foreign "
    "keys\n"
    "  activity     sessions, what they run and what they wait for\n"
    "  locks        who waits for whom, as a tree\n"
    "  slow         the statements that take the most time (pg_stat_statements)\n"
    "  cache        how often pages were in memory\n"
    "  sequences    how much of each is used up\n"
    "  replication  standbys and slots, and how far behind they are\n"
    "  age          what holds the oldest transactions\n"
    "\nAn index whose comment begins with \"accepted\" is a duplicate that is meant.\n";

/* How a report is wanted. */
struct look {
    struct cli_call *call;
    tusk_arena *arena; /* of one round */
    tusk_conn *conn;
    bool json;
};

static bool print(const struct look *look, const struct cli_report *report)
{
    if (look->json) return cli_report_json(look->arena, stdout, report);
    return cli_report_table(look->arena, stdout, report, cli_terminal_width());
}

/* For a person: an empty list in words. */
static tusk_status show(const struct look *look, const struct cli_report *report, const char *none,
                        tusk_error *err)
{
    if (!look->json && report->count == 0) {
        printf("%s\n", none);
        return TUSK_OK;
    }
    if (!print(look, report)) return tusk_fail_nomem(err, "the report");
    if (look->json) printf("\n");
    return TUSK_OK;
}

/* A report: its struct, the columns, and the function that reads it. */
#define REPORT(word, type, none)                                                        \
    static tusk_status show_##word(const struct look *look, tusk_error *err)            \
    {                                                                                   \
        type list = { 0 };                                                              \
        tusk_status st = tusk_stats_##word##_read(look->conn, look->arena, &list, err); \
        if (st != TUSK_OK) return st;                                                   \
        return show(look, &CLI_REPORT(word##_columns, &list), none, err);               \
    }

#define C(member, name, unit) CLI_COLUMN(tusk_stats_table, member, name, unit)
static const struct cli_column tables_columns[] = {
    C(schema, "schema", CLI_PLAIN),
    C(name, "table", CLI_PLAIN),
    C(total_bytes, "total", CLI_BYTES),
    C(table_bytes, "table size", CLI_BYTES),
    C(index_bytes, "indexes", CLI_BYTES),
    C(toast_bytes, "toast", CLI_BYTES),
    C(rows, "rows", CLI_PLAIN),
    C(dead_rows, "dead", CLI_PLAIN),
    C(bloat_bytes, "bloat", CLI_BYTES),
    C(table_scans, "scans", CLI_PLAIN),
    C(index_scans, "index scans", CLI_PLAIN),
    C(last_vacuum, "last vacuum", CLI_PLAIN),
    C(last_analyze, "last analyze", CLI_PLAIN),
    C(freeze_age, "freeze age", CLI_HIDDEN),
    { 0 },
};
#undef C
REPORT(tables, tusk_stats_tables, "there are no tables")

#define C(member, name, unit) CLI_COLUMN(tusk_stats_index, member, name, unit)
static const struct cli_column indexes_columns[] = {
    C(schema, "schema", CLI_PLAIN),     C(table, "table", CLI_PLAIN),
    C(name, "index", CLI_PLAIN),        C(scans, "scans", CLI_PLAIN),
    C(bytes, "size", CLI_BYTES),        C(method, "method", CLI_HIDDEN),
    C(columns, "columns", CLI_HIDDEN),  C(last_scan, "last scan", CLI_HIDDEN),
    C(primary, "primary", CLI_HIDDEN),  C(unique, "unique", CLI_PLAIN),
    C(unused, "unused", CLI_PLAIN),     C(duplicate_of, "duplicate of", CLI_PLAIN),
    C(accepted, "accepted", CLI_PLAIN), C(valid, "valid", CLI_HIDDEN),
    C(building, "building", CLI_PLAIN), { 0 },
};
#undef C
#define C(member, name, unit) CLI_COLUMN(tusk_stats_missing, member, name, unit)
static const struct cli_column missing_columns[] = {
    C(schema, "schema", CLI_PLAIN),         C(table, "table", CLI_PLAIN),
    C(constraint, "constraint", CLI_PLAIN), C(columns, "columns", CLI_PLAIN),
    C(references, "references", CLI_PLAIN), C(table_bytes, "size", CLI_BYTES),
    C(statement, "statement", CLI_HIDDEN),  { 0 },
};
#undef C

/* What to do about what was found. Names are shown harmless, not quoted: the list is to be read. */
static void advise(const struct look *look, const tusk_stats_indexes *indexes,
                   const tusk_stats_missing_indexes *missing)
{
    for (size_t i = 0; i < indexes->count; i++) {
        const tusk_stats_index *index = &indexes->items[i];
        if (index->valid || index->building) continue;
        printf("\n%s%s is invalid%s: a failed CREATE INDEX CONCURRENTLY left it; drop it or make "
               "it anew (tusk reindex)\n",
               cli_colour("31"), tusk_shown(look->arena, index->name).ptr, cli_colour(NULL));
    }
    if (missing->count > 0) printf("\nForeign keys that lead no index:\n");
    for (size_t i = 0; i < missing->count; i++) {
        const tusk_stats_missing *one = &missing->items[i];
        printf("  %s%s%s: %s;\n", cli_colour("33"), tusk_shown(look->arena, one->constraint).ptr,
               cli_colour(NULL), tusk_shown(look->arena, one->statement).ptr);
    }
}

static tusk_status show_indexes(const struct look *look, tusk_error *err)
{
    tusk_stats_indexes indexes;
    tusk_stats_missing_indexes missing;
    tusk_status st = tusk_stats_indexes_read(look->conn, look->arena, &indexes, err);
    if (st == TUSK_OK) st = tusk_stats_missing_read(look->conn, look->arena, &missing, err);
    if (st != TUSK_OK) return st;
    struct cli_report report = CLI_REPORT(indexes_columns, &indexes);
    if (!look->json) {
        st = show(look, &report, "there are no indexes", err);
        if (st == TUSK_OK) advise(look, &indexes, &missing);
        return st;
    }
    printf("{\"indexes\":");
    bool ok = print(look, &report);
    printf(",\"missing\":");
    ok = ok && print(look, &CLI_REPORT(missing_columns, &missing));
    printf("}\n");
    return ok ? TUSK_OK : tusk_fail_nomem(err, "the report");
}

#define C(member, name, unit) CLI_COLUMN(tusk_stats_session, member, name, unit)
static const struct cli_column activity_columns[] = {
    C(pid, "pid", CLI_PLAIN),
    C(database, "database", CLI_PLAIN),
    C(user, "user", CLI_PLAIN),
    C(application, "application", CLI_PLAIN),
    C(client, "client", CLI_PLAIN),
    C(state, "state", CLI_PLAIN),
    C(state_ms, "since", CLI_MS),
    C(query_ms, "query for", CLI_MS),
    C(transaction_ms, "transaction", CLI_MS),
    C(wait, "waits for", CLI_PLAIN),
    C(blocked_by, "blocked by", CLI_PLAIN),
    C(query, "query", CLI_QUERY),
    { 0 },
};
#undef C
REPORT(activity, tusk_stats_activity, "no other session")

#define C(member, name, unit) CLI_COLUMN(tusk_stats_lock, member, name, unit)
static const struct cli_column locks_columns[] = {
    C(depth, "depth", CLI_PLAIN),   C(pid, "pid", CLI_PLAIN),
    C(user, "user", CLI_PLAIN),     C(application, "application", CLI_PLAIN),
    C(state, "state", CLI_PLAIN),   C(wants, "wants", CLI_PLAIN),
    C(waiting_ms, "waits", CLI_MS), C(blocked_by, "blocked by", CLI_PLAIN),
    C(query, "query", CLI_QUERY),   { 0 },
};
#undef C

static void print_lock(const struct look *look, const tusk_stats_lock *lock)
{
    printf("%*s%s%d%s  %s  %s\n", lock->depth * 4, "", cli_colour(lock->depth ? "33" : "31"),
           lock->pid, cli_colour(NULL), tusk_shown(look->arena, lock->user).ptr,
           tusk_shown(look->arena, lock->state).ptr);
    if (lock->blocked_by.len > 0) {
        printf("%*swaits %s for %s, held up by %s\n", lock->depth * 4 + 2, "",
               cli_ms_text(look->arena, (double)lock->waiting_ms).ptr,
               tusk_shown(look->arena, lock->wants).ptr, lock->blocked_by.ptr);
    }
    tusk_str query = tusk_shown(look->arena, lock->query);
    if (query.len > 0)
        printf("%*s%s%.200s%s\n", lock->depth * 4 + 2, "", cli_colour("2"), query.ptr,
               cli_colour(NULL));
}

static tusk_status show_locks(const struct look *look, tusk_error *err)
{
    tusk_stats_locks locks = { 0 };
    tusk_status st = tusk_stats_locks_read(look->conn, look->arena, &locks, err);
    if (st != TUSK_OK) return st;
    if (look->json || locks.count == 0) {
        return show(look, &CLI_REPORT(locks_columns, &locks), "nobody waits for a lock", err);
    }
    printf("%zu session%s wait%s\n", locks.waiting, locks.waiting == 1 ? "" : "s",
           locks.waiting == 1 ? "s" : "");
    for (size_t i = 0; i < locks.count; i++) print_lock(look, &locks.items[i]);
    return tusk_arena_failed(look->arena) ? tusk_fail_nomem(err, "the report") : TUSK_OK;
}

#define C(member, name, unit) CLI_COLUMN(tusk_stats_statement, member, name, unit)
static const struct cli_column slow_columns[] = {
    C(total_ms, "total", CLI_MS),
    C(share, "share", CLI_SHARE),
    C(calls, "calls", CLI_PLAIN),
    C(mean_ms, "mean", CLI_MS),
    C(max_ms, "max", CLI_MS),
    C(stddev_ms, "stddev", CLI_HIDDEN),
    C(rows, "rows", CLI_PLAIN),
    C(cache_hits, "cache hits", CLI_HIDDEN),
    C(cache_reads, "cache reads", CLI_PLAIN),
    C(temp_written, "temp written", CLI_HIDDEN),
    C(id, "id", CLI_HIDDEN),
    C(user, "user", CLI_HIDDEN),
    C(query, "query", CLI_QUERY),
    { 0 },
};
#undef C

static tusk_status show_slow(const struct look *look, tusk_error *err)
{
    tusk_stats_slow slow;
    tusk_status st = tusk_stats_slow_read(look->conn, look->arena, &slow, err);
    if (st != TUSK_OK) return st;
    if (slow.available) {
        return show(look, &CLI_REPORT(slow_columns, &slow), "no statement was counted yet", err);
    }
    fprintf(stderr, "%s stats: statements are not counted here; to have them counted:\n%s\n",
            look->call->program, slow.steps.ptr);
    return tusk_fail(err, TUSK_INVALID, "pg_stat_statements is not set up in this database");
}

#define C(member, name, unit) CLI_COLUMN(tusk_stats_cached, member, name, unit)
static const struct cli_column cache_columns[] = {
    C(kind, "of", CLI_PLAIN),
    C(schema, "schema", CLI_PLAIN),
    C(name, "name", CLI_PLAIN),
    C(hits, "hits", CLI_PLAIN),
    C(reads, "reads", CLI_PLAIN),
    C(ratio, "ratio", CLI_SHARE),
    { 0 },
};
#undef C
REPORT(cache, tusk_stats_cache, "nothing was read yet")

#define C(member, name, unit) CLI_COLUMN(tusk_stats_sequence, member, name, unit)
static const struct cli_column sequences_columns[] = {
    C(schema, "schema", CLI_PLAIN),
    C(name, "sequence", CLI_PLAIN),
    C(column, "column", CLI_PLAIN),
    C(last_value, "last value", CLI_PLAIN),
    C(limit, "limit", CLI_PLAIN),
    C(remaining, "remaining", CLI_PLAIN),
    C(used, "used", CLI_SHARE),
    C(cycles, "cycles", CLI_PLAIN),
    { 0 },
};
#undef C
REPORT(sequences, tusk_stats_sequences, "there are no sequences")

#define C(member, name, unit) CLI_COLUMN(tusk_stats_replica, member, name, unit)
static const struct cli_column replication_columns[] = {
    C(kind, "kind", CLI_PLAIN),
    C(name, "name", CLI_PLAIN),
    C(client, "client", CLI_PLAIN),
    C(state, "state", CLI_PLAIN),
    C(mode, "mode", CLI_PLAIN),
    C(active, "active", CLI_PLAIN),
    C(lag_bytes, "behind", CLI_BYTES),
    C(lag_ms, "replay lag", CLI_MS),
    { 0 },
};
#undef C
REPORT(replication, tusk_stats_replication, "no standby and no replication slot")

#define C(member, name, unit) CLI_COLUMN(tusk_stats_age, member, name, unit)
static const struct cli_column ages_columns[] = {
    C(kind, "kind", CLI_PLAIN),
    C(name, "name", CLI_PLAIN),
    C(transactions, "transactions", CLI_PLAIN),
    C(used, "of the limit", CLI_SHARE),
    C(ms, "for", CLI_MS),
    C(query, "query", CLI_QUERY),
    { 0 },
};
#undef C
REPORT(ages, tusk_stats_ages, "nothing holds a transaction")

/* ---- the command ---- */

typedef tusk_status show_function(const struct look *look, tusk_error *err);
static const struct {
    const char *word;
    show_function *show;
} reports[] = {
    { "tables", show_tables },
    { "indexes", show_indexes },
    { "activity", show_activity },
    { "locks", show_locks },
    { "slow", show_slow },
    { "cache", show_cache },
    { "sequences", show_sequences },
    { "replication", show_replication },
    { "age", show_ages },
};

static show_function *find_report(const char *word)
{
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        if (strcmp(reports[i].word, word) == 0) return reports[i].show;
    }
    return NULL;
}

/* The report and, behind --watch, a number of seconds: in any order. */
static int read_words(struct cli_call *call, show_function **report, int *seconds)
{
    bool watch = cli_value(call, "--watch") != NULL;
    *seconds = watch ? WATCH_S : 0;
    for (int i = 0; i < call->argc; i++) {
        long long number;
        show_function *found = find_report(call->argv[i]);
        if (found && !*report) {
            *report = found;
        } else if (watch && tusk_str_to_int(tusk_str_of(call->argv[i]), 1, WATCH_MAX_S, &number)) {
            *seconds = (int)number;
        } else {
            return cli_usage(call, "\"%s\" is none of %s", call->argv[i], call->command->arguments);
        }
    }
    return *report ? CLI_OK : cli_usage(call, "it needs %s", call->command->arguments);
}

/* Each round has an arena of its own: a watch may go on for days. */
static tusk_status look_once(struct look *look, show_function *report, tusk_error *err)
{
    look->arena = tusk_arena_new(0);
    tusk_status st = look->arena ? report(look, err) : tusk_fail_nomem(err, "the report");
    tusk_arena_free(look->arena);
    fflush(stdout);
    return st;
}

static tusk_status look_on(struct look *look, show_function *report, int seconds, tusk_error *err)
{
    bool terminal = isatty(STDOUT_FILENO) && !look->json;
    if (seconds > 0) cli_stop_listen();
    for (;;) {
        if (terminal && seconds > 0) {
            char now[TUSK_TIME_TEXT_SIZE];
            printf("\033[H\033[2J%.8s UTC, every %d s\n\n", tusk_time_text(tusk_now(), now) + 11,
                   seconds);
        }
        tusk_status st = look_once(look, report, err);
        if (st != TUSK_OK || seconds == 0) return st;
        if (cli_stop_wait(seconds * 1000)) return TUSK_OK;
        if (!terminal && !look->json) printf("\n");
    }
}

int cmd_stats(struct cli_call *call)
{
    struct cli_target target = { 0 };
    struct look look = { .call = call, .json = cli_value(call, "--json") != NULL };
    show_function *report = NULL;
    tusk_error err = { 0 };
    int seconds;
    int code = read_words(call, &report, &seconds);
    if (code != CLI_OK) return code;
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) st = tusk_conn_open(&target.server, CONNECT_MS, &look.conn, &err);
    if (st == TUSK_OK) {
        tusk_conn_set_timeout(look.conn, ASK_MS);
        st = look_on(&look, report, seconds, &err);
    }
    tusk_conn_close(look.conn);
    cli_target_close(&target);
    return st == TUSK_OK ? CLI_OK : cli_fail(call, &err);
}
