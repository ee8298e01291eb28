/* cmd_explain.c - tusk explain: how PostgreSQL runs a statement, and what would make it faster */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

enum { CONNECT_MS = 15000, TIMEOUT_S = 60, TIMEOUT_MAX_S = 86400, STDIN_MAX = 1 << 20 };

const struct cli_option cmd_explain_options[] = {
    { "--analyze", NULL, "run it and measure; what it writes is rolled back" },
    { "--generic", NULL, "plan for any value of $1, $2..." },
    { "--timeout", "SECONDS", "give up after that (60)" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_explain_more[] = "SQL is one statement; - reads it from standard input. It always "
                                "runs in a transaction that is\n"
                                "rolled back, read only without --analyze.\n";

static tusk_status read_sql(struct cli_call *call, tusk_str *sql, tusk_error *err)
{
    *sql = tusk_str_of(call->argv[0]);
    if (strcmp(call->argv[0], "-") != 0) return TUSK_OK;
    tusk_buf buf;
    char piece[4096];
    size_t size;
    tusk_buf_init_in(&buf, call->arena, STDIN_MAX);
    while ((size = fread(piece, 1, sizeof piece, stdin)) > 0) tusk_buf_add_bytes(&buf, piece, size);
    if (ferror(stdin)) return tusk_fail_errno(err, "standard input cannot be read");
    return tusk_buf_finish(&buf, sql, err);
}

static tusk_status show(struct cli_call *call, const tusk_explained *plan, tusk_error *err)
{
    tusk_str text;
    bool colour = cli_colour("1")[0] != '\0';
    tusk_status st = tusk_explain_text(call->arena, plan, colour, &text, err);
    if (st != TUSK_OK) return st;
    printf("%s", text.ptr);
    if (plan->analyzed && plan->writes) printf("rolled back: nothing that it wrote was kept\n");
    return TUSK_OK;
}

/* Where in the statement the server found fault: its line, and a mark below the place. */
static void point_at(tusk_str sql, int position)
{
    size_t at = 0, line = 0;
    for (int left = position - 1; at < sql.len && left > 0; at++) {
        if (sql.ptr[at] == '\n') line = at + 1;
        if (at + 1 >= sql.len || ((unsigned char)sql.ptr[at + 1] & 0xc0) != 0x80) left--;
    }
    size_t end = line;
    int column = 0;
    while (end < sql.len && sql.ptr[end] != '\n') end++;
    for (size_t i = line; i < at; i++) column += ((unsigned char)sql.ptr[i] & 0xc0) != 0x80;
    if (end - line > 200) return;
    fprintf(stderr, "  %.*s\n  %*s^\n", (int)(end - line), sql.ptr + line, column, "");
}

int cmd_explain(struct cli_call *call)
{
    struct cli_target target = { 0 };
    tusk_conn *conn = NULL;
    tusk_explain_options options = { .analyze = cli_value(call, "--analyze") != NULL,
                                     .generic = cli_value(call, "--generic") != NULL };
    const char *timeout = cli_value(call, "--timeout");
    long long seconds = TIMEOUT_S;
    tusk_explained plan;
    tusk_str sql;
    tusk_error err = { 0 };
    if (timeout && !tusk_str_to_int(tusk_str_of(timeout), 1, TIMEOUT_MAX_S, &seconds)) {
        return cli_usage(call, "--timeout takes a number of seconds from 1 to %d", TIMEOUT_MAX_S);
    }
    tusk_status st = read_sql(call, &sql, &err);
    if (st == TUSK_OK) st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) st = tusk_conn_open(&target.server, CONNECT_MS, &conn, &err);
    if (st == TUSK_OK) {
        tusk_conn_set_timeout(conn, (int)seconds * 1000);
        st = tusk_explain(conn, call->arena, sql, &options, &plan, &err);
    }
    if (st == TUSK_OK) st = show(call, &plan, &err);
    tusk_conn_close(conn);
    cli_target_close(&target);
    if (st == TUSK_OK) return CLI_OK;
    int code = cli_fail(call, &err);
    if (err.position > 0) point_at(sql, err.position);
    return code;
}
