/* cmd_lint.c - tusk lint: what SQL does to a database that is in use */
#include "cli/lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <jansson.h>

#include "tusk/lint.h"

#define FILE_MAX ((size_t)64 << 20)

const struct cli_option cmd_lint_options[] = {
    { "--folder", "PATH",
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" },
    { "--all", NULL, "all migrations of the folder, not only the newest" },
    { "--pending", NULL, "those that the database has not applied" },
    { "--rows", NULL, "ask the database how many rows tables have: for small ones only notes" },
    { "--rules", "NAME,NAME", "only these, the optional ones too" },
    { "--ignore", "NAME,NAME", "not these" },
    { "--level", "LEVEL",
      "from which on a finding makes it fail: error, warning (the default), note" },
    { "--json", NULL, "for programs: an array of objects" },
    { "--list", NULL, "only tell which rules there are" },
    { "--markdown", NULL, "the rules as a page" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_lint_more[] =
    "FILE is an SQL file, a folder of migrations, or - for what another program says (tusk diff).\n"
    "Tables that a file itself makes are new to it: nobody waits for them. A comment silences a\n"
    "rule for its statement, or for the file:\n"
    "    -- tusk:ignore dropping-column nothing reads it since July\n"
    "    -- tusk:ignore-file index-not-concurrently the tables are small\n";

static const char *const levels[] = {
    [TUSK_FINDING_NOTE] = "note", [TUSK_FINDING_WARNING] = "warning", [TUSK_FINDING_ERROR] = "error"
};
static const char *const level_colours[] = {
    [TUSK_FINDING_NOTE] = "36", [TUSK_FINDING_WARNING] = "33", [TUSK_FINDING_ERROR] = "31"
};

/* ---- showing ---- */

static void show_safe(tusk_str safe)
{
    while (safe.ptr) {
        tusk_str line = tusk_str_cut(&safe, '\n');
        printf("      %.*s\n", TUSK_STR_ARG(line));
    }
}

static void show_one(struct cli_call *call, const tusk_lint_finding *f)
{
    tusk_str message = tusk_shown(call->arena, f->message);
    printf("%.*s:%d: %s%s%s: %.*s [%s]\n", TUSK_STR_ARG(f->file), f->line,
           cli_colour(level_colours[f->level]), levels[f->level], cli_colour(NULL),
           TUSK_STR_ARG(message), f->rule->name);
    if (f->lock.len > 0) {
        printf("  lock: %.*s; blocks %s\n", TUSK_STR_ARG(f->lock), f->rule->blocks);
    }
    if (f->rows >= 0) printf("  rows: about %lld\n", (long long)f->rows);
    if (f->safe.len == 0) return;
    printf("  safe:\n");
    show_safe(f->safe);
}

static void show(struct cli_call *call, const tusk_lint_findings *found)
{
    for (size_t i = 0; i < found->count; i++) {
        if (!found->items[i].silenced) show_one(call, &found->items[i]);
    }
    printf("%zu error%s, %zu warning%s, %zu note%s", found->errors, found->errors == 1 ? "" : "s",
           found->warnings, found->warnings == 1 ? "" : "s", found->notes,
           found->notes == 1 ? "" : "s");
    if (found->silenced > 0) printf(", %zu silenced", found->silenced);
    printf("\n");
}

static json_t *one_json(const tusk_lint_finding *f)
{
    json_t *one = json_pack(
        "{s:s, s:s, s:s%, s:i, s:s%, s:s, s:s%, s:s%, s:b, s:s%}", "rule", f->rule->name, "level",
        levels[f->level], "file", f->file.ptr, f->file.len, "line", f->line, "lock", f->lock.ptr,
        f->lock.len, "blocks", f->rule->blocks, "message", f->message.ptr, f->message.len, "safe",
        f->safe.ptr, f->safe.len, "silenced", f->silenced, "reason", f->reason.ptr, f->reason.len);
    if (one && f->rows >= 0) json_object_set_new(one, "rows", json_integer(f->rows));
    return one;
}

static int show_json(const tusk_lint_findings *found)
{
    json_t *all = json_array();
    for (size_t i = 0; i < found->count; i++) {
        json_array_append_new(all, one_json(&found->items[i]));
    }
    bool complete = json_array_size(all) == found->count;
    if (complete) json_dumpf(all, stdout, JSON_INDENT(2));
    if (complete) printf("\n");
    json_decref(all);
    return complete ? CLI_OK : CLI_FAILED;
}

static int list_rules(void)
{
    size_t count;
    const tusk_lint_rule *rules = tusk_lint_rules(&count);
    for (size_t i = 0; i < count; i++) {
        printf("%-36s %-8s%s\n", rules[i].name, levels[rules[i].level],
               rules[i].optional ? " optional" : "");
    }
    return CLI_OK;
}

static int show_page(struct cli_call *call)
{
    tusk_str page = tusk_lint_markdown(call->arena);
    if (!page.ptr) return CLI_FAILED;
    fwrite(page.ptr, 1, page.len, stdout);
    return CLI_OK;
}

/* ---- looking ---- */

/* "a,b" as a list that ends in NULL; NULL for no option. */
static const char *const *names_of(struct cli_call *call, const char *option)
{
    const char *value = cli_value(call, option);
    if (!value) return NULL;
    const char **list = TUSK_NEW_ARRAY(call->arena, const char *, strlen(value) + 2);
    size_t count = 0;
    for (tusk_str rest = tusk_str_of(value); list && rest.ptr;) {
        tusk_str name = tusk_arena_str(call->arena, tusk_str_trim(tusk_str_cut(&rest, ',')));
        if (name.len > 0) list[count++] = name.ptr;
    }
    return list;
}

static void add(struct cli_call *call, tusk_lint_findings *all, const tusk_lint_findings *some)
{
    tusk_lint_finding *items =
        TUSK_NEW_ARRAY(call->arena, tusk_lint_finding, all->count + some->count + 1);
    if (!items) return; /* the arena remembers */
    for (size_t i = 0; i < all->count; i++) items[i] = all->items[i];
    for (size_t i = 0; i < some->count; i++) items[all->count + i] = some->items[i];
    all->items = items;
    all->count += some->count;
    all->errors += some->errors;
    all->warnings += some->warnings;
    all->notes += some->notes;
    all->silenced += some->silenced;
}

static tusk_lint_which which(struct cli_call *call)
{
    if (cli_value(call, "--pending")) return TUSK_LINT_PENDING;
    return cli_value(call, "--all") ? TUSK_LINT_ALL : TUSK_LINT_LAST;
}

static bool is_folder(const char *path)
{
    struct stat what;
    return stat(path, &what) == 0 && S_ISDIR(what.st_mode);
}

static tusk_status look_at(struct cli_call *call, const char *path,
                           const tusk_lint_options *options, tusk_lint_findings *all,
                           tusk_error *err)
{
    tusk_lint_findings some;
    tusk_str sql;
    tusk_status st;
    if (call->argc == 0 || is_folder(path)) {
        st = tusk_lint_folder(call->arena, path, which(call), options, &some, err);
    } else {
        bool input = strcmp(path, "-") == 0;
        tusk_str name = input ? TUSK_STR("standard input") : tusk_str_of(path);
        st = tusk_file_read(call->arena, input ? "/dev/stdin" : path, FILE_MAX, &sql, err);
        if (st == TUSK_OK) st = tusk_lint_sql(call->arena, name, sql, options, &some, err);
    }
    if (st == TUSK_OK) add(call, all, &some);
    return st;
}

static tusk_status look(struct cli_call *call, tusk_conn *conn, tusk_lint_findings *all,
                        tusk_error *err)
{
    tusk_lint_options options = { .rules = names_of(call, "--rules"),
                                  .ignore = names_of(call, "--ignore"),
                                  .conn = conn };
    tusk_status st = TUSK_OK;
    if (call->argc == 0) return look_at(call, cli_folder(call), &options, all, err);
    for (int i = 0; i < call->argc && st == TUSK_OK; i++) {
        st = look_at(call, call->argv[i], &options, all, err);
    }
    if (st == TUSK_OK && tusk_arena_failed(call->arena)) st = tusk_fail_nomem(err, "the findings");
    return st;
}

static tusk_status look_with_database(struct cli_call *call, tusk_lint_findings *all,
                                      tusk_error *err)
{
    struct cli_target target = { 0 };
    tusk_conn *conn = NULL;
    tusk_status st = cli_target_open(call, &target, err);
    if (st == TUSK_OK) st = tusk_conn_open(&target.server, 10000, &conn, err);
    if (st == TUSK_OK) st = look(call, conn, all, err);
    tusk_conn_close(conn);
    cli_target_close(&target);
    return st;
}

static int level_of(const char *name)
{
    int level = TUSK_FINDING_NOTE;
    if (!name) return TUSK_FINDING_WARNING;
    while (level <= TUSK_FINDING_ERROR && strcmp(name, levels[level]) != 0) level++;
    return level <= TUSK_FINDING_ERROR ? level : -1;
}

int cmd_lint(struct cli_call *call)
{
    tusk_lint_findings all = { 0 };
    tusk_error err = { 0 };
    int level = level_of(cli_value(call, "--level"));
    if (level < 0) return cli_usage(call, "--level is error, warning or note");
    if (cli_value(call, "--list")) return list_rules();
    if (cli_value(call, "--markdown")) return show_page(call);
    bool asks = cli_value(call, "--rows") || cli_value(call, "--pending");
    tusk_status st = asks ? look_with_database(call, &all, &err) : look(call, NULL, &all, &err);
    if (st != TUSK_OK) return cli_fail(call, &err);
    if (cli_value(call, "--json")) {
        if (show_json(&all) != CLI_OK) return CLI_FAILED;
    } else {
        show(call, &all);
    }
    size_t count = all.errors + (level <= TUSK_FINDING_WARNING ? all.warnings : 0) +
                   (level <= TUSK_FINDING_NOTE ? all.notes : 0);
    return count > 0 ? CLI_FAILED : CLI_OK;
}
