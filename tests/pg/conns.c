/* conns.c - what the tests of connections share */
#include "tests/pg/conns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tusk/buf.h"

int conns_set_up(void **state)
{
    static conns made; /* of the test program: one group */
    made.arena = tusk_arena_new(0);
    made.server = support_database(made.arena);
    *state = &made;
    return 0;
}

int conns_tear_down(void **state)
{
    conns *made = *state;
    tusk_arena_free(made->arena);
    return 0;
}

tusk_conn *conns_open(const tusk_server *server)
{
    tusk_error err = { .message = "" };
    tusk_conn *conn;
    if (tusk_conn_open(server, 10000, &conn, &err) != TUSK_OK) fail_msg("%s", err.message);
    return conn;
}

static tusk_status run(tusk_conn *conn, const char *sql, tusk_wire_answer **answer, tusk_error *err)
{
    const tusk_wire_statement statement = { .sql = tusk_str_of(sql), .prepare = true };
    *err = (tusk_error){ .status = TUSK_OK };
    return tusk_wire_execute(conn, &statement, tusk_deadline_in(10000), answer, err);
}

void conns_script(tusk_conn *conn, const char *sql)
{
    tusk_error err = { 0 };
    if (tusk_conn_script(conn, tusk_str_of(sql), &err) != TUSK_OK)
        fail_msg("%s\n%s", sql, err.message);
}

tusk_status conns_run(tusk_conn *conn, const char *sql, tusk_error *err)
{
    tusk_wire_answer *answer;
    tusk_status status = run(conn, sql, &answer, err);
    tusk_wire_answer_free(answer);
    return status;
}

void conns_expect(tusk_conn *conn, const char *sql, const char *expected)
{
    tusk_error err;
    tusk_wire_answer *answer;
    char cell[256];
    if (run(conn, sql, &answer, &err) != TUSK_OK) fail_msg("%s: %s", sql, err.message);
    assert_int_equal(tusk_wire_rows(answer), 1);
    snprintf(cell, sizeof cell, "%s", tusk_wire_cell(answer, 0, 0).ptr);
    tusk_wire_answer_free(answer);
    assert_string_equal(cell, expected);
}

int conns_backend(tusk_conn *conn)
{
    tusk_error err;
    tusk_wire_answer *answer;
    if (run(conn, "select pg_backend_pid()", &answer, &err) != TUSK_OK) fail_msg("%s", err.message);
    int pid = (int)strtol(tusk_wire_cell(answer, 0, 0).ptr, NULL, 10);
    tusk_wire_answer_free(answer);
    return pid;
}

void conns_terminate(tusk_conn *by, int backend)
{
    char sql[80];
    snprintf(sql, sizeof sql, "select pg_terminate_backend(%d, 10000)", backend);
    conns_expect(by, sql, "t");
}

int conns_free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

void conns_log(void *context, tusk_str line)
{
    tusk_buf_add(context, line);
}
