/* backups_ticket.c - backups_ticket.h, in memory: a restart forgets them */
#include "services/backend/app/admin/backups_ticket.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "services/backend/app/secret.h"
#include "tusk/clock.h"

enum { TICKETS_MAX = 64, TICKET_SIZE = 64, SESSION_SIZE = 128, NAME_SIZE = 256 };

struct ticket {
    char ticket[TICKET_SIZE], session[SESSION_SIZE], name[NAME_SIZE]; /* ticket "": free */
    int64_t deadline;
};
struct tickets {
    pthread_mutex_t lock;
    size_t next;
    struct ticket items[TICKETS_MAX];
};

struct tickets *tickets_new(void)
{
    struct tickets *t = calloc(1, sizeof *t);
    if (t) pthread_mutex_init(&t->lock, NULL);
    return t;
}

void tickets_free(struct tickets *t)
{
    if (!t) return;
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static bool keep(char *out, size_t size, tusk_str text)
{
    if (!text.ptr || text.len == 0 || text.len >= size) return false;
    memcpy(out, text.ptr, text.len);
    out[text.len] = 0;
    return true;
}

tusk_str ticket_issue(struct tickets *t, tusk_arena *arena, tusk_str session, tusk_str name, int ms)
{
    struct ticket made = { .deadline = tusk_deadline_in(ms) };
    tusk_str text = secret_token(arena, "");
    if (!keep(made.ticket, sizeof made.ticket, text) ||
        !keep(made.session, sizeof made.session, session) ||
        !keep(made.name, sizeof made.name, name))
        return (tusk_str){ 0, 0 };
    pthread_mutex_lock(&t->lock);
    t->items[t->next++ % TICKETS_MAX] = made;
    pthread_mutex_unlock(&t->lock);
    return text;
}

bool ticket_take(struct tickets *t, tusk_str ticket, tusk_str session, tusk_str name)
{
    struct ticket found = { .ticket = "" };
    if (!ticket.ptr || ticket.len == 0) return false;
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < TICKETS_MAX; i++) {
        if (!t->items[i].ticket[0] || !secret_equal(tusk_str_of(t->items[i].ticket), ticket))
            continue;
        found = t->items[i];
        t->items[i] = (struct ticket){ .ticket = "" };
    }
    pthread_mutex_unlock(&t->lock);
    return found.ticket[0] && tusk_deadline_left(found.deadline) > 0 && session.ptr &&
           tusk_str_eq(tusk_str_of(found.session), session) &&
           tusk_str_eq(tusk_str_of(found.name), name);
}
