/* maintain_run.c - the work in a thread of its own, while the caller's thread watches it */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "src/ops/stats_row.h"
#include "tusk/clock.h"
#include "tusk/conn.h"
#include "tusk/maintain.h"

#include "src/base/banned.h"

enum {
    LOCK_MS = 10000,
    INTERVAL_MS = 250,
    WATCH_MS = 1000, /* for one question of the watcher: a catalog may be locked by the work */
    CANCEL_EVERY_MS = 1000,
    INDEXES_COUNTED = 170000, /* pg_stat_progress_vacuum counts indexes since then */
};

/* ---- the work ---- */

typedef struct work {
    tusk_conn *conn;
    tusk_str statement;
    tusk_maintained *out;
    pthread_mutex_t mutex; /* guards the rest */
    pthread_cond_t ended;
    bool done;
    tusk_status status;
    tusk_error error;
} work;

static void keep_warning(void *context, tusk_str severity, tusk_str message)
{
    tusk_maintained *out = context;
    if (!tusk_str_eq(severity, TUSK_STR("WARNING"))) return;
    if (out->warnings++ > 0) return;
    snprintf(out->first_warning, sizeof out->first_warning, "%.*s", TUSK_STR_ARG(message));
}

static void *work_on(void *context)
{
    work *w = context;
    tusk_error own = { 0 };
    tusk_conn_on_notice(w->conn, keep_warning, w->out);
    tusk_status st = tusk_conn_script(w->conn, w->statement, &own);
    tusk_conn_on_notice(w->conn, NULL, NULL);
    pthread_mutex_lock(&w->mutex);
    w->status = st;
    w->error = own;
    w->done = true;
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

static void work_init(work *w)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&w->ended, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&w->mutex, NULL);
}

static void work_clear(work *w)
{
    pthread_cond_destroy(&w->ended);
    pthread_mutex_destroy(&w->mutex);
}

/* Signals are the caller's. */
static bool work_start(work *w, pthread_t *thread)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(thread, NULL, work_on, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* True when it has ended by then. */
static bool work_wait(work *w, int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_mutex_lock(&w->mutex);
    while (!w->done && pthread_cond_timedwait(&w->ended, &w->mutex, &until) == 0) continue;
    bool done = w->done;
    pthread_mutex_unlock(&w->mutex);
    return done;
}

/* ---- watching ---- */

#define NAME_SQL                                                                          \
    "coalesce((select format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_class c\n" \
    "  join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = p.relid), '')"
#define VACUUM_SQL(indexes_done, indexes_total)                                                  \
    "select " NAME_SQL ", p.phase, case p.phase when 'vacuuming heap' then heap_blks_vacuumed\n" \
    "  when 'vacuuming indexes' then " indexes_done " when 'cleaning up indexes'\n"              \
    "  then " indexes_done " else heap_blks_scanned end,\n"                                      \
    "  case when p.phase in ('vacuuming indexes', 'cleaning up indexes') then " indexes_total    \
    "  else heap_blks_total end\n"                                                               \
    "from pg_catalog.pg_stat_progress_vacuum p where p.pid = $1::bigint"

static const char *progress_sql(tusk_maintain_kind kind, int version)
{
    switch (kind) {
    case TUSK_ANALYZE:
        return "select " NAME_SQL ", p.phase, sample_blks_scanned, sample_blks_total\n"
               "from pg_catalog.pg_stat_progress_analyze p where p.pid = $1::bigint";
    case TUSK_VACUUM:
        return version >= INDEXES_COUNTED ? VACUUM_SQL("indexes_processed", "indexes_total")
                                          : VACUUM_SQL("0", "0");
    case TUSK_VACUUM_FULL:
        return "select " NAME_SQL ", p.phase, heap_blks_scanned, heap_blks_total\n"
               "from pg_catalog.pg_stat_progress_cluster p where p.pid = $1::bigint";
    default:
        return "select " NAME_SQL ", p.phase,\n"
               "  case when tuples_total > 0 then tuples_done else blocks_done end,\n"
               "  case when tuples_total > 0 then tuples_total else blocks_total end\n"
               "from pg_catalog.pg_stat_progress_create_index p where p.pid = $1::bigint";
    }
}

#define PROGRESS(member) TUSK_OPS_COLUMN(tusk_maintain_progress, member)
static const tusk_ops_column progress_columns[] = {
    PROGRESS(table),
    PROGRESS(phase),
    PROGRESS(done),
    PROGRESS(total),
};

typedef struct watch {
    tusk_conn *conn;   /* NULL: nobody to ask */
    tusk_arena *arena; /* emptied for each question */
    const char *sql;
    int64_t pid, start;
    const tusk_maintain_options *options;
} watch;

/* A question that fails is no harm: what is not known is not told. */
static tusk_maintain_progress look(watch *w)
{
    const tusk_ops_question question =
        TUSK_OPS_QUESTION(tusk_maintain_progress, w->sql, progress_columns);
    const tusk_maintain_progress *found = NULL;
    tusk_maintain_progress now = { .table = TUSK_STR(""), .phase = TUSK_STR("") };
    size_t count = 0;
    tusk_error ignored;
    tusk_arena_reset(w->arena);
    tusk_status st = w->conn ? tusk_ops_ask(w->conn, w->arena, &question,
                                            TUSK_PARAMS(tusk_val(w->pid)), &found, &count, &ignored)
                             : TUSK_OK;
    if (st == TUSK_OK && count > 0) now = found[0];
    if (st == TUSK_CONNECTION) w->conn = NULL;
    now.elapsed_ms = tusk_clock_ms() - w->start;
    return now;
}

/* Until the work has ended. Returns whether it was asked to stop: again and again, for a wish that
 * comes before the statement is lost. */
static bool watch_over(watch *w, work *job)
{
    bool stop = false;
    while (!work_wait(job, stop ? CANCEL_EVERY_MS : w->options->interval_ms)) {
        if (!stop && w->options->progress) {
            tusk_maintain_progress now = look(w);
            stop = !w->options->progress(w->options->context, &now);
        }
        if (stop) tusk_conn_cancel(job->conn);
    }
    return stop;
}

/* ---- all of it ---- */

/* What a session had, as it is set: "300ms". */
typedef struct limits {
    char lock[32], statement[32];
} limits;

/* The statement takes as long as it takes; waiting for a lock does not. */
static tusk_status set_limits(tusk_conn *conn, tusk_arena *arena, int lock_ms, limits *before,
                              tusk_error *err)
{
    static const char sql[] =
        "select b.*, set_config('lock_timeout', $1, false),\n"
        "  set_config('statement_timeout', '0', false)\n"
        "from (select current_setting('lock_timeout'), current_setting('statement_timeout')\n"
        "  offset 0) b";
    char ms[16];
    tusk_result result;
    snprintf(ms, sizeof ms, "%d", lock_ms);
    tusk_status st =
        tusk_run(conn, arena, tusk_sql(arena, sql, TUSK_PARAMS(tusk_val(ms))), &result, err);
    if (st != TUSK_OK) return st;
    snprintf(before->lock, sizeof before->lock, "%s", tusk_result_cell(&result, 0, 0).ptr);
    snprintf(before->statement, sizeof before->statement, "%s",
             tusk_result_cell(&result, 0, 1).ptr);
    return TUSK_OK;
}

static void put_limits_back(tusk_conn *conn, tusk_arena *arena, const limits *before)
{
    static const char sql[] = "select set_config('lock_timeout', $1, false),\n"
                              "  set_config('statement_timeout', $2, false)";
    const tusk_query *query =
        tusk_sql(arena, sql, TUSK_PARAMS(tusk_val(before->lock), tusk_val(before->statement)));
    tusk_ignore(tusk_run(conn, arena, query, NULL, NULL));
}

static tusk_status read_size(tusk_conn *conn, tusk_arena *arena, const tusk_maintenance *job,
                             int64_t *bytes, tusk_error *err)
{
    const char *sql = job->table_oid
                          ? "select coalesce(pg_total_relation_size($1::bigint::oid::regclass), 0)"
                          : "select pg_database_size(current_database()) where $1::bigint = 0";
    const tusk_query *query = tusk_sql(arena, sql, TUSK_PARAMS(tusk_val((int64_t)job->table_oid)));
    return tusk_fetch_count(conn, arena, query, bytes, err);
}

static tusk_status judge(const tusk_maintenance *job, const work *w, bool stopped, tusk_error *err)
{
    if (stopped && w->status == TUSK_SERVER && strcmp(w->error.sqlstate, "57014") == 0) {
        return tusk_fail(err, TUSK_CANCELLED, "%.*s was stopped", TUSK_STR_ARG(job->statement));
    }
    if (w->status != TUSK_OK) {
        if (err) *err = w->error;
        return w->status;
    }
    /* The server only warns of a table that the role may not touch, and skips it. */
    if (job->table_oid && w->out->warnings > 0) {
        return tusk_fail(err, TUSK_SERVER, "%s", w->out->first_warning);
    }
    return TUSK_OK;
}

static tusk_status run_watched(watch *watcher, work *w, const tusk_maintenance *job,
                               tusk_error *err)
{
    pthread_t thread;
    work_init(w);
    tusk_status st;
    if (work_start(w, &thread)) {
        bool stopped = watch_over(watcher, w);
        pthread_join(thread, NULL);
        st = judge(job, w, stopped, err);
    } else {
        st = tusk_fail(err, TUSK_NOMEM, "no thread could be started");
    }
    work_clear(w);
    return st;
}

static tusk_status run(tusk_conn *conn, watch *watcher, const tusk_maintenance *job,
                       tusk_maintained *out, tusk_error *err)
{
    tusk_arena *arena = watcher->arena;
    work w = { .conn = conn, .statement = job->statement, .out = out };
    limits before;
    tusk_status st = set_limits(conn, arena, watcher->options->lock_timeout_ms, &before, err);
    if (st != TUSK_OK) return st;
    st = read_size(conn, arena, job, &out->bytes_before, err);
    if (st == TUSK_OK) {
        st = tusk_fetch_count(conn, arena, tusk_sql(arena, "select pg_backend_pid()", NULL),
                              &watcher->pid, err);
    }
    watcher->start = tusk_clock_ms();
    if (st == TUSK_OK) st = run_watched(watcher, &w, job, err);
    out->ms = tusk_clock_ms() - watcher->start;
    tusk_arena_reset(arena);
    if (st == TUSK_OK) st = read_size(conn, arena, job, &out->bytes_after, err);
    if (st == TUSK_SERVER && err && strcmp(err->sqlstate, "55P03") == 0) {
        tusk_error_hint(err, "Another session holds a lock that this needs: tusk stats locks and "
                             "tusk stats activity tell which.");
    }
    put_limits_back(conn, arena, &before);
    return st;
}

tusk_status tusk_maintain_run(tusk_conn *conn, tusk_conn *watcher, const tusk_maintenance *job,
                              const tusk_maintain_options *options, tusk_maintained *out,
                              tusk_error *err)
{
    tusk_maintain_options o = options ? *options : (tusk_maintain_options){ 0 };
    tusk_maintained unwanted;
    if (!out) out = &unwanted;
    *out = (tusk_maintained){ 0 };
    if (tusk_tx_depth(conn) > 0) {
        return tusk_fail(err, TUSK_MISUSE, "maintenance cannot run inside a transaction");
    }
    bool patient = job->kind == TUSK_REINDEX_CONCURRENTLY;
    if (o.lock_timeout_ms <= 0) o.lock_timeout_ms = patient ? 0 : LOCK_MS;
    if (o.interval_ms <= 0) o.interval_ms = INTERVAL_MS;
    watch w = { .conn = watcher, .arena = tusk_arena_new(0), .options = &o };
    if (!w.arena) return tusk_fail_nomem(err, "maintenance");
    w.sql = progress_sql(job->kind, tusk_conn_server_version_number(conn));
    int timeout = tusk_conn_timeout(conn), watch_timeout = watcher ? tusk_conn_timeout(watcher) : 0;
    tusk_conn_set_timeout(conn, 0); /* it takes as long as it takes */
    if (watcher) tusk_conn_set_timeout(watcher, WATCH_MS);
    tusk_status st = run(conn, &w, job, out, err);
    tusk_conn_set_timeout(conn, timeout);
    if (watcher) tusk_conn_set_timeout(watcher, watch_timeout);
    tusk_arena_free(w.arena);
    return st;
}
