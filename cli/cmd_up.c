/* cmd_up.c - tusk up: applies pending migrations, one line each */
#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>

enum { CONNECT_MS = 15000, WAIT_MAX_S = 86400 };

const struct cli_option cmd_up_options[] = {
    { "--folder", "PATH",
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" },
    { "--database", "NAME", "another database on the same server" },
    { "--to", "TAG", "the last one to apply, such as 0003 (all)" },
    { "--dry-run", NULL, "run what is pending in one transaction and roll it back" },
    { "--lock-wait", "SECONDS", "for another migrator to finish (60)" },
    { "--lock-timeout", "SECONDS", "for each lock that a statement needs (10)" },
    { 0 },
};

struct progress {
    bool waited; /* told already */
    bool dry_run;
    int untried;
};

static void show_one(const char *colour, const char *word, const tusk_migration *migration,
                     int64_t ms)
{
    printf("  %s%-7s%s  %-40s %6" PRId64 " ms\n", cli_colour(colour), word, cli_colour(NULL),
           migration->tag.ptr, ms);
}

static void show(void *context, const tusk_migration *migration, int64_t ms)
{
    struct progress *progress = context;
    if (!migration) {
        if (!progress->waited) printf("another migrator is at work: waiting\n");
        progress->waited = true;
    } else if (migration->state == TUSK_MIGRATION_APPLIED) {
        show_one("32", progress->dry_run ? "works" : "applied", migration, ms);
    } else if (migration->state == TUSK_MIGRATION_FAILED) {
        show_one("31", progress->dry_run ? "fails" : "failed", migration, ms);
    } else if (migration->state == TUSK_MIGRATION_SKIPPED) {
        show_one("33", "untried", migration, ms);
        progress->untried++;
    }
    fflush(stdout);
}

static int read_seconds(struct cli_call *call, const char *option, int *ms)
{
    const char *text = cli_value(call, option);
    long long seconds = 0;
    if (!text) return CLI_OK;
    if (!tusk_str_to_int(tusk_str_of(text), 1, WAIT_MAX_S, &seconds)) {
        return cli_usage(call, "%s takes a number of seconds from 1 to %d", option, WAIT_MAX_S);
    }
    *ms = (int)seconds * 1000;
    return CLI_OK;
}

static tusk_status migrate(struct cli_call *call, const tusk_server *server,
                           const tusk_migrate_options *options, int *applied, tusk_error *err)
{
    tusk_conn *conn = NULL;
    tusk_status st = tusk_conn_open(server, CONNECT_MS, &conn, err);
    if (st != TUSK_OK) return st;
    st = tusk_migrate_up(conn, cli_folder(call), options, applied, err);
    tusk_conn_close(conn);
    return st;
}

static void show_end(const struct progress *progress, int applied, tusk_str where)
{
    const char *s = applied == 1 ? "" : "s";
    if (progress->untried > 0) {
        printf("%d could not be tried: what runs without a transaction cannot be rolled back, and "
               "what follows may need it\n",
               progress->untried);
    }
    if (progress->dry_run && applied > 0) {
        printf("%d migration%s would be applied to %.*s; nothing was changed\n", applied, s,
               TUSK_STR_ARG(where));
    } else if (applied > 0) {
        printf("%d migration%s applied to %.*s\n", applied, s, TUSK_STR_ARG(where));
    } else if (progress->untried == 0) {
        printf("nothing to do: %.*s is up to date\n", TUSK_STR_ARG(where));
    }
}

int cmd_up(struct cli_call *call)
{
    struct cli_target target;
    struct progress progress = { .dry_run = cli_value(call, "--dry-run") != NULL };
    tusk_migrate_options options = { .to = cli_value(call, "--to"),
                                     .dry_run = progress.dry_run,
                                     .progress = show,
                                     .context = &progress };
    tusk_error err = { 0 };
    int applied = 0;
    int code = read_seconds(call, "--lock-wait", &options.lock_wait_ms);
    if (code == CLI_OK) code = read_seconds(call, "--lock-timeout", &options.lock_timeout_ms);
    if (code != CLI_OK) return code;
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) st = migrate(call, &target.server, &options, &applied, &err);
    if (st == TUSK_OK) {
        show_end(&progress, applied, tusk_server_text(call->arena, &target.server));
    }
    cli_target_close(&target);
    return st == TUSK_OK ? CLI_OK : cli_fail(call, &err);
}
