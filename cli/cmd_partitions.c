/* cmd_partitions.c - tusk partitions: by time, made before they are needed; old ones let go */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CONNECT_MS = 15000, AHEAD_DEFAULT = 3, NUMBER_MAX = 1000, LOCK_WAIT_MAX_S = 86400 };

const struct cli_option cmd_partitions_options[] = {
    { "--unit", "UNIT", "day, week, month or year: what one partition holds" },
    { "--ahead", "N", "so many after the current one (3)" },
    { "--keep", "N", "so many before the current one; older ones are dropped" },
    { "--detach", NULL, "older ones become tables of their own instead" },
    { "--dry-run", NULL, "only tell what would be done" },
    { "--yes", NULL, "do not ask before dropping" },
    { "--lock-wait", "SECONDS", "for each lock, then give up (10)" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_partitions_more[] =
    "TABLE is partitioned by range of one timestamptz, timestamp or date column. Partitions begin "
    "at "
    "midnight UTC and\n"
    "are called TABLE_2026_11_22, TABLE_2026w48, TABLE_2026_11, TABLE_2026. What is there already "
    "is "
    "left alone,\n"
    "so that it may be called every night, and by several machines.\n";

static bool read_number(const struct cli_call *call, const char *option, long long least,
                        long long most, int *out)
{
    const char *value = cli_value(call, option);
    long long number = *out;
    if (value && !tusk_str_to_int(tusk_str_of(value), least, most, &number)) return false;
    *out = (int)number;
    return true;
}

/* CLI_OK, or what a wrong option gives. */
static int read_rule(struct cli_call *call, tusk_partition_rule *out)
{
    const char *unit = cli_value(call, "--unit");
    int seconds = 0;
    *out = (tusk_partition_rule){ .table = call->argv[0],
                                  .ahead = AHEAD_DEFAULT,
                                  .detach = cli_value(call, "--detach") != NULL,
                                  .dry_run = cli_value(call, "--dry-run") != NULL };
    if (!unit || !tusk_partition_unit_named(tusk_str_of(unit), &out->unit)) {
        return cli_usage(call, "--unit takes day, week, month or year");
    }
    if (!read_number(call, "--ahead", 0, NUMBER_MAX, &out->ahead)) {
        return cli_usage(call, "--ahead takes a number up to %d", NUMBER_MAX);
    }
    if (!read_number(call, "--keep", 1, NUMBER_MAX, &out->keep)) {
        return cli_usage(call, "--keep takes a number from 1 to %d", NUMBER_MAX);
    }
    if (out->detach && out->keep == 0) return cli_usage(call, "--detach goes with --keep");
    if (!read_number(call, "--lock-wait", 1, LOCK_WAIT_MAX_S, &seconds)) {
        return cli_usage(call, "--lock-wait takes a number of seconds from 1 to %d",
                         LOCK_WAIT_MAX_S);
    }
    out->lock_timeout_ms = seconds * 1000;
    return CLI_OK;
}

static void show_bound(tusk_time bound)
{
    if (bound.us == INT64_MIN || bound.us == INT64_MAX) {
        printf("no end");
    } else {
        printf("%.10s", TUSK_TIME_TEXT(bound));
    }
}

static void show(struct cli_call *call, const tusk_partitions *done, bool dry)
{
    static const char *const words[2][3] = {
        { [TUSK_PARTITION_MADE] = "made", "dropped", "detached" },
        { [TUSK_PARTITION_MADE] = "would make", "would drop", "would detach" },
    };
    for (size_t i = 0; i < done->count; i++) {
        const tusk_partition *item = &done->items[i];
        bool made = item->action == TUSK_PARTITION_MADE;
        printf("%s%-12s%s %s  ", cli_colour(made ? "32" : "33"), words[dry][item->action],
               cli_colour(NULL), tusk_shown(call->arena, item->name).ptr);
        show_bound(item->from);
        printf(" to ");
        show_bound(item->to);
        printf("\n");
    }
    printf("%zu of the wanted partitions of %s %s there already\n", done->present,
           tusk_shown(call->arena, done->table).ptr, done->present == 1 ? "was" : "were");
    fflush(stdout);
}

/* On a terminal it is said first what would be dropped. */
static tusk_status agree(struct cli_call *call, tusk_conn *conn, const tusk_partition_rule *rule,
                         bool *agreed, tusk_error *err)
{
    tusk_partition_rule dry = *rule;
    tusk_partitions would;
    *agreed = true;
    if (rule->keep == 0 || rule->detach || rule->dry_run || cli_value(call, "--yes"))
        return TUSK_OK;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return TUSK_OK;
    dry.dry_run = true;
    tusk_status st = tusk_partitions_ahead(conn, call->arena, &dry, &would, err);
    /* dropped ones come last */
    if (st != TUSK_OK || would.count == 0 ||
        would.items[would.count - 1].action != TUSK_PARTITION_DROPPED) {
        return st;
    }
    show(call, &would, true);
    *agreed = cli_agree(call, "Go on");
    return TUSK_OK;
}

static tusk_status work(struct cli_call *call, tusk_conn *conn, const tusk_partition_rule *rule,
                        bool *agreed, tusk_error *err)
{
    tusk_partitions done = { 0 };
    tusk_status st = agree(call, conn, rule, agreed, err);
    if (st != TUSK_OK || !*agreed) return st;
    st = tusk_partitions_ahead(conn, call->arena, rule, &done, err);
    if (st == TUSK_OK || done.count > 0) show(call, &done, rule->dry_run);
    return st;
}

int cmd_partitions(struct cli_call *call)
{
    struct cli_target target = { 0 };
    tusk_partition_rule rule;
    tusk_conn *conn = NULL;
    tusk_error err = { 0 };
    bool agreed = true;
    int code = read_rule(call, &rule);
    if (code != CLI_OK) return code;
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) st = tusk_conn_open(&target.server, CONNECT_MS, &conn, &err);
    if (st == TUSK_OK) st = work(call, conn, &rule, &agreed, &err);
    tusk_conn_close(conn);
    cli_target_close(&target);
    if (st != TUSK_OK) return cli_fail(call, &err);
    if (!agreed) printf("nothing was done\n");
    return agreed ? CLI_OK : CLI_FAILED;
}
