/* async.c - the loop face: queries onto the lanes of a pool, answers back as rows */
#include "tusk/async.h"

#include "src/base/mem.h"
#include "src/pool/lanes.h"
#include "src/run/internal.h"

#include "src/base/banned.h"

#define QUERIES_MAX 8
/* The deadline of a submission that names none: the same as a pool's statements have. */
#define TIMEOUT_MS  30000

struct tusk_async {
    tusk_lanes *lanes;
};

/* One submission, in its own arena. */
typedef struct job {
    tusk_arena *arena;
    size_t count;
    const tusk_row_map *maps[QUERIES_MAX]; /* NULL: text cells */
    tusk_wire_statement statements[QUERIES_MAX];
    tusk_async_done *done;
    void *context;
} job;

tusk_status tusk_async_open(tusk_pool *pool, tusk_async **out, tusk_error *err)
{
    *out = NULL;
    tusk_async *async = tusk_mem_alloc(sizeof *async);
    if (!async) return tusk_fail_nomem(err, "the lanes of a pool");
    tusk_status status = tusk_lanes_open(pool, &async->lanes, err);
    if (status != TUSK_OK) {
        tusk_mem_free(async);
        return status;
    }
    *out = async;
    return TUSK_OK;
}

void tusk_async_close(tusk_async *async)
{
    if (!async) return;
    tusk_lanes_close(async->lanes);
    tusk_mem_free(async);
}

int tusk_async_fd(const tusk_async *async)
{
    return tusk_lanes_fd(async->lanes);
}

void tusk_async_process(tusk_async *async)
{
    tusk_lanes_process(async->lanes);
}

static tusk_status read_answer(const job *j, size_t i, const tusk_wire_answer *answer,
                               tusk_answer *out, tusk_error *err)
{
    if (!j->maps[i]) return tusk_collect_cells(j->arena, answer, &out->result, err);
    void *rows = NULL;
    tusk_status status = tusk_collect_rows(j->arena, j->maps[i], answer, &out->result, &rows, err);
    out->items = rows;
    out->count = tusk_wire_rows(answer);
    return status;
}

static void answered(void *context, tusk_status status, tusk_wire_answer *const *wire,
                     const tusk_error *wire_err)
{
    job *j = context;
    tusk_error err = { 0 };
    if (status != TUSK_OK) {
        if (wire_err) err = *wire_err;
        j->done(j->context, status, NULL, &err);
        return;
    }
    tusk_answer *answers = TUSK_NEW_ARRAY(j->arena, tusk_answer, j->count);
    if (!answers) status = tusk_fail_nomem(&err, "answers");
    for (size_t i = 0; status == TUSK_OK && i < j->count; i++) {
        status = read_answer(j, i, wire[i], &answers[i], &err);
    }
    bool ok = status == TUSK_OK;
    j->done(j->context, status, ok ? answers : NULL,
            ok ? NULL : &err); /* the arena is theirs now */
}

static tusk_status bind_all(job *j, const tusk_query *const *queries, tusk_error *err)
{
    for (size_t i = 0; i < j->count; i++) {
        tusk_bound bound;
        tusk_status status = tusk_bind(j->arena, queries[i], TUSK_ROWS_STRUCTS, &bound, err);
        if (status != TUSK_OK) return status;
        j->statements[i] = bound.wire;
        j->maps[i] = bound.map;
    }
    return TUSK_OK;
}

tusk_status tusk_async_submit(tusk_async *async, tusk_arena *arena,
                              const tusk_query *const *queries, size_t count, int timeout_ms,
                              tusk_async_done *done, void *context, uint64_t *ticket,
                              tusk_error *err)
{
    if (count < 1 || count > QUERIES_MAX) {
        return tusk_fail(err, TUSK_MISUSE, "a submission has 1 to %d queries, not %zu", QUERIES_MAX,
                         count);
    }
    job *j = TUSK_NEW(arena, job);
    if (!j) return tusk_fail_nomem(err, "a submission");
    *j = (job){ .arena = arena, .count = count, .done = done, .context = context };
    tusk_status status = bind_all(j, queries, err);
    if (status != TUSK_OK) return status;
    uint64_t number = 0;
    status = tusk_lanes_submit(async->lanes, j->statements, count,
                               tusk_deadline_in(timeout_ms > 0 ? timeout_ms : TIMEOUT_MS), answered,
                               j, &number, err);
    if (status == TUSK_OK && ticket) *ticket = number;
    return status;
}

void tusk_async_cancel(tusk_async *async, uint64_t ticket)
{
    tusk_lanes_cancel(async->lanes, ticket);
}
