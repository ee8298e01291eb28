/* cmd_generate.c - tusk generate: what changed in the schema becomes the next migration */
#include "cli/cli.h"

#include <stdio.h>
#include <unistd.h>

const struct cli_option cmd_generate_options[] = {
    { "--schema", "FILE", "the .def file (services/backend/db/schema.def, else db/schema.def)" },
    { "--folder", "PATH",
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" },
    { "--name", "NAME", "ends the file's name (made from what changes)" },
    { "--custom", NULL, "an empty migration to write SQL into" },
    { "--safe", NULL, "the form that blocks nobody for long; it runs statement by statement" },
    { "--rename", "OLD=NEW",
      "table, schema.table, table.column, type.label, enum:name...; may be repeated" },
    { 0 },
};

/* Asks whether something new is something old under another name; true: yes. */
static bool ask(const tusk_rename_question *question)
{
    char answer[16] = "";
    printf("Is the %s %.*s the former %.*s? [y/N] ", question->what, TUSK_STR_ARG(question->to),
           TUSK_STR_ARG(question->from));
    fflush(stdout);
    if (!fgets(answer, sizeof answer, stdin)) return false;
    return answer[0] == 'y' || answer[0] == 'Y';
}

/* Was one of both settled by an earlier answer? */
static bool is_settled(const tusk_rename_questions *all, const bool *yes, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (!yes[j]) continue;
        if (tusk_str_eq(all->items[j].from, all->items[i].from)) return true;
        if (tusk_str_eq(all->items[j].to, all->items[i].to)) return true;
    }
    return false;
}

/* What --rename takes: with its kind, for a name alone could be several things. */
static tusk_str rename_text(struct cli_call *call, const tusk_rename_question *one)
{
    return tusk_arena_printf(call->arena, "%s:%.*s=%.*s", one->what, TUSK_STR_ARG(one->from),
                             TUSK_STR_ARG(one->to));
}

/* On a terminal, and where nothing was said about renames; `open` are those that nobody answered.
 */
static tusk_status ask_all(struct cli_call *call, tusk_generate_options *options,
                           tusk_rename_questions *open, tusk_error *err)
{
    tusk_rename_questions all = { 0 };
    if (options->custom) return TUSK_OK;
    tusk_status st = tusk_generate_candidates(call->arena, options, &all, err);
    if (st != TUSK_OK || all.count == 0) return st;
    if (options->renames || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        *open = all;
        return TUSK_OK;
    }
    bool *yes = TUSK_NEW_ARRAY(call->arena, bool, all.count);
    const char **renames = TUSK_NEW_ARRAY(call->arena, const char *, all.count + 1);
    if (!yes || !renames) return tusk_fail_nomem(err, "the renames");
    size_t count = 0;
    for (size_t i = 0; i < all.count; i++) {
        yes[i] = !is_settled(&all, yes, i) && ask(&all.items[i]);
        if (!yes[i]) continue;
        renames[count++] = rename_text(call, &all.items[i]).ptr;
    }
    if (count > 0) options->renames = renames;
    return TUSK_OK;
}

/* Nobody was asked: what looks like a rename is told together with the words that make it one. */
static void show_open(struct cli_call *call, const tusk_rename_questions *open)
{
    for (size_t i = 0; i < open->count; i++) {
        const tusk_rename_question *one = &open->items[i];
        if (!one->likely) continue;
        tusk_str rename = tusk_shown(call->arena, rename_text(call, one));
        const char *name = call->command->name; /* generate, or db:generate */
        int before = (int)(strlen(name) - strlen("generate"));
        printf("  a %s goes and one like it comes; if it was renamed: %s %.*sdrop, then %s %s "
               "--rename '%.*s'\n",
               one->what, call->program, before, name, call->program, name, TUSK_STR_ARG(rename));
    }
}

static int show(struct cli_call *call, const tusk_generate_options *options,
                const tusk_generated *made, const tusk_rename_questions *open)
{
    if (!made->changed) {
        printf("nothing to do: %s is as the newest snapshot in %s says\n", options->schema,
               options->folder);
        return CLI_OK;
    }
    if (options->custom) {
        printf("%s is there for your SQL\n", made->path.ptr);
        return CLI_OK;
    }
    size_t count = made->changes.count;
    printf("%s%s%s: %zu statement%s\n", cli_colour("32"), made->path.ptr, cli_colour(NULL), count,
           count == 1 ? "" : "s");
    for (size_t i = 0; i < count; i++) {
        const tusk_change *change = &made->changes.items[i];
        if (change->loses.len == 0) continue;
        tusk_str object = tusk_shown(call->arena, change->object);
        printf("  %sloses data%s: %s %.*s: %.*s\n", cli_colour("31"), cli_colour(NULL),
               change->what, TUSK_STR_ARG(object), TUSK_STR_ARG(change->loses));
    }
    show_open(call, open);
    return CLI_OK;
}

int cmd_generate(struct cli_call *call)
{
    tusk_generate_options options = { .schema = cli_schema(call),
                                      .compiled = cli_compiled(call),
                                      .folder = cli_folder(call),
                                      .name = cli_value(call, "--name"),
                                      .custom = cli_value(call, "--custom") != NULL,
                                      .renames = cli_values(call, "--rename"),
                                      .safe = cli_value(call, "--safe") != NULL };
    tusk_generated made;
    tusk_rename_questions open = { 0 };
    tusk_error err = { 0 };
    tusk_status st = ask_all(call, &options, &open, &err);
    if (st == TUSK_OK) st = tusk_generate(call->arena, &options, &made, &err);
    return st == TUSK_OK ? show(call, &options, &made, &open) : cli_fail(call, &err);
}
