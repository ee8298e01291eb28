/* support.c - folders, servers and databases for tests, taken down by a watcher when the program
 * ends */
#include "tests/support/support.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tusk/buf.h"
#include "tusk/clock.h"
#include "tusk/cluster.h"
#include "tusk/testing.h"

/* Of the test program, not of the library: there is one run. */
static char top[256]; /* "" until the first folder is asked for */
static int folder_count;
static int watch_pipe = -1;
static pid_t watcher;
static tusk_cluster *cluster;

static void stop_test(const char *format, ...) TUSK_PRINTF(1, 2);
static void stop_test(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("test support: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

void support_remove_folder(const char *path)
{
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(127);
    }
    if (pid > 0) waitpid(pid, NULL, 0);
}

/* Every data folder that a test made below `top` has a server.lock. */
static void stop_servers(const char *pattern)
{
    char path[300];
    glob_t found = { 0 };
    snprintf(path, sizeof path, "%s/%s", top, pattern);
    if (glob(path, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) {
            tusk_error err;
            *strrchr(found.gl_pathv[i], '/') = 0;
            if (tusk_cluster_stop(found.gl_pathv[i], true, &err))
                fprintf(stderr, "%s\n", err.message);
        }
    globfree(&found);
}

static void watch(int end_of_program)
{
    char byte;
    setsid(); /* a killed group must not take the watcher along */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    while (read(end_of_program, &byte, 1) < 0 && errno == EINTR) continue;
    stop_servers("*/server.lock");
    stop_servers("*/*/server.lock");
    support_remove_folder(top);
    _exit(0);
}

static void end_of_program(void)
{
    if (getpid() != watcher && watch_pipe >= 0) {
        tusk_cluster_close(cluster);
        close(watch_pipe);
        waitpid(watcher, NULL, 0);
    }
}

static void make_top(void)
{
    int ends[2];
    const char *temporary = getenv("TMPDIR");
    snprintf(top, sizeof top, "%s/tusk-test-XXXXXX",
             temporary && temporary[0] ? temporary : "/tmp");
    if (!mkdtemp(top) || chmod(top, 0711) != 0) stop_test("no folder %s: %s", top, strerror(errno));
    if (pipe2(ends, O_CLOEXEC) != 0) stop_test("no pipe: %s", strerror(errno));
    fflush(NULL);
    watcher = fork();
    if (watcher < 0) stop_test("no process: %s", strerror(errno));
    if (watcher == 0) {
        close(ends[1]);
        watch(ends[0]);
    }
    close(ends[0]);
    watch_pipe = ends[1];
    atexit(end_of_program);
}

const char *support_folder(tusk_arena *arena)
{
    if (!top[0]) make_top();
    tusk_str path = tusk_arena_printf(arena, "%s/%d", top, ++folder_count);
    if (!path.ptr || mkdir(path.ptr, 0711) != 0) stop_test("no folder in %s", top);
    return path.ptr;
}

void support_own_server(void)
{
    unsetenv("TUSK_TEST_DATA_DIR");
}

const tusk_server *support_server(void)
{
    if (cluster) return tusk_cluster_server(cluster);
    tusk_error err;
    char own[300];
    const char *shared = getenv("TUSK_TEST_DATA_DIR");
    if (!top[0]) make_top();
    snprintf(own, sizeof own, "%s/server", top);
    tusk_cluster_options options = { .data_dir = shared && shared[0] ? shared : own,
                                     .database = "tusk_test" };
    if (tusk_cluster_open(&options, &cluster, &err))
        stop_test("%s (%s) %s", err.message, err.detail, err.hint);
    return tusk_cluster_server(cluster);
}

/* psql in this process, which it replaces. */
static void become_psql(const tusk_server *server, const char *sql)
{
    char port[16];
    snprintf(port, sizeof port, "%d", server->port ? server->port : 5432);
    if (server->password) setenv("PGPASSWORD", server->password, 1);
    setenv("PGHOST", server->host, 1);
    setenv("PGPORT", port, 1);
    setenv("PGUSER", server->user, 1);
    setenv("PGDATABASE", server->database, 1);
    setenv("PGCONNECT_TIMEOUT", "10", 1);
    execlp("psql", "psql", "-X", "-q", "-w", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql,
           (char *)NULL);
    _exit(127);
}

const char *support_query(tusk_arena *arena, const tusk_server *server, const char *sql)
{
    int out[2], result = 0;
    char piece[4096];
    tusk_buf answer;
    tusk_buf_init_in(&answer, arena, (size_t)1 << 20);
    if (pipe2(out, O_CLOEXEC) != 0) stop_test("no pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid < 0) stop_test("no process: %s", strerror(errno));
    if (pid == 0) {
        dup2(out[1], 1);
        become_psql(server, sql);
    }
    close(out[1]);
    for (ssize_t got; (got = read(out[0], piece, sizeof piece)) > 0;)
        tusk_buf_add_bytes(&answer, piece, (size_t)got);
    close(out[0]);
    if (waitpid(pid, &result, 0) < 0 || result != 0) return NULL;
    return tusk_arena_str(arena, tusk_str_trim(tusk_buf_str(&answer))).ptr;
}

pid_t support_query_start(const tusk_server *server, const char *sql)
{
    pid_t pid = fork();
    if (pid < 0) stop_test("no process: %s", strerror(errno));
    if (pid == 0) {
        int nowhere = open("/dev/null", O_RDWR);
        dup2(nowhere, 1);
        dup2(nowhere, 2);
        become_psql(server, sql);
    }
    return pid;
}

void support_wait_for(tusk_arena *arena, const tusk_server *server, const char *sql,
                      const char *expected, int ms)
{
    int64_t deadline = tusk_deadline_in(ms);
    const char *answer = NULL;
    do {
        answer = support_query(arena, server, sql);
        if (answer && strcmp(answer, expected) == 0) return;
    } while (tusk_deadline_left(deadline) > 0);
    stop_test("\"%s\" answers \"%s\", not \"%s\"", sql, answer ? answer : "(error)", expected);
}

tusk_server support_database(tusk_arena *arena)
{
    tusk_error err;
    tusk_test_database made;
    tusk_test_options options = { .server = support_server() };
    if (tusk_test_database_create(arena, &options, &made, &err))
        stop_test("%s", TUSK_ERROR_TEXT(&err));
    return made.server;
}

void support_set_environment(const tusk_server *server)
{
    char port[16];
    snprintf(port, sizeof port, "%d", server->port);
    setenv("POSTGRES_HOST", server->host, 1);
    setenv("POSTGRES_PORT", port, 1);
    setenv("POSTGRES_DATABASE", server->database, 1);
    setenv("POSTGRES_USER", server->user, 1);
    setenv("POSTGRES_PASSWORD", server->password ? server->password : "", 1);
    unsetenv("POSTGRES_SSL");
    unsetenv("POSTGRES_SSL_CA");
}
