/* plan_budget.c - plan_budget.h's count: it begins anew every ten minutes */
#include "services/backend/app/admin/plan_budget.h"

#include <pthread.h>
#include <stdlib.h>

static const int64_t BYTES_MAX = (int64_t)BUDGET_MB << 20;
static const int64_t PERIOD_MS = (int64_t)BUDGET_MINUTES * 60 * 1000;

struct plan_budget {
    pthread_mutex_t lock;
    int64_t ends; /* deadline */
    int64_t bytes;
};

struct plan_budget *plan_budget_new(void)
{
    struct plan_budget *b = calloc(1, sizeof *b);
    if (b) pthread_mutex_init(&b->lock, NULL);
    return b;
}

void plan_budget_free(struct plan_budget *b)
{
    if (!b) return;
    pthread_mutex_destroy(&b->lock);
    free(b);
}

/** With the lock. */
static void begin_anew(struct plan_budget *b)
{
    if (tusk_deadline_left(b->ends) > 0) return;
    b->ends = tusk_deadline_in(PERIOD_MS);
    b->bytes = 0;
}

int plan_budget_wait(struct plan_budget *b)
{
    pthread_mutex_lock(&b->lock);
    begin_anew(b);
    int seconds = b->bytes > BYTES_MAX ? (tusk_deadline_left(b->ends) + 999) / 1000 : 0;
    pthread_mutex_unlock(&b->lock);
    return seconds;
}

int64_t plan_budget_look(tusk_conn *conn, tusk_arena *a)
{
    int64_t at = -1;
    tusk_error err;
    const tusk_query *query = tusk_sql(
        a, "select (pg_catalog.pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint", NULL);
    return tusk_fetch_count(conn, a, query, &at, &err) ? -1 : at;
}

void plan_budget_spend(struct plan_budget *b, tusk_conn *conn, tusk_arena *a, int64_t from)
{
    int64_t now = from < 0 ? -1 : plan_budget_look(conn, a);
    if (now < 0 || now < from) return;
    pthread_mutex_lock(&b->lock);
    begin_anew(b);
    b->bytes += now - from;
    pthread_mutex_unlock(&b->lock);
}
