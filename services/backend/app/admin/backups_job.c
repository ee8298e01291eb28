/* backups_job.c - backups_job.h's board: every look and every change under its lock */
#include "services/backend/app/admin/backups_job.h"

#include <stdio.h>
#include <string.h>

static const char *const phases[] = { [TUSK_BACKUP_COUNTING] = "counting",
                                      [TUSK_BACKUP_DUMPING] = "dumping",
                                      [TUSK_BACKUP_HASHING] = "hashing",
                                      [TUSK_BACKUP_RESTORING] = "restoring",
                                      [TUSK_BACKUP_COMPARING] = "comparing" };

const char *backup_kind_name(enum backup_kind kind)
{
    return kind == BACKUP_VERIFY ? "verify" : "make";
}

const char *backup_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void backup_board_init(struct backup_board *board)
{
    *board = (struct backup_board){ 0 };
    pthread_mutex_init(&board->lock, NULL);
}

void backup_board_destroy(struct backup_board *board)
{
    pthread_mutex_destroy(&board->lock);
}

bool backup_board_begin(struct backup_board *board, enum backup_kind kind, const char *path)
{
    pthread_mutex_lock(&board->lock);
    bool is_free = board->job.kind == BACKUP_NONE;
    if (is_free) {
        board->job = (struct backup_job){ .kind = kind, .phase = "waiting", .started = tusk_now() };
        snprintf(board->job.path, sizeof board->job.path, "%s", path);
    }
    pthread_mutex_unlock(&board->lock);
    return is_free;
}

void backup_board_go_on(struct backup_board *board, enum backup_kind kind)
{
    pthread_mutex_lock(&board->lock);
    struct backup_job *job = &board->job;
    job->kind = kind;
    job->table[0] = 0;
    job->done = 0;
    pthread_mutex_unlock(&board->lock);
}

void backup_board_progress(void *context, const tusk_backup_progress *progress)
{
    struct backup_board *board = context;
    pthread_mutex_lock(&board->lock);
    struct backup_job *job = &board->job;
    snprintf(job->phase, sizeof job->phase, "%s", phases[progress->phase]);
    snprintf(job->table, sizeof job->table, "%.*s", TUSK_STR_ARG(progress->table));
    job->done = progress->done;
    job->total = progress->total;
    pthread_mutex_unlock(&board->lock);
}

void backup_board_end(struct backup_board *board, tusk_status status, const tusk_error *err)
{
    pthread_mutex_lock(&board->lock);
    struct backup_last *last = &board->last;
    *last = (struct backup_last){ .kind = board->job.kind, .at = tusk_now() };
    snprintf(last->name, sizeof last->name, "%s", backup_name(board->job.path));
    snprintf(last->outcome, sizeof last->outcome, "%s",
             status == TUSK_OK          ? "ok"
             : status == TUSK_CANCELLED ? "cancelled"
                                        : "failed");
    if (status)
        snprintf(last->error, sizeof last->error, "%s%s%s", err->message, err->hint[0] ? ". " : "",
                 err->hint);
    board->job.kind = BACKUP_NONE;
    pthread_mutex_unlock(&board->lock);
}

bool backup_board_is_busy_with(struct backup_board *board, tusk_str name)
{
    struct backup_job job = backup_board_job(board);
    return job.kind != BACKUP_NONE && tusk_str_eq(tusk_str_of(backup_name(job.path)), name);
}

struct backup_job backup_board_job(struct backup_board *board)
{
    pthread_mutex_lock(&board->lock);
    struct backup_job job = board->job;
    pthread_mutex_unlock(&board->lock);
    return job;
}

/* ---- JSON ---- */

/** null for "" and for what is no text: names of tables and files may be any bytes, or cut in the
 * middle of a character. */
static json_t *text_json(const char *text)
{
    json_t *value = text[0] ? json_string(text) : NULL;
    return value ? value : json_null();
}

static json_t *time_json(tusk_time time)
{
    return json_string(TUSK_TIME_TEXT(time));
}

json_t *backup_board_job_json(struct backup_board *board)
{
    struct backup_job job = backup_board_job(board);
    if (job.kind == BACKUP_NONE) return json_null();
    return json_pack("{s:s, s:o, s:s, s:o, s:I, s:I, s:o}", "kind", backup_kind_name(job.kind),
                     "name", text_json(backup_name(job.path)), "phase", job.phase, "table",
                     text_json(job.table), "done", (json_int_t)job.done, "total",
                     (json_int_t)job.total, "started_at", time_json(job.started));
}

json_t *backup_board_last_json(struct backup_board *board)
{
    pthread_mutex_lock(&board->lock);
    struct backup_last last = board->last;
    pthread_mutex_unlock(&board->lock);
    if (last.kind == BACKUP_NONE) return json_null();
    return json_pack("{s:s, s:o, s:s, s:o, s:o}", "kind", backup_kind_name(last.kind), "name",
                     text_json(last.name), "outcome", last.outcome, "error", text_json(last.error),
                     "at", time_json(last.at));
}
