/* select_one.c - one team by key into typed fields, 64 in flight: Tusk's loop face beside libpq
 * pipelined by hand, in turns in one run, so that the ratio holds on a noisy machine. Prints one
 * JSON line. */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <poll.h>

#define TUSK_SCHEMA "bench/teams.def"
#include "bench/rig.h"
#include "tusk/define.h"

enum { ROUNDS = 9, OPERATIONS = 20000, IN_FLIGHT = 64, TEAMS = 1000, LANES = 4 };

/* ---- Tusk ---- */

struct bench;
struct operation {
    struct bench *bench;
    tusk_arena *arena;
    const tusk_query *query;
};
struct bench {
    tusk_async *async;
    int submitted, finished;
};

static void submit(struct operation *op);

static void done(void *context, tusk_status status, const tusk_answer *answers,
                 const tusk_error *err)
{
    struct operation *op = context;
    const struct team *team = answers ? answers[0].items : NULL;
    if (status || answers[0].count != 1 || team->member_limit != 3)
        die(err ? err->message : "a wrong row");
    op->bench->finished++;
    if (op->bench->submitted < OPERATIONS) submit(op);
}

static void submit(struct operation *op)
{
    tusk_error err;
    tusk_arena_reset(op->arena);
    tusk_str id = tusk_arena_printf(op->arena, "team-%d", op->bench->submitted % TEAMS);
    op->query = tusk_select(op->arena, teams, .where = TUSK_LIST(tusk_eq(teams.id, id))).query;
    if (tusk_async_submit(op->bench->async, op->arena, &op->query, 1, 30000, done, op, NULL, &err))
        die(err.message);
    op->bench->submitted++;
}

static struct sample run_tusk(tusk_async *async)
{
    struct bench bench = { .async = async };
    struct operation ops[IN_FLIGHT];
    struct sample start = sample_start();
    for (int i = 0; i < IN_FLIGHT; i++) {
        ops[i] = (struct operation){ &bench, tusk_arena_new(0), NULL };
        submit(&ops[i]);
    }
    while (bench.finished < OPERATIONS) {
        struct pollfd fd = { tusk_async_fd(async), POLLIN, 0 };
        if (poll(&fd, 1, 30000) <= 0) die("no answer from the lanes");
        tusk_async_process(async);
    }
    struct sample sample = sample_end(start);
    for (int i = 0; i < IN_FLIGHT; i++) tusk_arena_free(ops[i].arena);
    return sample;
}

/* ---- libpq ---- */

struct peer {
    PGconn *conns[LANES];
    int in_flight[LANES];
};

static void peer_open(struct peer *peer, const tusk_server *server)
{
    const char *names[] = { "host", "dbname", "user", "password", NULL };
    const char *values[] = { server->host, server->database, server->user, server->password, NULL };
    for (int i = 0; i < LANES; i++) {
        PGconn *conn = peer->conns[i] = PQconnectdbParams(names, values, 0);
        if (PQstatus(conn) != CONNECTION_OK) die(PQerrorMessage(conn));
        PQclear(PQprepare(conn, "one", "select * from \"teams\" where \"id\" = $1", 1, NULL));
        PQsetnonblocking(conn, 1);
        PQenterPipelineMode(conn);
    }
}

static void peer_send(struct peer *peer, int lane, int number)
{
    char id[32];
    snprintf(id, sizeof id, "team-%d", number % TEAMS);
    const char *values[] = { id };
    if (!PQsendQueryPrepared(peer->conns[lane], "one", 1, values, NULL, NULL, 1) ||
        !PQpipelineSync(peer->conns[lane]))
        die(PQerrorMessage(peer->conns[lane]));
    peer->in_flight[lane]++;
}

/** Reads the row's fields out, as a program would; returns the statements that were finished. */
static int peer_receive(struct peer *peer, int lane)
{
    int finished = 0;
    PGconn *conn = peer->conns[lane];
    PQconsumeInput(conn);
    while (peer->in_flight[lane] > 0 && !PQisBusy(conn)) {
        PGresult *result = PQgetResult(conn);
        if (!result) continue;
        if (PQresultStatus(result) == PGRES_TUPLES_OK) {
            uint32_t limit;
            memcpy(&limit, PQgetvalue(result, 0, 4), sizeof limit);
            if (ntohl(limit) != 3) die("a wrong row from libpq");
            finished++;
        }
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) peer->in_flight[lane]--;
        PQclear(result);
    }
    return finished;
}

static struct sample run_libpq(struct peer *peer)
{
    struct sample start = sample_start();
    int sent = 0, finished = 0;
    while (finished < OPERATIONS) {
        struct pollfd fds[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            while (peer->in_flight[lane] < IN_FLIGHT / LANES && sent < OPERATIONS)
                peer_send(peer, lane, sent++);
            short events = PQflush(peer->conns[lane]) == 1 ? POLLIN | POLLOUT : POLLIN;
            fds[lane] = (struct pollfd){ PQsocket(peer->conns[lane]), events, 0 };
        }
        if (poll(fds, LANES, 30000) <= 0) die("no answer from libpq");
        for (int lane = 0; lane < LANES; lane++)
            if (fds[lane].revents) finished += peer_receive(peer, lane);
    }
    return sample_end(start);
}

/* ---- the run ---- */

static const tusk_str set_up = TUSK_STR_INIT(
    "create table \"teams\" (\"id\" text primary key, \"name\" text not null, \"description\" "
    "text, \"is_default\" boolean default false not null, \"member_limit\" integer default 3 not "
    "null, \"created_at\" timestamptz default now() not null); insert into \"teams\" (\"id\", "
    "\"name\") select 'team-' || n, 'Team ' || n from generate_series(0, 999) n; analyze "
    "\"teams\"");

static void compare(tusk_async *async, struct peer *peer)
{
    double ops_tusk[ROUNDS], ops_libpq[ROUNDS], cpu_tusk[ROUNDS], cpu_libpq[ROUNDS], ops[ROUNDS],
        cpu[ROUNDS];
    run_tusk(async);
    run_libpq(peer);
    for (int i = 0; i < ROUNDS; i++) {
        struct sample t = run_tusk(async), p = run_libpq(peer);
        ops_tusk[i] = OPERATIONS / t.seconds;
        ops_libpq[i] = OPERATIONS / p.seconds;
        cpu_tusk[i] = t.cpu / OPERATIONS * 1e6;
        cpu_libpq[i] = p.cpu / OPERATIONS * 1e6;
        ops[i] = ops_tusk[i] / ops_libpq[i];
        cpu[i] = cpu_tusk[i] / cpu_libpq[i];
    }
    printf("{\"bench\": \"select_one\", \"in_flight\": %d, \"tusk_ops\": %.0f, \"libpq_ops\": "
           "%.0f, \"ratio_ops\": %.2f, "
           "\"tusk_cpu_us\": %.2f, \"libpq_cpu_us\": %.2f, \"ratio_cpu\": %.2f}\n",
           IN_FLIGHT, median(ops_tusk, ROUNDS), median(ops_libpq, ROUNDS), median(ops, ROUNDS),
           median(cpu_tusk, ROUNDS), median(cpu_libpq, ROUNDS), median(cpu, ROUNDS));
}

int main(void)
{
    struct rig rig;
    tusk_pool *pool = NULL;
    tusk_async *async = NULL;
    tusk_error err;
    struct peer peer = { 0 };
    rig_open(&rig, set_up);
    if (tusk_pool_open(rig.server, &(tusk_pool_options){ .lanes = LANES }, &pool, &err))
        die(err.message);
    if (tusk_async_open(pool, &async, &err)) die(err.message);
    peer_open(&peer, rig.server);
    compare(async, &peer);
    for (int i = 0; i < LANES; i++) PQfinish(peer.conns[i]);
    tusk_async_close(async);
    tusk_pool_close(pool);
    rig_close(&rig);
    return 0;
}
