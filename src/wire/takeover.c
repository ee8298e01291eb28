/* takeover.c - libpq opens the door, and then its socket is ours
 *
 * Opening a connection is libpq's work: addresses and lists of hosts, TLS with its certificates,
 * SCRAM and channel binding, .pgpass, service files. From then on the protocol is spoken here
 * (receive.c, pipeline.c, simple.c), which costs a third of libpq's time, bounds what a server can
 * make us store, and sends once for all statements of a turn.
 *
 * libpq keeps its PGconn for three things: the key that a cancellation needs (cancel.c), the TLS
 * session, whose bytes go through a BIO of our own (stream.c), and closing it all. It never reads
 * or writes the socket again:
 *   - bytes that it had read and not used would be lost, so the first thing said is a Sync, and
 *     the answer has to be exactly that of an idle session;
 *   - it is told not to block, and our own goodbye shuts the socket for writing before
 *     PQfinish(), which would say one more.
 * The TLS session is OpenSSL's, so libpq and we have to be linked with the same one, as the
 * packages of a distribution are. GSS encryption has no way to be taken over and is never asked
 * for. */
#include <openssl/ssl.h>
#include <stdio.h>

#include "src/wire/internal.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

static tusk_status take_socket(tusk_conn *conn, tusk_error *err)
{
    SSL *tls = PQsslInUse(conn->pg) ? PQsslStruct(conn->pg, "OpenSSL") : NULL;
    if (PQgssEncInUse(conn->pg))
        return tusk_fail(err, TUSK_CONNECTION, "encryption by GSS is not supported");
    if (PQsslInUse(conn->pg) && !tls)
        return tusk_fail(err, TUSK_CONNECTION,
                         "this libpq encrypts with something else than "
                         "OpenSSL");
    if (PQsetnonblocking(conn->pg, 1) != 0)
        return tusk_wire_fail_connect(err, PQerrorMessage(conn->pg));
    if (tusk_stream_take(&conn->stream, PQsocket(conn->pg), tls)) return TUSK_OK;
    return tusk_fail_nomem(err, "a connection");
}

static void note_version(tusk_conn *conn)
{
    const char *version = PQparameterStatus(conn->pg, "server_version");
    snprintf(conn->version, sizeof conn->version, "%s", version ? version : "");
    conn->version_number = PQserverVersion(conn->pg);
}

/* An item that has had its answer already: only ReadyForQuery is to come. */
static bool send_sync(tusk_conn *conn)
{
    char *at = tusk_stream_room(&conn->stream, TUSK_SYNC_SIZE);
    if (!at) return false;
    tusk_stream_add(&conn->stream, tusk_empty_write(at, 'S'));
    tusk_stream_flush(&conn->stream);
    tusk_wire_push(conn)->ended = true;
    return true;
}

static tusk_status fail_unclear(tusk_conn *conn, tusk_error *err)
{
    tusk_wire_break(conn);
    if (conn->fatal.status == TUSK_OK && !conn->stream.ended)
        tusk_fail(&conn->fatal, TUSK_CONNECTION, "the session is not an idle one");
    tusk_wire_fail_lost(err, conn, false);
    tusk_error_prefix(err, "right after signing in");
    return TUSK_CONNECTION;
}

tusk_status tusk_wire_take_over(tusk_conn *conn, int64_t deadline, tusk_error *err)
{
    conn->transaction = 'I';
    note_version(conn);
    tusk_status status = take_socket(conn, err);
    if (status != TUSK_OK) return status;
    if (!send_sync(conn)) return tusk_fail_nomem(err, "a connection");
    while (!conn->broken && conn->done == 0) {
        if (!tusk_wire_poll(conn, deadline)) {
            tusk_fail(err, TUSK_TIMEOUT, "the server signed us in and then did not answer in time");
            if (err) err->retry = TUSK_RETRY_YES;
            return TUSK_TIMEOUT;
        }
        tusk_stream_flush(&conn->stream);
        tusk_wire_receive(conn);
    }
    if (conn->broken) return fail_unclear(conn, err);
    tusk_wire_item item = tusk_wire_pop(conn);
    bool is_clear = !item.failed && conn->transaction == 'I' && conn->count == 0 &&
                    tusk_stream_held(&conn->stream) == 0;
    tusk_wire_item_clear(&item);
    return is_clear ? TUSK_OK : fail_unclear(conn, err);
}

void tusk_wire_hang_up(tusk_conn *conn)
{
    char terminate[TUSK_HEAD_SIZE];
    bool is_idle = !conn->broken && conn->count == 0;
    tusk_empty_write(terminate, 'X');
    tusk_stream_end(&conn->stream, terminate, is_idle ? sizeof terminate : 0);
    if (conn->pg) PQfinish(conn->pg);
    tusk_stream_clear(&conn->stream);
}
