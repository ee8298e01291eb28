/* backups_job.h - the one backup or proof that is under way, and what became of the last: written
 * by the thread that does it, read by everybody who asks */
#ifndef DEPLOYSTACK_BACKUPS_JOB_H
#define DEPLOYSTACK_BACKUPS_JOB_H

#include <jansson.h>
#include <pthread.h>

#include "tusk/tusk.h"

enum backup_kind { BACKUP_NONE, BACKUP_MAKE, BACKUP_VERIFY };

/** Texts that are too long are cut: they are for people. */
struct backup_job {
    enum backup_kind kind; /* NONE: nothing is under way */
    char path[4096];
    char phase[16]; /* "waiting" at first, then as in tusk_backup_progress */
    char table[256];
    size_t done, total;
    tusk_time started;
};
struct backup_last {
    enum backup_kind kind;                    /* NONE: there was none since the program started */
    char name[256], outcome[16], error[1024]; /* error "": none */
    tusk_time at;
};

struct backup_board {
    pthread_mutex_t lock;
    struct backup_job job;
    struct backup_last last;
};
void backup_board_init(struct backup_board *board);
void backup_board_destroy(struct backup_board *board);

/** False when something is under way. */
bool backup_board_begin(struct backup_board *board, enum backup_kind kind, const char *path);
/** The next step of the same work: what was made is proven. */
void backup_board_go_on(struct backup_board *board, enum backup_kind kind);
/** For tusk_backup_options: the board is the context. */
void backup_board_progress(void *board, const tusk_backup_progress *progress);
/** It is over, with a status and its error. */
void backup_board_end(struct backup_board *board, tusk_status status, const tusk_error *err);
/** Is this backup being made or proven? */
bool backup_board_is_busy_with(struct backup_board *board, tusk_str name);
/** A copy of the work that is under way. */
struct backup_job backup_board_job(struct backup_board *board);
/** "make", "verify"; the part of a path after its last "/". */
const char *backup_kind_name(enum backup_kind kind);
const char *backup_name(const char *path);
/** The members "job" and "last" of the API. */
json_t *backup_board_job_json(struct backup_board *board);
json_t *backup_board_last_json(struct backup_board *board);

#endif
