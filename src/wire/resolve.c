/* resolve.c - looking a host name up within a deadline: getaddrinfo blocks, so it runs in a thread
 * that may be left behind */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "src/base/mem.h"
#include "src/wire/internal.h"
#include "tusk/buf.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

/* More addresses than this are left out: each costs time when it does not answer. */
#define ADDRESSES_MAX 8

/* Owned by the caller and by the thread; who ends last gives it back. */
typedef struct name_lookup {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int owners;
    bool finished;
    int rc;
    struct addrinfo *found;
    char host[256];
} name_lookup;

static name_lookup *lookup_new(const char *host)
{
    name_lookup *made = tusk_mem_alloc(sizeof *made);
    if (!made) return NULL;
    *made = (name_lookup){ .owners = 1 };
    memcpy(made->host, host, strlen(host) + 1);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return made;
}

static void lookup_release(name_lookup *lookup)
{
    pthread_mutex_lock(&lookup->mutex);
    bool last = --lookup->owners == 0;
    pthread_mutex_unlock(&lookup->mutex);
    if (!last) return;
    if (lookup->found) freeaddrinfo(lookup->found);
    pthread_cond_destroy(&lookup->changed);
    pthread_mutex_destroy(&lookup->mutex);
    tusk_mem_free(lookup);
}

static void *lookup_thread(void *context)
{
    name_lookup *lookup = context;
    struct addrinfo wanted = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    int rc = getaddrinfo(lookup->host, NULL, &wanted, &found);
    pthread_mutex_lock(&lookup->mutex);
    lookup->rc = rc;
    lookup->found = rc == 0 ? found : NULL;
    lookup->finished = true;
    pthread_cond_signal(&lookup->changed);
    pthread_mutex_unlock(&lookup->mutex);
    lookup_release(lookup);
    return NULL;
}

static bool lookup_start(name_lookup *lookup)
{
    pthread_attr_t detached;
    sigset_t all, before;
    pthread_t thread;
    if (pthread_attr_init(&detached) != 0) return false;
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    lookup->owners++; /* not shared yet */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the host program's */
    bool started = pthread_create(&thread, &detached, lookup_thread, lookup) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&detached);
    if (!started) lookup->owners--;
    return started;
}

static bool lookup_wait(name_lookup *lookup, int64_t deadline)
{
    struct timespec until = { deadline / 1000, (deadline % 1000) * 1000000 };
    int rc = 0;
    pthread_mutex_lock(&lookup->mutex);
    while (!lookup->finished && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&lookup->changed, &lookup->mutex, &until);
    bool finished = lookup->finished;
    pthread_mutex_unlock(&lookup->mutex);
    return finished;
}

static tusk_status list_addresses(tusk_arena *arena, const struct addrinfo *found, tusk_str *list,
                                  size_t *count, tusk_error *err)
{
    tusk_buf text;
    tusk_buf_init_in(&text, arena, 4096);
    for (*count = 0; found && *count < ADDRESSES_MAX; found = found->ai_next) {
        char address[NI_MAXHOST];
        if (getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof address, NULL, 0,
                        NI_NUMERICHOST) != 0)
            continue;
        if (*count > 0) tusk_buf_add_char(&text, ',');
        tusk_buf_add_cstr(&text, address);
        ++*count;
    }
    return tusk_buf_finish(&text, list, err);
}

tusk_status tusk_wire_resolve(tusk_arena *arena, const char *host, int64_t deadline, tusk_str *list,
                              size_t *count, tusk_error *err)
{
    if (strlen(host) >= sizeof((name_lookup *)0)->host)
        return tusk_fail(err, TUSK_INVALID, "host name is too long");
    name_lookup *lookup = lookup_new(host);
    if (!lookup) return tusk_fail_nomem(err, "a host name lookup");
    tusk_status status = TUSK_OK;
    if (!lookup_start(lookup)) {
        status =
            tusk_fail(err, TUSK_CONNECTION, "cannot start a thread to look up host \"%s\"", host);
    } else if (!lookup_wait(lookup, deadline)) {
        status = tusk_fail(err, TUSK_TIMEOUT, "looking up host \"%s\" took too long", host);
    } else if (lookup->rc != 0) {
        status = tusk_fail(err, TUSK_CONNECTION, "cannot look up host \"%s\": %s", host,
                           gai_strerror(lookup->rc));
    } else {
        status = list_addresses(arena, lookup->found, list, count, err);
    }
    lookup_release(lookup);
    if (err && (status == TUSK_TIMEOUT || status == TUSK_CONNECTION)) err->retry = TUSK_RETRY_YES;
    return status;
}
