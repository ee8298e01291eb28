/* cmd_erd.c - tusk erd: a picture of a schema */
#include "cli/cli.h"

#include <stdio.h>

const struct cli_option cmd_erd_options[] = {
    { "--format", "FORMAT", "svg, dot or mermaid (what the name of --output ends with; mermaid)" },
    { "--output", "FILE", "write it there (.svg, .dot, .mmd)" },
    { "--title", "TEXT", "stands above it" },
    { "--schema", "FILE", "the .def file (services/backend/db/schema.def, else db/schema.def)" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_erd_more[] =
    "SOURCE is one of: a .def file, a snapshot, a folder of migrations, postgres://..., database\n"
    "(the configured server); without one it is the schema. SVG needs the package graphviz.\n";

static const struct {
    const char *name, *ending;
    tusk_erd_format format;
} formats[] = { { "mermaid", ".mmd", TUSK_ERD_MERMAID },
                { "svg", ".svg", TUSK_ERD_SVG },
                { "dot", ".dot", TUSK_ERD_DOT } };
enum { FORMATS = sizeof formats / sizeof *formats };

/* -1: there is no such format. */
static int find_format(const char *said, const char *file)
{
    for (int i = 0; i < FORMATS; i++) {
        bool fits = said ? strcmp(said, formats[i].name) == 0
                         : tusk_str_ends(tusk_str_of(file), tusk_str_of(formats[i].ending));
        if (fits) return (int)formats[i].format;
    }
    return said ? -1 : (int)TUSK_ERD_MERMAID;
}

static tusk_status draw(struct cli_call *call, const char *source, tusk_erd_format format,
                        tusk_str *out, tusk_error *err)
{
    struct cli_target target = { 0 };
    tusk_change_options options = { .compiled = cli_compiled(call) };
    bool server = strcmp(source, "database") == 0;
    tusk_status st = server ? cli_target_open(call, &target, err) : TUSK_OK;
    if (server) options.server = &target.server;
    if (st == TUSK_OK) {
        st = tusk_erd(call->arena, source, &options, format, cli_value(call, "--title"), out, err);
    }
    if (server) cli_target_close(&target);
    return st;
}

int cmd_erd(struct cli_call *call)
{
    const char *source = call->argc > 0 ? call->argv[0] : cli_schema(call);
    const char *file = cli_value(call, "--output");
    int format = find_format(cli_value(call, "--format"), file);
    tusk_str text;
    tusk_error err = { 0 };
    if (format < 0) return cli_usage(call, "--format takes svg, dot or mermaid");
    tusk_status st = draw(call, source, (tusk_erd_format)format, &text, &err);
    if (st == TUSK_OK && file) st = tusk_file_replace(file, text, 0644, &err);
    if (st != TUSK_OK) return cli_fail(call, &err);
    if (file) {
        printf("%s\n", file);
    } else {
        fwrite(text.ptr, 1, text.len, stdout);
    }
    return CLI_OK;
}
