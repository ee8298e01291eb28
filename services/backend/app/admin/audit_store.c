/* audit_store.c - audit_store.h's queries */
#include "services/backend/app/admin/audit_store.h"

#include "services/backend/app/secret.h"

enum { TARGET_MAX = 500 };

tusk_str audit_shortened(tusk_str target)
{
    if (!target.ptr) return TUSK_STR("");
    if (target.len <= TARGET_MAX) return target;
    size_t end = TARGET_MAX; /* no character is cut in two */
    while (end > 0 && ((unsigned char)target.ptr[end] & 0xC0) == 0x80) end--;
    return (tusk_str){ target.ptr, end };
}

audit_log_query audit_insert(tusk_arena *a, const struct audit_entry *entry)
{
    return tusk_insert(a, audit_log, entry);
}

audit_log_query audit_of_program(tusk_arena *a, const char *action, tusk_str target,
                                 enum audit_outcome outcome)
{
    struct audit_entry entry = { .id = secret_id(a),
                                 .at = tusk_now(),
                                 .user_id = TUSK_STR(""),
                                 .username = TUSK_STR("(deploystack)"),
                                 .action = tusk_str_of(action),
                                 .target = audit_shortened(target),
                                 .outcome = outcome,
                                 .address = TUSK_STR("") };
    return audit_insert(a, &entry);
}

audit_log_query audit_entries(tusk_arena *a, int64_t limit, int64_t offset)
{
    return tusk_select(a, audit_log,
                       .order = TUSK_ORDER(tusk_desc(audit_log.at), tusk_desc(audit_log.id)),
                       .limit = limit, .offset = offset);
}

const tusk_query *audit_count(tusk_arena *a)
{
    return tusk_count(a, audit_log);
}
