/* stop.c - Ctrl-C and SIGTERM as a wish */
#include "cli/stop.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "tusk/clock.h"

static volatile sig_atomic_t asked; /* of the process: signals have no context */

static void note(int signal)
{
    asked = 1;
}

void cli_stop_listen(void)
{
    struct sigaction action = { .sa_handler = note, .sa_flags = (int)SA_RESETHAND };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool cli_stop_asked(void)
{
    return asked != 0;
}

bool cli_stop_wait(int ms)
{
    int64_t deadline = tusk_deadline_in(ms);
    int left;
    while (!asked && (left = tusk_deadline_left(deadline)) > 0) {
        if (left > 100) left = 100; /* a signal may come just before the sleep begins */
        nanosleep(&(struct timespec){ 0, left * 1000000L }, NULL);
    }
    return asked != 0;
}
