/* audit_store.c - audit_store.h's queries */
#include "services/backend/app/admin/audit_store.h"

#include "services/backend/app/secret.h"

enum { TARGET_MAX = 500, SHOWN_EACH = 230 };

static bool is_inside_character(tusk_str text, size_t at)
{
    return ((unsigned char)text.ptr[at] & 0xC0) == 0x80;
}

/* Both ends and what is left out: a long comment before it hides no statement. */
tusk_str audit_shortened(tusk_arena *a, tusk_str target)
{
    if (!target.ptr) return TUSK_STR("");
    if (target.len <= TARGET_MAX) return target;
    size_t end = SHOWN_EACH, start = target.len - SHOWN_EACH; /* no character is cut in two */
    while (end > 0 && is_inside_character(target, end)) end--;
    while (start < target.len && is_inside_character(target, start)) start++;
    tusk_str text = tusk_arena_printf(a, "%.*s [... %zu bytes ...] %.*s", (int)end, target.ptr,
                                      start - end, (int)(target.len - start), target.ptr + start);
    return text.ptr ? text : (tusk_str){ target.ptr, end };
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
                                 .target = audit_shortened(a, target),
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
