/* pipeline.c - statements out, answers in: a segment with a Sync for each statement, so that an
 * error stays with its own */
#include <string.h>
#include <unistd.h>

#include "src/wire/internal.h"

#include "src/base/banned.h"

#define PARAMS_MAX 65535

/* ---- out ---- */

static tusk_status check_state(const tusk_conn *conn, tusk_error *err)
{
    if (conn->broken) return tusk_wire_fail_lost(err, conn, false);
    if (conn->mode == TUSK_WIRE_PIPELINE) return TUSK_OK;
    return tusk_fail(err, TUSK_MISUSE, "a COPY is under way on this connection");
}

tusk_status tusk_wire_owned(const tusk_conn *conn, tusk_error *err)
{
    if (conn->pid == getpid()) return TUSK_OK;
    tusk_fail(err, TUSK_MISUSE, "the connection belongs to the process that opened it");
    tusk_error_hint(err, "After fork() open connections of your own in the child.");
    return TUSK_MISUSE;
}

tusk_status tusk_wire_usable(const tusk_conn *conn, tusk_error *err)
{
    tusk_status status = tusk_wire_owned(conn, err);
    return status == TUSK_OK ? check_state(conn, err) : status;
}

/* What a segment consists of, besides Bind, Execute and Sync. */
typedef struct segment {
    const tusk_wire_statement *statement;
    tusk_prepared *prepared; /* NULL: none */
    tusk_str name;           /* of the prepared statement, "" for none */
    bool parse, describe;
    unsigned char close_count;
    char closes[2][TUSK_WIRE_NAME_SIZE]; /* statements that the server can forget */
} segment;

static void add_close(segment *s, const char *name)
{
    memcpy(s->closes[s->close_count++], name, TUSK_WIRE_NAME_SIZE);
}

/* To forget a statement that is not there is no error, so this goes along at any time. */
static void tidy(const tusk_conn *conn, segment *s)
{
    if (conn->ghost[0]) add_close(s, conn->ghost);
    const tusk_prepared *surplus = tusk_prepared_surplus(&conn->cache);
    if (surplus && surplus->parsed) add_close(s, surplus->name);
}

/* What tidy() found is on its way. */
static void forget_closed(tusk_conn *conn)
{
    conn->ghost[0] = '\0';
    tusk_prepared *surplus = tusk_prepared_surplus(&conn->cache);
    if (surplus) tusk_prepared_drop(&conn->cache, surplus);
}

static segment plan(tusk_conn *conn, const tusk_wire_statement *statement)
{
    segment s = { .statement = statement, .name = TUSK_STR(""), .parse = true, .describe = true };
    if (statement->prepare && statement->sql.len <= TUSK_WIRE_CACHE_SQL_MAX)
        s.prepared = tusk_prepared_get(&conn->cache, statement);
    tidy(conn, &s);
    tusk_prepared *entry = s.prepared;
    if (!entry) return s;
    s.name = tusk_str_of(entry->name);
    s.parse = !entry->parsed;
    s.describe = !entry->described || !entry->steady || s.parse ||
                 entry->executed < TUSK_WIRE_DESCRIBE_TIMES;
    return s;
}

static tusk_status check(const segment *s, size_t *size, tusk_error *err)
{
    const tusk_wire_statement *statement = s->statement;
    if (statement->param_count > PARAMS_MAX)
        return tusk_fail(err, TUSK_MISUSE, "%zu parameters are more than the 65535 of a statement",
                         statement->param_count);
    if (s->parse && statement->sql.len > 0 && memchr(statement->sql.ptr, '\0', statement->sql.len))
        return tusk_fail(err, TUSK_INVALID, "the SQL text has a zero byte in it");
    size_t parse = s->parse ? tusk_parse_size(s->name, statement) : 0;
    size_t bind = tusk_bind_size(s->name, statement);
    if (parse >= TUSK_MESSAGE_MAX || bind >= TUSK_MESSAGE_MAX)
        return tusk_fail(err, TUSK_INVALID,
                         "a statement and its parameters are larger than the "
                         "1 GB that the server takes");
    *size = parse + bind + TUSK_DESCRIBE_SIZE + TUSK_EXECUTE_SIZE + TUSK_SYNC_SIZE;
    for (size_t i = 0; i < s->close_count; i++) *size += tusk_close_size(tusk_str_of(s->closes[i]));
    return TUSK_OK;
}

static char *write_segment(char *at, const segment *s)
{
    for (size_t i = 0; i < s->close_count; i++)
        at = tusk_close_write(at, tusk_str_of(s->closes[i]));
    if (s->parse) at = tusk_parse_write(at, s->name, s->statement);
    at = tusk_bind_write(at, s->name, s->statement);
    if (s->describe) at = tusk_describe_write(at);
    return tusk_empty_write(tusk_execute_write(at), 'S');
}

tusk_wire_item *tusk_wire_push(tusk_conn *conn)
{
    tusk_wire_item *item = tusk_wire_item_at(conn, conn->count++);
    *item = (tusk_wire_item){ .done = false };
    return item;
}

static void expect_answer(tusk_conn *conn, const segment *s)
{
    tusk_wire_item *item = tusk_wire_push(conn);
    tusk_prepared *entry = s->prepared;
    item->closing = s->close_count;
    item->parsing = s->parse;
    item->binding = true;
    item->describing = s->describe;
    item->binary = s->statement->binary;
    if (!entry) return;
    if (s->parse) {
        tusk_prepared_forget(entry);
        entry->parsed = true;
        entry->parses++;
    }
    if (!s->describe) item->fields = tusk_fields_share(entry->fields);
    if (entry->executed < TUSK_WIRE_DESCRIBE_TIMES) entry->executed++;
    item->parses = entry->parses;
    item->prepared = entry;
    entry->shares++;
}

/* Nothing of the segment goes out, so nothing may be counted on. */
static tusk_status refuse(tusk_conn *conn, const segment *s, tusk_status status)
{
    if (s->prepared && !s->prepared->parsed) tusk_prepared_drop(&conn->cache, s->prepared);
    return status;
}

tusk_status tusk_wire_send(tusk_conn *conn, const tusk_wire_statement *statement, tusk_error *err)
{
    /* whose process this is, the flush asks: a system call for many statements */
    tusk_status status = check_state(conn, err);
    if (status != TUSK_OK) return status;
    if (conn->count == TUSK_WIRE_ITEMS_MAX)
        return tusk_fail(err, TUSK_BUSY, "%zu statements wait for answers on this connection",
                         conn->count);
    segment s = plan(conn, statement);
    size_t size = 0;
    status = check(&s, &size, err);
    if (status != TUSK_OK) return refuse(conn, &s, status);
    char *at = tusk_stream_room(&conn->stream, size);
    if (!at) return refuse(conn, &s, tusk_fail_nomem(err, "a statement"));
    tusk_stream_add(&conn->stream, write_segment(at, &s));
    forget_closed(conn);
    expect_answer(conn, &s);
    return TUSK_OK;
}

void tusk_wire_flush(tusk_conn *conn)
{
    if (!conn->broken && conn->pid == getpid()) tusk_stream_flush(&conn->stream);
}

/* ---- in ---- */

/* These say what the caller did, or what there was no room for; the next call says that the
 * connection is gone. */
static bool is_about_us(tusk_status status)
{
    return status == TUSK_INVALID || status == TUSK_NOMEM || status == TUSK_MISUSE;
}

tusk_status tusk_wire_process(tusk_conn *conn, tusk_error *err)
{
    if (conn->pid != getpid()) return tusk_wire_owned(conn, err);
    if (conn->broken) return tusk_wire_fail_lost(err, conn, true);
    if (tusk_stream_waits(&conn->stream)) tusk_stream_flush(&conn->stream);
    tusk_wire_receive(conn); /* even when sending failed: the reason may be there */
    if (!conn->broken) return TUSK_OK;
    if (!is_about_us(conn->fatal.status))
        return tusk_wire_fail_lost(err, conn, conn->done < conn->count);
    if (err) *err = conn->fatal;
    return conn->fatal.status;
}

/* ---- answers ---- */

/* What an error says about the prepared statement. True when preparing it anew would heal it. */
static bool learn(tusk_conn *conn, const tusk_wire_item *item)
{
    tusk_prepared *entry = item->prepared;
    if (!entry) return false;
    const char *sqlstate = item->failure->error.sqlstate;
    bool latest = item->parses == entry->parses; /* else it was prepared anew since */
    if (item->parsing) { /* Parse itself failed; 42P05: the name is there, and by its making it is
                            this text */
        bool is_there = strcmp(sqlstate, "42P05") == 0;
        if (latest && !is_there) tusk_prepared_forget(entry);
        return is_there;
    }
    if (strcmp(sqlstate, "26000") == 0) {
        if (latest) tusk_prepared_forget(entry);
        return true;
    }
    if (!item->failure->dead_plan) return false;
    if (latest) {
        memcpy(conn->ghost, entry->name, sizeof conn->ghost);
        tusk_prepared_renew(entry);
    }
    return true;
}

tusk_wire_item tusk_wire_pop(tusk_conn *conn)
{
    tusk_wire_item item = *tusk_wire_item_at(conn, 0);
    *tusk_wire_item_at(conn, 0) = (tusk_wire_item){ .done = false };
    conn->first = (conn->first + 1) % TUSK_WIRE_ITEMS_MAX;
    conn->count--;
    conn->done--;
    return item;
}

static tusk_status conclude(tusk_conn *conn, tusk_wire_item *item, tusk_wire_answer **answer,
                            tusk_error *err)
{
    if (item->no_room) return tusk_fail_nomem(err, "the answer of a statement");
    if (!item->failure) {
        *answer = item->answer;
        item->answer = NULL;
        return TUSK_OK;
    }
    bool stale = learn(conn, item);
    conn->stale = stale && !conn->broken && !tusk_wire_in_transaction(conn);
    if (err) *err = item->failure->error;
    if (stale && err) err->retry = TUSK_RETRY_YES;
    return item->failure->error.status;
}

tusk_status tusk_wire_next(tusk_conn *conn, bool *ready, tusk_wire_answer **answer, tusk_error *err)
{
    *ready = conn->done > 0;
    *answer = NULL;
    conn->stale = false;
    if (!*ready) return TUSK_OK;
    tusk_wire_item item = tusk_wire_pop(conn);
    tusk_status status = conclude(conn, &item, answer, err);
    tusk_wire_item_clear(&item);
    return status;
}
