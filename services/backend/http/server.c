/* server.c - opening: addresses, ports, limits; closing: gracefully, within a deadline */
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>

#include "services/backend/http/internal.h"

#include "src/base/banned.h"

static int or_default(int value, int fallback)
{
    return value > 0 ? value : fallback;
}

static http_limits with_defaults(http_limits limits)
{
    if (limits.head_bytes == 0) limits.head_bytes = 16 << 10;
    if (limits.body_bytes == 0) limits.body_bytes = 256 << 10;
    limits.head_timeout_ms = or_default(limits.head_timeout_ms, 10000);
    limits.body_timeout_ms = or_default(limits.body_timeout_ms, 30000);
    limits.idle_timeout_ms = or_default(limits.idle_timeout_ms, 30000);
    limits.connections = or_default(limits.connections, 2000);
    limits.connections_per_ip = or_default(limits.connections_per_ip, 1000);
    return limits;
}

static void set_port(struct sockaddr *address, int port)
{
    if (address->sa_family == AF_INET)
        ((struct sockaddr_in *)address)->sin_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in6 *)address)->sin6_port = htons((uint16_t)port);
}

/* ---- closing ---- */

static void free_server(http_server *server)
{
    void (*closed)(void *) = server->closed;
    void *context = server->closed_context;
    tusk_arena_free(server->arena);
    if (closed) closed(context);
}

static void on_handle_closed(uv_handle_t *handle)
{
    http_server *server = handle->data;
    if (--server->handles == 0) free_server(server);
}

static void close_handle(http_server *server, uv_handle_t *handle)
{
    if (!handle->data || uv_is_closing(handle)) return;
    handle->data = server;
    uv_close(handle, on_handle_closed);
}

static void close_listeners(http_server *server)
{
    for (int i = 0; i < server->listener_count; i++)
        close_handle(server, (uv_handle_t *)&server->listeners[i]);
}

/* The handles go once the last connection is gone and nobody is inside the pump. */
void http_server_free_if_done(http_server *server)
{
    if (!server->closing || server->conns || server->pumping || server->handles_closing) return;
    server->handles_closing = true;
    http_daemon_stop(server);
    close_listeners(server);
    close_handle(server, (uv_handle_t *)&server->daemon_poll);
    close_handle(server, (uv_handle_t *)&server->daemon_timer);
    close_handle(server, (uv_handle_t *)&server->kick);
    close_handle(server, (uv_handle_t *)&server->close_timer);
}

static void close_conns(http_server *server, bool all)
{
    for (http_conn *next, *conn = server->conns; conn; conn = next) {
        next = conn->next;
        bool is_idle = conn->state == HTTP_CONN_HEAD && !conn->begun && !conn->exchange;
        if (all || is_idle)
            http_conn_close(conn);
        else if (conn->exchange && conn->exchange->stream)
            http_stream_close(conn->exchange->stream);
    }
}

static void on_close_deadline(uv_timer_t *timer)
{
    close_conns(timer->data, true);
}

void http_close(http_server *server, int64_t deadline, void (*closed)(void *context), void *context)
{
    if (server->handles_closing) return;
    uv_timer_start(&server->close_timer, on_close_deadline, (uint64_t)tusk_deadline_left(deadline),
                   0);
    if (server->closing) return;
    server->closing = true;
    server->closed = closed;
    server->closed_context = context;
    close_listeners(server);
    close_conns(server, false);
    http_pump_soon(server);
}

/* ---- opening ---- */

static tusk_status port_failed(const http_options *options, int port, int code, tusk_error *err)
{
    if (code == UV_EADDRINUSE) {
        tusk_fail(err, TUSK_IO, "port %d is in use by another program", port);
        tusk_error_hint(err, "Stop that program, or set PORT to a free port.");
    } else if (code == UV_EACCES) {
        tusk_fail(err, TUSK_IO, "port %d needs more rights than this program has", port);
        tusk_error_hint(err, "Set PORT to a port above 1023.");
    } else if (code == UV_EADDRNOTAVAIL) {
        tusk_fail(err, TUSK_IO, "\"%s\" is not an address of this machine", options->host);
        tusk_error_hint(err, "Set HOST to localhost, or to an address of this machine.");
    } else {
        tusk_fail(err, TUSK_IO, "cannot listen on %s, port %d: %s", options->host, port,
                  uv_strerror(code));
    }
    return TUSK_IO;
}

static int listen_at(http_server *server, struct sockaddr *address, int port)
{
    uv_tcp_t *tcp = &server->listeners[server->listener_count];
    if (uv_tcp_init(server->loop, tcp) != 0) return UV_ENOMEM;
    server->listener_count++;
    server->handles++;
    tcp->data = server;
    set_port(address, port);
    unsigned flags = address->sa_family == AF_INET6 ? UV_TCP_IPV6ONLY : 0;
    int code = uv_tcp_bind(tcp, address, flags);
    if (code == 0) code = uv_listen((uv_stream_t *)tcp, 511, http_conn_accept);
    if (code != 0) close_handle(server, (uv_handle_t *)tcp);
    return code;
}

/* One port at every address of the host. An address that this machine does not have ("localhost"
 * without IPv6) is passed over. */
static int listen_port(http_server *server, struct addrinfo *addresses, int port)
{
    int opened = 0, missing = UV_EADDRNOTAVAIL;
    for (struct addrinfo *a = addresses; a; a = a->ai_next) {
        if (a->ai_family != AF_INET && a->ai_family != AF_INET6) continue;
        if (server->listener_count == HTTP_LISTENERS_MAX) break;
        int code = listen_at(server, a->ai_addr, port);
        if (code == UV_EADDRNOTAVAIL || code == UV_EAFNOSUPPORT) continue;
        if (code != 0) return code;
        opened++;
    }
    return opened > 0 ? 0 : missing;
}

static tusk_status listen_all(http_server *server, struct addrinfo *addresses, tusk_error *err)
{
    const http_options *options = &server->options;
    for (int i = 0; i < 4 && options->ports[i] > 0; i++) {
        int code = listen_port(server, addresses, options->ports[i]);
        if (code == 0) continue;
        if (i == 0) return port_failed(options, options->ports[i], code, err);
        tusk_log_write(options->log, TUSK_LOG_WARN, "a further port cannot be listened on",
                       TUSK_FIELDS(tusk_field_int("port", options->ports[i]),
                                   tusk_field_cstr("reason", uv_strerror(code))));
    }
    return TUSK_OK;
}

/* "localhost" is both loopback addresses, whatever /etc/hosts makes of it: browsers try both. */
static tusk_status find_addresses(const char *host, struct addrinfo **out, tusk_error *err)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = AI_PASSIVE };
    const char *name = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    int code = getaddrinfo(name, NULL, &hints, out);
    if (code != 0) {
        tusk_fail(err, TUSK_IO, "cannot find the address of \"%s\": %s", host, gai_strerror(code));
        tusk_error_hint(err, "Set HOST to localhost, or to an address of this machine.");
        return TUSK_IO;
    }
    if (name != host) getaddrinfo("::1", NULL, &hints, &(*out)->ai_next);
    return TUSK_OK;
}

static http_server *server_new(uv_loop_t *loop, const http_options *options)
{
    tusk_arena *arena = tusk_arena_new(0);
    http_server *server = TUSK_NEW(arena, http_server);
    if (!server) {
        tusk_arena_free(arena);
        return NULL;
    }
    server->arena = arena;
    server->loop = loop;
    server->options = *options;
    server->options.host = tusk_arena_str(arena, tusk_str_of(options->host)).ptr;
    server->limits = with_defaults(options->limits);
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random) random = (uint32_t)tusk_now().us;
    snprintf(server->id_prefix, sizeof server->id_prefix, "%08x", random);
    uv_timer_init(loop, &server->close_timer);
    server->close_timer.data = server;
    server->handles = 1;
    return server;
}

/* libuv writes with write(2): without this a client that resets its connection would end the
 * program. */
static void ignore_sigpipe(void)
{
    struct sigaction now;
    if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
}

tusk_status http_open(uv_loop_t *loop, const http_options *options, http_server **out,
                      tusk_error *err)
{
    struct addrinfo *addresses = NULL;
    http_server *server = NULL;
    *out = NULL;
    ignore_sigpipe();
    tusk_status status = find_addresses(options->host, &addresses, err);
    if (status != TUSK_OK) return status;
    server = server_new(loop, options);
    if (!server) status = tusk_fail_nomem(err, "the HTTP server");
    if (status == TUSK_OK) status = http_daemon_start(server, err);
    if (status == TUSK_OK) status = listen_all(server, addresses, err);
    freeaddrinfo(addresses);
    if (status == TUSK_OK) {
        *out = server;
    } else if (server) {
        server->closing = true; /* the loop's next turns give everything back */
        http_server_free_if_done(server);
    }
    return status;
}

void http_look(const http_server *server, http_stats *out)
{
    *out = server->stats;
}
