/* pipeline.c - statements out, answers in: libpq's pipeline with a Sync for each statement */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/wire/internal.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

#define PARAMS_MAX 65535

/* ---- out ---- */

tusk_status tusk_wire_usable(const tusk_conn *conn, tusk_error *err)
{
    if (conn->pid != getpid()) {
        tusk_fail(err, TUSK_MISUSE, "the connection belongs to the process that opened it");
        tusk_error_hint(err, "After fork() open connections of your own in the child.");
        return TUSK_MISUSE;
    }
    if (conn->broken) return tusk_wire_fail_lost(err, conn, false);
    if (conn->mode == TUSK_WIRE_PIPELINE) return TUSK_OK;
    return tusk_fail(err, TUSK_MISUSE, "a COPY is under way on this connection");
}

static bool grow(void **array, size_t size)
{
    void *grown = tusk_mem_resize(*array, size);
    if (grown) *array = grown;
    return grown != NULL;
}

static bool make_room(tusk_conn *conn, size_t count)
{
    if (count <= conn->scratch_cap) return true;
    size_t cap = count < 32 ? 32 : count;
    if (!grow((void **)&conn->values, cap * sizeof *conn->values) ||
        !grow((void **)&conn->lengths, cap * sizeof *conn->lengths) ||
        !grow((void **)&conn->formats, cap * sizeof *conn->formats) ||
        !grow((void **)&conn->oids, cap * sizeof *conn->oids))
        return false;
    conn->scratch_cap = cap;
    return true;
}

static tusk_status bind(tusk_conn *conn, const tusk_wire_statement *statement, tusk_error *err)
{
    if (statement->param_count > PARAMS_MAX)
        return tusk_fail(err, TUSK_MISUSE, "%zu parameters are more than the 65535 of a statement",
                         statement->param_count);
    if (!make_room(conn, statement->param_count)) return tusk_fail_nomem(err, "parameters");
    for (size_t i = 0; i < statement->param_count; i++) {
        const tusk_param *param = &statement->params[i];
        if (param->bytes.len > INT32_MAX)
            return tusk_fail(err, TUSK_INVALID, "parameter $%zu is longer than 2 GB", i + 1);
        conn->values[i] = param->bytes.ptr;
        conn->lengths[i] = (int)param->bytes.len;
        conn->formats[i] = param->format;
        conn->oids[i] = param->oid;
    }
    return TUSK_OK;
}

static tusk_wire_item *push(tusk_conn *conn)
{
    tusk_wire_item *item = &conn->items[(conn->first + conn->count++) % TUSK_WIRE_ITEMS_MAX];
    *item = (tusk_wire_item){ .done = false };
    return item;
}

/* libpq before 17 can end a segment only by sending it at once. */
static bool end_segment(tusk_conn *conn)
{
    conn->wants_write = true;
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
    return PQsendPipelineSync(conn->pg) == 1;
#else
    return PQpipelineSync(conn->pg) == 1;
#endif
}

static bool send_deallocate(tusk_conn *conn, const char *name)
{
    char sql[sizeof "deallocate \"\"" + TUSK_WIRE_NAME_SIZE] = "deallocate \"";
    size_t len = strlen(sql), name_len = strlen(name); /* our own: hexadecimal digits */
    memcpy(sql + len, name, name_len);
    memcpy(sql + len + name_len, "\"", 2);
    push(conn)->hidden = true;
    conn->hidden++;
    return PQsendQueryParams(conn->pg, sql, 0, NULL, NULL, NULL, NULL, 0) == 1 && end_segment(conn);
}

/* Not inside a transaction: if the name were unknown (somebody ran DISCARD ALL) that would abort
 * it. */
static bool tidy(tusk_conn *conn)
{
    PGTransactionStatusType state = PQtransactionStatus(conn->pg);
    if (state == PQTRANS_INTRANS || state == PQTRANS_INERROR) return true;
    if (conn->ghost[0] && !send_deallocate(conn, conn->ghost)) return false;
    conn->ghost[0] = '\0';
    tusk_prepared *surplus = tusk_prepared_surplus(&conn->cache);
    if (!surplus) return true;
    bool sent = !surplus->parsed || send_deallocate(conn, surplus->name);
    tusk_prepared_drop(&conn->cache, surplus);
    return sent;
}

static bool send_prepared(tusk_conn *conn, const tusk_wire_statement *statement,
                          tusk_prepared *prepared)
{
    int count = (int)statement->param_count;
    tusk_wire_item *item = push(conn);
    memcpy(item->name, prepared->name, sizeof item->name);
    if (!prepared->parsed) {
        if (PQsendPrepare(conn->pg, prepared->name, statement->sql.ptr, count, conn->oids) != 1)
            return false;
        item->parsing = prepared->parsed = true;
    }
    return PQsendQueryPrepared(conn->pg, prepared->name, count, conn->values, conn->lengths,
                               conn->formats, statement->binary) == 1;
}

static bool send_once(tusk_conn *conn, const tusk_wire_statement *statement)
{
    push(conn);
    return PQsendQueryParams(conn->pg, statement->sql.ptr, (int)statement->param_count, conn->oids,
                             conn->values, conn->lengths, conn->formats, statement->binary) == 1;
}

tusk_status tusk_wire_send(tusk_conn *conn, const tusk_wire_statement *statement, tusk_error *err)
{
    tusk_status status = tusk_wire_usable(conn, err);
    if (status == TUSK_OK) status = bind(conn, statement, err);
    if (status != TUSK_OK) return status;
    if (conn->count + 3 > TUSK_WIRE_ITEMS_MAX)
        return tusk_fail(err, TUSK_BUSY, "%zu statements wait for answers on this connection",
                         conn->count);
    tusk_prepared *prepared = NULL;
    if (statement->prepare && statement->sql.len <= TUSK_WIRE_CACHE_SQL_MAX)
        prepared = tusk_prepared_get(&conn->cache, statement);
    bool sent =
        tidy(conn) &&
        (prepared ? send_prepared(conn, statement, prepared) : send_once(conn, statement)) &&
        end_segment(conn);
    if (sent) return TUSK_OK;
    tusk_wire_break(conn);
    return tusk_wire_fail_lost(err, conn, true);
}

void tusk_wire_flush(tusk_conn *conn)
{
    if (conn->broken || conn->pid != getpid()) return;
    conn->wants_write = PQflush(conn->pg) == 1;
}

/* ---- in ---- */

static tusk_wire_item *item_at(tusk_conn *conn, size_t i)
{
    return &conn->items[(conn->first + i) % TUSK_WIRE_ITEMS_MAX];
}

void tusk_wire_break(tusk_conn *conn)
{
    conn->broken = true;
    conn->wants_write = false;
}

static bool is_one_of(const char *tag, const char *const *tags)
{
    for (; *tags; tags++)
        if (strcmp(tag, *tags) == 0) return true;
    return false;
}

void tusk_wire_note_command(tusk_conn *conn, const PGresult *result)
{
    static const char *const dirty[] = { "SET", "RESET", "LISTEN", "LOAD", "PREPARE", NULL };
    static const char *const forgetful[] = { "DISCARD ALL", "DEALLOCATE ALL", NULL };
    if (PQresultStatus(result) != PGRES_COMMAND_OK) return;
    const char *tag = PQcmdStatus((PGresult *)result);
    if (is_one_of(tag, dirty)) conn->dirty = true;
    if (!is_one_of(tag, forgetful)) return;
    for (tusk_prepared *entry = conn->cache.newest; entry; entry = entry->older)
        entry->parsed = false;
}

/* An answer that ends the session, or that no statement can have got: remember why, and stop. */
static void end_session(tusk_conn *conn, const PGresult *result)
{
    if (conn->fatal.status == TUSK_OK) tusk_wire_fail_result(&conn->fatal, result);
    tusk_wire_break(conn);
}

static void refuse_copy(tusk_conn *conn)
{
    tusk_fail(&conn->fatal, TUSK_CONNECTION, "COPY was run as a plain statement");
    tusk_error_hint(&conn->fatal, "Use tusk_copy_start() for it.");
    tusk_wire_break(conn);
}

static void take_error(tusk_conn *conn, tusk_wire_item *item, PGresult *result)
{
    bool spoken = *tusk_wire_diag(result, PG_DIAG_SQLSTATE) != '\0';
    if (!spoken || tusk_wire_is_fatal(result)) end_session(conn, result);
    if (item->result) { /* the first one counts */
        PQclear(result);
    } else {
        item->result = result;
    }
}

static void take(tusk_conn *conn, tusk_wire_item *item, PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        item->done = true;
        conn->done++;
        break;
    case PGRES_PIPELINE_ABORTED:
        break;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        if (!item->parsing && !item->result) {
            tusk_wire_note_command(conn, result);
            item->result = result;
            return;
        }
        item->parsing = false;
        break;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        refuse_copy(conn);
        break;
    default:
        take_error(conn, item, result);
        return;
    }
    PQclear(result);
}

static void collect(tusk_conn *conn)
{
    int nothing = 0; /* libpq ends the results of one statement with a NULL, never two in a row */
    while (!conn->broken && conn->done < conn->count && !PQisBusy(conn->pg)) {
        PGresult *result = PQgetResult(conn->pg);
        if (result) {
            nothing = 0;
            take(conn, item_at(conn, conn->done), result);
        } else if (++nothing > 2) {
            tusk_wire_break(conn);
        }
    }
}

/* Reads messages that come without having been asked for: notices (a FATAL among them),
 * notifications. */
static void hear(tusk_conn *conn)
{
    PGnotify *notify;
    while ((notify = PQnotifies(conn->pg))) PQfreemem(notify);
    if (conn->fatal.status != TUSK_OK) tusk_wire_break(conn);
}

/* libpq holds a row or a message whole before anybody can look at it; all that can be known before
 * is how much waits in the socket. */
static bool is_too_much(tusk_conn *conn)
{
    int waiting = 0;
    if (conn->answer_max == 0) return false;
    if (ioctl(PQsocket(conn->pg), FIONREAD, &waiting) == 0 && waiting > 0)
        conn->answered += (size_t)waiting;
    return conn->answered > conn->answer_max;
}

/* A server that writes as fast as libpq reads is not seen waiting. */
static bool was_too_much(tusk_conn *conn)
{
    for (size_t i = 0; conn->answer_max > 0 && i < (size_t)conn->done; i++) {
        const PGresult *result = item_at(conn, i)->result;
        if (result && PQresultMemorySize(result) > conn->answer_max) return true;
    }
    return false;
}

static tusk_status give_up(tusk_conn *conn, tusk_error *err)
{
    tusk_wire_break(conn);
    return tusk_fail(err, TUSK_INVALID, "the answer is larger than %zu bytes", conn->answer_max);
}

tusk_status tusk_wire_process(tusk_conn *conn, tusk_error *err)
{
    if (conn->pid != getpid()) return tusk_wire_usable(conn, err);
    if (conn->broken) return tusk_wire_fail_lost(err, conn, true);
    bool failed = false;
    if (conn->wants_write) {
        int rc = PQflush(conn->pg);
        conn->wants_write = rc == 1;
        failed = rc < 0;
    }
    if (is_too_much(conn)) return give_up(conn, err);
    /* Read even when writing failed: the reason may be there. */
    if (!PQconsumeInput(conn->pg)) failed = true;
    collect(conn);
    if (was_too_much(conn)) return give_up(conn, err);
    hear(conn);
    if (failed || PQstatus(conn->pg) == CONNECTION_BAD) tusk_wire_break(conn);
    if (conn->broken) return tusk_wire_fail_lost(err, conn, conn->done < conn->count);
    return TUSK_OK;
}

/* ---- answers ---- */

static bool is_dead_plan(const PGresult *result, const char *sqlstate)
{
    return strcmp(sqlstate, "0A000") == 0 &&
           strcmp(tusk_wire_diag(result, PG_DIAG_SOURCE_FUNCTION), "RevalidateCachedQuery") == 0;
}

/* What an error says about the prepared statement. True when preparing it anew would heal it. */
static bool learn(tusk_conn *conn, const tusk_wire_item *item)
{
    tusk_prepared *entry = item->name[0] ? tusk_prepared_named(&conn->cache, item->name) : NULL;
    if (!entry) return false;
    const char *sqlstate = tusk_wire_diag(item->result, PG_DIAG_SQLSTATE);
    if (item->parsing) { /* Parse itself failed; 42P05: the name is there, and by its making it is
                            this text */
        entry->parsed = strcmp(sqlstate, "42P05") == 0;
        return entry->parsed;
    }
    if (strcmp(sqlstate, "26000") == 0) {
        entry->parsed = false;
        return true;
    }
    if (!is_dead_plan(item->result, sqlstate)) return false;
    memcpy(conn->ghost, entry->name, sizeof conn->ghost);
    tusk_prepared_renew(entry);
    return true;
}

static tusk_wire_item pop(tusk_conn *conn)
{
    tusk_wire_item item = *item_at(conn, 0);
    conn->first = (conn->first + 1) % TUSK_WIRE_ITEMS_MAX;
    conn->count--;
    conn->done--;
    if (item.hidden) conn->hidden--;
    return item;
}

static tusk_status conclude(tusk_conn *conn, const tusk_wire_item *item, tusk_wire_answer **answer,
                            tusk_error *err)
{
    if (!item->result) {
        tusk_wire_break(conn);
        return tusk_fail(err, TUSK_CONNECTION, "the server ended a statement without an answer");
    }
    switch (PQresultStatus(item->result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        *answer = (tusk_wire_answer *)item->result;
        return TUSK_OK;
    default:
        break;
    }
    bool stale = learn(conn, item);
    tusk_status status = tusk_wire_fail_result(err, item->result);
    PQclear(item->result);
    conn->stale = stale && !conn->broken && !tusk_wire_in_transaction(conn);
    if (stale && err) err->retry = TUSK_RETRY_YES;
    return status;
}

tusk_status tusk_wire_next(tusk_conn *conn, bool *ready, tusk_wire_answer **answer, tusk_error *err)
{
    *ready = false;
    *answer = NULL;
    conn->stale = false;
    collect(conn);
    while (conn->done > 0) {
        tusk_wire_item item = pop(conn);
        if (item.hidden) {
            PQclear(item.result);
            continue;
        }
        *ready = true;
        return conclude(conn, &item, answer, err);
    }
    return TUSK_OK;
}
