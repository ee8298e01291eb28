/* test_http_stream.c - answers written bit by bit: whole, bounded in memory, ended for every reason
 * there is, and each told once */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/http/test_http_rig.h"
#include "tusk/clock.h"

static const http_limits quick = { .idle_timeout_ms = 300 };

static http_rig *rig_of_one(const http_limits *limits, int *fd, const char *request)
{
    http_rig *rig = rig_start(limits);
    *fd = rig_connect(rig);
    rig_say(*fd, request);
    return rig;
}

static void wait_until(const atomic_int *count, int value)
{
    int64_t deadline = tusk_deadline_in(5000);
    while (atomic_load(count) != value) {
        if (tusk_deadline_left(deadline) == 0)
            fail_msg("it stayed at %d, expected %d", atomic_load(count), value);
        usleep(1000);
    }
}

static void expect_line(int fd, const char *line)
{
    char got[128] = "";
    size_t n = 0;
    while (n + 1 < sizeof got && recv(fd, got + n, 1, 0) == 1)
        if (got[n++] == '\n') break;
    assert_string_equal(got, line);
}

/* A chunk of one event, as it stands on the wire. */
static void expect_tick(int fd)
{
    expect_line(fd, "C\r\n");
    expect_line(fd, "data: tick\n");
    expect_line(fd, "\n");
    expect_line(fd, "\r\n");
}

static void read_head(int fd, char head[static 4096])
{
    size_t n = 0;
    while (n + 1 < 4096 && recv(fd, head + n, 1, 0) == 1)
        if (++n >= 4 && memcmp(head + n - 4, "\r\n\r\n", 4) == 0) break;
    head[n] = 0;
}

/* Bytes until the end of the connection; checks that they are those of a /download. */
static long long read_rest(int fd)
{
    static char bytes[65536];
    long long total = 0;
    for (ssize_t n; (n = recv(fd, bytes, sizeof bytes, 0)) > 0; total += n)
        for (ssize_t i = 0; i < n; i++) assert_int_equal(bytes[i], rig_byte(total + i));
    return total;
}

static void test_download(void **state)
{
    int fd;
    http_rig *rig = rig_of_one(NULL, &fd, "GET /download?n=3000001 HTTP/1.1\r\nHost: x\r\n\r\n");
    rig_answer answer = rig_read(fd, false);
    assert_int_equal(answer.size, 3000001);
    assert_null(strcasestr(answer.head, "Transfer-Encoding"));
    for (long long i = 0; i < 3000001; i++) assert_int_equal(answer.body[i], rig_byte(i));
    free(answer.body);
    rig_say(fd, "GET /download?n=0 HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(rig_code(fd), 200);
    rig_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"); /* the connection is still in step */
    assert_int_equal(rig_code(fd), 200);
    wait_until(&rig_whole_streams, 2);
    close(fd);
    rig_stop(rig, 1000);
}

static void test_unknown_length(void **state)
{
    int fd;
    char head[4096];
    http_rig *rig = rig_of_one(NULL, &fd, "GET /pour?n=5 HTTP/1.1\r\nHost: x\r\n\r\n");
    read_head(fd, head);
    assert_non_null(strcasestr(head, "\r\nTransfer-Encoding: chunked\r\n"));
    expect_line(fd, "5\r\n");
    expect_line(fd, "ahovc\r\n");
    expect_line(fd, "0\r\n");
    expect_line(fd, "\r\n");
    rig_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(rig_code(fd), 200);
    close(fd);
    fd = rig_connect(rig);
    rig_say(fd, "GET /pour?n=400000 HTTP/1.0\r\n\r\n"); /* which knows no chunks */
    read_head(fd, head);
    assert_null(strcasestr(head, "Transfer-Encoding"));
    assert_int_equal(read_rest(fd), 400000);
    wait_until(&rig_whole_streams, 2);
    close(fd);
    rig_stop(rig, 1000);
}

static void test_head_has_no_body(void **state)
{
    static const char *const paths[] = { "/download?n=1000", "/pour?n=1000", "/events" };
    for (int i = 0; i < 3; i++) {
        char request[128];
        snprintf(request, sizeof request, "HEAD %s HTTP/1.1\r\nHost: x\r\n\r\n", paths[i]);
        int fd;
        http_rig *rig = rig_of_one(NULL, &fd, request);
        rig_answer answer = rig_read(fd, true);
        assert_int_equal(answer.code, 200);
        assert_int_equal(strcasestr(answer.head, "\r\nContent-Length: 1000\r\n") != NULL, i == 0);
        if (i == 0) rig_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
        if (i == 0) assert_int_equal(rig_code(fd), 200);
        if (i != 0) assert_true(rig_ended(fd)); /* without a byte of a body */
        assert_int_equal(atomic_load(&rig_poured), 0);
        wait_until(&rig_open_streams, 0);
        close(fd);
        rig_stop(rig, 1000);
    }
}

static void test_events_outlive_the_idle_timeout(void **state)
{
    int fd;
    char head[4096];
    http_rig *rig = rig_of_one(&quick, &fd, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    read_head(fd, head);
    assert_non_null(strstr(head, "\r\nContent-Type: text/event-stream\r\n"));
    assert_non_null(strstr(head, "\r\nCache-Control: no-store\r\n"));
    int64_t until = tusk_deadline_in(3 * quick.idle_timeout_ms);
    while (tusk_deadline_left(until) > 0) expect_tick(fd);
    assert_int_equal(atomic_load(&rig_open_streams), 1);
    close(fd);
    wait_until(&rig_open_streams, 0);
    rig_stop(rig, 1000);
}

static void test_slow_reader_is_cut(void **state)
{
    int fd;
    http_rig *rig =
        rig_of_one(&quick, &fd, "GET /download?n=1000000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until(&rig_cut_streams, 1);
    /* what the kernel's buffers hold, and a ring: the rest was never made */
    assert_in_range(atomic_load(&rig_poured), 1, 32 << 20);
    int other = rig_connect(rig);
    rig_say(other, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(rig_code(other), 200);
    close(other);
    close(fd);
    rig_stop(rig, 1000);
}

/* One that reads a little all the time gets everything. */
static void test_steady_reader_is_served(void **state)
{
    int fd;
    char head[4096];
    static char bytes[40000];
    enum { TOTAL = 12000000 };
    http_rig *rig = rig_of_one(&(http_limits){ .idle_timeout_ms = 2000 }, &fd,
                               "GET /download?n=12000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    read_head(fd, head);
    for (long long done = 0; done < TOTAL;) {
        ssize_t n = recv(fd, bytes, sizeof bytes, 0);
        assert_true(n > 0);
        for (ssize_t i = 0; i < n; i += 997) assert_int_equal(bytes[i], rig_byte(done + i));
        done += n;
        usleep(1000);
    }
    wait_until(&rig_whole_streams, 1);
    close(fd);
    rig_stop(rig, 1000);
}

static void test_client_leaves(void **state)
{
    static const char *const paths[] = { "/events", "/download?n=1000000000",
                                         "/pour?n=1000000000" };
    for (int i = 0; i < 6; i++) {
        char request[128], byte;
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", paths[i / 2]);
        int fd;
        http_rig *rig = rig_of_one(NULL, &fd, request);
        assert_int_equal(recv(fd, &byte, 1, 0), 1);
        struct linger reset = { .l_onoff = i % 2 };
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        close(fd);
        wait_until(&rig_open_streams, 0);
        assert_int_equal(atomic_load(&rig_cut_streams) + atomic_load(&rig_whole_streams), 1);
        assert_int_equal(rig_look(rig).in_flight, 0);
        rig_stop(rig, 1000);
    }
}

static void test_half_closed(void **state)
{
    int fd;
    char head[4096];
    http_rig *rig = rig_of_one(NULL, &fd, "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    read_head(fd, head);
    shutdown(fd, SHUT_WR);
    wait_until(&rig_open_streams, 0); /* whoever ended its direction has most likely closed */
    close(fd);
    fd = rig_connect(rig);
    rig_say(fd, "GET /download?n=5000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    shutdown(fd, SHUT_WR);
    read_head(fd, head);
    assert_int_equal(read_rest(fd), 5000000); /* but a download is answered all the same */
    close(fd);
    rig_stop(rig, 1000);
}

static void test_many(void **state)
{
    enum { STREAMS = 200 };
    int fds[STREAMS];
    char head[4096];
    http_rig *rig = rig_start(NULL);
    for (int i = 0; i < STREAMS; i++) {
        fds[i] = rig_connect(rig);
        rig_say(fds[i], "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    wait_until(&rig_open_streams, STREAMS);
    for (int i = 0; i < STREAMS; i++) {
        read_head(fds[i], head);
        for (int k = 0; k < 3; k++) expect_tick(fds[i]);
    }
    for (int i = 0; i < STREAMS; i += 2) close(fds[i]);
    wait_until(&rig_open_streams, STREAMS / 2);
    for (int i = 1; i < STREAMS; i += 2) {
        for (int k = 0; k < 3; k++) expect_tick(fds[i]);
        close(fds[i]);
    }
    wait_until(&rig_open_streams, 0);
    rig_stop(rig, 1000);
}

static void test_given_up(void **state)
{
    int fd;
    http_rig *rig = rig_of_one(NULL, &fd, "GET /broken?n=100 HTTP/1.1\r\nHost: x\r\n\r\n");
    char head[4096], rest[4096];
    read_head(fd, head);
    size_t got = 0;
    for (ssize_t n; got < sizeof rest && (n = recv(fd, rest + got, sizeof rest - got, 0)) > 0;)
        got += (size_t)n;
    assert_null(memmem(rest, got, "\r\n0\r\n\r\n", 7)); /* nobody takes it for whole */
    wait_until(&rig_cut_streams, 1);
    close(fd);
    rig_stop(rig, 1000);
}

/* Clients that neither read nor close do not hold the end up. */
static void test_shutdown_ends_events(void **state)
{
    enum { STREAMS = 20 };
    int fds[STREAMS];
    http_rig *rig = rig_start(NULL);
    for (int i = 0; i < STREAMS; i++) {
        fds[i] = rig_connect(rig);
        rig_say(fds[i], "GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    wait_until(&rig_open_streams, STREAMS);
    int64_t began = tusk_clock_ms();
    rig_stop(rig, 10000);
    assert_in_range(tusk_clock_ms() - began, 0, 900);
    assert_int_equal(atomic_load(&rig_open_streams), 0);
    for (int i = 0; i < STREAMS; i++) close(fds[i]);
}

static void test_shutdown_and_downloads(void **state)
{
    int fd, stuck;
    char head[4096];
    http_rig *rig =
        rig_of_one(NULL, &stuck, "GET /download?n=1000000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    fd = rig_connect(rig);
    rig_say(fd, "GET /download?n=20000000 HTTP/1.1\r\nHost: x\r\n\r\n");
    read_head(fd, head);
    int64_t began = tusk_clock_ms();
    rig_begin_stop(rig, 1500);
    assert_int_equal(read_rest(fd), 20000000); /* what is under way goes on */
    rig_stop(rig, 1500);
    assert_in_range(tusk_clock_ms() - began, 0, 2500); /* until the deadline */
    assert_int_equal(atomic_load(&rig_cut_streams), 1);
    assert_int_equal(atomic_load(&rig_whole_streams), 1);
    close(fd);
    close(stuck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_download),
        cmocka_unit_test(test_unknown_length),
        cmocka_unit_test(test_head_has_no_body),
        cmocka_unit_test(test_events_outlive_the_idle_timeout),
        cmocka_unit_test(test_slow_reader_is_cut),
        cmocka_unit_test(test_steady_reader_is_served),
        cmocka_unit_test(test_client_leaves),
        cmocka_unit_test(test_half_closed),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_shutdown_ends_events),
        cmocka_unit_test(test_shutdown_and_downloads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
