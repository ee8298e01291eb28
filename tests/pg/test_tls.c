/* test_tls.c - encrypted connections: what each setting accepts and refuses, before a door that
 * speaks TLS for the server */
#include "tests/pg/conns.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Certificates of its own making, and a thread that takes one connection at a time: it answers the
 * question for TLS as told, and passes everything on to the Unix socket of the real server. */
struct door {
    conns *made;
    int fd, port;
    _Atomic char answer; /* to the question for TLS: S, N, or 0: nothing at all */
    SSL_CTX *context;
    pthread_t thread;
    int stop[2];
    const char *good_ca, *other_ca;
};

/* ---- certificates ---- */

static X509 *make_certificate(EVP_PKEY *key, const char *names)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    assert_int_not_equal(X509_sign(certificate, key, EVP_sha256()), 0);
    return certificate;
}

static const char *write_certificate(tusk_arena *arena, const char *folder, const char *name,
                                     X509 *certificate)
{
    const char *path = tusk_arena_printf(arena, "%s/%s", folder, name).ptr;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
    return path;
}

/* The one that the door shows is for "localhost" only; the other has the same name and another key.
 */
static void make_certificates(struct door *door)
{
    tusk_arena *arena = door->made->arena;
    const char *folder = support_folder(arena);
    EVP_PKEY *key = EVP_EC_gen("P-256"), *other_key = EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(key, "DNS:localhost");
    X509 *other = make_certificate(other_key, "DNS:localhost");
    door->good_ca = write_certificate(arena, folder, "good.crt", certificate);
    door->other_ca = write_certificate(arena, folder, "other.crt", other);
    door->context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(door->context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(door->context, key), 1);
    /* A stray root certificate in the home folder, which is not the server's. */
    const char *hidden = tusk_arena_printf(arena, "%s/.postgresql", folder).ptr;
    assert_int_equal(mkdir(hidden, 0700), 0);
    write_certificate(arena, hidden, "root.crt", other);
    setenv("HOME", folder, 1);
    X509_free(certificate);
    X509_free(other);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other_key);
}

/* ---- the door ---- */

static int reach_server(const tusk_server *server)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.%d", server->host,
             server->port ? server->port : 5432);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    close(fd);
    return -1;
}

/* Until one side ends, or the test does. */
static void pass_on(const struct door *door, SSL *tls, int client, int server)
{
    char bytes[16384];
    for (;;) {
        struct pollfd sides[] = { { .fd = client, .events = POLLIN },
                                  { .fd = server, .events = POLLIN },
                                  { .fd = door->stop[0], .events = POLLIN } };
        if (!SSL_pending(tls)) poll(sides, 3, -1);
        if (sides[2].revents) return;
        if (SSL_pending(tls) || sides[0].revents) {
            int got = SSL_read(tls, bytes, sizeof bytes);
            if (got <= 0 || send(server, bytes, (size_t)got, MSG_NOSIGNAL) != got) return;
        }
        if (sides[1].revents) {
            ssize_t got = read(server, bytes, sizeof bytes);
            if (got <= 0 || SSL_write(tls, bytes, (int)got) != got) return;
        }
    }
}

static void receive(const struct door *door, int client)
{
    unsigned char request[8];
    if (recv(client, request, sizeof request, MSG_WAITALL) != sizeof request) return;
    char answer = door->answer;
    if (!answer) { /* silence, until the other side gives up */
        struct pollfd sides[] = { { .fd = client, .events = POLLIN },
                                  { .fd = door->stop[0], .events = POLLIN } };
        poll(sides, 2, -1);
        return;
    }
    if (send(client, &answer, 1, MSG_NOSIGNAL) != 1 || answer != 'S') return;
    SSL *tls = SSL_new(door->context);
    int server = reach_server(&door->made->server);
    SSL_set_fd(tls, client);
    if (server >= 0 && SSL_accept(tls) == 1) pass_on(door, tls, client, server);
    if (server >= 0) close(server);
    SSL_free(tls);
}

static void *keep_door(void *context)
{
    const struct door *self = context;
    for (;;) {
        struct pollfd sides[] = { { .fd = self->fd, .events = POLLIN },
                                  { .fd = self->stop[0], .events = POLLIN } };
        poll(sides, 2, -1);
        if (sides[1].revents) return NULL;
        int client = accept4(self->fd, NULL, NULL, SOCK_CLOEXEC);
        if (client < 0) continue;
        receive(self, client);
        close(client);
    }
}

static int set_up(void **state)
{
    static struct door self; /* of the test program: one group */
    void *made;
    conns_set_up(&made);
    self.made = made;
    make_certificates(&self);
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    self.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(self.fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(self.fd, 8), 0);
    assert_int_equal(getsockname(self.fd, (struct sockaddr *)&address, &size), 0);
    self.port = ntohs(address.sin_port);
    self.answer = 'S';
    signal(SIGPIPE,
           SIG_IGN); /* the door's, when a client refuses it; SSL_write has no MSG_NOSIGNAL */
    assert_int_equal(pipe2(self.stop, O_CLOEXEC), 0);
    assert_int_equal(pthread_create(&self.thread, NULL, keep_door, &self), 0);
    *state = &self;
    return 0;
}

static int tear_down(void **state)
{
    struct door *self = *state;
    void *made = self->made;
    close(self->stop[1]);
    pthread_join(self->thread, NULL);
    close(self->stop[0]);
    close(self->fd);
    SSL_CTX_free(self->context);
    return conns_tear_down(&made);
}

/* ---- tests ---- */

static tusk_server through(const struct door *door, const char *host, tusk_tls tls, const char *ca)
{
    tusk_server server = door->made->server;
    server.host = host;
    server.port = door->port;
    server.tls = tls;
    server.tls_ca = ca;
    return server;
}

static void expect_open(const tusk_server *server)
{
    tusk_conn *conn = conns_open(server);
    conns_expect(conn, "select length(repeat('x', 100000))", "100000");
    conns_expect(conn, "select repeat('x', 40) || '!'",
                 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx!");
    assert_true(tusk_wire_check_idle(conn));
    tusk_conn_close(conn);
}

static void expect_refusal(const tusk_server *server, const char *reason)
{
    tusk_error err = { .message = "" };
    tusk_conn *conn;
    assert_int_equal(tusk_conn_open(server, 5000, &conn, &err), TUSK_CONNECTION);
    assert_null(conn);
    if (!strstr(err.message, reason)) fail_msg("\"%s\" does not say \"%s\"", err.message, reason);
    assert_int_equal(err.retry, TUSK_RETRY_NO);
}

static void unverified_encrypts_whatever_lies_at_home(void **state)
{
    const tusk_server server = through(*state, "localhost", TUSK_TLS_UNVERIFIED, NULL);
    expect_open(&server);
}

/* Records of TLS are smaller than these, and poll() does not see what the session holds. */
static void much_passes_both_ways(void **state)
{
    const tusk_server server = through(*state, "localhost", TUSK_TLS_UNVERIFIED, NULL);
    tusk_conn *conn = conns_open(&server);
    tusk_error err;
    size_t size = (size_t)3 << 20;
    char *text = malloc(size);
    memset(text, 'x', size);
    const tusk_param param = { .oid = 25, .bytes = { text, size } };
    const tusk_wire_statement echo = { .sql = TUSK_STR("select $1, n from generate_series(1, 3) n"),
                                       .params = &param,
                                       .param_count = 1,
                                       .prepare = true };
    for (int i = 0; i < 5; i++) {
        tusk_wire_answer *answer;
        assert_int_equal(tusk_wire_execute(conn, &echo, tusk_deadline_in(20000), &answer, &err),
                         TUSK_OK);
        assert_int_equal(tusk_wire_rows(answer), 3);
        assert_int_equal(tusk_wire_cell(answer, 2, 0).len, size);
        assert_string_equal(tusk_wire_cell(answer, 2, 1).ptr, "3");
        tusk_wire_answer_free(answer);
    }
    for (int i = 1; i < 40; i++) { /* ends at any place of a record */
        char sql[80], expected[20];
        snprintf(sql, sizeof sql, "select length(repeat('x', %d)), repeat('y', %d)", i, i * 1021);
        snprintf(expected, sizeof expected, "%d", i);
        tusk_wire_answer *answer;
        const tusk_wire_statement any = { .sql = tusk_str_of(sql) };
        assert_int_equal(tusk_wire_execute(conn, &any, tusk_deadline_in(20000), &answer, &err),
                         TUSK_OK);
        assert_string_equal(tusk_wire_cell(answer, 0, 0).ptr, expected);
        tusk_wire_answer_free(answer);
    }
    free(text);
    tusk_conn_close(conn);
}

/* On libpq's own way to the socket, writing to a server that is gone claims success. */
static void an_end_behind_tls_is_told(void **state)
{
    struct door *door = *state;
    const tusk_server server = through(door, "localhost", TUSK_TLS_UNVERIFIED, NULL);
    tusk_conn *conn = conns_open(&server), *other = conns_open(&door->made->server);
    tusk_error err;
    conns_terminate(other, conns_backend(conn));
    int64_t started = tusk_clock_ms();
    assert_int_equal(conns_run(conn, "select 1", &err), TUSK_CONNECTION);
    assert_string_equal(err.sqlstate, "57P01");
    assert_in_range(tusk_clock_ms() - started, 0, 5000);
    assert_int_equal(conns_run(conn, "select 1", &err), TUSK_CONNECTION);
    assert_false(tusk_wire_check_idle(conn));
    tusk_conn_close(conn);
    tusk_conn_close(other);
}

static void verified_takes_the_right_certificate_only(void **state)
{
    const struct door *door = *state;
    tusk_server server = through(door, "localhost", TUSK_TLS_VERIFY_FULL, door->good_ca);
    expect_open(&server);
    server.tls_ca = door->other_ca;
    expect_refusal(&server, "certificate verify failed");
    server = through(door, "127.0.0.1", TUSK_TLS_VERIFY_FULL, door->good_ca);
    expect_refusal(&server, "does not match host name");
    server = through(door, "localhost", TUSK_TLS_VERIFY_FULL, "/no/such/file");
    expect_refusal(&server, "does not exist");
}

static void system_means_the_machines_certificates(void **state)
{
    const struct door *door = *state;
    const tusk_server server = through(door, "localhost", TUSK_TLS_VERIFY_FULL, "system");
    setenv("SSL_CERT_FILE", door->good_ca, 1);
    expect_open(&server);
    setenv("SSL_CERT_FILE", door->other_ca, 1);
    expect_refusal(&server, "certificate verify failed");
    unsetenv("SSL_CERT_FILE");
}

static void a_server_without_tls_is_refused(void **state)
{
    struct door *door = *state;
    door->answer = 'N';
    const tusk_server server = through(door, "localhost", TUSK_TLS_UNVERIFIED, NULL);
    expect_refusal(&server, "does not support SSL");
    door->answer = 'S';
}

static void a_silent_server_costs_the_deadline(void **state)
{
    struct door *door = *state;
    tusk_error err;
    tusk_conn *conn;
    door->answer = 0;
    const tusk_server server = through(door, "localhost", TUSK_TLS_UNVERIFIED, NULL);
    int64_t started = tusk_clock_ms();
    assert_int_equal(tusk_conn_open(&server, 300, &conn, &err), TUSK_TIMEOUT);
    assert_in_range(tusk_clock_ms() - started, 300, 3000);
    assert_int_equal(err.retry, TUSK_RETRY_YES);
    door->answer = 'S';
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unverified_encrypts_whatever_lies_at_home),
        cmocka_unit_test(much_passes_both_ways),
        cmocka_unit_test(an_end_behind_tls_is_told),
        cmocka_unit_test(verified_takes_the_right_certificate_only),
        cmocka_unit_test(system_means_the_machines_certificates),
        cmocka_unit_test(a_server_without_tls_is_refused),
        cmocka_unit_test(a_silent_server_costs_the_deadline),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
