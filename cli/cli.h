/* cli.h - commands as data: a table of names, options and functions gives parsing, --help and exit
 * codes. The commands that another program may offer too are declared at the end. */
#ifndef TUSK_CLI_H
#define TUSK_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "tusk/tusk.h"

/* Exit codes. */
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

#define CLI_OPTIONS_MAX 16
#define CLI_GIVEN_MAX   64

/** One option; a table of them ends with an entry without a name. */
struct cli_option {
    const char *name;  /* "--folder" */
    const char *value; /* what it takes, "PATH"; NULL: nothing, it is a flag */
    const char *help;  /* one line, lower case, no period */
};

/** A command as it was called. */
struct cli_call {
    const char *program; /* "tusk" */
    const struct cli_command *command;
    const tusk_schema *schema; /* compiled into the program, NULL: none */
    tusk_arena *arena;         /* freed after the command */
    int argc;                  /* what is left beside the options */
    char **argv;
    const char *values[CLI_OPTIONS_MAX]; /* by the option's place in the table, NULL: not given */
    struct {                             /* every option as it was given, in order */
        int option;
        const char *value;
    } given[CLI_GIVEN_MAX];
    int given_count;
};

/** One command; a table of them ends with an entry without a name, whose `help` (may be NULL) says
 * in a line what the program is. */
struct cli_command {
    const char *name;
    const char *help;                 /* one line, lower case, no period */
    const char *arguments;            /* for the usage line: "start|stop"; NULL: it takes none */
    int min_args, max_args;           /* max_args -1: any number */
    bool rest;                        /* from the first argument on nothing is an option of ours */
    const struct cli_option *options; /* NULL: none but --help */
    int (*run)(struct cli_call *call);
    const char *more;             /* further lines for its --help; NULL: none */
    void (*show_more)(FILE *out); /* the same, where they are made from a table; NULL: none */
};

/** Finds the command in the table, reads its options and runs it. Also answers --help, help
 * COMMAND, help --man, help --completion bash|zsh (what packages install) and --version; a call
 * that cannot be understood is told in a line on stderr. Returns the exit code. */
int cli_main(const struct cli_command *commands, int argc, char **argv);
/** The same for a program with a schema of its own. */
int cli_main_with(const struct cli_command *commands, const tusk_schema *schema, int argc,
                  char **argv);

/* ---- for commands ---- */

/** The value of an option ("" of a flag), NULL when it was not given. */
const char *cli_value(const struct cli_call *call, const char *name);
/** The values of an option that may be repeated, in order, NULL after the last; NULL when it was
 * not given, or without memory. Lifetime: the call. */
const char *const *cli_values(const struct cli_call *call, const char *name);
/** Where the server could not be reached and the error has no hint: which settings to look at. The
 * library does not know where a program gets them from. */
void cli_hint_settings(tusk_error *err);
/** Shows the error on stderr: message, detail, hint (cli_hint_settings()). Returns CLI_FAILED. */
int cli_fail(const struct cli_call *call, const tusk_error *err);
/** One line on stderr about wrong usage. Returns CLI_USAGE. */
int cli_usage(const struct cli_call *call, const char *format, ...) TUSK_PRINTF(2, 3);
/** Asks a person ("FORMAT? [y/N] "), true for a yes or with --yes. Where nobody is there to ask,
 * that is told on stderr, and it is false. */
bool cli_agree(const struct cli_call *call, const char *format, ...) TUSK_PRINTF(2, 3);
/** `code` (an SGR number such as "32") or the reset code when NULL, as an escape sequence; "" when
 * stdout is no terminal, TERM is dumb or NO_COLOR is set. Lifetime: static. */
const char *cli_colour(const char *code);

/** The settings: process environment, services/backend/.env, ./.env. Lifetime: the call. */
tusk_status cli_env(struct cli_call *call, const tusk_env **out, tusk_error *err);
/** --schema and --folder, or where they are in this folder: services/backend/... if it is there,
 * else db/schema.def and drizzle/migrations; the schema is "schema" where one is compiled in. */
const char *cli_schema(const struct cli_call *call);
/** The schema compiled into the program, unless --schema names a file; NULL: none. */
const tusk_schema *cli_compiled(const struct cli_call *call);
const char *cli_folder(const struct cli_call *call);

/** The server that a command works on: the outside one of POSTGRES_*, else the private PostgreSQL,
 * held until cli_target_close(). --database chooses another database on it. */
struct cli_target {
    tusk_server server;
    tusk_cluster *cluster; /* NULL: an outside server */
};
tusk_status cli_target_open(struct cli_call *call, struct cli_target *out, tusk_error *err);
void cli_target_close(struct cli_target *target);

/* ---- commands ---- */

/** The commands around a schema, which programs with their own share: name, help, arguments, how
 * many of them at least and at most, more help. */
#define CLI_SCHEMA_COMMANDS(X)                                                                     \
    X(generate, "make the next migration from the schema", NULL, 0, 0, NULL)                       \
    X(up, "apply pending migrations", NULL, 0, 0, NULL)                                            \
    X(status, "show which migrations are applied", NULL, 0, 0, NULL)                               \
    X(check, "do folder, schema and database fit together?", NULL, 0, 0, NULL)                     \
    X(diff, "the statements that lead from one schema to another", "FROM TO", 2, 2, cmd_diff_more) \
    X(pull, "write a database down as a .def file", NULL, 0, 0, cmd_pull_more)                     \
    X(push, "make the database as the schema says, without a migration (for development)", NULL,   \
      0, 0, NULL)                                                                                  \
    X(mark, "note a migration as applied, or as pending, without running it", "TAG", 1, 1, NULL)   \
    X(baseline, "begin with a database that already has what the migrations make", NULL, 0, 0,     \
      NULL)                                                                                        \
    X(repair, "say what holds of a migration that was changed, cut short or lost", "TAG", 1, 1,    \
      cmd_repair_more)                                                                             \
    X(down, "undo the newest migrations", NULL, 0, 0, cmd_down_more)                               \
    X(drop, "take a migration that is not applied out of the folder again", "[TAG]", 0, 1,         \
      cmd_drop_more)                                                                               \
    X(squash, "make the first migrations one", NULL, 0, 0, cmd_squash_more)                        \
    X(rebase, "put the migrations of one branch after those of another", "TAG", 1, 1,              \
      cmd_rebase_more)                                                                             \
    X(seed, "fill tables with made-up rows (for development)", NULL, 0, 0, cmd_seed_more)          \
    X(erd, "draw the schema: tables and what refers to what", "[SOURCE]", 0, 1, cmd_erd_more)

/** An entry of a table of commands, made by CLI_SCHEMA_COMMANDS(): `name` "up", `run` cmd_up. */
#define CLI_COMMAND_(called, run_, name_, help_, arguments_, min, max, more_) \
    { .name = (called),                                                       \
      .help = (help_),                                                        \
      .arguments = (arguments_),                                              \
      .min_args = (min),                                                      \
      .max_args = (max),                                                      \
      .options = cmd_##name_##_options,                                       \
      .run = (run_),                                                          \
      .more = (more_) },
#define CLI_COMMAND(name_, ...) CLI_COMMAND_(#name_, cmd_##name_, name_, __VA_ARGS__)

/** tusk generate: the next migration from the .def file. */
extern const struct cli_option cmd_generate_options[];
int cmd_generate(struct cli_call *call);
/** tusk up: applies what is pending. */
extern const struct cli_option cmd_up_options[];
int cmd_up(struct cli_call *call);
/** tusk status: what is applied and what is pending. */
extern const struct cli_option cmd_status_options[];
int cmd_status(struct cli_call *call);
/** tusk diff FROM TO, push: what differs between two schemas, and making it so. */
extern const struct cli_option cmd_diff_options[], cmd_push_options[];
extern const char cmd_diff_more[];
int cmd_diff(struct cli_call *call);
int cmd_push(struct cli_call *call);
/** A line a change. */
void cli_show_changes(struct cli_call *call, const tusk_changes *changes);
/** tusk pull: a database written down; tusk check: does everything fit together? */
extern const struct cli_option cmd_pull_options[], cmd_check_options[];
extern const char cmd_pull_more[];
int cmd_pull(struct cli_call *call);
int cmd_check(struct cli_call *call);
/** tusk mark, baseline, repair: what a person says of migrations. */
extern const struct cli_option cmd_mark_options[], cmd_baseline_options[], cmd_repair_options[];
extern const char cmd_repair_more[];
int cmd_mark(struct cli_call *call);
int cmd_baseline(struct cli_call *call);
int cmd_repair(struct cli_call *call);
/** tusk down: undoes the newest migrations. */
extern const struct cli_option cmd_down_options[];
extern const char cmd_down_more[];
int cmd_down(struct cli_call *call);
/** tusk drop: a migration out of the folder again. */
extern const struct cli_option cmd_drop_options[];
extern const char cmd_drop_more[];
int cmd_drop(struct cli_call *call);
/** tusk squash, rebase: migrations made fewer, or put in a row. */
extern const struct cli_option cmd_squash_options[], cmd_rebase_options[];
extern const char cmd_squash_more[], cmd_rebase_more[];
int cmd_squash(struct cli_call *call);
int cmd_rebase(struct cli_call *call);
/** tusk seed: made-up rows. */
extern const struct cli_option cmd_seed_options[];
extern const char cmd_seed_more[];
int cmd_seed(struct cli_call *call);
/** tusk erd: a picture of a schema. */
extern const struct cli_option cmd_erd_options[];
extern const char cmd_erd_more[];
int cmd_erd(struct cli_call *call);
/** tusk pg start|stop|status|psql: the private PostgreSQL. */
extern const struct cli_option cmd_pg_options[];
extern const char cmd_pg_more[];
int cmd_pg(struct cli_call *call);
/** tusk stats REPORT: what the server knows about itself. */
extern const struct cli_option cmd_stats_options[];
extern const char cmd_stats_more[];
int cmd_stats(struct cli_call *call);
/** tusk explain SQL: how a statement is run. */
extern const struct cli_option cmd_explain_options[];
extern const char cmd_explain_more[];
int cmd_explain(struct cli_call *call);
/** tusk analyze, vacuum, reindex [TABLE]: maintenance, with its progress. */
extern const struct cli_option cmd_analyze_options[], cmd_vacuum_options[], cmd_reindex_options[];
extern const char cmd_maintain_more[];
int cmd_analyze(struct cli_call *call);
int cmd_vacuum(struct cli_call *call);
int cmd_reindex(struct cli_call *call);
/** tusk partitions TABLE: made ahead, by time; old ones let go. */
extern const struct cli_option cmd_partitions_options[];
extern const char cmd_partitions_more[];
int cmd_partitions(struct cli_call *call);
/** tusk backup: makes, lists, verifies, thins out backups. */
extern const struct cli_option cmd_backup_options[];
extern const char cmd_backup_more[];
int cmd_backup(struct cli_call *call);
/** tusk restore FILE: a backup becomes a database. */
extern const struct cli_option cmd_restore_options[];
extern const char cmd_restore_more[];
int cmd_restore(struct cli_call *call);
/** tusk pitr enable|backup|status|restore: back to any moment. */
extern const struct cli_option cmd_pitr_options[];
extern const char cmd_pitr_more[];
int cmd_pitr(struct cli_call *call);

#endif
