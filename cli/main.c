/* main.c - the tusk command */
#include "cli/cli.h"

static const struct cli_command commands[] = {
    { .name = "generate",
      .help = "make the next migration from the schema's .def file",
      .options = cmd_generate_options,
      .run = cmd_generate },
    { .name = "up", .help = "apply pending migrations", .options = cmd_up_options, .run = cmd_up },
    { .name = "status",
      .help = "show which migrations are applied",
      .options = cmd_status_options,
      .run = cmd_status },
    { .name = "stats",
      .help = "sizes, use, sessions, locks, slow statements",
      .arguments = "tables|indexes|activity|locks|slow|cache|sequences|replication|age",
      .min_args = 1,
      .max_args = 2,
      .options = cmd_stats_options,
      .run = cmd_stats,
      .more = cmd_stats_more },
    { .name = "explain",
      .help = "how PostgreSQL runs a statement, and what is slow in it",
      .arguments = "SQL",
      .min_args = 1,
      .max_args = 1,
      .options = cmd_explain_options,
      .run = cmd_explain,
      .more = cmd_explain_more },
    { .name = "pg",
      .help = "the private PostgreSQL",
      .arguments = "start|stop|status|psql",
      .min_args = 1,
      .max_args = -1,
      .rest = true,
      .options = cmd_pg_options,
      .run = cmd_pg,
      .more = cmd_pg_more },
    { .help = "the PostgreSQL layer for C: schema, migrations, the private PostgreSQL" },
};

int main(int argc, char **argv)
{
    return cli_main(commands, argc, argv);
}
