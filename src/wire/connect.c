/* connect.c - opening a connection: libpq's parameters, one deadline for all of it, TLS that fails
 * closed */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/wire/internal.h"
#include "tusk/buf.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

/* Nothing can exist below a device: with a root certificate looked for here libpq does not fall
 * upon one in the home folder, which would change what sslmode=require means. */
#define NO_ROOT_CERTIFICATE "/dev/null/none"
#define SYSTEM_CERTIFICATES "/etc/ssl/certs/ca-certificates.crt"

typedef struct parameters {
    const char *keys[32];
    const char *values[32];
    size_t count;
} parameters;

static void add(parameters *list, const char *key, const char *value)
{
    if (!value || list->count + 1 >= sizeof list->keys / sizeof *list->keys) return;
    list->keys[list->count] = key;
    list->values[list->count++] = value;
}

static bool is_socket_folder(const char *host)
{
    return host[0] == '/' || host[0] == '@';
}

static bool is_address(const char *host)
{
    unsigned char bytes[16];
    return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

/* `host` stays what the certificate and .pgpass are compared with; hostaddr keeps libpq from the
 * resolver. */
static tusk_status add_host(tusk_arena *arena, parameters *list, const char *host, int64_t deadline,
                            tusk_error *err)
{
    if (is_address(host)) add(list, "hostaddr", host);
    if (is_socket_folder(host) || is_address(host) || strchr(host, ',')) {
        add(list, "host", host);
        return TUSK_OK;
    }
    tusk_str addresses;
    size_t count = 0;
    tusk_status status = tusk_wire_resolve(arena, host, deadline, &addresses, &count, err);
    if (status != TUSK_OK) return status;
    tusk_buf names;
    tusk_buf_init_in(&names, arena, 4096);
    for (size_t i = 0; i < count; i++) tusk_buf_printf(&names, "%s%s", i > 0 ? "," : "", host);
    tusk_str joined;
    status = tusk_buf_finish(&names, &joined, err);
    if (status != TUSK_OK) return status;
    add(list, "host", joined.ptr);
    add(list, "hostaddr", addresses.ptr);
    return TUSK_OK;
}

/* libpq before 16 takes "system" for the name of a file. */
static const char *root_certificates(const char *ca)
{
    if (strcmp(ca, "system") != 0 || PQlibVersion() >= 160000) return ca;
    const char *file = getenv("SSL_CERT_FILE");
    return file && *file ? file : SYSTEM_CERTIFICATES;
}

static void add_tls(parameters *list, const tusk_server *server)
{
    switch (server->tls) {
    case TUSK_TLS_OFF:
        add(list, "sslmode", "disable");
        break;
    case TUSK_TLS_UNVERIFIED:
        add(list, "sslmode", "require");
        add(list, "sslrootcert", NO_ROOT_CERTIFICATE);
        break;
    case TUSK_TLS_VERIFY_FULL:
        add(list, "sslmode", "verify-full");
        add(list, "sslrootcert", root_certificates(server->tls_ca));
        break;
    }
    add(list, "gssencmode", "disable");
}

static void add_keepalives(parameters *list)
{
    add(list, "keepalives", "1"); /* 0 would switch tcp_user_timeout off as well */
    add(list, "keepalives_idle", "10");
    add(list, "keepalives_interval", "5");
    add(list, "keepalives_count", "3");
    add(list, "tcp_user_timeout", "20000");
}

static tusk_status check_server(const tusk_server *server, int timeout_ms, tusk_error *err)
{
    if (!server || !server->host || !server->database || !server->user)
        return tusk_fail(err, TUSK_MISUSE, "a server needs host, database and user");
    if (timeout_ms <= 0) return tusk_fail(err, TUSK_MISUSE, "connecting needs a positive timeout");
    if (server->port < 0 || server->port > 65535)
        return tusk_fail(err, TUSK_INVALID, "port %d is not within 1 to 65535", server->port);
    if (server->tls == TUSK_TLS_VERIFY_FULL && !server->tls_ca)
        return tusk_fail(err, TUSK_MISUSE, "a verified TLS connection needs tls_ca");
    if (server->tls == TUSK_TLS_OFF || !is_socket_folder(server->host)) return TUSK_OK;
    tusk_fail(err, TUSK_INVALID, "a Unix socket cannot be encrypted with TLS");
    tusk_error_hint(err, "Set POSTGRES_SSL=false: a Unix socket does not leave the machine.");
    return TUSK_INVALID;
}

/* Nobody can listen yet, and libpq would print them. */
static void drop_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

static tusk_status start(tusk_conn *conn, const parameters *list, tusk_error *err)
{
    conn->pg = PQconnectStartParams(list->keys, list->values, 0);
    if (!conn->pg) return tusk_fail_nomem(err, "a connection");
    PQsetNoticeReceiver(conn->pg, drop_notice, NULL);
    PQsetErrorVerbosity(conn->pg,
                        PQERRORS_VERBOSE); /* the only way to learn the SQLSTATE of a refusal */
    return TUSK_OK;
}

static tusk_status fail_slow(const tusk_server *server, int timeout_ms, tusk_error *err)
{
    tusk_fail(err, TUSK_TIMEOUT, "no connection to %s within %d ms", server->host, timeout_ms);
    if (err) err->retry = TUSK_RETRY_YES;
    return TUSK_TIMEOUT;
}

/* The socket may change with every step, for the next address is tried on another one. */
static tusk_status wait_ready(tusk_conn *conn, const tusk_server *server, int timeout_ms,
                              int64_t deadline, tusk_error *err)
{
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    if (PQstatus(conn->pg) == CONNECTION_BAD) state = PGRES_POLLING_FAILED;
    while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
        struct pollfd wanted = { .fd = PQsocket(conn->pg),
                                 .events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT };
        int ready = poll(&wanted, 1, tusk_deadline_left(deadline));
        if (ready > 0) state = PQconnectPoll(conn->pg);
        if (tusk_deadline_left(deadline) == 0 && state != PGRES_POLLING_OK &&
            state != PGRES_POLLING_FAILED)
            return fail_slow(server, timeout_ms, err);
    }
    if (state == PGRES_POLLING_OK) return TUSK_OK;
    return tusk_wire_fail_connect(err, PQerrorMessage(conn->pg));
}

static tusk_status check_encryption(const tusk_conn *conn, const tusk_server *server,
                                    tusk_error *err)
{
    if (server->tls == TUSK_TLS_OFF || PQsslInUse(conn->pg)) return TUSK_OK;
    return tusk_fail(err, TUSK_CONNECTION, "the connection to %s is not encrypted", server->host);
}

static tusk_status set_up(tusk_conn *conn, const tusk_server *server, int64_t deadline,
                          tusk_error *err)
{
    tusk_status status = check_encryption(conn, server, err);
    if (status != TUSK_OK) return status;
    conn->canceller = tusk_canceller_new(conn->pg);
    if (!conn->canceller) return tusk_fail_nomem(err, "a connection");
    status = tusk_wire_take_over(conn, deadline, err);
    conn->last_used = tusk_clock_ms();
    return status;
}

static tusk_status connect_all(tusk_conn *conn, tusk_arena *arena, const tusk_server *server,
                               int timeout_ms, tusk_error *err)
{
    int64_t deadline = tusk_deadline_in(timeout_ms);
    tusk_str port = tusk_arena_printf(arena, "%d", server->port ? server->port : 5432);
    parameters list = { .count = 0 };
    tusk_status status = add_host(arena, &list, server->host, deadline, err);
    if (status != TUSK_OK) return status;
    if (!port.ptr) return tusk_fail_nomem(err, "a connection");
    add(&list, "port", port.ptr);
    add(&list, "dbname", server->database);
    add(&list, "user", server->user);
    add(&list, "password", server->password);
    add(&list, "application_name", server->application_name ? server->application_name : "tusk");
    add(&list, "client_encoding", "UTF8");
    add_tls(&list, server);
    add_keepalives(&list);
    conn->local = is_socket_folder(server->host);
    status = start(conn, &list, err);
    if (status == TUSK_OK) status = wait_ready(conn, server, timeout_ms, deadline, err);
    if (status == TUSK_OK) status = set_up(conn, server, deadline, err);
    return status;
}

tusk_status tusk_conn_open(const tusk_server *server, int timeout_ms, tusk_conn **out,
                           tusk_error *err)
{
    *out = NULL;
    tusk_status status = check_server(server, timeout_ms, err);
    if (status != TUSK_OK) return status;
    tusk_arena *arena = tusk_arena_new(64 << 10);
    tusk_conn *conn = tusk_mem_alloc(sizeof *conn);
    if (!arena || !conn) {
        tusk_arena_free(arena);
        tusk_mem_free(conn);
        return tusk_fail_nomem(err, "a connection");
    }
    memset(conn, 0, sizeof *conn);
    conn->pid = getpid();
    conn->stream.fd = -1;
    status = connect_all(conn, arena, server, timeout_ms, err);
    tusk_arena_free(arena);
    if (status == TUSK_OK) {
        *out = conn;
    } else {
        tusk_conn_close(conn);
    }
    return status;
}

static void free_memory(tusk_conn *conn)
{
    for (size_t i = 0; i < conn->count; i++) tusk_wire_item_clear(tusk_wire_item_at(conn, i));
    tusk_prepared_drop_all(&conn->cache);
    tusk_mem_free(conn);
}

void tusk_conn_close(tusk_conn *conn)
{
    if (!conn) return;
    if (conn->pid != getpid()) { /* a goodbye from here would end the parent's session */
        if (conn->pg && PQsocket(conn->pg) >= 0) close(PQsocket(conn->pg));
        conn->stream.bio = NULL;
        tusk_stream_clear(&conn->stream);
        free_memory(conn); /* what libpq holds stays: freeing it would send */
        return;
    }
    tusk_wire_hang_up(conn);
    tusk_canceller_release(conn->canceller);
    free_memory(conn);
}
