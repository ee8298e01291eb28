/* backups_store.c - backups_store.h's queries */
#include "services/backend/app/admin/backups_store.h"

#include "services/backend/app/admin/backups_time.h"
#include "services/backend/app/notifications/notifications_store.h"

#define KEY_ENABLED "backup.enabled"
#define KEY_TIME    "backup.time"
#define KEY_DAYS    "backup.keep_days"
#define KEY_LAST    "backup.keep_last"
#define KEY_MADE    "backup.last_nightly" /* its value is the backup, updated_at the time */

enum { AT_NIGHT = 2 * 60 + 30, KEEP_DAYS = 14, KEEP_LAST = 3, KEEP_MAX = 10000 };

/* ---- reading ---- */

static void read_number(tusk_str text, int *out)
{
    long long number;
    if (tusk_str_to_int(text, 0, KEEP_MAX, &number)) *out = (int)number;
}

static void later(tusk_time *time, tusk_time other)
{
    if (other.us > time->us) *time = other;
}

/** What somebody wrote into the table by hand and cannot be is passed over. */
static void read_setting(const struct global_setting *row, struct backup_settings *out)
{
    if (tusk_str_eq(row->key, TUSK_STR(KEY_ENABLED))) {
        out->enabled = tusk_str_eq(row->value, TUSK_STR("true"));
        later(&out->since, row->updated_at);
    } else if (tusk_str_eq(row->key, TUSK_STR(KEY_TIME))) {
        int minute = backups_minute(row->value);
        if (minute >= 0) out->minute = minute;
        later(&out->since, row->updated_at);
    } else if (tusk_str_eq(row->key, TUSK_STR(KEY_DAYS))) {
        read_number(row->value, &out->keep_days);
    } else if (tusk_str_eq(row->key, TUSK_STR(KEY_LAST))) {
        read_number(row->value, &out->keep_last);
    } else if (tusk_str_eq(row->key, TUSK_STR(KEY_MADE))) {
        later(&out->since, row->updated_at);
    }
}

static tusk_status read_set_up(tusk_conn *conn, tusk_arena *a, tusk_time *since, tusk_error *err)
{
    auth_users_rows rows;
    tusk_status st =
        tusk_fetch(conn, a,
                   tusk_select(a, auth_users, .order = TUSK_ORDER(tusk_asc(auth_users.created_at)),
                               .limit = 1),
                   &rows, err);
    *since = !st && rows.count > 0 ? rows.items[0].created_at : tusk_now();
    return st;
}

tusk_status backup_settings_read(tusk_conn *conn, tusk_arena *a, struct backup_settings *out,
                                 tusk_error *err)
{
    global_settings_rows rows;
    *out = (struct backup_settings){
        .enabled = true, .minute = AT_NIGHT, .keep_days = KEEP_DAYS, .keep_last = KEEP_LAST
    };
    tusk_status st = read_set_up(conn, a, &out->since, err);
    if (!st)
        st = tusk_fetch(
            conn, a,
            tusk_select(a, global_settings,
                        .where = TUSK_LIST(tusk_like(global_settings.key, TUSK_STR("backup.%")))),
            &rows, err);
    for (size_t i = 0; !st && i < rows.count; i++) read_setting(&rows.items[i], out);
    return st;
}

/* ---- changing ---- */

static tusk_status put(tusk_conn *conn, tusk_arena *a, const char *key, const char *type,
                       tusk_str value, tusk_time at, tusk_error *err)
{
    struct global_setting row = { .key = tusk_str_of(key),
                                  .value = value,
                                  .type = tusk_str_of(type),
                                  .created_at = at,
                                  .updated_at = at };
    tusk_result result = { 0 };
    if (!value.ptr) return tusk_fail_nomem(err, "a setting");
    tusk_status st =
        tusk_execute(conn, a, tusk_insert(a, global_settings, &row, .on_conflict_do_nothing = true),
                     &result, err);
    if (st || result.row_count == 1) return st;
    return tusk_execute(conn, a,
                        tusk_update(a, global_settings,
                                    .set = TUSK_SET(tusk_set(global_settings.value, value),
                                                    tusk_set(global_settings.updated_at, at)),
                                    .where = TUSK_LIST(tusk_eq(global_settings.key, row.key))),
                        NULL, err);
}

struct change {
    tusk_arena *a;
    const struct backup_changes *changes;
};

static tusk_status change(tusk_conn *conn, void *context, tusk_error *err)
{
    const struct change *in = context;
    const struct backup_changes *c = in->changes;
    tusk_arena *a = in->a;
    tusk_time now = tusk_now();
    tusk_status st = TUSK_OK;
    if (c->enabled)
        st = put(conn, a, KEY_ENABLED, "boolean",
                 *c->enabled ? TUSK_STR("true") : TUSK_STR("false"), now, err);
    if (!st && c->minute)
        st = put(conn, a, KEY_TIME, "string",
                 tusk_arena_printf(a, "%02d:%02d", *c->minute / 60, *c->minute % 60), now, err);
    if (!st && c->keep_days)
        st = put(conn, a, KEY_DAYS, "number", tusk_arena_printf(a, "%d", *c->keep_days), now, err);
    if (!st && c->keep_last)
        st = put(conn, a, KEY_LAST, "number", tusk_arena_printf(a, "%d", *c->keep_last), now, err);
    return st;
}

tusk_status backup_settings_change(tusk_conn *conn, tusk_arena *a,
                                   const struct backup_changes *changes, tusk_error *err)
{
    return tusk_transaction(conn, NULL, change, &(struct change){ a, changes }, err);
}

tusk_status backup_settings_made(tusk_conn *conn, tusk_arena *a, tusk_str name, tusk_time at,
                                 tusk_error *err)
{
    return put(conn, a, KEY_MADE, "string", name, at, err);
}

/* ---- the right to, and whom to tell ---- */

static tusk_status ask(tusk_conn *conn, tusk_arena *a, const char *sql, bool *yes, tusk_error *err)
{
    tusk_result result = { 0 };
    tusk_status st = tusk_run(conn, a, tusk_sql(a, sql, NULL), &result, err);
    if (!st) *yes = tusk_str_eq(tusk_result_cell(&result, 0, 0), TUSK_STR("t"));
    return st;
}

tusk_status backup_take_night(tusk_conn *conn, tusk_arena *a, bool *taken, tusk_error *err)
{
    return ask(conn, a, "select pg_try_advisory_lock(hashtext('deploystack'), hashtext('backup'))",
               taken, err);
}

tusk_status backup_may_verify(tusk_conn *conn, tusk_arena *a, bool *may, tusk_error *err)
{
    return ask(conn, a, "select rolcreatedb or rolsuper from pg_roles where rolname = current_user",
               may, err);
}

tusk_status backup_tell(tusk_conn *conn, tusk_arena *a, tusk_str title, tusk_str message,
                        tusk_error *err)
{
    tusk_result who = { 0 };
    const tusk_query *query =
        tusk_sql(a,
                 "select u.\"id\" from \"authUser\" u join \"roles\" r on r.\"id\" = u.\"role_id\" "
                 "where r.\"permissions\" @> to_jsonb($1::text)",
                 TUSK_PARAMS(tusk_val(TUSK_STR("system.admin"))));
    if (!title.ptr || !message.ptr) return tusk_fail_nomem(err, "a notification");
    tusk_status st = tusk_run(conn, a, query, &who, err);
    for (size_t i = 0; !st && i < who.cell_rows; i++)
        st = tusk_execute(conn, a,
                          notification_insert(a, tusk_result_cell(&who, i, 0), title, message),
                          NULL, err);
    return st;
}
