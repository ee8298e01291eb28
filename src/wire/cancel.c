/* cancel.c - asking the server to stop a statement, in a short-lived thread, because libpq's call
 * blocks */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "src/base/mem.h"
#include "src/wire/internal.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

/* Shared by the connection and its requests, for either may end first. */
struct tusk_canceller {
    pthread_mutex_t mutex;
    pthread_cond_t quiet;
    PGcancel *pg;
    int owners;
    int running;
};

typedef struct cancel_request {
    tusk_canceller *canceller;
    int notify; /* our own copy; -1: none */
} cancel_request;

tusk_canceller *tusk_canceller_new(PGconn *pg)
{
    tusk_canceller *canceller = tusk_mem_alloc(sizeof *canceller);
    if (!canceller) return NULL;
    *canceller = (tusk_canceller){ .pg = PQgetCancel(pg), .owners = 1 };
    if (!canceller->pg) {
        tusk_mem_free(canceller);
        return NULL;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&canceller->mutex, NULL);
    pthread_cond_init(&canceller->quiet, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return canceller;
}

void tusk_canceller_release(tusk_canceller *canceller)
{
    if (!canceller) return;
    pthread_mutex_lock(&canceller->mutex);
    bool last = --canceller->owners == 0;
    pthread_mutex_unlock(&canceller->mutex);
    if (!last) return;
    PQfreeCancel(canceller->pg);
    pthread_cond_destroy(&canceller->quiet);
    pthread_mutex_destroy(&canceller->mutex);
    tusk_mem_free(canceller);
}

static void finish(cancel_request *request)
{
    tusk_canceller *canceller = request->canceller;
    pthread_mutex_lock(&canceller->mutex);
    canceller->running--;
    pthread_cond_broadcast(&canceller->quiet);
    pthread_mutex_unlock(&canceller->mutex);
    tusk_canceller_release(canceller);
    if (request->notify >= 0) {
        uint64_t one = 1;
        if (write(request->notify, &one, sizeof one) < 0)
            errno = 0; /* full: it is readable anyway */
        close(request->notify);
    }
    tusk_mem_free(request);
}

/* PQcancel returns when the server has closed that connection, which it does after the signal was
 * sent. */
static void *cancel_thread(void *context)
{
    cancel_request *request = context;
    char why[256];
    PQcancel(request->canceller->pg, why, sizeof why);
    finish(request);
    return NULL;
}

/* Signals are the host program's: none may arrive here, SIGPIPE of PQcancel's own socket included.
 */
static bool start_thread(cancel_request *request)
{
    pthread_attr_t detached;
    sigset_t all, before;
    pthread_t thread;
    if (pthread_attr_init(&detached) != 0) return false;
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = pthread_create(&thread, &detached, cancel_thread, request) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&detached);
    return started;
}

void tusk_canceller_start(tusk_canceller *canceller, int notify)
{
    cancel_request *made = tusk_mem_alloc(sizeof *made);
    if (!made) return;
    *made = (cancel_request){ canceller, notify >= 0 ? fcntl(notify, F_DUPFD_CLOEXEC, 3) : -1 };
    pthread_mutex_lock(&canceller->mutex);
    canceller->owners++;
    canceller->running++;
    pthread_mutex_unlock(&canceller->mutex);
    if (!start_thread(made)) finish(made);
}

bool tusk_canceller_busy(tusk_canceller *canceller)
{
    pthread_mutex_lock(&canceller->mutex);
    bool busy = canceller->running > 0;
    pthread_mutex_unlock(&canceller->mutex);
    return busy;
}

bool tusk_canceller_wait(tusk_canceller *canceller, int64_t deadline)
{
    struct timespec until = { deadline / 1000, (deadline % 1000) * 1000000 };
    int rc = 0;
    pthread_mutex_lock(&canceller->mutex);
    while (canceller->running > 0 && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&canceller->quiet, &canceller->mutex, &until);
    bool quiet = canceller->running == 0;
    pthread_mutex_unlock(&canceller->mutex);
    return quiet;
}
