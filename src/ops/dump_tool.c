/* dump_tool.c - pg_dump, pg_restore and gzip as children: no shell, no secret in an argument, gone
 * when we are */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/vec.h"
#include "src/ops/dump.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define CANNOT_RUN          127
#define SAID_MAX            ((size_t)64 << 10)
#define LINE_MAX_LEN        ((size_t)8 << 10)
/* As src/wire has them: nothing can exist below a device, so no certificate of the home folder
 * counts; and libpq before 16 takes "system" for the name of a file. */
#define NO_ROOT_CERTIFICATE "/dev/null/none"
#define SYSTEM_CERTIFICATES "/etc/ssl/certs/ca-certificates.crt"

typedef TUSK_VEC(const char *) strings;

/* ---- environment ---- */

static void set(tusk_arena *arena, strings *env, const char *name, const char *value)
{
    tusk_str text = tusk_arena_printf(arena, "%s=%s", name, value);
    if (text.ptr) tusk_vec_push(arena, env, text.ptr);
}

static void keep(tusk_arena *arena, strings *env, const char *name)
{
    const char *value = getenv(name);
    if (value) set(arena, env, name, value);
}

static const char *root_certificates(const char *ca)
{
    if (strcmp(ca, "system") != 0) return ca;
    const char *file = getenv("SSL_CERT_FILE");
    return file && *file ? file : SYSTEM_CERTIFICATES;
}

static void set_server(tusk_arena *arena, strings *env, const tusk_server *server)
{
    static const char *const modes[] = { [TUSK_TLS_OFF] = "disable",
                                         [TUSK_TLS_UNVERIFIED] = "require",
                                         [TUSK_TLS_VERIFY_FULL] = "verify-full" };
    set(arena, env, "PGHOST", server->host);
    set(arena, env, "PGPORT",
        tusk_arena_printf(arena, "%d", server->port > 0 ? server->port : 5432).ptr);
    set(arena, env, "PGUSER", server->user);
    set(arena, env, "PGDATABASE", server->database);
    if (server->password) set(arena, env, "PGPASSWORD", server->password);
    set(arena, env, "PGSSLMODE", modes[server->tls]);
    if (server->tls == TUSK_TLS_UNVERIFIED) set(arena, env, "PGSSLROOTCERT", NO_ROOT_CERTIFICATE);
    if (server->tls_ca) set(arena, env, "PGSSLROOTCERT", root_certificates(server->tls_ca));
    set(arena, env, "PGGSSENCMODE", "disable");
    set(arena, env, "PGCONNECT_TIMEOUT", "15");
    set(arena, env, "PGAPPNAME", "tusk backup");
}

/* Only what is named here: variables of ours could lead the tool elsewhere. */
static const char *const *environment(tusk_arena *arena, const tusk_server *server)
{
    strings env = { 0 };
    set(arena, &env, "LC_ALL", "C");
    keep(arena, &env, "PATH");
    keep(arena, &env, "HOME"); /* for .pgpass */
    keep(arena, &env, "PGPASSFILE");
    if (server) set_server(arena, &env, server);
    tusk_vec_push(arena, &env, NULL);
    return env.items;
}

/* ---- the child ---- */

/* Between fork and exec only async-signal-safe calls: the caller may have threads. */
static void child_main(const tusk_tool *tool, const char *const *env, pid_t parent, int out,
                       int complaints)
{
    struct sigaction standard = { .sa_handler = SIG_DFL };
    sigset_t none;
    setsid(); /* Ctrl-C is ours to handle */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(CANNOT_RUN);
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    umask(077); /* what is in a database is nobody else's business */
    int in = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (out < 0) out = in;
    out = fcntl(out, F_DUPFD_CLOEXEC, 10);
    complaints = fcntl(complaints, F_DUPFD_CLOEXEC, 10);
    if (in < 0 || out < 0 || complaints < 0) _exit(CANNOT_RUN);
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(complaints, 2) < 0) _exit(CANNOT_RUN);
    tusk_ignore(close_range(3, ~0u, 0));
    execve(tool->argv[0], (char *const *)tool->argv, (char *const *)env);
    _exit(CANNOT_RUN);
}

/* ---- what it says ---- */

typedef struct listener {
    const tusk_tool *tool;
    tusk_buf line; /* begun and not ended */
    tusk_buf said; /* lines that are not mere progress */
    tusk_status status;
    tusk_error *err;
} listener;

/* "pg_dump: error: ..." and what follows it, without the lines of --verbose. */
static bool is_complaint(tusk_str line)
{
    static const char *const marks[] = { "error:",  "ERROR:", "FATAL:",   "detail:",
                                         "DETAIL:", "hint:",  "HINT:",    "gzip:",
                                         "fatal:",  "cannot", "could not" };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memmem(line.ptr, line.len, marks[i], strlen(marks[i]))) return true;
    return false;
}

static void take_line(listener *l)
{
    tusk_str line = tusk_buf_str(&l->line);
    if (l->tool->line) l->tool->line(l->tool->context, line);
    if (is_complaint(line) && l->said.len + line.len < l->said.max) {
        tusk_buf_add(&l->said, line);
        tusk_buf_add_char(&l->said, '\n');
    }
    tusk_buf_reset(&l->line);
}

static void take_complaints(listener *l, tusk_str chunk)
{
    for (size_t i = 0; i < chunk.len; i++) {
        if (chunk.ptr[i] == '\n')
            take_line(l);
        else if (l->line.len < LINE_MAX_LEN)
            tusk_buf_add_char(&l->line, chunk.ptr[i]);
    }
}

bool tusk_dump_is_stopped(int stop_fd)
{
    struct pollfd stop = { stop_fd, POLLIN, 0 };
    return stop_fd > 0 && poll(&stop, 1, 0) > 0;
}

tusk_status tusk_dump_fail_stopped(tusk_error *err)
{
    return tusk_fail(err, TUSK_CANCELLED, "it was told to stop");
}

tusk_status tusk_dump_conclude(int stop_fd, tusk_status status, tusk_error *err)
{
    if (status == TUSK_OK || status == TUSK_CANCELLED || !tusk_dump_is_stopped(stop_fd))
        return status;
    return tusk_dump_fail_stopped(err);
}

/* One read of a pipe; false at its end, or when the listener gave up. */
static bool read_some(listener *l, int fd, bool is_output)
{
    char bytes[65536];
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got < 0) return errno == EINTR || errno == EAGAIN;
    if (got == 0) return false;
    tusk_str chunk = { bytes, (size_t)got };
    if (!is_output) take_complaints(l, chunk);
    if (is_output) l->status = l->tool->output(l->tool->context, chunk, l->err);
    return l->status == TUSK_OK;
}

/* Until both pipes are at their end. */
static void listen_to(listener *l, int out, int complaints)
{
    int stop_fd = l->tool->stop_fd;
    struct pollfd fds[] = { { out, POLLIN, 0 },
                            { complaints, POLLIN, 0 },
                            { stop_fd > 0 ? stop_fd : -1, POLLIN, 0 } };
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        int left = tusk_deadline_left(l->tool->deadline);
        if (left == 0) {
            l->status =
                tusk_fail(l->err, TUSK_TIMEOUT, "\"%s\" did not end in time", l->tool->argv[0]);
            return;
        }
        if (poll(fds, 3, left) <= 0) continue;
        if (fds[2].revents) {
            l->status = tusk_dump_fail_stopped(l->err);
            return;
        }
        for (int i = 0; i < 2; i++) {
            if (fds[i].fd < 0 || !fds[i].revents) continue;
            if (!read_some(l, fds[i].fd, i == 0)) fds[i].fd = -1;
            if (l->status != TUSK_OK) return;
        }
    }
}

/* ---- how it ended ---- */

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static tusk_str without(tusk_str line, const char *prefix)
{
    tusk_str start = tusk_str_of(prefix);
    if (!tusk_str_starts(line, start)) return line;
    return tusk_str_trim((tusk_str){ line.ptr + start.len, line.len - start.len });
}

static void add_known_hint(tusk_error *err, tusk_str said)
{
    if (memmem(said.ptr, said.len, "No space left", 13))
        tusk_error_hint(err, "Make room on the disk, or choose another folder.");
    else if (memmem(said.ptr, said.len, "role \"", 6) &&
             memmem(said.ptr, said.len, "does not exist", 14))
        tusk_error_hint(err, "Create that role, or restore with --no-owner.");
    else if (memmem(said.ptr, said.len, "permission denied", 17))
        tusk_error_hint(err, "Connect as a user that may read every table, such as its owner.");
}

/* The first line it said is the message, the others are the detail. */
static tusk_status fail_with_words(const listener *l, int code, tusk_error *err)
{
    const char *name = name_of(l->tool->argv[0]);
    tusk_str said = tusk_buf_str(&l->said), rest = said;
    if (code > 128 && said.len == 0) {
        tusk_fail(err, TUSK_IO, "%s was ended by signal %d (%s)", name, code - 128,
                  strsignal(code - 128));
        if (code - 128 == SIGXFSZ)
            tusk_error_hint(err, "A limit on the size of files is set (ulimit -f).");
        return TUSK_IO;
    }
    if (code == CANNOT_RUN && said.len == 0)
        return tusk_fail(err, TUSK_IO, "could not run \"%s\"", l->tool->argv[0]);
    tusk_str first = tusk_str_cut(&rest, '\n');
    first = without(first, "pg_dump: ");
    first = without(first, "pg_restore: ");
    first = without(first, "gzip: ");
    first = without(first, "error: ");
    tusk_fail(err, TUSK_IO, "%s failed: %.*s", name,
              TUSK_STR_ARG(first.len ? first : TUSK_STR("it did not say why")));
    rest = tusk_str_trim(rest.ptr ? rest : TUSK_STR(""));
    if (rest.len) tusk_error_detail(err, "%.*s", TUSK_STR_ARG(rest));
    add_known_hint(err, said);
    return TUSK_IO;
}

static int reap(pid_t pid)
{
    int result = 0;
    while (waitpid(pid, &result, 0) < 0)
        if (errno != EINTR) return CANNOT_RUN;
    return WIFEXITED(result) ? WEXITSTATUS(result) : 128 + WTERMSIG(result);
}

static void close_pair(int pair[2])
{
    if (pair[0] >= 0) close(pair[0]);
    if (pair[1] >= 0) close(pair[1]);
    pair[0] = pair[1] = -1;
}

static tusk_status start(const tusk_tool *tool, const char *const *env, int out[2],
                         int complaints[2], pid_t *pid, tusk_error *err)
{
    if (pipe2(complaints, O_CLOEXEC) != 0 || (tool->output && pipe2(out, O_CLOEXEC) != 0))
        return tusk_fail_errno(err, "could not create a pipe");
    pid_t parent = getpid();
    *pid = fork();
    if (*pid < 0) return tusk_fail_errno(err, "could not start \"%s\"", tool->argv[0]);
    if (*pid == 0) child_main(tool, env, parent, out[1], complaints[1]);
    if (out[1] >= 0) close(out[1]);
    close(complaints[1]);
    out[1] = complaints[1] = -1;
    return TUSK_OK;
}

tusk_status tusk_tool_run(tusk_arena *arena, const tusk_tool *tool, tusk_error *err)
{
    int out[2] = { -1, -1 }, complaints[2] = { -1, -1 };
    pid_t pid = -1;
    const char *const *env = environment(arena, tool->server);
    if (!env || tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the environment of a tool");
    tusk_error own = { 0 };
    listener l = { .tool = tool, .err = &own };
    tusk_buf_init(&l.line, LINE_MAX_LEN + 1);
    tusk_buf_init(&l.said, SAID_MAX);
    tusk_status st = start(tool, env, out, complaints, &pid, err);
    if (st == TUSK_OK) {
        listen_to(&l, out[0], complaints[0]);
        if (l.status != TUSK_OK) kill(-pid, SIGKILL); /* with what it started */
        int code = reap(pid);
        if (l.line.len) take_line(&l);
        st = l.status;
        if (st != TUSK_OK && err) *err = own;
        if (st == TUSK_OK && code != 0) st = fail_with_words(&l, code, err);
    }
    close_pair(out);
    close_pair(complaints);
    tusk_buf_clear(&l.line);
    tusk_buf_clear(&l.said);
    return st;
}
