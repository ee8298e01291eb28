/* liar.c - a server of a thread and a socket */
#include "tests/unit/wire/liar.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tusk/clock.h"

/* Reads what the client says until it has said it; the content does not matter. */
static bool hear(int client)
{
    char bytes[4096];
    return recv(client, bytes, sizeof bytes, 0) > 0;
}

static bool send_all(int client, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(client, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* Says a part, which begins at byte `start` of all; false: it is over. */
static bool say(const struct liar *liar, int client, tusk_str part, size_t start)
{
    char *lie = malloc(part.len + 1);
    size_t size = part.len;
    if (liar->limit < start + size) size = liar->limit > start ? liar->limit - start : 0;
    memcpy(lie, part.ptr, part.len);
    bool changed = liar->changed >= start && liar->changed < start + part.len;
    if (changed) lie[liar->changed - start] = (char)(lie[liar->changed - start] ^ liar->mask);
    bool goes_on = hear(client) && send_all(client, lie, size) && size == part.len;
    free(lie);
    return goes_on;
}

static void talk(const struct liar *liar, int client)
{
    size_t start = 0;
    for (size_t i = 0; i < 3; i++) {
        if (!say(liar, client, liar->parts[i], start)) return;
        start += liar->parts[i].len;
        if (i < 2 && liar->changed < start) return; /* the client may wait for more, as we would */
    }
    while (liar->endless.len > 0)
        if (!send_all(client, liar->endless.ptr, liar->endless.len)) return;
    shutdown(client, SHUT_WR);
    while (hear(client)) continue;
}

/* A request to cancel, of this client or of one before it. */
static bool is_cancel(int client)
{
    static const unsigned char code[] = { 0, 0, 0, 16, 4, 210, 22, 46 };
    unsigned char said[8];
    ssize_t size = recv(client, said, sizeof said, MSG_PEEK | MSG_WAITALL);
    return size == sizeof said && memcmp(said, code, sizeof code) == 0;
}

static void *keep(void *context)
{
    const struct liar *self = context;
    int client;
    while ((client = accept4(self->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0 && is_cancel(client))
        close(client);
    if (client < 0) return NULL;
    talk(self, client);
    close(client);
    return NULL;
}

int liar_set_up(void **state)
{
    static struct liar self; /* of the test program */
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(self.folder, sizeof self.folder, "/tmp/tusk-liar-XXXXXX");
    assert_non_null(mkdtemp(self.folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", self.folder);
    self.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(self.fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(self.fd, 64), 0);
    self.parts[0] = TUSK_STR(LIAR_HELLO);
    self.parts[1] = TUSK_STR(LIAR_SYNCED);
    self.parts[2] = TUSK_STR(LIAR_ANSWER);
    self.limit = self.changed = SIZE_MAX;
    *state = &self;
    return 0;
}

int liar_tear_down(void **state)
{
    struct liar *liar = *state;
    char path[96];
    close(liar->fd);
    snprintf(path, sizeof path, "%s/.s.PGSQL.5432", liar->folder);
    unlink(path);
    return rmdir(liar->folder);
}

static tusk_status ask(const struct liar *liar, int timeout_ms, size_t max, bool *answered,
                       tusk_error *err)
{
    const tusk_server server = { .host = liar->folder, .database = "d", .user = "u" };
    const tusk_wire_statement question = { .sql = TUSK_STR("select 'abc' as a") };
    tusk_conn *conn;
    tusk_wire_answer *answer;
    *answered = false;
    tusk_status status = tusk_conn_open(&server, 5000, &conn, err);
    if (status != TUSK_OK) return status;
    tusk_conn_set_answer_max(conn, max);
    status = tusk_wire_execute(conn, &question, tusk_deadline_in(timeout_ms), &answer, err);
    if (status == TUSK_OK) {
        *answered = true;
        if (tusk_wire_rows(answer) == 1 && tusk_wire_fields(answer) == 1)
            assert_true(tusk_wire_cell(answer, 0, 0).len <= 3);
    }
    tusk_wire_answer_free(answer);
    tusk_conn_close(conn);
    return status;
}

tusk_status liar_meet(struct liar *liar, int timeout_ms, size_t max, bool *answered,
                      tusk_error *err)
{
    pthread_t thread;
    *err = (tusk_error){ .status = TUSK_OK };
    assert_int_equal(pthread_create(&thread, NULL, keep, liar), 0);
    tusk_status status = ask(liar, timeout_ms, max, answered, err);
    pthread_join(thread, NULL);
    return status;
}
