/* backups.c - backups.h's thread: waits for the night or for an order, works it off, counts what
 * failed */
#include "services/backend/app/admin/backups.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "services/backend/app/admin/audit.h"
#include "services/backend/app/admin/backups_room.h"
#include "services/backend/app/admin/backups_time.h"
#include "services/backend/app/admin/plan_reader.h"
#include "services/backend/app/setup/setup.h"

/* The clock of the wall can be set, and another backend can change the settings: nothing is waited
 * for in one piece. */
enum { LOOK_MS = 60000, NOT_READY_MS = 1000, CONNECT_MS = 15000, QUIET_MS = 8000, RETRIES = 3 };
#define MADE_UP_US ((int64_t)20 * 1000000)   /* after the start, for a night that was missed */
#define RETRY_US   ((int64_t)3600 * 1000000) /* after a failure */

struct backups {
    struct app *app;
    pthread_t thread;
    struct backup_board board;
    int stop_fd; /* readable: stop */
    tusk_time started;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t news;
    bool stopping, has_news;
    int64_t wake;      /* deadline: look again */
    int64_t next_made; /* deadline: nobody may ask for one before it */
    /* this night's failures, and the time up to which nights are dealt with: made or given up */
    int failures;
    tusk_time failed_night, retry_at, counted;
};

/* ---- when ---- */

/** The night whose backup comes next, or is missing. With the lock. */
static tusk_time night_of(const struct backups *b, const struct backup_settings *settings)
{
    tusk_time since = settings->since;
    if (b->counted.us > since.us) since = b->counted;
    return backups_next(since, settings->minute);
}

tusk_time backups_next_at(struct backups *b, const struct backup_settings *settings)
{
    if (!settings->enabled) return (tusk_time){ 0 };
    pthread_mutex_lock(&b->lock);
    tusk_time at = night_of(b, settings);
    if (b->failures > 0 && at.us == b->failed_night.us)
        at = b->retry_at;
    else if (at.us < b->started.us)
        at.us = b->started.us + MADE_UP_US;
    pthread_mutex_unlock(&b->lock);
    return at;
}

static void look_again_in(struct backups *b, int64_t ms)
{
    pthread_mutex_lock(&b->lock);
    b->wake = tusk_deadline_in(ms < LOOK_MS ? ms : LOOK_MS);
    pthread_mutex_unlock(&b->lock);
}

/** False: it is time to end. */
static bool wait_for_news(struct backups *b)
{
    pthread_mutex_lock(&b->lock);
    while (!b->stopping && !b->has_news && tusk_deadline_left(b->wake) > 0) {
        struct timespec until = { b->wake / 1000, b->wake % 1000 * 1000000 };
        pthread_cond_timedwait(&b->news, &b->lock, &until);
    }
    b->has_news = false;
    bool goes_on = !b->stopping;
    pthread_mutex_unlock(&b->lock);
    return goes_on;
}

/* ---- the work itself ---- */

/** While a statement that somebody typed runs, its role has rights (plan_reader.h): a backup that
 * saw them would be restored only where there is that role. */
struct quiet {
    struct backup_board *board;
    tusk_conn *guard; /* no statement runs while it is open */
};

/** Counting begins when the backup has its snapshot. */
static void progress(void *context, const tusk_backup_progress *news)
{
    struct quiet *quiet = context;
    tusk_conn_close(quiet->guard);
    quiet->guard = NULL;
    backup_board_progress(quiet->board, news);
}

static tusk_status make(struct backups *b, tusk_arena *a, const char *path,
                        tusk_backup_options *options, tusk_error *err)
{
    struct quiet quiet = { .board = &b->board };
    tusk_backup backup;
    tusk_error ignored;
    /* where it does not work out, a backup that says too much is better than none */
    if (!tusk_conn_open(&b->app->server, CONNECT_MS, &quiet.guard, &ignored)) {
        tusk_conn_set_timeout(quiet.guard, QUIET_MS);
        tusk_ignore(reader_rest(b->app, quiet.guard, a, &ignored));
    }
    options->progress = progress;
    options->context = &quiet;
    tusk_status st = tusk_backup_make(a, &b->app->server, path, options, &backup, err);
    tusk_conn_close(quiet.guard);
    return st;
}

static tusk_status work(struct backups *b, tusk_arena *a, enum backup_kind kind, const char *path,
                        tusk_error *err)
{
    tusk_backup backup;
    tusk_backup_options options = { .progress = backup_board_progress,
                                    .context = &b->board,
                                    .stop_fd = b->stop_fd };
    if (kind == BACKUP_MAKE) return make(b, a, path, &options, err);
    return tusk_backup_verify(a, &b->app->server, path, &options, &backup, err);
}

static void log_outcome(const struct backups *b, const char *message, const char *path,
                        tusk_status st, const tusk_error *err)
{
    tusk_log_write(b->app->log, st && st != TUSK_CANCELLED ? TUSK_LOG_ERROR : TUSK_LOG_INFO,
                   message,
                   TUSK_FIELDS(tusk_field_cstr("name", backup_name(path)),
                               tusk_field_cstr("outcome", tusk_status_name(st)),
                               tusk_field_cstr("error", st ? err->message : ""),
                               tusk_field_cstr("hint", st ? err->hint : "")));
}

/** What took no room needs no pause after it. */
static void allow_another(struct backups *b)
{
    pthread_mutex_lock(&b->lock);
    b->next_made = 0;
    pthread_mutex_unlock(&b->lock);
}

static void work_off_order(struct backups *b, tusk_arena *a, const struct backup_job *job)
{
    tusk_error err = { 0 };
    tusk_status st = work(b, a, job->kind, job->path, &err);
    if (st && job->kind == BACKUP_MAKE) allow_another(b);
    log_outcome(b,
                job->kind == BACKUP_VERIFY ? "a backup was to be proven" : "a backup was asked for",
                job->path, st, &err);
    backup_board_end(&b->board, st, &err);
}

/* ---- the night ---- */

/** One night's backup, under way. */
struct night {
    struct backups *b;
    tusk_arena *a;
    tusk_conn *conn; /* holds the right to make it */
    struct backup_settings settings;
    tusk_time at;
    const char *path;
};

static tusk_status verify(struct night *n, tusk_error *err)
{
    bool may = false;
    tusk_status st = backup_may_verify(n->conn, n->a, &may, err);
    if (st) return st;
    if (!may) {
        tusk_log_write(n->b->app->log, TUSK_LOG_WARN,
                       "the nightly backup is not proven: the database user may not create a "
                       "scratch database",
                       NULL);
        return TUSK_OK;
    }
    backup_board_go_on(&n->b->board, BACKUP_VERIFY);
    return work(n->b, n->a, BACKUP_VERIFY, n->path, err);
}

/** What is not thinned out now is the next night: no reason to call the backup a failure. */
static void prune(struct night *n)
{
    tusk_backup_rule rule = { .keep_last = n->settings.keep_last,
                              .keep_days = n->settings.keep_days };
    tusk_backup_list gone = { 0 };
    tusk_error err = { 0 };
    if (rule.keep_last == 0 && rule.keep_days == 0) return;
    tusk_status st = tusk_backup_prune(n->a, n->b->app->config->backup_dir, &rule, &gone, &err);
    for (size_t i = 0; i < gone.count; i++)
        log_outcome(n->b, "an old backup was removed", gone.items[i].path.ptr, TUSK_OK, NULL);
    if (st) log_outcome(n->b, "old backups could not be removed", n->path, st, &err);
}

static tusk_status open_conn(struct night *n, tusk_error *err)
{
    tusk_conn_close(n->conn);
    n->conn = NULL;
    tusk_status st = tusk_conn_open(&n->b->app->server, CONNECT_MS, &n->conn, err);
    if (!st) tusk_conn_set_timeout(n->conn, CONNECT_MS);
    return st;
}

/** Writes down what came of it; on a new connection when the old one did not last the night. */
static void write_down(struct night *n, tusk_status (*write)(struct night *, tusk_error *err))
{
    tusk_error err = { 0 };
    tusk_status st = write(n, &err);
    if (st == TUSK_CONNECTION || st == TUSK_OUTCOME_UNKNOWN) {
        st = open_conn(n, &err);
        if (!st) st = write(n, &err);
    }
    if (st)
        log_outcome(n->b, "what came of the nightly backup could not be written down", n->path, st,
                    &err);
}

static tusk_status audit(struct night *n, enum audit_outcome outcome, tusk_error *err)
{
    return tusk_execute(
        n->conn, n->a,
        audit_of_program(n->a, "backup.nightly", tusk_str_of(backup_name(n->path)), outcome), NULL,
        err);
}

static tusk_status write_made(struct night *n, tusk_error *err)
{
    tusk_time now = tusk_now();
    if (now.us < n->at.us) now = n->at; /* the clock was put back meanwhile */
    tusk_status st =
        backup_settings_made(n->conn, n->a, tusk_str_of(backup_name(n->path)), now, err);
    return st ? st : audit(n, audit_outcome_ok, err);
}

static void night_made(struct night *n)
{
    struct backups *b = n->b;
    pthread_mutex_lock(&b->lock);
    b->failures = 0;
    b->counted = tusk_now();
    if (b->counted.us < n->at.us) b->counted = n->at;
    pthread_mutex_unlock(&b->lock);
    write_down(n, write_made);
    prune(n);
}

static tusk_status write_failed(struct night *n, tusk_error *err)
{
    return audit(n, audit_outcome_failed, err);
}

/** Counts the failure; after the last of them it is the next night's turn. True: so it is. */
static bool count_failure(struct night *n, int *failures)
{
    struct backups *b = n->b;
    pthread_mutex_lock(&b->lock);
    b->failures = b->failed_night.us == n->at.us ? b->failures + 1 : 1;
    b->failed_night = n->at;
    b->retry_at.us = tusk_now().us + RETRY_US;
    *failures = b->failures;
    bool gives_up = b->failures > RETRIES;
    if (gives_up) b->counted = tusk_now();
    if (gives_up) b->failures = 0;
    pthread_mutex_unlock(&b->lock);
    return gives_up;
}

/** Administrators hear of the first failure of a night, and when there is no further try. */
static void night_failed(struct night *n, const tusk_error *why)
{
    int failures = 0;
    bool gives_up = count_failure(n, &failures);
    tusk_error err = { 0 };
    write_down(n, write_failed);
    if (failures > 1 && !gives_up) return;
    tusk_str message =
        tusk_arena_printf(n->a, "%s%s%s. %s", why->message, why->hint[0] ? ". " : "", why->hint,
                          gives_up ? "It was tried four times; the next try is the coming night's."
                                   : "It is tried again in an hour, three times at most.");
    tusk_status st =
        n->conn ? backup_tell(n->conn, n->a, TUSK_STR("The nightly backup failed"), message, &err)
                : tusk_fail(&err, TUSK_CONNECTION, "there is no connection");
    if (st) log_outcome(n->b, "administrators could not be told", n->path, st, &err);
}

static void back_up(struct night *n)
{
    struct backups *b = n->b;
    tusk_error err = { 0 };
    n->path =
        tusk_backup_path(n->a, b->app->config->backup_dir, &b->app->server, TUSK_BACKUP_CUSTOM).ptr;
    /* somebody may have asked for one just now: then it is looked again after that */
    if (!n->path || !backup_board_begin(&b->board, BACKUP_MAKE, n->path)) return;
    tusk_status st = backup_room(n->conn, n->a, b->app->config, &err);
    if (!st) st = work(b, n->a, BACKUP_MAKE, n->path, &err);
    if (!st) st = verify(n, &err);
    log_outcome(b, "the nightly backup", n->path, st, &err);
    if (!st)
        night_made(n);
    else if (st != TUSK_CANCELLED) /* told to stop: made up after the next start */
        night_failed(n, &err);
    backup_board_end(&b->board, st, &err);
}

/** Among several backends one has the night; it looks again, for another may just have made it. */
static tusk_status take_night(struct night *n, bool *mine, tusk_error *err)
{
    bool taken = false;
    tusk_status st = open_conn(n, err);
    if (!st)
        st = tusk_conn_script(n->conn,
                              TUSK_STR("select set_config(name, '0', false) from pg_settings "
                                       "where name = 'idle_session_timeout'"),
                              err);
    if (!st) st = backup_take_night(n->conn, n->a, &taken, err);
    if (!st && taken) st = backup_settings_read(n->conn, n->a, &n->settings, err);
    if (st || !taken) return st;
    pthread_mutex_lock(&n->b->lock);
    n->at = night_of(n->b, &n->settings);
    pthread_mutex_unlock(&n->b->lock);
    tusk_time at = backups_next_at(n->b, &n->settings);
    *mine = at.us != 0 && at.us <= tusk_now().us;
    return TUSK_OK;
}

static tusk_status read_settings(struct backups *b, tusk_arena *a, struct backup_settings *out,
                                 tusk_error *err)
{
    tusk_conn *conn = NULL;
    tusk_status st = tusk_pool_acquire(b->app->pool, &conn, err);
    if (!st) st = backup_settings_read(conn, a, out, err);
    tusk_pool_release(b->app->pool, conn);
    return st;
}

/** Is it time? */
static void look(struct backups *b, tusk_arena *a)
{
    struct night n = { .b = b, .a = a };
    tusk_error err = { 0 };
    bool mine = false;
    look_again_in(b, LOOK_MS);
    tusk_status st = read_settings(b, a, &n.settings, &err);
    int64_t at = st ? 0 : backups_next_at(b, &n.settings).us, now = tusk_now().us;
    if (!st && at != 0 && at <= now) {
        st = take_night(&n, &mine, &err);
        if (!st && mine) back_up(&n);
        tusk_conn_close(n.conn);
    } else if (!st && at != 0) {
        look_again_in(b, (at - now) / 1000 + 1);
    }
    if (st)
        tusk_log_write(b->app->log, TUSK_LOG_WARN, "the settings of backups could not be looked at",
                       TUSK_FIELDS(tusk_field_cstr("error", err.message)));
}

/* ---- the thread ---- */

static void *run(void *context)
{
    struct backups *b = context;
    while (wait_for_news(b)) {
        struct backup_job job = backup_board_job(&b->board);
        tusk_arena *a = tusk_arena_new(0);
        if (!a)
            look_again_in(b, LOOK_MS);
        else if (job.kind != BACKUP_NONE)
            work_off_order(b, a, &job);
        else if (setup_is_ready(b->app->setup))
            look(b, a);
        else
            look_again_in(b, NOT_READY_MS);
        tusk_arena_free(a);
    }
    return NULL;
}

/** Signals are the loop's. */
static bool start_thread(struct backups *b)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&b->thread, NULL, run, b) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static void clean_up(struct backups *b)
{
    if (b->stop_fd >= 0) close(b->stop_fd);
    pthread_cond_destroy(&b->news);
    pthread_mutex_destroy(&b->lock);
    backup_board_destroy(&b->board);
    free(b);
}

struct backups *backups_new(struct app *app)
{
    struct backups *b = calloc(1, sizeof *b);
    pthread_condattr_t monotonic;
    if (!b) return NULL;
    b->app = app;
    b->started = tusk_now();
    b->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    backup_board_init(&b->board);
    pthread_mutex_init(&b->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&b->news, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (b->stop_fd >= 0 && start_thread(b)) return b;
    clean_up(b);
    return NULL;
}

void backups_stop(struct backups *b)
{
    pthread_mutex_lock(&b->lock);
    b->stopping = true;
    pthread_cond_signal(&b->news);
    pthread_mutex_unlock(&b->lock);
    eventfd_write(b->stop_fd, 1);
}

void backups_free(struct backups *b)
{
    if (!b) return;
    backups_stop(b);
    pthread_join(b->thread, NULL);
    clean_up(b);
}

/* ---- for routes ---- */

/** Rounded up, with the lock. */
static int pause_left(const struct backups *b)
{
    return b->next_made ? (tusk_deadline_left(b->next_made) + 999) / 1000 : 0;
}

int backups_pause_left(struct backups *b)
{
    pthread_mutex_lock(&b->lock);
    int seconds = pause_left(b);
    pthread_mutex_unlock(&b->lock);
    return seconds;
}

tusk_status backups_order(struct backups *b, enum backup_kind kind, const char *path, int *wait_s)
{
    tusk_status st = TUSK_BUSY;
    pthread_mutex_lock(&b->lock);
    bool is_free = backup_board_job(&b->board).kind == BACKUP_NONE;
    *wait_s = is_free && kind == BACKUP_MAKE ? pause_left(b) : 0;
    if (b->stopping)
        st = TUSK_CANCELLED;
    else if (*wait_s == 0 && backup_board_begin(&b->board, kind, path))
        st = TUSK_OK;
    if (!st) b->has_news = true;
    if (!st && kind == BACKUP_MAKE)
        b->next_made = tusk_deadline_in((int64_t)b->app->config->backup_pause_s * 1000);
    pthread_cond_signal(&b->news);
    pthread_mutex_unlock(&b->lock);
    return st;
}

struct backup_board *backups_board(struct backups *b)
{
    return &b->board;
}

void backups_settings_changed(struct backups *b)
{
    pthread_mutex_lock(&b->lock);
    b->has_news = true;
    pthread_cond_signal(&b->news);
    pthread_mutex_unlock(&b->lock);
}
