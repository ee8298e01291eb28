/* cmd_seed.c - tusk seed: made-up rows for development */
#include "cli/cli.h"

#include <stdio.h>

enum { CONNECT_MS = 15000, ROWS_MAX = 1000000 };

const struct cli_option cmd_seed_options[] = {
    { "--rows", "N", "for each table (20)" },
    { "--table", "NAME", "only this one; may be repeated" },
    { "--seed", "NUMBER", "other rows for another number; the same for the same one (1)" },
    { "--append", NULL, "also into tables that have rows" },
    { "--yes", NULL, "do not ask" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_seed_more[] = "Values go by the type and the name of a column; foreign keys lead "
                             "somewhere, what is unique is,\n"
                             "and simple checks hold. All of it or, after an error, nothing.\n";

static bool read_number(const struct cli_call *call, const char *option, long long most,
                        long long *out)
{
    const char *value = cli_value(call, option);
    return !value || tusk_str_to_int(tusk_str_of(value), 1, most, out);
}

static void show(const tusk_seeded *seeded)
{
    for (size_t i = 0; i < seeded->count; i++) {
        const tusk_seeded_table *table = &seeded->items[i];
        printf("%8d  %.*s.%.*s\n", table->rows, TUSK_STR_ARG(table->schema),
               TUSK_STR_ARG(table->name));
    }
}

int cmd_seed(struct cli_call *call)
{
    struct cli_target target;
    tusk_conn *conn = NULL;
    tusk_seeded seeded = { 0 };
    tusk_error err = { 0 };
    long long rows = 0, seed = 1;
    if (!read_number(call, "--rows", ROWS_MAX, &rows)) {
        return cli_usage(call, "--rows takes a number up to %d", ROWS_MAX);
    }
    if (!read_number(call, "--seed", INT64_MAX, &seed)) {
        return cli_usage(call, "--seed takes a positive number");
    }
    tusk_seed_options options = { .rows = (int)rows,
                                  .seed = (uint64_t)seed,
                                  .append = cli_value(call, "--append") != NULL,
                                  .tables = cli_values(call, "--table") };
    tusk_status st = cli_target_open(call, &target, &err);
    /* rows in the wrong database are hard to get out again */
    bool meant = st == TUSK_OK && cli_agree(call, "add made-up rows to %s",
                                            tusk_server_text(call->arena, &target.server).ptr);
    if (meant) st = tusk_conn_open(&target.server, CONNECT_MS, &conn, &err);
    if (meant && st == TUSK_OK) st = tusk_seed(conn, call->arena, &options, &seeded, &err);
    tusk_conn_close(conn);
    cli_target_close(&target);
    if (st == TUSK_MISUSE) {
        tusk_error_hint(&err, "--append adds rows all the same, --table names other tables.");
    }
    if (st != TUSK_OK) return cli_fail(call, &err);
    show(&seeded);
    return meant ? CLI_OK : CLI_FAILED;
}
