/* cmd_pg.c - tusk pg: the private PostgreSQL for a person: start, stop, status, psql */
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

const struct cli_option cmd_pg_options[] = {
    { "--database", "NAME", "for psql: another database on the same server" },
    { "--force", NULL, "for stop: also when programs still use it" },
    { 0 },
};
const char cmd_pg_more[] =
    "  start   start it and leave it running\n"
    "  stop    stop it\n"
    "  status  where it is and whether it runs\n"
    "  psql    a psql session on it (or on the server of POSTGRES_*); what follows goes to psql\n"
    "\nTUSK_DATA_DIR says where its data is (/var/lib/tusk as root, else ~/.local/share/tusk).\n";

static int show_status(struct cli_call *call)
{
    tusk_cluster_status status;
    tusk_error err = { 0 };
    if (tusk_cluster_look(call->arena, NULL, &status, &err) != TUSK_OK) return cli_fail(call, &err);
    if (!status.exists) {
        printf("there is no private PostgreSQL yet: it is made at first use in %.*s\n",
               TUSK_STR_ARG(status.data_dir));
        return CLI_OK;
    }
    printf("  %-9s %s%s%s\n", "state", cli_colour(status.running ? "32" : "33"),
           status.running ? "running" : "stopped", cli_colour(NULL));
    printf("  %-9s %.*s\n", "version", TUSK_STR_ARG(status.version));
    printf("  %-9s %.*s\n", "data", TUSK_STR_ARG(status.data_dir));
    if (!status.running) return CLI_OK;
    printf("  %-9s %.*s\n", "socket", TUSK_STR_ARG(status.socket_dir));
    printf("  %-9s %ld\n", "process", (long)status.pid);
    printf("  %-9s %d program%s\n", "used by", status.holders, status.holders == 1 ? "" : "s");
    return CLI_OK;
}

static int start(struct cli_call *call)
{
    tusk_error err = { 0 };
    tusk_cluster_options options = { .database = cli_value(call, "--database") };
    if (tusk_cluster_start(&options, &err) != TUSK_OK) return cli_fail(call, &err);
    return show_status(call);
}

static int stop(struct cli_call *call)
{
    tusk_error err = { 0 };
    if (tusk_cluster_stop(NULL, cli_value(call, "--force") != NULL, &err) != TUSK_OK) {
        return cli_fail(call, &err);
    }
    printf("stopped\n");
    return CLI_OK;
}

/* ---- psql ---- */

/* Everything by environment variables: what stands in argv every user of the machine can read.
 * Variables that could lead elsewhere are taken away. */
static bool set_environment(const struct cli_target *target)
{
    static const char *const modes[] = { [TUSK_TLS_OFF] = "disable",
                                         [TUSK_TLS_UNVERIFIED] = "require",
                                         [TUSK_TLS_VERIFY_FULL] = "verify-full" };
    static const char *const elsewhere[] = { "PGSERVICE", "PGHOSTADDR", "PGOPTIONS",
                                             "PGSSLROOTCERT", "PGPASSWORD" };
    const tusk_server *server = &target->server;
    char port[16];
    bool ok = true;
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) unsetenv(elsewhere[i]);
    snprintf(port, sizeof port, "%d", server->port > 0 ? server->port : 5432);
    ok &= setenv("PGHOST", server->host, 1) == 0 && setenv("PGPORT", port, 1) == 0;
    ok &= setenv("PGDATABASE", server->database, 1) == 0 && setenv("PGUSER", server->user, 1) == 0;
    ok &= setenv("PGSSLMODE", modes[server->tls], 1) == 0 &&
          setenv("PGGSSENCMODE", "disable", 1) == 0;
    if (server->password) ok &= setenv("PGPASSWORD", server->password, 1) == 0;
    if (server->tls_ca) ok &= setenv("PGSSLROOTCERT", server->tls_ca, 1) == 0;
    return ok;
}

/* The psql of the server's own major version where the distribution keeps several, else the one of
 * PATH. */
static const char *find_psql(struct cli_call *call)
{
    tusk_cluster_status status;
    if (tusk_cluster_look(call->arena, NULL, &status, NULL) != TUSK_OK) return "psql";
    tusk_str version = tusk_str_trim(status.version);
    tusk_str path =
        tusk_arena_printf(call->arena, "/usr/lib/postgresql/%.*s/bin/psql", TUSK_STR_ARG(version));
    return version.len > 0 && path.ptr && tusk_file_exists(path.ptr) ? path.ptr : "psql";
}

/* Ctrl-C is psql's: it cancels the statement there, and we wait for its end. */
static int wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return CLI_FAILED;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int spawn_psql(struct cli_call *call)
{
    char **args = TUSK_NEW_ARRAY(call->arena, char *, (size_t)call->argc + 1);
    const char *program = find_psql(call);
    posix_spawnattr_t attributes;
    sigset_t defaults;
    pid_t child = 0;
    if (!args) return CLI_FAILED;
    for (int i = 1; i < call->argc; i++) args[i] = call->argv[i];
    args[0] = (char[]){ "psql" };
    posix_spawnattr_init(&attributes);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGQUIT);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    fflush(stdout);
    int failed = posix_spawnp(&child, program, NULL, &attributes, args, environ);
    posix_spawnattr_destroy(&attributes);
    if (failed) {
        fprintf(stderr, "%s pg: %s cannot be run: %s\n", call->program, program, strerror(failed));
        return CLI_FAILED;
    }
    return wait_for(child);
}

static int psql(struct cli_call *call)
{
    struct cli_target target;
    tusk_error err = { 0 };
    if (cli_target_open(call, &target, &err) != TUSK_OK) return cli_fail(call, &err);
    int code = CLI_FAILED;
    if (set_environment(&target)) code = spawn_psql(call);
    cli_target_close(&target);
    return code;
}

/* "stop --force": what follows is psql's only behind psql. */
static void take_force(struct cli_call *call)
{
    for (size_t i = 0; call->argc == 2 && cmd_pg_options[i].name; i++) {
        if (cmd_pg_options[i].value || strcmp(cmd_pg_options[i].name, call->argv[1]) != 0) continue;
        call->values[i] = "";
        call->argc = 1;
    }
}

int cmd_pg(struct cli_call *call)
{
    static const struct {
        const char *word;
        int (*run)(struct cli_call *call);
    } actions[] = {
        { "start", start }, { "stop", stop }, { "status", show_status }, { "psql", psql }
    };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(call->argv[0], actions[i].word) != 0) continue;
        if (actions[i].run == stop) take_force(call);
        if (actions[i].run != psql && call->argc > 1) {
            return cli_usage(call, "\"%s\" is more than it takes", call->argv[1]);
        }
        return actions[i].run(call);
    }
    return cli_usage(call, "\"%s\" is none of start, stop, status, psql", call->argv[0]);
}
