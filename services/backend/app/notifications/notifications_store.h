/* notifications_store.h - the queries about notifications: each is of one user */
#ifndef DEPLOYSTACK_NOTIFICATIONS_STORE_H
#define DEPLOYSTACK_NOTIFICATIONS_STORE_H

#include "services/backend/db/schema.h"
#include "tusk/tusk.h"

/** Newest first. */
notifications_query notifications_of_user(tusk_arena *a, tusk_str user_id, int64_t limit,
                                          int64_t offset);
const tusk_query *notifications_count(tusk_arena *a, tusk_str user_id);
const tusk_query *notifications_count_unread(tusk_arena *a, tusk_str user_id);
/** The changed row comes back; none when the user has no such notification. */
notifications_query notification_mark(tusk_arena *a, tusk_str id, tusk_str user_id, bool read);
/** Marks all as read; the row count says how many were not. */
notifications_query notifications_mark_all(tusk_arena *a, tusk_str user_id);
/** A new one, unread, made now. */
notifications_query notification_insert(tusk_arena *a, tusk_str user_id, tusk_str title,
                                        tusk_str message);

#endif
