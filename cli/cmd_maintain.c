/* cmd_maintain.c - tusk analyze, vacuum, reindex: the lock is said first, then how far it is */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/report.h"
#include "cli/stop.h"

enum { CONNECT_MS = 15000, ASK_MS = 30000, LOCK_WAIT_MAX_S = 86400 };

#define LOCK_WAIT                                                    \
    {                                                                \
        "--lock-wait", "SECONDS", "for each lock, then give up (10)" \
    }
#define DATABASE                                                    \
    {                                                               \
        "--database", "NAME", "another database on the same server" \
    }
const struct cli_option cmd_analyze_options[] = { LOCK_WAIT, DATABASE, { 0 } };
const struct cli_option cmd_vacuum_options[] = {
    { "--full", NULL, "write the table anew, which locks it; asks first on a terminal" },
    { "--yes", NULL, "do not ask" },
    LOCK_WAIT,
    DATABASE,
    { 0 },
};
const struct cli_option cmd_reindex_options[] = {
    { "--concurrently", NULL, "while others read and write; takes longer" },
    LOCK_WAIT,
    DATABASE,
    { 0 },
};
const char cmd_maintain_more[] =
    "TABLE is a name just as the database has it, authUser or \"authUser\" or public.authUser;\n"
    "without one the whole database is meant. Ctrl-C stops it.\n";

/* ---- what is told while it works ---- */

struct teller {
    tusk_arena *arena; /* emptied for each line */
    bool terminal;
    char last[160]; /* the line before, where each phase gets its own */
};

/* One line that is written over; elsewhere a line for each phase. */
static bool tell(void *context, const tusk_maintain_progress *progress)
{
    struct teller *teller = context;
    char line[160], share[16] = "";
    tusk_arena_reset(teller->arena);
    tusk_str table = tusk_shown(teller->arena, progress->table);
    const char *phase = progress->phase.len > 0 ? progress->phase.ptr : "waiting or starting";
    if (progress->total > 0) {
        snprintf(share, sizeof share, " %3.0f %%",
                 100.0 * (double)progress->done / (double)progress->total);
    }
    snprintf(line, sizeof line, "  %s%s%s", phase, table.len > 0 ? ": " : "",
             table.len > 0 ? table.ptr : "");
    if (teller->terminal) {
        printf("\r\033[K%.60s%s  %s", line, share,
               cli_ms_text(teller->arena, (double)progress->elapsed_ms).ptr);
    } else if (progress->phase.len > 0 && strcmp(line, teller->last) != 0) {
        printf("%s\n", line);
        memcpy(teller->last, line, sizeof line);
    }
    fflush(stdout);
    return !cli_stop_asked();
}

static void tell_end(const struct cli_call *call, const struct teller *teller,
                     const tusk_maintained *done)
{
    if (teller->terminal) printf("\r\033[K");
    printf("%sdone%s in %s: %s before, %s after\n", cli_colour("32"), cli_colour(NULL),
           cli_ms_text(call->arena, (double)done->ms).ptr,
           cli_bytes_text(call->arena, done->bytes_before).ptr,
           cli_bytes_text(call->arena, done->bytes_after).ptr);
}

/* Of a whole database: whoever is not superuser never gets at the catalogs that all databases
 * share, so this is no failure. */
static void tell_skipped(const struct cli_call *call, const tusk_maintained *done)
{
    fprintf(stderr, "%s %s: the server skipped some (warned %zu times), first: %s\n", call->program,
            call->command->name, done->warnings,
            tusk_shown(call->arena, tusk_str_of(done->first_warning)).ptr);
}

/* ---- what is told before ---- */

static void say_lock(const struct cli_call *call, const tusk_maintenance *job)
{
    bool heavy = job->blocks_reads || job->blocks_writes;
    printf("%s\n  lock: %s%s%s: %s\n", tusk_shown(call->arena, job->statement).ptr,
           cli_colour(heavy ? "31" : "32"), job->lock.ptr, cli_colour(NULL), job->meaning.ptr);
    fflush(stdout);
}

static bool agreed(const struct cli_call *call, const tusk_maintenance *job)
{
    if (job->kind != TUSK_VACUUM_FULL || cli_value(call, "--yes")) return true;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return true;
    return cli_agree(call, "Go on");
}

/* ---- the commands ---- */

static tusk_status work(struct cli_call *call, const tusk_server *server,
                        const tusk_maintenance *job, tusk_conn *conn,
                        tusk_maintain_options *options, tusk_error *err)
{
    struct teller teller = { .arena = tusk_arena_new(0), .terminal = isatty(STDOUT_FILENO) };
    tusk_conn *watcher = NULL;
    tusk_maintained done = { 0 };
    tusk_status st = teller.arena ? TUSK_OK : tusk_fail_nomem(err, "the progress");
    options->progress = tell;
    options->context = &teller;
    cli_stop_listen();
    if (st == TUSK_OK) st = tusk_conn_open(server, CONNECT_MS, &watcher, err);
    if (st == TUSK_OK) st = tusk_maintain_run(conn, watcher, job, options, &done, err);
    if (st == TUSK_OK) tell_end(call, &teller, &done);
    if (st != TUSK_OK && teller.terminal) printf("\r\033[K");
    if (st == TUSK_OK && done.warnings > 0) tell_skipped(call, &done);
    tusk_conn_close(watcher);
    tusk_arena_free(teller.arena);
    return st;
}

static int maintain(struct cli_call *call, tusk_maintain_kind kind)
{
    struct cli_target target = { 0 };
    tusk_conn *conn = NULL;
    tusk_maintenance job;
    tusk_maintain_options options = { 0 };
    tusk_error err = { 0 };
    const char *wait = cli_value(call, "--lock-wait");
    long long seconds = 0;
    int code = CLI_OK;
    if (wait && !tusk_str_to_int(tusk_str_of(wait), 1, LOCK_WAIT_MAX_S, &seconds)) {
        return cli_usage(call, "--lock-wait takes a number of seconds from 1 to %d",
                         LOCK_WAIT_MAX_S);
    }
    options.lock_timeout_ms = (int)seconds * 1000;
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) st = tusk_conn_open(&target.server, CONNECT_MS, &conn, &err);
    if (st == TUSK_OK) {
        tusk_conn_set_timeout(conn, ASK_MS);
        st = tusk_maintain_prepare(conn, call->arena, kind, call->argc > 0 ? call->argv[0] : NULL,
                                   &job, &err);
    }
    if (st == TUSK_OK) {
        say_lock(call, &job);
        if (agreed(call, &job)) {
            st = work(call, &target.server, &job, conn, &options, &err);
        } else {
            printf("nothing was done\n");
            code = CLI_FAILED;
        }
    }
    tusk_conn_close(conn);
    cli_target_close(&target);
    return st == TUSK_OK ? code : cli_fail(call, &err);
}

int cmd_analyze(struct cli_call *call)
{
    return maintain(call, TUSK_ANALYZE);
}

int cmd_vacuum(struct cli_call *call)
{
    return maintain(call, cli_value(call, "--full") ? TUSK_VACUUM_FULL : TUSK_VACUUM);
}

int cmd_reindex(struct cli_call *call)
{
    bool concurrently = cli_value(call, "--concurrently") != NULL;
    return maintain(call, concurrently ? TUSK_REINDEX_CONCURRENTLY : TUSK_REINDEX);
}
