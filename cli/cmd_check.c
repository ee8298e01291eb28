/* cmd_check.c - tusk check: do folder, schema and database fit together? */
#include "cli/cli.h"

#include <stdio.h>

#include <jansson.h>

const struct cli_option cmd_check_options[] = {
    { "--schema", "FILE", "the .def file (services/backend/db/schema.def, else db/schema.def)" },
    { "--folder", "PATH",
      "of migrations (services/backend/drizzle/migrations, else drizzle/migrations)" },
    { "--offline", NULL, "only the files, no database" },
    { "--json", NULL, "for programs: an array of objects" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};

static const char *const levels[] = {
    [TUSK_FINDING_NOTE] = "note", [TUSK_FINDING_WARNING] = "warning", [TUSK_FINDING_ERROR] = "error"
};
static const char *const level_colours[] = {
    [TUSK_FINDING_NOTE] = "36", [TUSK_FINDING_WARNING] = "33", [TUSK_FINDING_ERROR] = "31"
};

static void show_findings(struct cli_call *call, const tusk_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const tusk_finding *f = &findings->items[i];
        tusk_str where = tusk_shown(call->arena, f->where);
        tusk_str message = tusk_shown(call->arena, f->message);
        printf("%s%s%s: %.*s: %.*s\n", cli_colour(level_colours[f->level]), levels[f->level],
               cli_colour(NULL), TUSK_STR_ARG(where), TUSK_STR_ARG(message));
        if (f->way_on.len > 0) printf("  %.*s\n", TUSK_STR_ARG(f->way_on));
    }
    if (findings->errors + findings->warnings == 0) printf("everything fits together\n");
}

static int show_findings_json(const tusk_findings *findings)
{
    json_t *all = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        const tusk_finding *f = &findings->items[i];
        json_array_append_new(all, json_pack("{s:s, s:s%, s:s%, s:s%}", "level", levels[f->level],
                                             "where", f->where.ptr, f->where.len, "message",
                                             f->message.ptr, f->message.len, "way_on",
                                             f->way_on.ptr, f->way_on.len));
    }
    bool complete = json_array_size(all) == findings->count;
    if (complete) json_dumpf(all, stdout, JSON_INDENT(2));
    if (complete) printf("\n");
    json_decref(all);
    return complete ? CLI_OK : CLI_FAILED;
}

int cmd_check(struct cli_call *call)
{
    struct cli_target target = { 0 };
    tusk_findings findings = { 0 };
    tusk_error err = { 0 };
    bool offline = cli_value(call, "--offline") != NULL;
    const char *schema = cli_schema(call);
    tusk_change_options options = { .compiled = cli_compiled(call) };
    if (!cli_value(call, "--schema") && !options.compiled && !tusk_file_exists(schema)) {
        schema = NULL;
    }
    tusk_status st = offline ? TUSK_OK : cli_target_open(call, &target, &err);
    if (!offline) options.server = &target.server;
    if (st == TUSK_OK) {
        st = tusk_check(call->arena, cli_folder(call), schema, &options, &findings, &err);
    }
    if (!offline) cli_target_close(&target);
    if (st != TUSK_OK) return cli_fail(call, &err);
    if (!cli_value(call, "--json")) {
        if (!schema) printf("%s is not there: no schema was looked at\n", cli_schema(call));
        show_findings(call, &findings);
    } else if (show_findings_json(&findings) != CLI_OK) {
        return CLI_FAILED;
    }
    return findings.errors > 0 ? CLI_FAILED : CLI_OK;
}
