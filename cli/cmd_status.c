/* cmd_status.c - tusk status: every migration with what the database says of it */
#include "cli/cli.h"

#include <stdio.h>

enum { CONNECT_MS = 15000 };

const struct cli_option cmd_status_options[] = {
    { "--folder", "PATH",
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};

static const struct {
    const char *word, *colour;
} states[] = {
    [TUSK_MIGRATION_PENDING] = { "pending", "33" }, [TUSK_MIGRATION_RUNNING] = { "running", "36" },
    [TUSK_MIGRATION_APPLIED] = { "applied", "32" }, [TUSK_MIGRATION_CHANGED] = { "changed", "31" },
    [TUSK_MIGRATION_FAILED] = { "failed", "31" },   [TUSK_MIGRATION_MISSING] = { "missing", "31" },
};

static void show(const tusk_migration *migration, int width)
{
    char made[TUSK_TIME_TEXT_SIZE];
    tusk_time_text((tusk_time){ migration->when * 1000 }, made);
    const char *tag = migration->tag.len > 0 ? migration->tag.ptr : "(no file)";
    printf("  %s%s%s  %-*s  made %.10s %.5s UTC\n", cli_colour(states[migration->state].colour),
           states[migration->state].word, cli_colour(NULL), width, tag, made, made + 11);
}

static int show_all(const tusk_migration_list *list, tusk_str where, const char *folder)
{
    size_t counts[TUSK_MIGRATION_MISSING + 1] = { 0 };
    int width = 9;
    for (size_t i = 0; i < list->count; i++) {
        if ((int)list->items[i].tag.len > width) width = (int)list->items[i].tag.len;
    }
    printf("%s on %.*s\n", folder, TUSK_STR_ARG(where));
    for (size_t i = 0; i < list->count; i++) {
        show(&list->items[i], width);
        counts[list->items[i].state]++;
    }
    printf("%zu applied, %zu pending", counts[TUSK_MIGRATION_APPLIED], list->pending);
    if (counts[TUSK_MIGRATION_CHANGED]) {
        printf(", %zu changed after being applied", counts[TUSK_MIGRATION_CHANGED]);
    }
    if (counts[TUSK_MIGRATION_MISSING]) {
        printf(", %zu applied that the folder does not have", counts[TUSK_MIGRATION_MISSING]);
    }
    printf("\n");
    return counts[TUSK_MIGRATION_CHANGED] ? CLI_FAILED : CLI_OK;
}

int cmd_status(struct cli_call *call)
{
    struct cli_target target;
    tusk_conn *conn = NULL;
    tusk_migration_list list;
    tusk_error err = { 0 };
    int code = CLI_FAILED;
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) st = tusk_conn_open(&target.server, CONNECT_MS, &conn, &err);
    if (st == TUSK_OK) st = tusk_migrate_look(conn, call->arena, cli_folder(call), &list, &err);
    if (st == TUSK_OK) {
        code = show_all(&list, tusk_server_text(call->arena, &target.server), cli_folder(call));
    }
    tusk_conn_close(conn);
    cli_target_close(&target);
    return st == TUSK_OK ? code : cli_fail(call, &err);
}
