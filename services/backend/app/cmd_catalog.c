/* cmd_catalog.c - cmd_catalog.h's command: connect, load, show how far it is and what came of it */
#include "services/backend/app/cmd_catalog.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "services/backend/app/mcp/catalog.h"

#include "src/base/banned.h"

enum { CONNECT_MS = 15000, STATEMENT_MS = 600000, BAR_WIDTH = 40 };

/* ---- progress ---- */

struct bar {
    bool shown, coloured;
    int drawn; /* cells of the bar as it stands, -1: none */
};

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

static struct bar make_bar(void)
{
    const char *terminal = getenv("TERM");
    bool smart = terminal && *terminal && strcmp(terminal, "dumb") != 0;
    return (struct bar){ .shown = isatty(STDERR_FILENO) && smart,
                         .coloured = !is_set("NO_COLOR"),
                         .drawn = -1 };
}

static void draw(void *context, size_t bytes, size_t total)
{
    struct bar *bar = context;
    double part = total ? (double)bytes / (double)total : 1;
    int filled = (int)(part * (double)BAR_WIDTH);
    if (!bar->shown || filled == bar->drawn) return;
    bar->drawn = filled;
    fprintf(stderr, "\rloading [%s", bar->coloured ? "\033[36m" : "");
    for (int i = 0; i < BAR_WIDTH; i++) fputc(i < filled ? '#' : '.', stderr);
    fprintf(stderr, "%s] %3d%% of %zu KiB%s", bar->coloured ? "\033[0m" : "", (int)(part * 100),
            (total + 1023) / 1024, bytes == total ? ", storing" : "");
    fflush(stderr);
}

/* Leaves the line as if nothing had been there: what follows is an error, or the counts. */
static void end_bar(const struct bar *bar)
{
    if (bar->drawn >= 0) fputs("\r\033[K", stderr);
}

/* ---- counts ---- */

enum { NUMBER_SIZE = 32 };

/* "1,022" */
static const char *grouped(int64_t number, char out[NUMBER_SIZE])
{
    char digits[NUMBER_SIZE];
    int length = snprintf(digits, sizeof digits, "%" PRId64, number), at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

static void show_counts(const struct catalog_counts *c)
{
    char read[NUMBER_SIZE], inserted[NUMBER_SIZE], updated[NUMBER_SIZE], unchanged[NUMBER_SIZE];
    printf("%s server%s read: %s new, %s updated, %s unchanged\n", grouped(c->read, read),
           c->read == 1 ? "" : "s", grouped(c->inserted, inserted), grouped(c->updated, updated),
           grouped(c->unchanged, unchanged));
}

/* ---- the command ---- */

const struct cli_option cmd_catalog_options[] = {
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};

const char cmd_catalog_more[] =
    "FILE is tab-separated text (UTF-8). Its first line names the columns: name, version,\n"
    "\"downloads a month\", summary and, if wanted, tags (divided by commas). A server that is in\n"
    "the catalogue already is updated where it differs. When a line is malformed it is named, and\n"
    "nothing is loaded.\n";

static tusk_status import(struct cli_call *call, const tusk_server *server,
                          struct catalog_counts *counts, tusk_error *err)
{
    tusk_conn *conn = NULL;
    struct bar bar = make_bar();
    tusk_status st = tusk_conn_open(server, CONNECT_MS, &conn, err);
    if (st) return st;
    tusk_conn_set_timeout(conn, STATEMENT_MS);
    st = catalog_load(conn, call->arena, call->argv[1], &(struct catalog_watch){ draw, &bar },
                      counts, err);
    end_bar(&bar);
    tusk_conn_close(conn);
    return st;
}

int cmd_catalog(struct cli_call *call)
{
    struct cli_target target = { 0 };
    struct catalog_counts counts;
    tusk_error err = { 0 };
    if (strcmp(call->argv[0], "import") != 0)
        return cli_usage(call, "there is no \"%s\", only import", call->argv[0]);
    tusk_status st = cli_target_open(call, &target, &err);
    if (!st) st = import(call, &target.server, &counts, &err);
    cli_target_close(&target);
    if (st) return cli_fail(call, &err);
    show_counts(&counts);
    return CLI_OK;
}
