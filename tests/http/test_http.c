/* test_http.c - the server as a client sees it: answers, limits, deadlines, order, ends */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/http/test_http_rig.h"
#include "tusk/clock.h"
#include "tusk/file.h"

static const http_limits quick = {
    .head_timeout_ms = 400, .body_timeout_ms = 400, .idle_timeout_ms = 400, .body_bytes = 1000
};

static void assert_body(int fd, const char *want)
{
    rig_answer answer = rig_read(fd, false);
    assert_int_equal(answer.code, 200);
    assert_string_equal(answer.body, want);
    free(answer.body);
}

static void test_answers(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    rig_say(fd, "GET /echo?q=a%20b+c HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_body(fd, "GET|/echo|a b c|");
    rig_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    assert_body(fd, "POST|/echo||hello");
    rig_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n");
    assert_body(fd, "POST|/echo||abc0123456789");
    rig_say(fd, "GET http://x/echo?q=%E4%BD%A0 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_body(fd, "GET|/echo|\xe4\xbd\xa0|");
    rig_say(fd, "POST /only HTTP/1.1\r\nHost: x\r\n\r\n");
    rig_answer answer = rig_read(fd, false);
    assert_int_equal(answer.code, 405);
    assert_non_null(strstr(answer.head, "\r\nAllow: GET\r\n"));
    free(answer.body);
    rig_say(fd, "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    answer = rig_read(fd, false);
    assert_int_equal(answer.code, 404);
    assert_non_null(strstr(answer.head, "\r\nConnection: close\r\n"));
    assert_string_equal(answer.body, "{\"success\":false,\"error\":\"there is nothing here\"}");
    free(answer.body);
    assert_true(rig_ended(fd));
    close(fd);
    rig_stop(rig, 1000);
}

static void assert_headers(const char *head)
{
    static const char *const wanted[] = {
        ("\r\nContent-Security-Policy: default-src 'self'; frame-ancestors 'none'; "
         "base-uri 'none'; form-action 'self'; object-src 'none'\r\n"),
        "\r\nX-Content-Type-Options: nosniff\r\n",
        "\r\nReferrer-Policy: no-referrer\r\n",
        "\r\nCross-Origin-Opener-Policy: same-origin\r\n",
        "\r\nCross-Origin-Resource-Policy: same-origin\r\n",
        "\r\nCache-Control: no-store\r\n",
        "\r\nX-Request-Id: ",
        "\r\nDate: ",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (!strstr(head, wanted[i])) fail_msg("missing: %s in: %s", wanted[i], head);
}

static void test_headers(void **state)
{
    http_rig *rig = rig_start(NULL);
    static const char *const requests[] = { "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n",
                                            "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
                                            "GET /echo HTTP/1.1\r\n\r\n",
                                            "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n" };
    for (size_t i = 0; i < 4; i++) {
        int fd = rig_connect(rig);
        rig_say(fd, requests[i]);
        rig_answer answer = rig_read(fd, false);
        assert_headers(answer.head);
        free(answer.body);
        close(fd);
    }
    int fd = rig_connect(rig);
    rig_say(fd, "GET /split HTTP/1.1\r\nHost: x\r\n\r\n");
    rig_answer answer = rig_read(fd, false);
    assert_int_equal(answer.code, 200);
    assert_null(strstr(answer.head, "Set-Cookie"));
    free(answer.body);
    close(fd);
    rig_stop(rig, 1000);
}

static void test_head(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    rig_say(fd, "HEAD /big HTTP/1.1\r\nHost: x\r\n\r\n");
    rig_answer answer = rig_read(fd, true);
    assert_int_equal(answer.code, 200);
    assert_non_null(strstr(answer.head, "\r\nContent-Length: 1048576\r\n"));
    rig_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"); /* the next answer begins at once */
    assert_body(fd, "GET|/echo||");
    close(fd);
    fd = rig_connect(rig);
    rig_say(fd, "HEAD / HTTP/1.1\r\n\r\n");
    assert_int_equal(rig_read(fd, true).code, 400);
    assert_true(rig_ended(fd));
    close(fd);
    rig_stop(rig, 1000);
}

static void test_http_1_0(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    rig_say(fd, "GET /echo HTTP/1.0\r\n\r\n");
    assert_body(fd, "GET|/echo||");
    assert_true(rig_ended(fd));
    close(fd);
    rig_stop(rig, 1000);
}

static void test_byte_by_byte(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    const char *text = "POST /echo?q=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    for (const char *c = text; *c; c++) rig_send(fd, c, 1);
    assert_body(fd, "POST|/echo|1|abcde");
    close(fd);
    rig_stop(rig, 1000);
}

static void test_pipelining_keeps_order(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    rig_say(fd, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
                "POST /echo?q=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
                "HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\n"
                "GET /echo?q=2 HTTP/1.1\r\nHost: x\r\n\r\n"
                "GET /bad HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"
                "GET /echo?q=never HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_body(fd, "slow");
    assert_body(fd, "POST|/echo|1|ab");
    assert_int_equal(rig_read(fd, true).code, 200);
    assert_body(fd, "GET|/echo|2|");
    assert_int_equal(rig_code(fd), 400);
    assert_true(rig_ended(fd));
    close(fd);
    rig_stop(rig, 1000);
}

static void test_pipelining_in_bulk(void **state)
{
    enum { COUNT = 4000 };
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    pid_t sender = fork();
    if (sender == 0) {
        for (int i = 0; i < COUNT; i++) {
            char text[128];
            int n = snprintf(text, sizeof text, "GET /echo?q=%d HTTP/1.1\r\nHost: x\r\n\r\n", i);
            if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n) _exit(1);
        }
        _exit(0);
    }
    for (int i = 0; i < COUNT; i++) {
        char want[64];
        snprintf(want, sizeof want, "GET|/echo|%d|", i);
        assert_body(fd, want);
    }
    int status = 1;
    assert_int_equal(waitpid(sender, &status, 0), sender);
    assert_int_equal(status, 0);
    close(fd);
    rig_stop(rig, 1000);
}

static void test_big_answer_to_a_slow_reader(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    int small = 64 << 10;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    rig_say(fd, "GET /big HTTP/1.1\r\nHost: x\r\n\r\nGET /big HTTP/1.1\r\nHost: x\r\n\r\n"
                "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 2; i++) {
        rig_answer answer = rig_read(fd, false);
        assert_int_equal(answer.size, 1 << 20);
        for (size_t k = 0; k < answer.size; k++) assert_int_equal(answer.body[k], 'x');
        free(answer.body);
    }
    assert_body(fd, "GET|/echo||");
    assert_true(rig_ended(fd));
    close(fd);
    rig_stop(rig, 1000);
}

static void test_client_that_does_not_read_is_cut(void **state)
{
    http_rig *rig = rig_start(&quick);
    int fd = rig_connect(rig);
    int small = 64 << 10;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (int i = 0; i < 10; i++) rig_say(fd, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
    int64_t deadline = tusk_deadline_in(5000);
    while (rig_look(rig).connections > 0) {
        assert_true(tusk_deadline_left(deadline) > 0);
        usleep(20000);
    }
    close(fd);
    rig_stop(rig, 1000);
}

/* A client that sends its whole body before it reads still gets to read why it was refused. */
static void test_refusal_arrives_while_sending(void **state)
{
    enum { SIZE = 700000 };
    http_rig *rig = rig_start(NULL);
    char *bytes = calloc(1, SIZE);
    for (int i = 0; i < 10; i++) {
        int fd = rig_connect(rig);
        rig_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 700000\r\n\r\n");
        rig_send(fd, bytes, SIZE);
        assert_int_equal(rig_code(fd), 413);
        close(fd);
    }
    free(bytes);
    rig_stop(rig, 1000);
}

static void test_expect_continue(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    rig_say(fd,
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    assert_int_equal(rig_read(fd, false).code, 100);
    rig_say(fd, "abc");
    assert_body(fd, "POST|/echo||abc");
    rig_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n"
                "Expect: 100-continue\r\n\r\n");
    assert_int_equal(rig_code(fd), 413);
    assert_true(rig_ended(fd));
    close(fd);
    rig_stop(rig, 1000);
}

static void test_largest_body(void **state)
{
    enum { SIZE = 256 << 10 };
    http_rig *rig = rig_start(NULL);
    char *bytes = malloc(SIZE);
    memset(bytes, 'b', SIZE);
    int fd = rig_connect(rig);
    rig_say(fd, "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 262144\r\n\r\n");
    rig_send(fd, bytes, SIZE);
    rig_answer answer = rig_read(fd, false);
    assert_int_equal(answer.code, 200);
    assert_int_equal(answer.size, SIZE + strlen("PUT|/echo||"));
    free(answer.body);
    rig_say(fd, "PUT /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n40001\r\n");
    rig_send(fd, bytes, SIZE);
    assert_int_equal(rig_code(fd), 413);
    close(fd);
    free(bytes);
    rig_stop(rig, 1000);
}

/* A drip keeps every per-byte timer quiet; only an absolute deadline cuts it. */
static int drip(http_rig *rig, const char *first)
{
    int fd = rig_connect(rig);
    rig_say(fd, first);
    int64_t began = tusk_clock_ms();
    struct timeval tick = { .tv_usec = 50000 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof tick);
    char byte;
    ssize_t n = -1;
    while (tusk_clock_ms() - began < 5000) {
        n = recv(fd, &byte, 1, MSG_PEEK);
        if (n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) break;
        rig_send(fd, "a", 1);
    }
    int64_t took = tusk_clock_ms() - began;
    assert_true(n > 0);
    assert_true(took >= 300 && took < 2000);
    int code = rig_code(fd);
    assert_true(rig_ended(fd));
    close(fd);
    return code;
}

static void test_drips_are_cut(void **state)
{
    http_rig *rig = rig_start(&quick);
    assert_int_equal(drip(rig, "GET /"), 408);
    assert_int_equal(drip(rig, "GET / HTTP/1.1\r\nHost: x\r\nX-A: "), 408);
    assert_int_equal(drip(rig, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n"),
                     408);
    assert_int_equal(
        drip(rig, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n300\r\n"),
        408);
    assert_int_equal(rig_handed, 0);
    rig_stop(rig, 1000);
}

static void test_idle_connections_are_closed(void **state)
{
    http_rig *rig = rig_start(&quick);
    int silent = rig_connect(rig), kept = rig_connect(rig);
    rig_say(kept, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(rig_code(kept), 200);
    assert_true(rig_ended(kept));
    assert_true(rig_ended(silent));
    close(kept);
    close(silent);
    rig_stop(rig, 1000);
}

static void test_five_hundred_idle_connections(void **state)
{
    enum { COUNT = 500 };
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &files);
    http_rig *rig = rig_start(NULL);
    static int fds[COUNT];
    for (int i = 0; i < COUNT; i++) {
        fds[i] = rig_connect(rig);
        if (i % 2) continue;
        rig_say(fds[i], "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(rig_code(fds[i]), 200);
    }
    assert_int_equal(rig_look(rig).connections, COUNT);
    for (int i = 0; i < COUNT; i++) rig_say(fds[i], "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < COUNT; i++) assert_int_equal(rig_code(fds[i]), 200);
    for (int i = 0; i < COUNT; i++) close(fds[i]);
    rig_stop(rig, 1000);
}

static void test_connections_per_address(void **state)
{
    http_rig *rig = rig_start(&(http_limits){ .connections_per_ip = 3 });
    int fds[4];
    for (int i = 0; i < 4; i++) fds[i] = rig_connect(rig);
    assert_int_equal(rig_code(fds[3]), 503);
    assert_true(rig_ended(fds[3]));
    rig_say(fds[0], "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(rig_code(fds[0]), 200);
    for (int i = 0; i < 4; i++) close(fds[i]);
    rig_stop(rig, 1000);
}

static void test_half_closed_client_is_answered(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    rig_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\nGET /echo?q=2 HTTP/1.1\r\nHost: x\r\n\r\n");
    shutdown(fd, SHUT_WR);
    assert_body(fd, "GET|/echo||");
    assert_body(fd, "GET|/echo|2|");
    assert_true(rig_ended(fd));
    close(fd);
    rig_stop(rig, 1000);
}

static void wait_until(atomic_int *counter, int value)
{
    int64_t deadline = tusk_deadline_in(5000);
    while (atomic_load(counter) < value) {
        assert_true(tusk_deadline_left(deadline) > 0);
        usleep(2000);
    }
}

static void test_gone_is_told(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    rig_say(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until(&rig_handed, 1);
    close(fd);
    wait_until(&rig_gone, 1);

    fd = rig_connect(rig); /* the same by reset, in the middle of pipelined input */
    rig_say(fd, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /echo HTTP/1.1\r\nHo");
    wait_until(&rig_handed, 2);
    struct linger reset = { .l_onoff = 1 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    wait_until(&rig_gone, 2);
    int64_t deadline = tusk_deadline_in(5000);
    while (rig_look(rig).connections > 0) {
        assert_true(tusk_deadline_left(deadline) > 0);
        usleep(2000);
    }
    assert_int_equal(rig_look(rig).in_flight, 0);
    rig_stop(rig, 1000);
}

static void test_leaving_in_a_body(void **state)
{
    http_rig *rig = rig_start(NULL);
    for (int i = 0; i < 20; i++) {
        int fd = rig_connect(rig);
        rig_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc");
        if (i % 2) shutdown(fd, SHUT_WR);
        if (i % 2) assert_int_equal(rig_code(fd), 400);
        close(fd);
    }
    int64_t deadline = tusk_deadline_in(5000);
    while (rig_look(rig).connections > 0) {
        assert_true(tusk_deadline_left(deadline) > 0);
        usleep(2000);
    }
    assert_int_equal(rig_look(rig).in_flight, 0);
    assert_int_equal(rig_handed, 0);
    rig_stop(rig, 1000);
}

static void test_closing_finishes_what_is_under_way(void **state)
{
    http_rig *rig = rig_start(NULL);
    int busy = rig_connect(rig), idle = rig_connect(rig);
    rig_say(idle, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(rig_code(idle), 200);
    rig_say(busy, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until(&rig_handed, 2);
    rig_begin_stop(rig, 3000);
    assert_true(rig_ended(idle));
    rig_answer answer = rig_read(busy, false);
    assert_int_equal(answer.code, 200);
    assert_non_null(strstr(answer.head, "\r\nConnection: close\r\n"));
    free(answer.body);
    assert_true(rig_ended(busy));
    close(busy);
    close(idle);
    rig_stop(rig, 3000);
}

static void test_closing_has_a_deadline(void **state)
{
    http_rig *rig = rig_start(NULL);
    int stuck = rig_connect(rig), half = rig_connect(rig);
    rig_say(stuck, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    rig_say(half, "GET / HTTP/1.1\r\nHo");
    wait_until(&rig_handed, 1);
    int64_t began = tusk_clock_ms();
    rig_stop(rig, 300);
    assert_true(tusk_clock_ms() - began < 3000);
    assert_int_equal(rig_gone, 1);
    assert_true(rig_ended(stuck));
    assert_true(rig_ended(half));
    close(stuck);
    close(half);
}

static void never(void *context, http_request *request)
{
    fail_msg("no request was sent");
}

static void test_busy_port(void **state)
{
    http_rig *rig = rig_start(NULL);
    uv_loop_t loop;
    uv_loop_init(&loop);
    http_options options = { .host = "localhost", .ports = { rig_port(rig) }, .handle = never };
    http_server *server;
    tusk_error err;
    assert_int_equal(http_open(&loop, &options, &server, &err), TUSK_IO);
    char want[64];
    snprintf(want, sizeof want, "port %d is in use by another program", rig_port(rig));
    assert_string_equal(err.message, want);
    assert_true(err.hint[0] != 0);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
    rig_stop(rig, 1000);
}

static void test_both_loopbacks(void **state)
{
    http_rig *rig = rig_start(NULL);
    struct sockaddr_in6 at = { .sin6_family = AF_INET6,
                               .sin6_addr = in6addr_loopback,
                               .sin6_port = htons((uint16_t)rig_port(rig)) };
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
    if (fd >= 0 &&
        bind(probe, (struct sockaddr *)&any, sizeof any) == 0) { /* this machine has it */
        assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
        rig_say(fd, "GET /peer HTTP/1.1\r\nHost: [::1]\r\n\r\n");
        assert_body(fd, "::1 loopback");
    }
    close(probe);
    close(fd);
    fd = rig_connect(rig);
    rig_say(fd, "GET /peer HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_body(fd, "127.0.0.1 loopback");
    close(fd);
    rig_stop(rig, 1000);
}

static void test_log_has_no_secrets(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    rig_say(fd, "POST /echo?q=secret1 HTTP/1.1\r\nHost: x\r\nCookie: sid=secret2\r\n"
                "Content-Length: 7\r\n\r\nsecret3");
    rig_answer answer = rig_read(fd, false);
    const char *id = strstr(answer.head, "X-Request-Id: ");
    assert_non_null(id);
    char want[64];
    snprintf(want, sizeof want, "\"id\":\"%.*s\"", (int)strcspn(id + 14, "\r"), id + 14);
    free(answer.body);
    rig_say(fd, "GET /secret4 HTTP/1.1\r\nHost: x\r\nX: secret5\r\n y\r\n\r\n");
    assert_int_equal(rig_code(fd), 400);
    close(fd);
    const char *log = rig_log(rig);
    assert_non_null(strstr(log, want));
    assert_non_null(strstr(log, "\"method\":\"POST\",\"path\":\"/echo\",\"code\":200"));
    assert_non_null(strstr(log, "a header is folded over two lines"));
    assert_null(strstr(log, "secret"));
    rig_stop(rig, 1000);
}

/* Without descriptors left for a lane a request gets 503, and the server goes on once there are
 * some again. */
static void test_out_of_descriptors(void **state)
{
    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    int64_t deadline = tusk_deadline_in(5000);
    while (rig_look(rig).connections == 0) assert_true(tusk_deadline_left(deadline) > 0);
    struct rlimit before, low;
    getrlimit(RLIMIT_NOFILE, &before);
    low = before;
    int next = dup(0);
    low.rlim_cur = (rlim_t)next; /* the first free one: no new descriptor fits */
    close(next);
    setrlimit(RLIMIT_NOFILE, &low);
    rig_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    int code = rig_code(fd);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(code, 503);
    close(fd);
    fd = rig_connect(rig);
    rig_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(rig_code(fd), 200);
    close(fd);
    rig_stop(rig, 1000);
}

static void assert_file(int fd, const char *etag, int code, const char *type, const char *body)
{
    char text[512];
    snprintf(text, sizeof text,
             "GET /assets/sub/app.css HTTP/1.1\r\nHost: x\r\nIf-None-Match: %s\r\n\r\n", etag);
    rig_say(fd, text);
    rig_answer answer = rig_read(fd, false);
    assert_int_equal(answer.code, code);
    assert_non_null(strstr(answer.head, "\r\nETag: \""));
    assert_non_null(strstr(answer.head, "\r\nCache-Control: no-cache\r\n"));
    if (type) assert_non_null(strstr(answer.head, type));
    if (body) assert_string_equal(answer.body, body);
    free(answer.body);
}

static void test_files(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    char folder[] = "/tmp/http-files-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char sub[64], css[96], hidden[96];
    snprintf(sub, sizeof sub, "%s/sub", folder);
    snprintf(css, sizeof css, "%s/app.css", sub);
    snprintf(hidden, sizeof hidden, "%s/.hidden", sub);
    assert_int_equal(tusk_folder_make(sub, 0755, NULL), TUSK_OK);
    assert_int_equal(tusk_file_replace(css, TUSK_STR("a{}"), 0644, NULL), TUSK_OK);
    assert_int_equal(tusk_file_replace(hidden, TUSK_STR("x"), 0644, NULL), TUSK_OK);
    tusk_error err;
    assert_int_equal(http_files_load(arena, "/nowhere/at/all", &rig_files, &err), TUSK_IO);
    assert_int_equal(http_files_load(arena, folder, &rig_files, &err), TUSK_OK);
    unlink(css);
    unlink(hidden);
    rmdir(sub);
    rmdir(folder);

    http_rig *rig = rig_start(NULL);
    int fd = rig_connect(rig);
    assert_file(fd, "\"old\"", 200, "\r\nContent-Type: text/css; charset=utf-8\r\n", "a{}");
    rig_say(fd, "HEAD /assets/sub/app.css HTTP/1.1\r\nHost: x\r\n\r\n");
    rig_answer answer = rig_read(fd, true);
    assert_non_null(strstr(answer.head, "\r\nContent-Length: 3\r\n"));
    const char *at = strstr(answer.head, "ETag: ");
    char etag[64];
    snprintf(etag, sizeof etag, "\"x\", W/%.*s", (int)strcspn(at + 6, "\r"), at + 6);
    assert_file(fd, etag, 304, NULL, NULL);
    assert_file(fd, "*", 304, NULL, NULL);
    rig_say(fd, "GET /assets/sub/.hidden HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(rig_code(fd), 404);
    rig_say(fd, "GET /assets/sub HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(rig_code(fd), 404);
    close(fd);
    rig_stop(rig, 1000);
    rig_files = NULL;
    tusk_arena_free(arena);
}

static void test_later_busy_port_is_a_warning(void **state)
{
    http_rig *first = rig_start(NULL);
    rig_second_port = rig_port(first);
    http_rig *second = rig_start(NULL);
    rig_second_port = 0;
    assert_non_null(strstr(rig_log(second), "a further port cannot be listened on"));
    int fd = rig_connect(second);
    rig_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(rig_code(fd), 200);
    close(fd);
    rig_stop(second, 1000);
    rig_stop(first, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_http_1_0),
        cmocka_unit_test(test_byte_by_byte),
        cmocka_unit_test(test_pipelining_keeps_order),
        cmocka_unit_test(test_pipelining_in_bulk),
        cmocka_unit_test(test_big_answer_to_a_slow_reader),
        cmocka_unit_test(test_client_that_does_not_read_is_cut),
        cmocka_unit_test(test_refusal_arrives_while_sending),
        cmocka_unit_test(test_expect_continue),
        cmocka_unit_test(test_largest_body),
        cmocka_unit_test(test_drips_are_cut),
        cmocka_unit_test(test_idle_connections_are_closed),
        cmocka_unit_test(test_five_hundred_idle_connections),
        cmocka_unit_test(test_connections_per_address),
        cmocka_unit_test(test_half_closed_client_is_answered),
        cmocka_unit_test(test_gone_is_told),
        cmocka_unit_test(test_leaving_in_a_body),
        cmocka_unit_test(test_closing_finishes_what_is_under_way),
        cmocka_unit_test(test_closing_has_a_deadline),
        cmocka_unit_test(test_busy_port),
        cmocka_unit_test(test_later_busy_port_is_a_warning),
        cmocka_unit_test(test_both_loopbacks),
        cmocka_unit_test(test_log_has_no_secrets),
        cmocka_unit_test(test_out_of_descriptors),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
