/* select_many.c - 1,000 rows of 20 columns into typed fields, one query at a time: tusk_fetch()
 * beside libpq's binary rows read by hand, in turns in one run. Prints one JSON line. */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <string.h>

#define TUSK_SCHEMA "bench/wide.def"
#include "bench/rig.h"
#include "tusk/define.h"

enum { ROUNDS = 9, OPERATIONS = 40, ROWS = 1000 };

static const tusk_str set_up = TUSK_STR_INIT(
    "create table wides (id integer primary key, name text not null, street text not null, town "
    "text not null, note text, visits bigint not null, bytes bigint not null, age integer not "
    "null, rank integer not null, floor_number smallint not null, active boolean not null, "
    "verified boolean not null, latitude double precision not null, longitude double precision "
    "not null, score real not null, created_at timestamptz not null, updated_at timestamptz not "
    "null, deleted_at timestamptz, key uuid not null, born date not null);"
    "insert into wides select n, 'Name ' || n, n || ' Long Street', 'Town of ' || n % 50, case "
    "when n % 3 = 0 then 'note ' || n end, n * 1000, n::bigint * 123456789, n % 90, n % 10, n % 7, "
    "n % 2 "
    "= 0, n % 3 = 0, n * 0.01, n * -0.01, n * 0.5, now(), now(), case when n % 5 = 0 then now() "
    "end, gen_random_uuid(), date '1970-01-01' + n from generate_series(1, 1000) n; "
    "analyze wides");

/* ---- Tusk ---- */

static struct sample run_tusk(tusk_conn *conn)
{
    struct sample start = sample_start();
    tusk_arena *arena = tusk_arena_new(0);
    for (int i = 0; i < OPERATIONS; i++) {
        wides_rows rows;
        tusk_error err;
        tusk_arena_reset(arena);
        if (tusk_fetch(conn, arena, tusk_select(arena, wides), &rows, &err)) die(err.message);
        if (rows.count != ROWS || rows.items[ROWS - 1].name.len < 5) die("wrong rows");
    }
    tusk_arena_free(arena);
    return sample_end(start);
}

/* ---- libpq ---- */

struct row {
    int64_t numbers[16];
    struct {
        const char *ptr;
        int len;
    } texts[5];
};

/** What PostgreSQL sends of a number, a moment or a date. */
static int64_t read_number(const char *at, int size)
{
    uint64_t wide;
    uint32_t half;
    uint16_t small;
    switch (size) {
    case 8:
        memcpy(&wide, at, sizeof wide);
        return (int64_t)__builtin_bswap64(wide);
    case 4:
        memcpy(&half, at, sizeof half);
        return (int32_t)ntohl(half);
    case 2:
        memcpy(&small, at, sizeof small);
        return (int16_t)ntohs(small);
    default:
        return *at;
    }
}

static void read_row(const PGresult *result, int i, struct row *row)
{
    size_t texts = 0, numbers = 0;
    for (int f = 0; f < 20; f++) {
        bool null = PQgetisnull(result, i, f);
        const char *at = PQgetvalue(result, i, f);
        int size = PQgetlength(result, i, f);
        if ((f >= 1 && f <= 4) || f == 18) {
            row->texts[texts].ptr = null ? NULL : at;
            row->texts[texts++].len = size;
        } else {
            row->numbers[numbers++] = null ? 0 : read_number(at, size);
        }
    }
}

static struct sample run_libpq(PGconn *conn)
{
    struct sample start = sample_start();
    struct row *rows = calloc(ROWS, sizeof *rows);
    for (int i = 0; i < OPERATIONS; i++) {
        PGresult *result = PQexecPrepared(conn, "many", 0, NULL, NULL, NULL, 1);
        if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != ROWS)
            die(PQerrorMessage(conn));
        for (int r = 0; r < ROWS; r++) read_row(result, r, &rows[r]);
        if (rows[ROWS - 1].texts[0].len < 5) die("wrong rows from libpq");
        PQclear(result);
    }
    free(rows);
    return sample_end(start);
}

static PGconn *open_libpq(const tusk_server *server)
{
    const char *names[] = { "host", "dbname", "user", "password", NULL };
    const char *values[] = { server->host, server->database, server->user, server->password, NULL };
    PGconn *conn = PQconnectdbParams(names, values, 0);
    if (PQstatus(conn) != CONNECTION_OK) die(PQerrorMessage(conn));
    PQclear(PQprepare(conn, "many", "select * from wides", 0, NULL));
    return conn;
}

static void compare(tusk_conn *tusk, PGconn *libpq)
{
    double ops[ROUNDS], cpu[ROUNDS], cpu_tusk[ROUNDS], cpu_libpq[ROUNDS];
    run_tusk(tusk);
    run_libpq(libpq);
    for (int i = 0; i < ROUNDS; i++) {
        struct sample t = run_tusk(tusk), p = run_libpq(libpq);
        ops[i] = p.seconds / t.seconds;
        cpu[i] = t.cpu / p.cpu;
        cpu_tusk[i] = t.cpu / OPERATIONS * 1e6;
        cpu_libpq[i] = p.cpu / OPERATIONS * 1e6;
    }
    printf("{\"bench\": \"select_many\", \"rows\": %d, \"ratio_ops\": %.2f, \"tusk_cpu_us\": %.0f, "
           "\"libpq_cpu_us\": %.0f, \"ratio_cpu\": %.2f}\n",
           ROWS, median(ops, ROUNDS), median(cpu_tusk, ROUNDS), median(cpu_libpq, ROUNDS),
           median(cpu, ROUNDS));
}

int main(void)
{
    struct rig rig;
    tusk_conn *conn;
    tusk_error err;
    rig_open(&rig, set_up);
    if (tusk_conn_open(rig.server, 5000, &conn, &err)) die(err.message);
    PGconn *libpq = open_libpq(rig.server);
    compare(conn, libpq);
    PQfinish(libpq);
    tusk_conn_close(conn);
    rig_close(&rig);
    return 0;
}
