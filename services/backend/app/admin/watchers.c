/* watchers.c - server-sent events: samples as they come, a heartbeat, and an end for those who may
 * no longer */
#include "services/backend/app/admin/watchers.h"

#include <stdlib.h>

#include "services/backend/app/admin/sampler.h"
#include "services/backend/app/auth/auth.h"
#include "services/backend/app/auth/auth_store.h"

enum {
    LOOK_EVERY_MS = 5000,
    ANSWER_WITHIN_MS = 4000,
    HEARTBEAT_EVERY = 3, /* looks: 15 s */
    BLIND_MAX = 6,       /* looks without an answer: then nobody can be let watch on */
    OF_USER_MAX = 8,
    WATCHERS_MAX = 64,
};

/** One stream; lives in its call's arena, until ended(). */
struct watcher {
    struct watchers *all;
    struct watcher *next, *before;
    struct caller caller;
    http_stream *stream; /* NULL: not ready yet */
};

struct watchers {
    struct app *app;
    uv_timer_t timer;
    tusk_arena *looking; /* of the question under way, or NULL */
    struct watcher *first;
    int count, blind, until_heartbeat;
};

/* ---- events ---- */

static void send_text(struct watcher *w, tusk_str text)
{
    /* one that is 128 kB behind is cut by the server soon; it misses this event */
    if (w->stream) http_stream_write(w->stream, text);
}

/** "event: sample", the JSON on one line; "no text" when it does not fit. */
static tusk_str event_of(const struct server_sample *sample, char *out, size_t size)
{
    static const char head[] = "event: sample\ndata: ", tail[] = "\n\n";
    size_t room = size - strlen(head) - strlen(tail);
    json_t *json = sample_json(sample);
    memcpy(out, head, strlen(head));
    size_t length = json ? json_dumpb(json, out + strlen(head), room, JSON_COMPACT) : 0;
    json_decref(json);
    if (length == 0 || length > room) return (tusk_str){ 0, 0 };
    memcpy(out + strlen(head) + length, tail, strlen(tail));
    return (tusk_str){ out, strlen(head) + length + strlen(tail) };
}

void watchers_tell(struct watchers *all, const struct server_sample *sample)
{
    char text[1024];
    tusk_str event = event_of(sample, text, sizeof text);
    for (struct watcher *w = event.ptr ? all->first : NULL; w; w = w->next) send_text(w, event);
}

/* ---- who may watch on ---- */

static bool may_watch(const struct watcher *w, const struct live_session *sessions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tusk_str_eq(sessions[i].session.id, w->caller.session_id))
            return permissions_hold(sessions[i].role.permissions.text, "system.admin");
    return false;
}

static void keep_only(struct watchers *all, const struct live_session *sessions, size_t count)
{
    for (struct watcher *w = all->first; w; w = w->next)
        if (w->stream && !may_watch(w, sessions, count)) http_stream_end(w->stream);
}

static void looked(void *context, tusk_status status, const tusk_answer *answers,
                   const tusk_error *err)
{
    struct watchers *all = context;
    (void)err;
    all->blind = status ? all->blind + 1 : 0;
    if (!status)
        keep_only(all, answers[0].items, answers[0].count);
    else if (all->blind >= BLIND_MAX)
        keep_only(all, NULL, 0);
    tusk_arena_free(all->looking);
    all->looking = NULL;
}

static tusk_text_array sessions_of(const struct watchers *all, tusk_arena *a)
{
    tusk_str *ids = TUSK_NEW_ARRAY(a, tusk_str, WATCHERS_MAX);
    size_t count = 0;
    for (const struct watcher *w = all->first; ids && w; w = w->next)
        ids[count++] = tusk_arena_str(a, w->caller.session_id);
    return (tusk_text_array){ ids, count };
}

static void look(struct watchers *all)
{
    if (all->looking || !all->first) return;
    all->looking = tusk_arena_new(0);
    if (!all->looking) return;
    const tusk_query *query =
        auth_find_sessions(all->looking, sessions_of(all, all->looking), tusk_now());
    if (!tusk_async_submit(all->app->async, all->looking, &query, 1, ANSWER_WITHIN_MS, looked, all,
                           NULL, NULL))
        return;
    tusk_arena_free(all->looking);
    all->looking = NULL;
}

static void on_timer(uv_timer_t *timer)
{
    struct watchers *all = timer->data;
    if (all->app->stopping) return;
    look(all);
    if (--all->until_heartbeat > 0) return;
    all->until_heartbeat = HEARTBEAT_EVERY;
    for (struct watcher *w = all->first; w; w = w->next) send_text(w, TUSK_STR(": still here\n\n"));
}

/* ---- one more, one less ---- */

static void ready(void *context, http_stream *stream)
{
    struct watcher *w = context;
    const struct server_sample *last = sampler_last(w->all->app->sampler);
    char text[1024];
    if (w->stream) return; /* it is told after every write; only the first time counts */
    w->stream = stream;
    send_text(w, TUSK_STR("retry: 5000\n\n"));
    tusk_str event = last ? event_of(last, text, sizeof text) : (tusk_str){ 0, 0 };
    if (event.ptr) send_text(w, event);
}

static void ended(void *context, bool whole)
{
    struct watcher *w = context;
    (void)whole;
    *(w->before ? &w->before->next : &w->all->first) = w->next;
    if (w->next) w->next->before = w->before;
    w->all->count--;
}

static int count_of(const struct watchers *all, tusk_str user_id)
{
    int count = 0;
    for (const struct watcher *w = all->first; w; w = w->next)
        count += tusk_str_eq(w->caller.user.id, user_id);
    return count;
}

void watchers_add(struct watchers *all, struct call *call)
{
    if (count_of(all, call->caller.user.id) >= OF_USER_MAX) {
        call_fail(call, 429, "Too many pages of yours watch at once, close some");
        call_header(call, "Retry-After", TUSK_STR("5"));
        return;
    }
    struct watcher *w = all->count < WATCHERS_MAX ? TUSK_NEW(call->arena, struct watcher) : NULL;
    if (!w) {
        call_busy(call, "Too many pages watch at once");
        return;
    }
    *w = (struct watcher){ .all = all, .next = all->first, .caller = call->caller };
    if (all->first) all->first->before = w;
    all->first = w;
    all->count++;
    call_header(call, "X-Accel-Buffering", TUSK_STR("no")); /* a proxy shall pass events on */
    call_stream(call, "text/event-stream",
                &(http_streaming){
                    .length = -1, .endless = true, .ready = ready, .ended = ended, .context = w });
}

struct watchers *watchers_new(struct app *app)
{
    struct watchers *all = calloc(1, sizeof *all);
    if (!all) return NULL;
    all->app = app;
    all->until_heartbeat = HEARTBEAT_EVERY;
    uv_timer_init(app->loop, &all->timer);
    all->timer.data = all;
    uv_timer_start(&all->timer, on_timer, LOOK_EVERY_MS, LOOK_EVERY_MS);
    return all;
}

void watchers_stop(struct watchers *all)
{
    uv_close((uv_handle_t *)&all->timer, NULL);
}

void watchers_free(struct watchers *all)
{
    free(all);
}
