/* audit.c - an entry of the audit log at the end of a call, and the list of them */
#include "services/backend/app/admin/audit.h"

#include "services/backend/app/admin/admin.h"
#include "services/backend/app/auth/auth.h"
#include "services/backend/app/secret.h"

enum { WRITE_MS = 5000, STRANGERS_A_MINUTE = 60, REFUSED_A_MINUTE = 600 };

/** The call's answer may only be given once its entry is written. */
struct writing {
    struct call *call;
    void (*then)(void *call);
};

static enum audit_outcome outcome_of(int code)
{
    if (code < 400) return audit_outcome_ok;
    /* 499: the client left while it was done */
    return code < 499 ? audit_outcome_refused : audit_outcome_failed;
}

/** "public.teams" for /:schema/:table: what the path names, until a procedure says it better. */
static tusk_str target_of(const struct call *call)
{
    if (call->audit_target.ptr) return call->audit_target;
    tusk_buf out;
    tusk_buf_init_in(&out, call->arena, 64 << 10);
    for (size_t i = 0; i < call->param_count; i++) {
        if (i > 0) tusk_buf_add_char(&out, '.');
        tusk_buf_add(&out, call->params[i].value);
    }
    return tusk_buf_str(&out);
}

static void log_entry(const struct call *call, tusk_log_level level, const char *message,
                      const struct audit_entry *entry)
{
    tusk_log_write(
        call->app->log, level, message,
        TUSK_FIELDS(
            tusk_field_cstr("request", call->request->id), tusk_field_str("user", entry->username),
            tusk_field_str("action", entry->action), tusk_field_str("target", entry->target),
            tusk_field_cstr("outcome", audit_outcome_enum.labels[entry->outcome]),
            tusk_field_str("address", entry->address)));
}

static struct audit_entry entry_of(const struct call *call)
{
    return (struct audit_entry){
        .id = secret_id(call->arena),
        .at = tusk_now(),
        .user_id = call->caller.user.id,
        .username = call->caller.user.username,
        .action = tusk_str_of(call->route->audit),
        .target = audit_shortened(call->arena, target_of(call)),
        .outcome = outcome_of(call->code),
        .address = call->request->peer,
    };
}

/** Nobody shall bury what was done, or fill the disk, with what was not: of a minute's refusals the
 * database holds the first ones, the log all. Those who may not call at all have few of their own.
 */
static bool is_too_many(struct call *call, enum audit_outcome outcome)
{
    struct audit_refusals *refusals = &call->app->refusals;
    bool stranger =
        call->caller.token_team.ptr || !auth_has(&call->caller, call->route->permission);
    int64_t minute = tusk_clock_ms() / 60000;
    if (outcome != audit_outcome_refused) return false;
    if (minute != refusals->minute) *refusals = (struct audit_refusals){ .minute = minute };
    int *count = stranger ? &refusals->strangers : &refusals->others;
    if (*count >= (stranger ? STRANGERS_A_MINUTE : REFUSED_A_MINUTE)) return true;
    ++*count;
    return false;
}

static void written(void *context, tusk_status status, const tusk_answer *answers,
                    const tusk_error *err)
{
    struct writing *w = context;
    (void)answers;
    (void)err;
    if (status) {
        struct audit_entry entry = entry_of(w->call);
        log_entry(w->call, TUSK_LOG_ERROR, "an audit entry could not be written", &entry);
    }
    w->then(w->call);
}

void audit_write(struct call *call, void (*then)(void *call))
{
    struct writing *w = NULL;
    if (!call->route || !call->route->audit || !call->caller.signed_in) {
        then(call);
        return;
    }
    struct audit_entry entry = entry_of(call);
    log_entry(call, TUSK_LOG_INFO, "audit", &entry);
    if (is_too_many(call, entry.outcome)) {
        then(call);
        return;
    }
    w = TUSK_NEW(call->arena, struct writing);
    if (w) {
        *w = (struct writing){ call, then };
        const tusk_query *query = audit_insert(call->arena, &entry).query;
        if (!tusk_async_submit(call->app->async, call->arena, &query, 1, WRITE_MS, written, w, NULL,
                               NULL))
            return;
    }
    log_entry(call, TUSK_LOG_ERROR, "an audit entry could not be written", &entry);
    then(call);
}

/* ---- GET /api/admin/audit ---- */

static json_t *entry_json(const struct audit_entry *e)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "id", json_text(e->id), "at",
                     json_time(e->at), "user_id", json_text(e->user_id), "username",
                     json_text(e->username), "action", json_text(e->action), "target",
                     json_text(e->target), "outcome", audit_outcome_enum.labels[e->outcome],
                     "address", json_text(e->address));
}

void audit_list(struct call *call)
{
    struct page page = call_page(call);
    call_query(call, audit_entries(call->arena, page.limit, page.offset).query);
    call_query(call, audit_count(call->arena));
}

void audit_listed(struct call *call, const tusk_answer *answers)
{
    const struct audit_entry *rows = answers[0].items;
    json_t *list = json_array();
    for (size_t i = 0; i < answers[0].count; i++) json_array_append_new(list, entry_json(&rows[i]));
    call_ok(call, 200,
            json_pack("{s:b, s:{s:o, s:o}}", "success", 1, "data", "entries", list, "pagination",
                      call_pagination(call_page(call), call_count(&answers[1]))));
}
