/* cmd_up.c - tusk up: applies pending migrations, one line each */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>

enum { CONNECT_MS = 15000, LOCK_WAIT_MAX_S = 86400 };

const struct cli_option cmd_up_options[] = {
    { "--folder", "PATH",
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" },
    { "--database", "NAME", "another database on the same server" },
    { "--lock-wait", "SECONDS", "for another migrator to finish (60)" },
    { 0 },
};

struct progress {
    bool waited; /* told already */
};

static void show(void *context, const tusk_migration *migration, int64_t ms)
{
    struct progress *progress = context;
    if (!migration) {
        if (!progress->waited) printf("another migrator is at work: waiting\n");
        progress->waited = true;
    } else if (migration->state == TUSK_MIGRATION_APPLIED) {
        printf("  %sapplied%s  %-40s %6" PRId64 " ms\n", cli_colour("32"), cli_colour(NULL),
               migration->tag.ptr, ms);
    } else if (migration->state == TUSK_MIGRATION_FAILED) {
        printf("  %sfailed%s   %-40s %6" PRId64 " ms\n", cli_colour("31"), cli_colour(NULL),
               migration->tag.ptr, ms);
    }
    fflush(stdout);
}

static int read_wait(struct cli_call *call, int *ms)
{
    const char *text = cli_value(call, "--lock-wait");
    long long seconds = 0;
    if (!text) return CLI_OK;
    if (!tusk_str_to_int(tusk_str_of(text), 1, LOCK_WAIT_MAX_S, &seconds)) {
        return cli_usage(call, "--lock-wait takes a number of seconds from 1 to %d",
                         LOCK_WAIT_MAX_S);
    }
    *ms = (int)seconds * 1000;
    return CLI_OK;
}

static tusk_status migrate(struct cli_call *call, const tusk_server *server, int lock_wait_ms,
                           int *applied, tusk_error *err)
{
    tusk_conn *conn = NULL;
    struct progress progress = { 0 };
    tusk_migrate_options options = { .lock_wait_ms = lock_wait_ms,
                                     .progress = show,
                                     .context = &progress };
    tusk_status st = tusk_conn_open(server, CONNECT_MS, &conn, err);
    if (st != TUSK_OK) return st;
    st = tusk_migrate_up(conn, cli_folder(call), &options, applied, err);
    tusk_conn_close(conn);
    return st;
}

int cmd_up(struct cli_call *call)
{
    struct cli_target target;
    tusk_error err = { 0 };
    int applied = 0, lock_wait_ms = 0;
    int code = read_wait(call, &lock_wait_ms);
    if (code != CLI_OK) return code;
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) st = migrate(call, &target.server, lock_wait_ms, &applied, &err);
    if (st == TUSK_OK) {
        tusk_str where = tusk_server_text(call->arena, &target.server);
        if (applied == 0) printf("nothing to do: %.*s is up to date\n", TUSK_STR_ARG(where));
        if (applied > 0) {
            printf("%d migration%s applied to %.*s\n", applied, applied == 1 ? "" : "s",
                   TUSK_STR_ARG(where));
        }
    }
    cli_target_close(&target);
    return st == TUSK_OK ? CLI_OK : cli_fail(call, &err);
}
