/* test_http_storm.c - clients that do anything at any moment: nothing may stay behind, nothing may
 * be read after its end */
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

static const char *const pieces[] = {
    "GET /echo?q=a HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /big HTTP/1.1\r\nHost: x\r\n\r\n",
    "HEAD /big HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nhello",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX",
    "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc",
    "GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "GET /events HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /download?n=300000 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /pour?n=300000 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /pour?n=9 HTTP/1.0\r\n\r\n",
    "HEAD /events HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /broken?n=70000 HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /echo HTTP/1.1\r\nHo",
    "GET /echo HTTP/1.1\nHost: x\n\n",
    "\r\n",
};

/* A generator of our own: the same storm for the same seed, on every system. */
static unsigned roll(uint64_t *seed, unsigned sides)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(*seed >> 33) % sides;
}

static void drop(int fd, unsigned how)
{
    struct linger reset = { .l_onoff = 1 };
    if (how == 0) setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
}

static void act(http_rig *rig, int *fd, uint64_t *seed)
{
    static char sink[32 << 10];
    if (*fd < 0) {
        *fd = rig_connect(rig);
        return;
    }
    switch (roll(seed, 8)) {
    case 0:
        drop(*fd, roll(seed, 2));
        *fd = -1;
        return;
    case 1:
        shutdown(*fd, SHUT_WR);
        return;
    case 2:
    case 3:
        while (recv(*fd, sink, sizeof sink, MSG_DONTWAIT) > 0) {}
        return;
    default:
        break;
    }
    const char *piece = pieces[roll(seed, sizeof pieces / sizeof pieces[0])];
    size_t size = strlen(piece), n = roll(seed, 4) == 0 ? roll(seed, (unsigned)size) : size;
    send(*fd, piece, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* False when this client itself was too slow for the short limits of the storm. */
static bool is_served(http_rig *rig)
{
    int fd = rig_connect(rig);
    rig_say(fd, "GET /echo?q=still HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    rig_answer answer = rig_read(fd, false);
    close(fd);
    if (answer.code == 200) assert_string_equal(answer.body, "GET|/echo|still|");
    free(answer.body);
    return answer.code == 200;
}

static void storm(uint64_t seed)
{
    enum { CLIENTS = 40, ACTS = 6000 };
    http_rig *rig = rig_start(&(http_limits){
        .head_timeout_ms = 60, .body_timeout_ms = 60, .idle_timeout_ms = 120, .body_bytes = 600 });
    int fds[CLIENTS];
    int64_t still = tusk_deadline_in(30000);
    for (int i = 0; i < CLIENTS; i++) fds[i] = -1;
    for (int i = 0; i < ACTS; i++) act(rig, &fds[roll(&seed, CLIENTS)], &seed);
    while (!is_served(rig)) assert_true(tusk_deadline_left(still) > 0);
    for (int i = 0; i < CLIENTS; i++)
        if (fds[i] >= 0) close(fds[i]);
    int64_t deadline = tusk_deadline_in(5000);
    while (rig_look(rig).connections > 0 || rig_look(rig).in_flight > 0) {
        assert_true(tusk_deadline_left(deadline) > 0);
        usleep(2000);
    }
    assert_int_equal(atomic_load(&rig_open_streams), 0);
    rig_stop(rig, 1000);
}

static void test_storms(void **state)
{
    for (uint64_t seed = 1; seed <= 8; seed++) storm(seed);
}

/* The server closes in the middle of it. */
static void test_closing_in_a_storm(void **state)
{
    for (uint64_t seed = 100; seed < 110; seed++) {
        uint64_t dice = seed;
        http_rig *rig = rig_start(NULL);
        int fds[20];
        for (int i = 0; i < 20; i++) fds[i] = rig_connect(rig);
        for (int i = 0; i < 200; i++) {
            int k = (int)roll(&dice, 20);
            if (fds[k] >= 0) act(rig, &fds[k], &dice);
        }
        rig_stop(rig, 50);
        for (int i = 0; i < 20; i++)
            if (fds[i] >= 0) close(fds[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_storms),
        cmocka_unit_test(test_closing_in_a_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
