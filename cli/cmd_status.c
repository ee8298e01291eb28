/* cmd_status.c - tusk status: every migration with what the database says of it */
#include "cli/cli.h"

#include <jansson.h>
#include <stdio.h>

enum { CONNECT_MS = 15000 };
#define YEAR_10000_MS 253402300800000 /* a row by hand may hold any number */

const struct cli_option cmd_status_options[] = {
    { "--folder", "PATH",
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" },
    { "--database", "NAME", "another database on the same server" },
    { "--json", NULL, "for programs: an array of objects" },
    { 0 },
};

static const char *const colours[] = {
    [TUSK_MIGRATION_PENDING] = "33", [TUSK_MIGRATION_RUNNING] = "36",
    [TUSK_MIGRATION_APPLIED] = "32", [TUSK_MIGRATION_CHANGED] = "31",
    [TUSK_MIGRATION_FAILED] = "31",  [TUSK_MIGRATION_MISSING] = "31",
    [TUSK_MIGRATION_SKIPPED] = "33", [TUSK_MIGRATION_STARTED] = "31",
};

/* Its tag; of a row without a file, what `tusk repair --forget` takes. */
static tusk_str name_of(tusk_arena *arena, const tusk_migration *migration)
{
    if (migration->tag.len > 0) return tusk_shown(arena, migration->tag);
    if (migration->when == 0) return tusk_arena_printf(arena, "%.12s", migration->hash.ptr);
    return tusk_arena_printf(arena, "%lld", (long long)migration->when);
}

static void show(tusk_arena *arena, const tusk_migration *migration, int width)
{
    tusk_str name = name_of(arena, migration);
    bool timed = migration->when > 0 && migration->when < YEAR_10000_MS;
    printf("  %s%s%s  %-*.*s", cli_colour(colours[migration->state]),
           tusk_migration_state_name(migration->state), cli_colour(NULL), width,
           TUSK_STR_ARG(name));
    if (timed) {
        const char *made = TUSK_TIME_TEXT((tusk_time){ migration->when * 1000 });
        printf("  made %.10s %.5s UTC", made, made + 11);
    }
    if (migration->index < 0) printf("  (no file)");
    if (migration->state == TUSK_MIGRATION_STARTED) {
        printf("  %d statement%s took effect", migration->done, migration->done == 1 ? "" : "s");
    }
    printf("\n");
}

static int show_all(tusk_arena *arena, const tusk_migration_list *list, tusk_str where,
                    const char *folder)
{
    size_t counts[sizeof colours / sizeof *colours] = { 0 };
    int width = 13; /* of a time in milliseconds */
    for (size_t i = 0; i < list->count; i++) {
        if ((int)list->items[i].tag.len > width) width = (int)list->items[i].tag.len;
    }
    printf("%s on %.*s\n", folder, TUSK_STR_ARG(where));
    for (size_t i = 0; i < list->count; i++) {
        show(arena, &list->items[i], width);
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
    if (counts[TUSK_MIGRATION_MISSING]) {
        printf(
            "Bring what is missing back from version control; where it is gone for good, `repair "
            "NAME --forget` takes the row out.\n");
    }
    return counts[TUSK_MIGRATION_CHANGED] ? CLI_FAILED : CLI_OK;
}

/* [{"index": 0, "tag": ..., "when": ..., "hash": ..., "state": ..., "done": 0}] */
static int show_json(const tusk_migration_list *list)
{
    json_t *all = json_array();
    bool changed = false;
    for (size_t i = 0; i < list->count; i++) {
        const tusk_migration *m = &list->items[i];
        json_array_append_new(all, json_pack("{s:i, s:s, s:I, s:s, s:s, s:i}", "index", m->index,
                                             "tag", m->tag.ptr, "when", (json_int_t)m->when, "hash",
                                             m->hash.ptr, "state",
                                             tusk_migration_state_name(m->state), "done", m->done));
        changed = changed || m->state == TUSK_MIGRATION_CHANGED;
    }
    bool complete = json_array_size(all) == list->count;
    if (complete) json_dumpf(all, stdout, JSON_INDENT(2));
    if (complete) printf("\n");
    json_decref(all);
    return complete && !changed ? CLI_OK : CLI_FAILED;
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
        tusk_str where = tusk_server_text(call->arena, &target.server);
        code = cli_value(call, "--json") ? show_json(&list)
                                         : show_all(call->arena, &list, where, cli_folder(call));
    }
    tusk_conn_close(conn);
    cli_target_close(&target);
    return st == TUSK_OK ? code : cli_fail(call, &err);
}
