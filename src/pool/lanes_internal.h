/* lanes_internal.h - jobs, lanes and the thread that connects them; one thread, the loop's, owns
 * all but the connector */
#ifndef TUSK_LANES_INTERNAL_H
#define TUSK_LANES_INTERNAL_H

#include <pthread.h>

#include "src/pool/lanes.h"
#include "src/pool/pool_internal.h"

/** Statements on their way on one lane, at most. */
#define TUSK_LANE_DEPTH        64
/** Jobs that wait for a place on a lane, at most. */
#define TUSK_LANES_WAITING_MAX 10000
/** How long the server may take to stop a statement, and how long a late one may stay behind
 * others. */
#define TUSK_LANE_PATIENCE_MS  1000

typedef struct tusk_lane tusk_lane;

typedef enum tusk_job_state {
    TUSK_JOB_WAITING,  /* in lanes->waiting */
    TUSK_JOB_RUNNING,  /* all its statements are in `sent` or `again` of its lane */
    TUSK_JOB_FINISHED, /* in lanes->finished: `done` is to be called */
} tusk_job_state;

typedef struct tusk_job {
    struct tusk_job *next, *before;
    tusk_job_state state;
    tusk_lane *lane;
    uint64_t ticket;
    const tusk_wire_statement *statements;
    size_t count, pending; /* pending: of those sent, without an outcome */
    int64_t deadline;
    tusk_lanes_done *done;
    void *context;
    bool cancelled, late;
    size_t resends; /* for stale prepared statements: at most one for each */
    tusk_status status;
    tusk_error *error; /* of the first failure; NULL: none, or no memory for it */
    tusk_wire_answer *answers[];
} tusk_job;

typedef struct tusk_job_list {
    tusk_job *first, *last;
    size_t count;
} tusk_job_list;

/** One statement on a lane. */
typedef struct tusk_lane_entry {
    tusk_job *job; /* NULL: its job has ended without it */
    size_t index;
} tusk_lane_entry;

struct tusk_lane {
    int number;
    tusk_conn *conn; /* NULL: down */
    bool watching_write, proven, misused;
    tusk_lane_entry sent[TUSK_LANE_DEPTH]; /* a ring, in the order of answers */
    size_t first, count;
    tusk_lane_entry again[TUSK_LANE_DEPTH]; /* to be sent once more */
    size_t again_count;
    /* a cancellation of the statement at the head */
    bool cancelling;
    int64_t cancel_limit, cancel_next; /* 0: none */
    size_t suspect;                    /* the next so many answers may be its innocent victims */
};

/** The thread that opens lanes, one at a time. The mutex guards all below it. */
typedef struct tusk_connector {
    pthread_t thread;
    bool started;
    const tusk_server *server;
    int timeout_ms;
    int event; /* told when there is a result */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool wanted, finished, stop;
    tusk_conn *conn;
    tusk_error error;
} tusk_connector;

struct tusk_lanes {
    tusk_pool *pool;
    int epoll, timer, event;
    bool kicked, processing, closing;
    tusk_lane *lanes;
    int lane_count, up;
    tusk_job_list waiting, finished;
    int64_t check_at; /* no job is late before; 0: unknown */
    int64_t armed;    /* what the timer is set to */
    int64_t reap_at;  /* look for idle connections of the threads' face */
    /* tickets */
    tusk_job **slots;
    uint32_t *generations;
    uint32_t *free_slots;
    uint32_t slot_count, free_count;
    /* connecting */
    tusk_connector connector;
    int connecting; /* the lane's number, -1: none */
    int pause_ms;
    int64_t connect_at;
    tusk_error last_failure; /* status TUSK_OK: none since a lane came up */
};

/* ---- connector.c ---- */
bool tusk_connector_start(tusk_connector *connector, const tusk_server *server, int timeout_ms,
                          int event);
void tusk_connector_want(tusk_connector *connector);
/** False when there is no result yet. On failure `*conn` is NULL and `*err` says why. */
bool tusk_connector_take(tusk_connector *connector, tusk_conn **conn, tusk_error *err);
/** Ends the thread; waits for an attempt under way. */
void tusk_connector_stop(tusk_connector *connector);

/* ---- jobs.c ---- */
void tusk_job_append(tusk_job_list *list, tusk_job *job);
void tusk_job_prepend(tusk_job_list *list, tusk_job *job);
void tusk_job_remove(tusk_job_list *list, tusk_job *job);
tusk_job *tusk_job_new(tusk_lanes *lanes, const tusk_wire_statement *statements, size_t count);
tusk_job *tusk_job_find(const tusk_lanes *lanes, uint64_t ticket);
/** Remembers the first failure. */
void tusk_job_fail(tusk_job *job, const tusk_error *err);
/** It has an outcome: `done` will be called at the end of the turn. Takes it off the waiting list.
 */
void tusk_job_finish(tusk_lanes *lanes, tusk_job *job);
/** Calls `done` of every finished job and frees them. */
void tusk_jobs_report(tusk_lanes *lanes);
void tusk_jobs_free(tusk_lanes *lanes);

/* ---- lane.c ---- */
size_t tusk_lane_load(const tusk_lane *lane);
void tusk_lane_up(tusk_lanes *lanes, tusk_lane *lane, tusk_conn *conn);
/** Sends all statements of a job. */
void tusk_lane_send(tusk_lanes *lanes, tusk_lane *lane, tusk_job *job);
/** Reads what came and settles the jobs that are answered. */
void tusk_lane_process(tusk_lanes *lanes, tusk_lane *lane);
/** Statements to be sent once more, cancellations due or over, bytes that wait. */
void tusk_lane_tend(tusk_lanes *lanes, tusk_lane *lane, int64_t now);
/** Everything out at the end of a turn. */
void tusk_lane_flush(tusk_lanes *lanes, tusk_lane *lane);
/** Closes it; what it was doing is settled. */
void tusk_lane_break(tusk_lanes *lanes, tusk_lane *lane, const tusk_error *err);
/** Ends a running job without its answers, which are dropped when they come. */
void tusk_lane_detach(tusk_lanes *lanes, tusk_job *job);
bool tusk_lane_is_head(const tusk_lane *lane, const tusk_job *job);
/** When to look at it again; INT64_MAX: not for the time's sake. */
int64_t tusk_lane_next(const tusk_lane *lane);

#endif
