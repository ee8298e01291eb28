/* child.c - the server's programs, run without a shell, without our descriptors and never as root
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/cluster/internal.h"
#include "tusk/buf.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

#define CANNOT_RUN 127

/* Between fork and exec only async-signal-safe calls: the caller may have threads. */

static bool become(uid_t uid, gid_t gid)
{
    return setgroups(0, NULL) == 0 && setgid(gid) == 0 && setuid(uid) == 0;
}

static void forget_signals(void)
{
    struct sigaction standard = { .sa_handler = SIG_DFL };
    for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Descriptors 0, 1, 2, then keep_fd as 3, `report` as 4 (closed by exec); all others are closed. */
static bool arrange_descriptors(int in, int out, int keep, int report)
{
    /* first out of the way of 0..4, so that no dup2 overwrites one that is still needed */
    in = fcntl(in, F_DUPFD_CLOEXEC, 10);
    out = fcntl(out, F_DUPFD_CLOEXEC, 10);
    if (keep > 0) keep = fcntl(keep, F_DUPFD_CLOEXEC, 10);
    if (report >= 0) report = fcntl(report, F_DUPFD_CLOEXEC, 10);
    if (in < 0 || out < 0) return false;
    if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) return false;
    close(3);
    close(4);
    if (keep > 0 && dup2(keep, 3) < 0) return false;
    if (report >= 0 && dup3(report, 4, O_CLOEXEC) < 0) return false;
    /* ours close by themselves; this is for those of our caller, where the kernel can */
    tusk_ignore(close_range(5, ~0u, 0));
    return true;
}

/* Comes back only when it failed. */
static void run_program(const tusk_child *child)
{
    forget_signals();
    if (child->switch_user && !become(child->uid, child->gid)) return;
    if (chdir("/") != 0) return;
    execve(child->argv[0], (char *const *)child->argv, (char *const *)child->env);
}

static void child_main(const tusk_child *child, int in, int out)
{
    setsid();
    if (arrange_descriptors(in, out, child->keep_fd, -1)) {
        /* what we wait for ends with us; the change of user would clear this, so it comes before it
         * too */
        if (!child->switch_user || become(child->uid, child->gid)) {
            tusk_child same = *child;
            same.switch_user = false;
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            run_program(&same);
        }
    }
    _exit(CANNOT_RUN);
}

/* Reads until the end of the pipe; false when the deadline passed. */
static bool drain(int fd, tusk_buf *output, int64_t deadline)
{
    for (;;) {
        char piece[4096];
        struct pollfd wait = { fd, POLLIN, 0 };
        int left = tusk_deadline_left(deadline);
        if (left == 0) return false;
        int ready = poll(&wait, 1, left);
        if (ready < 0 && errno != EINTR) return true;
        if (ready <= 0) continue;
        ssize_t got = read(fd, piece, sizeof piece);
        if (got == 0 || (got < 0 && errno != EINTR)) return true;
        if (got > 0 && output->len + (size_t)got <= output->max)
            tusk_buf_add_bytes(output, piece, (size_t)got);
    }
}

static tusk_status reap(pid_t pid, const char *name, int *code, tusk_error *err)
{
    int result = 0;
    while (waitpid(pid, &result, 0) < 0)
        if (errno != EINTR) return tusk_fail_errno(err, "could not wait for \"%s\"", name);
    *code = WIFEXITED(result) ? WEXITSTATUS(result) : 128 + WTERMSIG(result);
    return TUSK_OK;
}

static tusk_status finish(pid_t pid, const tusk_child *child, int out, int64_t deadline, int *code,
                          tusk_buf *output, tusk_error *err)
{
    bool ended = drain(out, output, deadline);
    if (!ended) kill(-pid, SIGKILL); /* its session: what it started goes too */
    tusk_status st = reap(pid, child->argv[0], code, err);
    if (st) return st;
    if (!ended) return tusk_fail(err, TUSK_TIMEOUT, "\"%s\" did not end in time", child->argv[0]);
    if (*code == CANNOT_RUN && output->len == 0)
        return tusk_fail(err, TUSK_IO, "could not run \"%s\"", child->argv[0]);
    return TUSK_OK;
}

static void close_pair(const int pair[2])
{
    if (pair[0] >= 0) close(pair[0]);
    if (pair[1] >= 0) close(pair[1]);
}

tusk_status tusk_child_run(tusk_arena *arena, const tusk_child *child, int64_t deadline, int *code,
                           tusk_str *text, tusk_error *err)
{
    tusk_status st = TUSK_IO;
    int in[2] = { -1, -1 }, out[2] = { -1, -1 };
    tusk_buf output;
    tusk_buf_init_in(&output, arena, child->output_max ? child->output_max : TUSK_CHILD_OUTPUT_MAX);
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
        st = tusk_fail_errno(err, "could not create a pipe");
        goto done;
    }
    /* at most 4 KiB: fits in the pipe, so this cannot block */
    if (child->input.len > 4096 ||
        write(in[1], child->input.ptr ? child->input.ptr : "", child->input.len) < 0) {
        st = tusk_fail(err, TUSK_IO, "could not hand \"%s\" its input", child->argv[0]);
        goto done;
    }
    pid_t pid = fork();
    if (pid < 0) {
        st = tusk_fail_errno(err, "could not start \"%s\"", child->argv[0]);
        goto done;
    }
    if (pid == 0) child_main(child, in[0], out[1]);
    close(in[1]);
    close(out[1]);
    in[1] = out[1] = -1;
    st = finish(pid, child, out[0], deadline, code, &output, err);
    if (st == TUSK_OK) st = tusk_buf_finish(&output, text, err);
done:
    close_pair(in);
    close_pair(out);
    return st;
}

static void say_errno(int report)
{
    int why = errno;
    ssize_t written = write(report, &why, sizeof why);
    (void)written;
}

/* The child of the child: its parent is gone at once, so init will reap it, not the program that
 * happened to start it. */
static void daemon_main(const tusk_child *child, int in, int out, int report)
{
    setsid();
    pid_t pid = fork();
    if (pid > 0) _exit(0);
    if (pid < 0) {
        say_errno(report);
        _exit(CANNOT_RUN);
    }
    if (arrange_descriptors(in, out, child->keep_fd, report)) {
        run_program(child);
        report = 4;
    }
    say_errno(report);
    _exit(CANNOT_RUN);
}

tusk_status tusk_child_start(const tusk_child *child, int log_fd, tusk_error *err)
{
    int report[2], why = 0, code = 0;
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (in < 0) return tusk_fail_errno(err, "could not open /dev/null");
    if (pipe2(report, O_CLOEXEC) != 0) {
        tusk_fail_errno(err, "could not create a pipe");
        close(in);
        return TUSK_IO;
    }
    pid_t pid = fork();
    if (pid == 0) daemon_main(child, in, log_fd, report[1]);
    tusk_status st = TUSK_OK;
    if (pid < 0) st = tusk_fail_errno(err, "could not start \"%s\"", child->argv[0]);
    close(in);
    close(report[1]);
    if (st == TUSK_OK) st = reap(pid, child->argv[0], &code, err);
    /* nothing comes when exec worked: the pipe is closed by it */
    if (st == TUSK_OK && read(report[0], &why, sizeof why) == (ssize_t)sizeof why) {
        errno = why;
        st = tusk_fail_errno(err, "could not run \"%s\"", child->argv[0]);
    }
    close(report[0]);
    return st;
}

bool tusk_child_can_enter(const char *folder, uid_t uid, gid_t gid)
{
    int code = 1;
    pid_t pid = fork();
    if (pid == 0) _exit(become(uid, gid) && access(folder, X_OK) == 0 ? 0 : 1);
    return pid > 0 && reap(pid, folder, &code, NULL) == TUSK_OK && code == 0;
}
