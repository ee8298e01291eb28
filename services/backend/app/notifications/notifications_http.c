/* notifications_http.c - list the caller's notifications, mark them as read */
#include "services/backend/app/notifications/notifications.h"

#include "services/backend/app/notifications/notifications_store.h"

const struct input_field notifications_body[] = {
    { "read", INPUT_BOOLEAN, true, 0, 0, NULL, "true: it was read" },
    { 0 },
};

static json_t *notification_json(const struct notification *n)
{
    return json_pack("{s:o, s:o, s:o, s:b, s:o}", "id", json_text(n->id), "title",
                     json_text(n->title), "message", json_text(n->message), "read", n->read,
                     "created_at", json_time(n->created_at));
}

void notifications_list(struct call *call)
{
    struct page page = call_page(call);
    tusk_str user = call->caller.user.id;
    call_query(call, notifications_of_user(call->arena, user, page.limit, page.offset).query);
    call_query(call, notifications_count(call->arena, user));
    call_query(call, notifications_count_unread(call->arena, user));
}

void notifications_listed(struct call *call, const tusk_answer *answers)
{
    const struct notification *rows = answers[0].items;
    json_t *list = json_array();
    for (size_t i = 0; i < answers[0].count; i++)
        json_array_append_new(list, notification_json(&rows[i]));
    call_ok(call, 200,
            json_pack("{s:b, s:{s:o, s:I, s:o}}", "success", 1, "data", "notifications", list,
                      "unread", (json_int_t)call_count(&answers[2]), "pagination",
                      call_pagination(call_page(call), call_count(&answers[1]))));
}

void notifications_patch(struct call *call)
{
    call_query(call, notification_mark(call->arena, call_param(call, "notification"),
                                       call->caller.user.id, call_flag(call, "read"))
                         .query);
}

void notifications_patched(struct call *call, const tusk_answer *answers)
{
    if (answers[0].count == 0) {
        call_fail(call, 404, "Notification not found");
        return;
    }
    call_ok(call, 200,
            json_pack("{s:b, s:{s:o}}", "success", 1, "data", "notification",
                      notification_json(answers[0].items)));
}

void notifications_read_all(struct call *call)
{
    call_query(call, notifications_mark_all(call->arena, call->caller.user.id).query);
}

void notifications_all_read(struct call *call, const tusk_answer *answers)
{
    call_ok(
        call, 200,
        json_pack("{s:b, s:I}", "success", 1, "count", (json_int_t)answers[0].result.row_count));
}
