/* test_cut.c - a server that stops, or lies, at every byte of its answers: one clear error each
 * time, never a hang */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "src/wire/wire.h"
#include "tusk/clock.h"

#define HELLO                            \
    "R\0\0\0\10\0\0\0\0"                 \
    "S\0\0\0\30server_version\00015.1\0" \
    "Z\0\0\0\5I"
#define SYNCED "Z\0\0\0\5I"
#define ANSWER                  \
    "1\0\0\0\4"                 \
    "2\0\0\0\4"                 \
    "T\0\0\0\32\0\1a\0"         \
    "\0\0\0\0"                  \
    "\0\0"                      \
    "\0\0\0\31"                 \
    "\377\377"                  \
    "\377\377\377\377"          \
    "\0\0"                      \
    "D\0\0\0\15\0\1\0\0\0\3abc" \
    "C\0\0\0\15SELECT 1\0"      \
    "Z\0\0\0\5I"

/* Takes connections one after another; each gets the hello, the end of the first Sync and the
 * answer as far as `limit` bytes of all together, one of them changed, and then the end. */
struct liar {
    char folder[64];
    int fd;
    size_t limit, changed; /* changed: its number, SIZE_MAX: none */
    unsigned char mask;
};

static const char said[] = HELLO SYNCED ANSWER;
enum {
    HELLO_SIZE = sizeof HELLO - 1,
    READY_SIZE = HELLO_SIZE + sizeof SYNCED - 1, /* the connection is open */
    SAID_SIZE = sizeof said - 1
};

/* Reads what the client says until it has said it; the content does not matter. */
static bool hear(int client)
{
    char bytes[4096];
    return recv(client, bytes, sizeof bytes, 0) > 0;
}

/* Says the bytes from `start` to `end`, as far as it speaks at all. False: it is over. */
static bool say(const struct liar *liar, int client, const char *lie, size_t start, size_t end)
{
    size_t limit = liar->limit < end ? liar->limit : end;
    if (limit < start || !hear(client)) return false;
    if (send(client, lie + start, limit - start, MSG_NOSIGNAL) < 0) return false;
    return limit == end;
}

static void talk(const struct liar *liar, int client)
{
    char lie[SAID_SIZE];
    memcpy(lie, said, sizeof lie);
    if (liar->changed < SAID_SIZE) lie[liar->changed] = (char)(lie[liar->changed] ^ liar->mask);
    bool goes_on = say(liar, client, lie, 0, HELLO_SIZE) && liar->changed >= HELLO_SIZE &&
                   say(liar, client, lie, HELLO_SIZE, READY_SIZE) &&
                   say(liar, client, lie, READY_SIZE, SAID_SIZE);
    if (!goes_on) return;
    shutdown(client, SHUT_WR);
    while (hear(client)) continue;
}

static void *keep(void *context)
{
    const struct liar *self = context;
    int client = accept4(self->fd, NULL, NULL, SOCK_CLOEXEC);
    if (client < 0) return NULL;
    talk(self, client);
    close(client);
    return NULL;
}

static int set_up(void **state)
{
    static struct liar self; /* of the test program */
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(self.folder, sizeof self.folder, "/tmp/tusk-liar-XXXXXX");
    assert_non_null(mkdtemp(self.folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", self.folder);
    self.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(self.fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(self.fd, 8), 0);
    *state = &self;
    return 0;
}

static int tear_down(void **state)
{
    struct liar *self = *state;
    char path[96];
    close(self->fd);
    snprintf(path, sizeof path, "%s/.s.PGSQL.5432", self->folder);
    unlink(path);
    return rmdir(self->folder);
}

/* Connects and asks once. True when an answer was believed. */
static tusk_status ask(const struct liar *liar, bool *answered, tusk_error *err)
{
    const tusk_server server = { .host = liar->folder, .database = "d", .user = "u" };
    const tusk_wire_statement question = { .sql = TUSK_STR("select 'abc' as a") };
    tusk_conn *conn;
    tusk_wire_answer *answer;
    *answered = false;
    tusk_status status = tusk_conn_open(&server, 5000, &conn, err);
    if (status != TUSK_OK) return status;
    status = tusk_wire_execute(conn, &question, tusk_deadline_in(5000), &answer, err);
    if (status == TUSK_OK) {
        *answered = true;
        if (tusk_wire_rows(answer) == 1 && tusk_wire_fields(answer) == 1)
            assert_true(tusk_wire_cell(answer, 0, 0).len <= 3);
    }
    tusk_wire_answer_free(answer);
    tusk_conn_close(conn);
    return status;
}

static tusk_status meet(struct liar *liar, bool *answered, tusk_error *err)
{
    pthread_t thread;
    *err = (tusk_error){ .status = TUSK_OK };
    assert_int_equal(pthread_create(&thread, NULL, keep, liar), 0);
    tusk_status status = ask(liar, answered, err);
    pthread_join(thread, NULL);
    return status;
}

static void the_whole_truth_is_believed(void **state)
{
    struct liar *liar = *state;
    tusk_error err;
    bool answered;
    liar->limit = SAID_SIZE;
    liar->changed = SIZE_MAX;
    if (meet(liar, &answered, &err) != TUSK_OK) fail_msg("%s", err.message);
    assert_true(answered);
}

static void an_end_at_any_byte_is_one_error(void **state)
{
    struct liar *liar = *state;
    tusk_error err;
    bool answered;
    liar->changed = SIZE_MAX;
    for (liar->limit = 0; liar->limit < SAID_SIZE; liar->limit++) {
        assert_int_equal(meet(liar, &answered, &err), TUSK_CONNECTION);
        assert_false(answered);
        assert_int_not_equal(err.message[0], '\0');
        assert_null(strchr(err.message, '\n'));
        bool sent = liar->limit >= READY_SIZE;
        assert_int_equal(err.retry, sent ? TUSK_RETRY_UNKNOWN : TUSK_RETRY_YES);
    }
}

static void a_changed_byte_never_hangs_or_harms(void **state)
{
    static const unsigned char masks[] = { 0x01, 0x20, 0x80, 0xff };
    struct liar *liar = *state;
    tusk_error err;
    bool answered;
    liar->limit = SAID_SIZE;
    for (size_t k = 0; k < sizeof masks; k++)
        for (liar->changed = 0; liar->changed < SAID_SIZE; liar->changed++) {
            liar->mask = masks[k];
            int64_t started = tusk_clock_ms();
            tusk_status status = meet(liar, &answered, &err);
            assert_int_equal(status == TUSK_OK, answered);
            if (tusk_clock_ms() - started > 20000) fail_msg("byte %zu waits", liar->changed);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_truth_is_believed),
        cmocka_unit_test(an_end_at_any_byte_is_one_error),
        cmocka_unit_test(a_changed_byte_never_hangs_or_harms),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
