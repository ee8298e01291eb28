/* activity_http.c - who does what on the server, who waits for whom, and putting an end to it */
#include "services/backend/app/admin/activity_store.h"
#include "services/backend/app/admin/admin.h"

static json_t *session_json(const tusk_stats_session *s)
{
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o, s:o}", "pid", s->pid,
                     "database", json_text(s->database), "user", json_text(s->user), "application",
                     json_text(s->application), "client", json_text(s->client), "state",
                     json_text(s->state), "wait", json_text(s->wait), "state_ms",
                     (json_int_t)s->state_ms, "query_ms", (json_int_t)s->query_ms, "transaction_ms",
                     (json_int_t)s->transaction_ms, "blocked_by", json_text(s->blocked_by), "query",
                     json_statement(s->query));
}

static json_t *lock_json(const tusk_stats_lock *l)
{
    return json_pack("{s:i, s:i, s:o, s:o, s:o, s:o, s:I, s:o, s:o}", "depth", l->depth, "pid",
                     l->pid, "user", json_text(l->user), "application", json_text(l->application),
                     "state", json_text(l->state), "wants", json_text(l->wants), "waiting_ms",
                     (json_int_t)l->waiting_ms, "blocked_by", json_text(l->blocked_by), "query",
                     json_statement(l->query));
}

void activity_list(struct call *call, tusk_conn *conn)
{
    tusk_stats_activity activity = { 0 };
    tusk_stats_locks locks = { 0 };
    tusk_error err = { 0 };
    tusk_status st = tusk_stats_activity_read(conn, call->arena, &activity, &err);
    if (!st) st = tusk_stats_locks_read(conn, call->arena, &locks, &err);
    if (st) {
        call_error(call, &err);
        return;
    }
    json_t *sessions = json_array(), *tree = json_array();
    for (size_t i = 0; i < activity.count; i++)
        json_array_append_new(sessions, session_json(&activity.items[i]));
    for (size_t i = 0; i < locks.count; i++)
        json_array_append_new(tree, lock_json(&locks.items[i]));
    admin_ok(call, 200, json_pack("{s:o, s:o}", "sessions", sessions, "locks", tree));
}

static bool is_true(const tusk_result *result, size_t field)
{
    return tusk_str_eq(tusk_result_cell(result, 0, field), TUSK_STR("t"));
}

static void answer(struct call *call, int pid, const tusk_result *result)
{
    if (result->cell_rows == 0) {
        call_fail(call, 404, "There is no such session, it may have ended");
        return;
    }
    call_audit_target(call,
                      tusk_arena_printf(call->arena, "%d %.*s", pid,
                                        TUSK_STR_ARG(tusk_result_cell(result, 0, SIGNAL_WHOM))));
    if (!is_true(result, SIGNAL_IS_CLIENT))
        call_fail(call, 409, "That process is the server's own, not a client's session");
    else if (is_true(result, SIGNAL_IS_OURS))
        call_fail(call, 409, "That is one of DeployStack's own connections; it is left alone");
    else
        admin_ok(call, 200,
                 json_pack("{s:i, s:b}", "pid", pid, "signalled", is_true(result, SIGNAL_SENT)));
}

static void end_session(struct call *call, tusk_conn *conn, bool terminate)
{
    tusk_result result = { 0 };
    tusk_error err = { 0 };
    long long pid = 0;
    if (!tusk_str_to_int(call_param(call, "pid"), 1, INT32_MAX, &pid)) {
        call_fail(call, 404, "There is no such session");
        return;
    }
    const char *ours = call->app->server.application_name;
    tusk_status st = tusk_run(
        conn, call->arena, session_signal(call->arena, (int)pid, ours, terminate), &result, &err);
    if (!st)
        answer(call, (int)pid, &result);
    else if (strcmp(err.sqlstate, "42501") == 0)
        call_fail(call, 403, "The database user of DeployStack may not end that session");
    else
        call_error(call, &err);
}

void activity_cancel(struct call *call, tusk_conn *conn)
{
    end_session(call, conn, false);
}

void activity_terminate(struct call *call, tusk_conn *conn)
{
    end_session(call, conn, true);
}
