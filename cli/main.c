/* main.c - the tusk command */
#include "cli/cli.h"
#include "cli/lint.h"

static const struct cli_command commands[] = {
#define COMMAND(name_, help_, arguments_, min, max, more_) \
    { .name = #name_,                                      \
      .help = help_,                                       \
      .arguments = arguments_,                             \
      .min_args = min,                                     \
      .max_args = max,                                     \
      .options = cmd_##name_##_options,                    \
      .run = cmd_##name_,                                  \
      .more = more_ },
    CLI_SCHEMA_COMMANDS(COMMAND)
#undef COMMAND
        { .name = "stats",
          .help = "sizes, use, sessions, locks, slow statements",
          .arguments = "tables|indexes|activity|locks|slow|cache|sequences|replication|age",
          .min_args = 1,
          .max_args = 2,
          .options = cmd_stats_options,
          .run = cmd_stats,
          .more = cmd_stats_more },
    { .name = "lint",
      .help = "what SQL does to a database that is in use: locks, and the form that blocks nobody",
      .arguments = "[FILE|FOLDER...]",
      .max_args = -1,
      .options = cmd_lint_options,
      .run = cmd_lint,
      .more = cmd_lint_more },
    { .name = "explain",
      .help = "how PostgreSQL runs a statement, and what is slow in it",
      .arguments = "SQL",
      .min_args = 1,
      .max_args = 1,
      .options = cmd_explain_options,
      .run = cmd_explain,
      .more = cmd_explain_more },
    { .name = "analyze",
      .help = "look at the rows so that the planner guesses well",
      .arguments = "[TABLE]",
      .max_args = 1,
      .options = cmd_analyze_options,
      .run = cmd_analyze,
      .more = cmd_maintain_more },
    { .name = "vacuum",
      .help = "make the room of dead rows usable again",
      .arguments = "[TABLE]",
      .max_args = 1,
      .options = cmd_vacuum_options,
      .run = cmd_vacuum,
      .more = cmd_maintain_more },
    { .name = "reindex",
      .help = "make indexes anew",
      .arguments = "[TABLE]",
      .max_args = 1,
      .options = cmd_reindex_options,
      .run = cmd_reindex,
      .more = cmd_maintain_more },
    { .name = "backup",
      .help = "back the database up; list, verify and prune backups",
      .arguments = "[FILE|list|verify|prune]",
      .max_args = 2,
      .options = cmd_backup_options,
      .run = cmd_backup,
      .more = cmd_backup_more },
    { .name = "restore",
      .help = "restore a backup, into a new database unless told otherwise",
      .arguments = "FILE",
      .min_args = 1,
      .max_args = 1,
      .options = cmd_restore_options,
      .run = cmd_restore,
      .more = cmd_restore_more },
    { .name = "pitr",
      .help = "back to any moment: archiving, backups to begin with, restore",
      .arguments = "enable|backup|status|restore",
      .min_args = 1,
      .max_args = 1,
      .options = cmd_pitr_options,
      .run = cmd_pitr,
      .more = cmd_pitr_more },
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
