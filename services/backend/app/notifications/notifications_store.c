/* notifications_store.c - notifications_store.h's queries */
#include "services/backend/app/notifications/notifications_store.h"

#include "services/backend/app/secret.h"

notifications_query notifications_of_user(tusk_arena *a, tusk_str user_id, int64_t limit,
                                          int64_t offset)
{
    return tusk_select(
        a, notifications, .where = TUSK_LIST(tusk_eq(notifications.user_id, user_id)),
        .order = TUSK_ORDER(tusk_desc(notifications.created_at), tusk_desc(notifications.id)),
        .limit = limit, .offset = offset);
}

const tusk_query *notifications_count(tusk_arena *a, tusk_str user_id)
{
    return tusk_count(a, notifications,
                      .where = TUSK_LIST(tusk_eq(notifications.user_id, user_id)));
}

const tusk_query *notifications_count_unread(tusk_arena *a, tusk_str user_id)
{
    return tusk_count(a, notifications,
                      .where = TUSK_LIST(tusk_eq(notifications.user_id, user_id),
                                         tusk_eq(notifications.read, false)));
}

notifications_query notification_mark(tusk_arena *a, tusk_str id, tusk_str user_id, bool read)
{
    return tusk_update(
        a, notifications, .set = TUSK_SET(tusk_set(notifications.read, read)),
        .where = TUSK_LIST(tusk_eq(notifications.id, id), tusk_eq(notifications.user_id, user_id)),
        .returning = true);
}

notifications_query notifications_mark_all(tusk_arena *a, tusk_str user_id)
{
    return tusk_update(a, notifications, .set = TUSK_SET(tusk_set(notifications.read, true)),
                       .where = TUSK_LIST(tusk_eq(notifications.user_id, user_id),
                                          tusk_eq(notifications.read, false)));
}

notifications_query notification_insert(tusk_arena *a, tusk_str user_id, tusk_str title,
                                        tusk_str message)
{
    struct notification row = {
        .id = secret_id(a), .user_id = user_id, .title = title, .message = message
    };
    return tusk_insert(a, notifications, &row, .defaults = TUSK_COLUMNS(notifications.created_at));
}
