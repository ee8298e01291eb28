/* test_http_rig.c - runs the HTTP server under test in a thread and speaks to it over plain sockets
 */
#include "tests/http/test_http_rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tusk/clock.h"

http_files *rig_files;
int rig_second_port;
atomic_int rig_gone, rig_handed;
atomic_int rig_open_streams, rig_whole_streams, rig_cut_streams;
atomic_llong rig_poured;

enum { EVENT_STREAMS_MAX = 256, TICK_MS = 20 };

/* A stream that is being written; lives in its request's arena. */
struct pouring {
    struct http_rig *rig;
    long long position, total;
    bool broken;
    http_stream *events; /* of /events, once it is ready */
};

struct waiting {
    uv_timer_t timer;
    http_request *request;
    bool used;
};

struct http_rig {
    pthread_t thread;
    uv_loop_t loop;
    uv_async_t wake;
    uv_barrier_t ready;
    http_server *server;
    http_limits limits;
    int port;
    tusk_status status;
    tusk_error err;
    atomic_int stop_ms;
    atomic_bool closed, look_due;
    http_stats stats;
    uv_sem_t looked;
    struct waiting waiting[64];
    uv_timer_t tick;
    struct pouring *events[EVENT_STREAMS_MAX];
    char big[1 << 20];
    char log[1 << 20]; /* of the server's thread; read after rig_look() only */
    size_t log_size;
    tusk_log sink;
};

static void on_line(void *context, tusk_str line)
{
    http_rig *rig = context;
    if (rig->log_size + line.len >= sizeof rig->log) return;
    memcpy(rig->log + rig->log_size, line.ptr, line.len);
    rig->log_size += line.len;
}

static void answer_text(http_request *request, int code, tusk_str text)
{
    http_respond(request,
                 &(http_answer){ .code = code, .content_type = "text/plain", .body = text });
}

static void on_slow(uv_timer_t *timer)
{
    struct waiting *waiting = timer->data;
    http_request *request = waiting->request;
    waiting->request = NULL;
    if (request) answer_text(request, 200, TUSK_STR("slow"));
}

static void wait_for(http_rig *rig, http_request *request, uint64_t ms)
{
    struct waiting *slot = rig->waiting;
    while (slot->request) slot++;
    slot->request = request;
    if (ms > 0) uv_timer_start(&slot->timer, on_slow, ms, 0);
}

/* ---- streams ---- */

char rig_byte(long long position)
{
    return (char)('a' + position * 7 % 26);
}

static void on_tick(uv_timer_t *timer)
{
    struct http_rig *rig = timer->data;
    for (int i = 0; i < EVENT_STREAMS_MAX; i++)
        if (rig->events[i] && rig->events[i]->events)
            http_stream_write(rig->events[i]->events, TUSK_STR("data: tick\n\n"));
}

static void events_ready(void *context, http_stream *stream)
{
    struct pouring *pouring = context;
    pouring->events = stream;
}

static void pour(void *context, http_stream *stream)
{
    struct pouring *p = context;
    static char chunk[HTTP_STREAM_CHUNK];
    long long n = p->total - p->position;
    if (n > HTTP_STREAM_CHUNK) n = HTTP_STREAM_CHUNK;
    for (long long i = 0; i < n; i++) chunk[i] = rig_byte(p->position + i);
    bool took = http_stream_write(stream, (tusk_str){ chunk, (size_t)n });
    assert_true(took);
    p->position += n;
    atomic_fetch_add(&rig_poured, n);
    if (p->position < p->total) return;
    if (p->broken)
        http_stream_abort(stream);
    else
        http_stream_end(stream);
}

static void stream_ended(void *context, bool whole)
{
    struct pouring *p = context;
    for (int i = 0; i < EVENT_STREAMS_MAX; i++)
        if (p->rig->events[i] == p) p->rig->events[i] = NULL;
    atomic_fetch_add(whole ? &rig_whole_streams : &rig_cut_streams, 1);
    atomic_fetch_sub(&rig_open_streams, 1);
}

static void begin(http_rig *rig, http_request *request)
{
    struct pouring *p = TUSK_NEW(request->arena, struct pouring);
    bool endless = tusk_str_eq(request->path, TUSK_STR("/events"));
    bool known = tusk_str_eq(request->path, TUSK_STR("/download"));
    *p = (struct pouring){ .rig = rig, .broken = tusk_str_eq(request->path, TUSK_STR("/broken")) };
    tusk_str_to_int(http_query(request, "n"), 0, 1LL << 40, &p->total);
    for (int i = 0; endless && i < EVENT_STREAMS_MAX; i++) {
        if (rig->events[i]) continue;
        rig->events[i] = p;
        break;
    }
    atomic_fetch_add(&rig_open_streams, 1);
    http_stream_begin(request, &(http_answer){ .code = 200, .content_type = "text/event-stream" },
                      &(http_streaming){ .length = known ? p->total : -1,
                                         .endless = endless,
                                         .ready = endless ? events_ready : pour,
                                         .ended = stream_ended,
                                         .context = p });
}

static bool is_stream(tusk_str path)
{
    return tusk_str_eq(path, TUSK_STR("/events")) || tusk_str_eq(path, TUSK_STR("/download")) ||
           tusk_str_eq(path, TUSK_STR("/pour")) || tusk_str_eq(path, TUSK_STR("/broken"));
}

/* "/assets/sub/app.css" is the file "sub/app.css" of the folder. */
static tusk_str without_slash(tusk_str path)
{
    tusk_str folder = TUSK_STR("/assets/");
    if (!tusk_str_starts(path, folder)) return TUSK_STR("");
    return (tusk_str){ path.ptr + folder.len, path.len - folder.len };
}

static void handle(void *context, http_request *request)
{
    http_rig *rig = context;
    atomic_fetch_add(&rig_handed, 1);
    if (tusk_str_eq(request->path, TUSK_STR("/slow"))) {
        wait_for(rig, request, 200);
    } else if (tusk_str_eq(request->path, TUSK_STR("/wait"))) {
        wait_for(rig, request, 0);
    } else if (is_stream(request->path)) {
        begin(rig, request);
    } else if (tusk_str_eq(request->path, TUSK_STR("/big"))) {
        answer_text(request, 200, (tusk_str){ rig->big, sizeof rig->big });
    } else if (tusk_str_eq(request->path, TUSK_STR("/split"))) {
        http_pair evil = { TUSK_STR("X-Evil"), TUSK_STR("a\r\nSet-Cookie: b=c") };
        http_respond(request, &(http_answer){ .code = 200, .headers = &evil, .header_count = 1 });
    } else if (tusk_str_eq(request->path, TUSK_STR("/only")) &&
               !tusk_str_eq(request->method, TUSK_STR("GET"))) {
        http_pair allow = { TUSK_STR("Allow"), TUSK_STR("GET") };
        http_respond_json(request, 405, json_pack("{s:b}", "success", 0), &allow, 1);
    } else if (tusk_str_eq(request->path, TUSK_STR("/echo"))) {
        tusk_str q = http_query(request, "q");
        answer_text(request, 200,
                    tusk_arena_printf(request->arena, "%.*s|%.*s|%.*s|%.*s",
                                      TUSK_STR_ARG(request->method), TUSK_STR_ARG(request->path),
                                      TUSK_STR_ARG(q), TUSK_STR_ARG(request->body)));
    } else if (tusk_str_eq(request->path, TUSK_STR("/peer"))) {
        answer_text(request, 200,
                    tusk_arena_printf(request->arena, "%.*s %s", TUSK_STR_ARG(request->peer),
                                      request->peer_is_loopback ? "loopback" : "far"));
    } else if (!rig_files ||
               !http_files_respond(rig_files, request, without_slash(request->path))) {
        http_respond_error(request, 404, "there is nothing here", NULL);
    }
}

static void gone(void *context, http_request *request)
{
    http_rig *rig = context;
    atomic_fetch_add(&rig_gone, 1);
    for (size_t i = 0; i < 64; i++) {
        if (rig->waiting[i].request != request) continue;
        rig->waiting[i].request = NULL;
        uv_timer_stop(&rig->waiting[i].timer);
        answer_text(request, 499, TUSK_STR("gone"));
        return;
    }
}

static void on_closed(void *context)
{
    http_rig *rig = context;
    atomic_store(&rig->closed, true);
    rig->server = NULL;
    uv_close((uv_handle_t *)&rig->wake, NULL);
    uv_close((uv_handle_t *)&rig->tick, NULL);
    for (int i = 0; i < 64; i++) uv_close((uv_handle_t *)&rig->waiting[i].timer, NULL);
}

static void on_wake(uv_async_t *wake)
{
    http_rig *rig = wake->data;
    if (atomic_exchange(&rig->look_due, false)) {
        http_look(rig->server, &rig->stats);
        uv_sem_post(&rig->looked);
    }
    int ms = atomic_load(&rig->stop_ms);
    if (ms > 0) http_close(rig->server, tusk_deadline_in(ms), on_closed, rig);
}

static void run(void *context)
{
    http_rig *rig = context;
    uv_loop_init(&rig->loop);
    http_options options = { .host = "localhost",
                             .ports = { rig->port, rig_second_port },
                             .log = &rig->sink,
                             .limits = rig->limits,
                             .handle = handle,
                             .gone = gone,
                             .context = rig };
    rig->status = http_open(&rig->loop, &options, &rig->server, &rig->err);
    if (rig->status == TUSK_OK) {
        uv_async_init(&rig->loop, &rig->wake, on_wake);
        rig->wake.data = rig;
        uv_timer_init(&rig->loop, &rig->tick);
        rig->tick.data = rig;
        uv_timer_start(&rig->tick, on_tick, TICK_MS, TICK_MS);
        for (int i = 0; i < 64; i++) {
            uv_timer_init(&rig->loop, &rig->waiting[i].timer);
            rig->waiting[i].timer.data = &rig->waiting[i];
        }
    }
    uv_barrier_wait(&rig->ready);
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    if (uv_loop_close(&rig->loop) != 0) atomic_store(&rig->closed, false);
}

static int free_port(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    close(fd);
    return ntohs(at.sin_port);
}

http_rig *rig_start(const http_limits *limits)
{
    http_rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    memset(rig->big, 'x', sizeof rig->big);
    if (limits) rig->limits = *limits;
    rig->port = free_port();
    rig->sink = (tusk_log){ .level = TUSK_LOG_INFO, .write = on_line, .context = rig };
    atomic_store(&rig_gone, 0);
    atomic_store(&rig_handed, 0);
    atomic_store(&rig_open_streams, 0);
    atomic_store(&rig_whole_streams, 0);
    atomic_store(&rig_cut_streams, 0);
    atomic_store(&rig_poured, 0);
    uv_barrier_init(&rig->ready, 2);
    uv_sem_init(&rig->looked, 0);
    uv_thread_create(&rig->thread, run, rig);
    uv_barrier_wait(&rig->ready);
    if (rig->status != TUSK_OK) fail_msg("cannot start: %s", rig->err.message);
    return rig;
}

int rig_port(const http_rig *rig)
{
    return rig->port;
}

void rig_begin_stop(http_rig *rig, int ms)
{
    atomic_store(&rig->stop_ms, ms);
    uv_async_send(&rig->wake);
}

void rig_stop(http_rig *rig, int ms)
{
    if (atomic_load(&rig->stop_ms) == 0) rig_begin_stop(rig, ms);
    uv_thread_join(&rig->thread);
    bool closed = atomic_load(&rig->closed);
    uv_barrier_destroy(&rig->ready);
    uv_sem_destroy(&rig->looked);
    free(rig);
    assert_true(closed);
}

const char *rig_log(http_rig *rig)
{
    rig_look(rig);
    return rig->log;
}

http_stats rig_look(http_rig *rig)
{
    atomic_store(&rig->look_due, true);
    uv_async_send(&rig->wake);
    uv_sem_wait(&rig->looked);
    return rig->stats;
}

int rig_connect(const http_rig *rig)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                              .sin_port = htons((uint16_t)rig->port) };
    struct timeval patience = { .tv_sec = 5 };
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return fd;
}

/* The server may have answered and closed before it read everything: that is no failure of the
 * client's. */
void rig_send(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) return;
        if (n < 0) fail_msg("cannot send: %s", strerror(errno));
        bytes += n;
        size -= (size_t)n;
    }
}

void rig_say(int fd, const char *text)
{
    rig_send(fd, text, strlen(text));
}

static bool read_head(int fd, rig_answer *answer)
{
    size_t n = 0;
    while (n + 1 < sizeof answer->head) {
        ssize_t got = recv(fd, answer->head + n, 1, 0);
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) fail_msg("no answer in time");
        if (got <= 0) return false;
        n++;
        if (n >= 4 && memcmp(answer->head + n - 4, "\r\n\r\n", 4) == 0) return true;
    }
    fail_msg("the head of the answer is too long");
    return false;
}

rig_answer rig_read(int fd, bool is_head)
{
    rig_answer answer = { 0 };
    if (!read_head(fd, &answer)) return answer;
    assert_memory_equal(answer.head, "HTTP/1.1 ", 9);
    answer.code = (int)strtol(answer.head + 9, NULL, 10);
    const char *length = strcasestr(answer.head, "\r\nContent-Length:");
    if (is_head || answer.code < 200 || answer.code == 204 || answer.code == 304) return answer;
    assert_non_null(length);
    answer.size = (size_t)strtoul(length + 17, NULL, 10);
    answer.body = calloc(1, answer.size + 1);
    for (size_t n = 0; n < answer.size;) {
        ssize_t got = recv(fd, answer.body + n, answer.size - n, 0);
        if (got <= 0)
            fail_msg("the body of the answer ends after %zu of %zu bytes", n, answer.size);
        n += (size_t)got;
    }
    return answer;
}

int rig_code(int fd)
{
    rig_answer answer = rig_read(fd, false);
    free(answer.body);
    return answer.code;
}

bool rig_ended(int fd)
{
    char byte;
    ssize_t n = recv(fd, &byte, 1, 0);
    return n == 0 || (n < 0 && errno == ECONNRESET);
}
