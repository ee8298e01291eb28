/* daemon.c - libmicrohttpd inside the libuv loop: its epoll descriptor, its timeout, and a run
 * after every change */
#include <stdio.h>
#include <unistd.h>

#include "services/backend/http/internal.h"

#include "src/base/banned.h"

static http_lane *lane_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static enum MHD_Result queue_answer(http_exchange *exchange)
{
    exchange->queued = true;
    return MHD_queue_response(exchange->mhd, (unsigned)exchange->code, exchange->response);
}

/* Called for the head, for each piece of the body, at its end, and again after a resume. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_size, void **slot)
{
    http_lane *lane = lane_of(mhd);
    http_exchange *exchange = lane ? lane->conn->exchange : NULL;
    if (!exchange || lane->conn->lane != lane) return MHD_NO;
    if (!*slot) {
        *slot = exchange;
        exchange->mhd = mhd;
        return MHD_YES;
    }
    if (*data_size > 0) {
        tusk_buf_add_bytes(&exchange->body, data, *data_size);
        *data_size = 0;
        return MHD_YES;
    }
    if (!exchange->handed) http_exchange_hand(exchange);
    if (exchange->answered) return exchange->response ? queue_answer(exchange) : MHD_NO;
    exchange->suspended = true;
    MHD_suspend_connection(mhd);
    return MHD_YES;
}

static void on_completed(void *context, struct MHD_Connection *mhd, void **slot,
                         enum MHD_RequestTerminationCode how)
{
    http_exchange *exchange = *slot;
    if (!exchange) return;
    exchange->completed = true;
    exchange->completed_well = how == MHD_REQUEST_TERMINATED_COMPLETED_OK;
    *slot = NULL;
}

static void on_lane(void *context, struct MHD_Connection *mhd, void **slot,
                    enum MHD_ConnectionNotificationCode what)
{
    http_server *server = context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *slot = server->opening;
        return;
    }
    if (*slot) http_lane_over(*slot);
}

static void walk_lively(http_server *server)
{
    for (http_conn *next, *conn = server->lively; conn; conn = next) {
        next = conn->lively_next;
        http_lane_step(conn);
    }
}

static void on_daemon_timer(uv_timer_t *timer)
{
    http_pump(timer->data);
}

static void obey_timeout(http_server *server)
{
    MHD_UNSIGNED_LONG_LONG ms;
    if (MHD_get_timeout(server->daemon, &ms) != MHD_YES) {
        uv_timer_stop(&server->daemon_timer);
        return;
    }
    if (ms == 0) server->pump_again = true;
    uv_timer_start(&server->daemon_timer, on_daemon_timer, ms, 0);
}

void http_pump(http_server *server)
{
    server->pump_again = true;
    if (server->pumping || !server->daemon) return;
    server->pumping = true;
    for (int round = 0; server->pump_again && round < 32; round++) {
        server->pump_again = false;
        MHD_run(server->daemon);
        walk_lively(server);
        obey_timeout(server);
    }
    server->pumping = false;
    if (!server->pump_again)
        uv_idle_stop(&server->kick);
    else
        http_pump_soon(server);
    http_server_free_if_done(server);
}

static void on_kick(uv_idle_t *kick)
{
    http_pump(kick->data);
}

void http_pump_soon(http_server *server)
{
    server->pump_again = true;
    if (!server->pumping && !server->handles_closing) uv_idle_start(&server->kick, on_kick);
}

static void on_daemon_ready(uv_poll_t *poll, int status, int events)
{
    http_pump(poll->data);
}

/* Only the loop's thread calls libmicrohttpd. Newer versions are told: otherwise they put a new
 * connection in a queue, and on_lane() would come after MHD_add_connection() has returned. */
#if MHD_VERSION >= 0x00097707
#define ONE_THREAD MHD_USE_NO_THREAD_SAFETY
#else
#define ONE_THREAD 0
#endif

tusk_status http_daemon_start(http_server *server, tusk_error *err)
{
    unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | ONE_THREAD;
    unsigned most = (unsigned)server->limits.connections * 2 + 64;
    server->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_NOTIFY_COMPLETED,
                         on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_lane, server,
                         MHD_OPTION_CONNECTION_LIMIT, most, MHD_OPTION_END);
    if (!server->daemon) return tusk_fail(err, TUSK_IO, "libmicrohttpd could not be started");
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info || uv_poll_init(server->loop, &server->daemon_poll, info->epoll_fd) != 0) {
        MHD_stop_daemon(server->daemon);
        server->daemon = NULL;
        return tusk_fail(err, TUSK_IO, "libmicrohttpd could not be put into the event loop");
    }
    server->daemon_poll.data = server;
    uv_poll_start(&server->daemon_poll, UV_READABLE, on_daemon_ready);
    uv_timer_init(server->loop, &server->daemon_timer);
    server->daemon_timer.data = server;
    uv_idle_init(server->loop, &server->kick);
    server->kick.data = server;
    server->handles += 3;
    return TUSK_OK;
}

void http_daemon_stop(http_server *server)
{
    if (!server->daemon) return;
    struct MHD_Daemon *daemon = server->daemon;
    server->daemon = NULL;
    MHD_stop_daemon(daemon);
}
