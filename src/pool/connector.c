/* connector.c - opening lanes in a thread of its own, because name lookup and TLS take time */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "src/pool/lanes_internal.h"

#include "src/base/banned.h"

static void tell(const tusk_connector *connector)
{
    uint64_t one = 1;
    if (write(connector->event, &one, sizeof one) < 0) errno = 0; /* full: it is readable anyway */
}

static void *connector_thread(void *context)
{
    tusk_connector *connector = context;
    pthread_mutex_lock(&connector->mutex);
    for (;;) {
        while (!connector->wanted && !connector->stop)
            pthread_cond_wait(&connector->changed, &connector->mutex);
        if (connector->stop) break;
        connector->wanted = false;
        pthread_mutex_unlock(&connector->mutex);
        tusk_conn *conn;
        tusk_error error = { .status = TUSK_OK };
        tusk_ignore(tusk_conn_open(connector->server, connector->timeout_ms, &conn, &error));
        pthread_mutex_lock(&connector->mutex);
        connector->conn = conn;
        connector->error = error;
        connector->finished = true;
        tell(connector);
    }
    pthread_mutex_unlock(&connector->mutex);
    return NULL;
}

bool tusk_connector_start(tusk_connector *connector, const tusk_server *server, int timeout_ms,
                          int event)
{
    sigset_t all, before;
    connector->server = server;
    connector->timeout_ms = timeout_ms;
    connector->event = event;
    pthread_mutex_init(&connector->mutex, NULL);
    pthread_cond_init(&connector->changed, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the host program's */
    connector->started = pthread_create(&connector->thread, NULL, connector_thread, connector) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return connector->started;
}

void tusk_connector_want(tusk_connector *connector)
{
    pthread_mutex_lock(&connector->mutex);
    connector->wanted = true;
    pthread_cond_signal(&connector->changed);
    pthread_mutex_unlock(&connector->mutex);
}

bool tusk_connector_take(tusk_connector *connector, tusk_conn **conn, tusk_error *err)
{
    pthread_mutex_lock(&connector->mutex);
    bool finished = connector->finished;
    if (finished) {
        *conn = connector->conn;
        *err = connector->error;
        connector->conn = NULL;
        connector->finished = false;
    }
    pthread_mutex_unlock(&connector->mutex);
    return finished;
}

void tusk_connector_stop(tusk_connector *connector)
{
    if (connector->started) {
        pthread_mutex_lock(&connector->mutex);
        connector->stop = true;
        pthread_cond_signal(&connector->changed);
        pthread_mutex_unlock(&connector->mutex);
        pthread_join(connector->thread, NULL);
        tusk_conn_close(connector->conn);
    }
    pthread_cond_destroy(&connector->changed);
    pthread_mutex_destroy(&connector->mutex);
}
