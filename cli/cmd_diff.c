/* cmd_diff.c - tusk diff, push: what differs between two schemas, and making it so */
#include "cli/cli.h"

#include <stdio.h>
#include <unistd.h>

enum { EXIT_DIFFERS = 1, EXIT_TROUBLE = 2 };

const struct cli_option cmd_diff_options[] = {
    { "--rename", "OLD=NEW",
      "table, schema.table, table.column, type.label, enum:name...; may be repeated" },
    { "--summary", NULL, "a line a change instead of SQL" },
    { "--json", NULL, "for programs: an array of objects" },
    { "--exit-code", NULL, "1 when there is a difference, 2 on errors" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_diff_more[] =
    "FROM and TO are each one of: a .def file, a snapshot (meta/0003_snapshot.json), a folder of\n"
    "migrations, postgres://user@host/database, database (the configured server), empty.\n"
    "Prints the statements that lead from FROM to TO; nothing is changed.\n";

const struct cli_option cmd_push_options[] = {
    { "--schema", "FILE", "the .def file (services/backend/db/schema.def, else db/schema.def)" },
    { "--rename", "OLD=NEW",
      "table, schema.table, table.column, type.label, enum:name...; may be repeated" },
    { "--accept-loss", NULL, "also what loses data" },
    { "--dry-run", NULL, "only show what would be done" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};

static const char *const kinds[] = { [TUSK_CHANGE_CREATE] = "create",
                                     [TUSK_CHANGE_ALTER] = "alter",
                                     [TUSK_CHANGE_RENAME] = "rename",
                                     [TUSK_CHANGE_DROP] = "drop" };
static const char *const colours[] = { [TUSK_CHANGE_CREATE] = "32",
                                       [TUSK_CHANGE_ALTER] = "33",
                                       [TUSK_CHANGE_RENAME] = "36",
                                       [TUSK_CHANGE_DROP] = "31" };

/* Beside the statements, not among them. */
static void tell_inexact(const tusk_changes *changes)
{
    if (changes->inexact.len == 0) return;
    fprintf(stderr, "expressions were compared by their spelling only: %.*s\n",
            TUSK_STR_ARG(changes->inexact));
}

void cli_show_changes(struct cli_call *call, const tusk_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        const tusk_change *change = &changes->items[i];
        tusk_str object = tusk_shown(call->arena, change->object);
        printf("  %s%-6s%s %-12s %.*s", cli_colour(colours[change->kind]), kinds[change->kind],
               cli_colour(NULL), change->what, TUSK_STR_ARG(object));
        if (change->loses.len > 0) {
            printf("  %s%.*s%s", cli_colour("31"), TUSK_STR_ARG(change->loses), cli_colour(NULL));
        }
        printf("\n");
    }
    tell_inexact(changes);
}

/* Names of a database may hold sequences that rule a terminal; to a file or a program goes the SQL
 * as it is. */
static void show_sql(struct cli_call *call, tusk_str sql)
{
    char *text = isatty(STDOUT_FILENO) ? tusk_arena_copy(call->arena, sql.ptr, sql.len + 1) : NULL;
    for (size_t i = 0; text && i < sql.len; i++) {
        unsigned char c = (unsigned char)text[i], next = (unsigned char)text[i + 1];
        bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || c1) text[i] = '?';
        if (c1) text[++i] = '?';
    }
    printf("%s\n", text ? text : sql.ptr);
}

static void show(struct cli_call *call, const tusk_changes *changes)
{
    if (cli_value(call, "--json")) {
        printf("%s\n", tusk_changes_json(call->arena, changes).ptr);
    } else if (cli_value(call, "--summary")) {
        cli_show_changes(call, changes);
        printf("%zu change%s", changes->count, changes->count == 1 ? "" : "s");
        if (changes->losing > 0) printf(", %zu of them losing data", changes->losing);
        printf("\n");
    } else {
        if (changes->count > 0) show_sql(call, changes->sql);
        tell_inexact(changes);
    }
}

/* The configured server is only looked for when one of the two means it. */
static bool needs_server(const struct cli_call *call)
{
    return strcmp(call->argv[0], "database") == 0 || strcmp(call->argv[1], "database") == 0;
}

int cmd_diff(struct cli_call *call)
{
    struct cli_target target = { 0 };
    tusk_changes changes;
    tusk_error err = { 0 };
    tusk_change_options options = { .renames = cli_values(call, "--rename"),
                                    .compiled = cli_compiled(call) };
    bool server = needs_server(call), codes = cli_value(call, "--exit-code") != NULL;
    tusk_status st = server ? cli_target_open(call, &target, &err) : TUSK_OK;
    if (server) options.server = &target.server;
    if (st == TUSK_OK) {
        st = tusk_changes_between(call->arena, call->argv[0], call->argv[1], &options, &changes,
                                  &err);
    }
    if (server) cli_target_close(&target);
    if (st != TUSK_OK) {
        cli_fail(call, &err);
        return codes ? EXIT_TROUBLE : CLI_FAILED;
    }
    show(call, &changes);
    return codes && changes.count > 0 ? EXIT_DIFFERS : CLI_OK;
}

int cmd_push(struct cli_call *call)
{
    struct cli_target target;
    tusk_changes changes = { 0 };
    tusk_error err = { 0 };
    tusk_push_options options = { .changes.renames = cli_values(call, "--rename"),
                                  .changes.compiled = cli_compiled(call),
                                  .accept_loss = cli_value(call, "--accept-loss") != NULL,
                                  .dry_run = cli_value(call, "--dry-run") != NULL };
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) {
        st = tusk_push(&target.server, call->arena, cli_schema(call), &options, &changes, &err);
    }
    tusk_str where = st == TUSK_OK ? tusk_server_text(call->arena, &target.server) : TUSK_STR("");
    cli_target_close(&target);
    cli_show_changes(call, &changes);
    if (st == TUSK_MISUSE && changes.losing > 0) {
        tusk_error_hint(&err, "Nothing was changed. --accept-loss does it all the same, --rename "
                              "says that something has only a new name.");
    }
    if (st != TUSK_OK) return cli_fail(call, &err);
    if (changes.count == 0) {
        printf("nothing to do: %.*s is as the schema says\n", TUSK_STR_ARG(where));
    } else if (options.dry_run) {
        printf("nothing was changed\n");
    } else {
        printf("%.*s is as the schema says now\n", TUSK_STR_ARG(where));
    }
    return CLI_OK;
}
