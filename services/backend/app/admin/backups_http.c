/* backups_http.c - list, make, prove, remove and fetch backups; when they are made */
#include "services/backend/app/admin/backups.h"

#include <unistd.h>

#include "services/backend/app/admin/admin.h"
#include "services/backend/app/admin/backups_download.h"
#include "services/backend/app/admin/backups_room.h"
#include "services/backend/app/admin/backups_ticket.h"
#include "services/backend/app/admin/backups_time.h"

enum { TICKET_MS = 60000 };

static const char *check_time(tusk_str text)
{
    return backups_minute(text) < 0 ? "has to be a time of day such as 02:30" : NULL;
}

const struct input_field backups_settings_body[] = {
    { "enabled", INPUT_BOOLEAN, false, 0, 0, NULL, "back up every night" },
    { "time", INPUT_TEXT, false, 5, 5, check_time, "when, as HH:MM in the server's time zone" },
    { "keep_days", INPUT_INTEGER, false, 0, 3650, NULL,
      "keep those of the last days; 0: no such rule" },
    { "keep_last", INPUT_INTEGER, false, 0, 1000, NULL, "keep the newest ones; 0: no such rule" },
    { 0 },
};
const struct input_field backups_file_query[] = {
    { "ticket", INPUT_TEXT, true, 1, 100, NULL, "from POST .../ticket; for one use" },
    { 0 },
};

static const char *const format_names[] = { [TUSK_BACKUP_CUSTOM] = "custom",
                                            [TUSK_BACKUP_PLAIN] = "plain",
                                            [TUSK_BACKUP_GZIP] = "gzip",
                                            [TUSK_BACKUP_DIRECTORY] = "directory" };

/* ---- the list ---- */

/** null for what is no text: files and databases may be called anything. */
static json_t *text_json(tusk_str text)
{
    json_t *value = text.ptr && text.len > 0 ? json_stringn(text.ptr, text.len) : NULL;
    return value ? value : json_null();
}

static json_t *problem_json(const tusk_backup *b)
{
    if (b->problem.ptr) return text_json(b->problem);
    if (b->is_missing) return json_string("Its manifest is there, the backup is not");
    if (!b->has_manifest) return json_string("It has no manifest, so it cannot be checked");
    return json_null();
}

static json_t *backup_json(const tusk_backup *b)
{
    const char *format =
        b->format < sizeof format_names / sizeof *format_names ? format_names[b->format] : NULL;
    return json_pack(
        "{s:o, s:o, s:I, s:o, s:s?, s:o, s:o, s:o, s:o}", "name",
        text_json(tusk_str_of(backup_name(b->path.ptr))), "made_at", json_time(b->made), "bytes",
        (json_int_t)b->bytes, "rows", b->has_manifest ? json_integer(b->rows) : json_null(),
        "format", format, "database", text_json(b->database), "server_version",
        text_json(b->server_version), "verified_at",
        b->verified.us ? json_time(b->verified) : json_null(), "problem", problem_json(b));
}

static json_t *list_json(const tusk_backup_list *list)
{
    json_t *all = json_array();
    for (size_t i = 0; i < list->count; i++)
        if (tusk_str_is_text(tusk_str_of(backup_name(list->items[i].path.ptr))))
            json_array_append_new(all, backup_json(&list->items[i]));
    return all;
}

static json_t *nightly_json(struct backups *b, const struct backup_settings *s)
{
    char time[8];
    tusk_time next = backups_next_at(b, s);
    snprintf(time, sizeof time, "%02d:%02d", s->minute / 60 % 24, s->minute % 60);
    return json_pack("{s:b, s:s, s:i, s:i, s:o}", "enabled", s->enabled, "time", time, "keep_days",
                     s->keep_days, "keep_last", s->keep_last, "next_at",
                     next.us ? json_time(next) : json_null());
}

static json_t *error_json(struct call *call, const tusk_error *err)
{
    return text_json(tusk_arena_printf(call->arena, "%s%s%s", err->message,
                                       err->hint[0] ? ". " : "", err->hint));
}

/** What is in the way of backups, in a sentence; null when nothing is known to be. Fills the list,
 * as far as the folder can be read. */
static json_t *look(struct call *call, tusk_conn *conn, tusk_backup_list *list)
{
    const char *folder = call->app->config->backup_dir;
    tusk_error err = { 0 };
    tusk_str tool;
    if (tusk_backup_look(call->arena, folder, list, &err)) return error_json(call, &err);
    if (tusk_backup_tool(call->arena, tusk_conn_server_version_number(conn), &tool, &err))
        return error_json(call, &err);
    if (tusk_file_exists(folder) && access(folder, R_OK | W_OK | X_OK) != 0)
        return text_json(
            tusk_arena_printf(call->arena, "the folder %s cannot be written to", folder));
    bool idle = backup_board_job(backups_board(call->app->backups)).kind == BACKUP_NONE;
    if (idle && backup_room(conn, call->arena, call->app->config, &err))
        return error_json(call, &err);
    return json_null();
}

/** How often one may be asked for, and when the next time is; null: now. */
static json_t *asked_json(struct call *call)
{
    int wait_s = backups_pause_left(call->app->backups);
    tusk_time next = { tusk_now().us + (int64_t)wait_s * 1000000 };
    return json_pack("{s:i, s:o}", "pause_s", call->app->config->backup_pause_s, "next_at",
                     wait_s > 0 ? json_time(next) : json_null());
}

void backups_list(struct call *call, tusk_conn *conn)
{
    struct backups *b = call->app->backups;
    const char *folder = call->app->config->backup_dir;
    struct backup_settings settings;
    tusk_backup_list list = { 0 };
    tusk_error err = { 0 };
    if (backup_settings_read(conn, call->arena, &settings, &err)) {
        call_error(call, &err);
        return;
    }
    json_t *problem = look(call, conn, &list);
    admin_ok(call, 200,
             json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "folder",
                       text_json(tusk_str_of(folder)), "problem", problem, "nightly",
                       nightly_json(b, &settings), "by_hand", asked_json(call), "job",
                       backup_board_job_json(backups_board(b)), "last",
                       backup_board_last_json(backups_board(b)), "backups", list_json(&list)));
}

/* ---- one of them ---- */

/** The backup that the path names, if there is one: a name is only ever compared with those that
 * are there, no path is made of it. NULL: the call was answered. */
static const tusk_backup *find(struct call *call)
{
    tusk_str name = call_param(call, "name");
    tusk_backup_list list;
    tusk_error err = { 0 };
    if (tusk_backup_look(call->arena, call->app->config->backup_dir, &list, &err)) {
        call_error(call, &err);
        return NULL;
    }
    for (size_t i = 0; i < list.count; i++)
        if (tusk_str_eq(tusk_str_of(backup_name(list.items[i].path.ptr)), name))
            return &list.items[i];
    call_fail(call, 404, "There is no such backup");
    return NULL;
}

static void too_soon(struct call *call, int wait_s)
{
    call_fail(call, 429,
              tusk_arena_printf(call->arena,
                                "A backup was asked for a moment ago; another can be in %d:%02d "
                                "minutes",
                                wait_s / 60, wait_s % 60)
                  .ptr);
    call_header(call, "Retry-After", tusk_arena_printf(call->arena, "%d", wait_s));
}

/** Answers an order: 202 with the name. */
static void order(struct call *call, enum backup_kind kind, const char *path)
{
    int wait_s = 0;
    tusk_status st = backups_order(call->app->backups, kind, path, &wait_s);
    if (st == TUSK_BUSY && wait_s > 0)
        too_soon(call, wait_s);
    else if (st == TUSK_BUSY)
        call_fail(call, 409, "A backup is being made or proven; try again when it is done");
    else if (st)
        call_busy(call, "The server is stopping");
    else
        admin_ok(call, 202, json_pack("{s:o}", "name", text_json(tusk_str_of(backup_name(path)))));
}

/** False: the call was answered. */
static bool has_room(struct call *call, tusk_conn *conn)
{
    tusk_error err = { 0 };
    tusk_status st = backup_room(conn, call->arena, call->app->config, &err);
    if (st == TUSK_IO)
        call_fail(call, 409, tusk_arena_printf(call->arena, "%s. %s", err.message, err.hint).ptr);
    else if (st)
        call_error(call, &err);
    return !st;
}

void backups_make(struct call *call, tusk_conn *conn)
{
    tusk_str path = tusk_backup_path(call->arena, call->app->config->backup_dir, &call->app->server,
                                     TUSK_BACKUP_CUSTOM);
    if (!path.ptr) {
        call_fail(call, 503, "The server is out of memory");
        return;
    }
    call_audit_target(call, tusk_str_of(backup_name(path.ptr)));
    /* names have a second in them; a pause says it better */
    if (tusk_file_exists(path.ptr) && backups_pause_left(call->app->backups) == 0)
        call_fail(call, 409, "A backup was made this very second; try again");
    else if (has_room(call, conn))
        order(call, BACKUP_MAKE, path.ptr);
}

void backups_verify(struct call *call, tusk_conn *conn)
{
    const tusk_backup *backup = find(call);
    (void)conn;
    if (!backup) return;
    if (!backup->has_manifest || backup->is_missing)
        call_fail(call, 409, "Without its file and its manifest a backup cannot be proven");
    else
        order(call, BACKUP_VERIFY, backup->path.ptr);
}

void backups_remove(struct call *call, tusk_conn *conn)
{
    const tusk_backup *backup = find(call);
    tusk_error err = { 0 };
    (void)conn;
    if (!backup) return;
    if (backup_board_is_busy_with(backups_board(call->app->backups), call_param(call, "name"))) {
        call_fail(call, 409, "This backup is being made or proven");
        return;
    }
    tusk_status st = tusk_backup_remove(call->arena, backup->path.ptr, &err);
    if (st == TUSK_BUSY)
        call_fail(call, 409, "A backup is being written in that folder; try again when it is done");
    else if (st == TUSK_INVALID)
        call_fail(call, 404, "There is no such backup");
    else if (st)
        call_error(call, &err);
    else
        call_ok(call, 200, json_pack("{s:b}", "success", 1));
}

/* ---- fetching one ---- */

/** Only whole files can be fetched. False: the call was answered. */
static bool is_one_file(struct call *call, const tusk_backup *backup)
{
    if (backup->is_missing) {
        call_fail(call, 409, "The file of this backup is missing");
        return false;
    }
    if (backup->format != TUSK_BACKUP_DIRECTORY) return true;
    call_fail(call, 400,
              "A backup of the directory format is many files and cannot be downloaded; copy its "
              "folder on the server");
    return false;
}

void backups_ticket(struct call *call, tusk_conn *conn)
{
    const tusk_backup *backup = find(call);
    (void)conn;
    if (!backup || !is_one_file(call, backup)) return;
    tusk_str name = call_param(call, "name");
    tusk_str ticket =
        ticket_issue(call->app->tickets, call->arena, call->caller.session_id, name, TICKET_MS);
    tusk_str path = download_escape(call->arena, name);
    if (!ticket.ptr || !path.ptr) {
        call_fail(call, 503, "The server is out of memory");
        return;
    }
    admin_ok(call, 200,
             json_pack("{s:o}", "url",
                       json_text(tusk_arena_printf(call->arena,
                                                   "/api/admin/backups/%.*s/file?ticket=%.*s",
                                                   TUSK_STR_ARG(path), TUSK_STR_ARG(ticket)))));
}

void backups_file(struct call *call, tusk_conn *conn)
{
    (void)conn;
    if (!ticket_take(call->app->tickets, call_query_text(call, "ticket"), call->caller.session_id,
                     call_param(call, "name"))) {
        call_fail(call, 403, "The link was used already, is too old, or is not yours; ask again");
        return;
    }
    const tusk_backup *backup = find(call);
    if (backup && is_one_file(call, backup)) download_open(call, backup->path);
}

/* ---- when they are made ---- */

static struct backup_changes changes_of(const struct call *call, int numbers[3], bool *enabled)
{
    struct backup_changes c = { 0 };
    const char *const names[] = { "keep_days", "keep_last" };
    const int **members[] = { &c.keep_days, &c.keep_last };
    for (int i = 0; i < 2; i++) {
        numbers[i] = (int)call_number(call, names[i], -1);
        if (numbers[i] >= 0) *members[i] = &numbers[i];
    }
    tusk_str time = call_text(call, "time");
    numbers[2] = time.ptr ? backups_minute(time) : -1;
    if (numbers[2] >= 0) c.minute = &numbers[2];
    *enabled = call_flag(call, "enabled");
    if (json_is_boolean(json_object_get(call->body, "enabled"))) c.enabled = enabled;
    return c;
}

void backups_settings(struct call *call, tusk_conn *conn)
{
    int numbers[3];
    bool enabled;
    struct backup_settings settings;
    struct backup_changes changes = changes_of(call, numbers, &enabled);
    tusk_error err = { 0 };
    if (!changes.enabled && !changes.minute && !changes.keep_days && !changes.keep_last) {
        call_fail(call, 400, "There is nothing to change");
        return;
    }
    tusk_status st = backup_settings_change(conn, call->arena, &changes, &err);
    if (!st) st = backup_settings_read(conn, call->arena, &settings, &err);
    if (st) {
        call_error(call, &err);
        return;
    }
    backups_settings_changed(call->app->backups);
    admin_ok(call, 200, json_pack("{s:o}", "nightly", nightly_json(call->app->backups, &settings)));
}
