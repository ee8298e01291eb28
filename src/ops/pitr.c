/* pitr.c - archiving turned on and proven, backups made, how it all stands */
#include <unistd.h>

#include "src/ops/pitr.h"
#include "src/ops/stats_row.h"
#include "src/sql/quote.h"
#include "tusk/file.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define RESTART_MS      60000
#define STEPS_MAX       ((size_t)8192)
/* A quiet server sends what it has this often. */
#define ARCHIVE_TIMEOUT "60s"

/* ---- enable: the private PostgreSQL ---- */

static tusk_status alter(tusk_conn *conn, tusk_arena *arena, const char *name, const char *value,
                         tusk_error *err)
{
    tusk_buf sql;
    tusk_buf_init_in(&sql, arena, 8192);
    tusk_buf_add_cstr(&sql, "alter system set ");
    tusk_sql_add_ident(&sql, name);
    tusk_buf_add_cstr(&sql, " = ");
    tusk_sql_add_literal(&sql, tusk_str_of(value));
    if (sql.failed) return tusk_fail_nomem(err, "a setting");
    return tusk_run(conn, arena, tusk_sql(arena, sql.ptr, NULL), NULL, err);
}

static bool needs_restart(const tusk_pitr_archiving *a)
{
    return tusk_str_eq(a->mode, TUSK_STR("off")) || tusk_str_eq(a->wal_level, TUSK_STR("minimal"));
}

/* We hold it too. */
static tusk_status refuse_others(const tusk_pitr_site *site, tusk_error *err)
{
    int others = tusk_hold_count(&site->place, false) - 1;
    if (others <= 0 || site->options->force) return TUSK_OK;
    tusk_fail(err, TUSK_BUSY, "%d program%s the private PostgreSQL, which has to be restarted",
              others, others == 1 ? " uses" : "s use");
    tusk_error_hint(err, "End %s, or give --force: open connections are cut then.",
                    others == 1 ? "it" : "them");
    return TUSK_BUSY;
}

/* Programs that hold it stay its holders: only their connections are cut. */
static tusk_status restart(tusk_arena *arena, const tusk_pitr_site *site, tusk_error *err)
{
    int lock = -1, major = 0;
    int64_t deadline = tusk_deadline_in(RESTART_MS);
    tusk_programs programs;
    tusk_postmaster server;
    tusk_status st = tusk_hold_take(site->place.lock_file, deadline, &lock, err);
    if (st) return st;
    st = tusk_make_version(arena, &site->place, &major, err);
    if (st == TUSK_OK) st = tusk_programs_find(arena, major, deadline, &programs, err);
    if (st == TUSK_OK) st = tusk_postmaster_stop(arena, &site->place, site->options->log, err);
    if (st == TUSK_OK)
        st = tusk_postmaster_ensure(arena, &site->place, &programs, deadline, site->options->log,
                                    &server, err);
    close(lock);
    return st;
}

static tusk_status set_archiving(tusk_arena *arena, const tusk_pitr_site *site,
                                 tusk_pitr_link *link, const tusk_pitr_archiving *now,
                                 const char *command, tusk_pitr_enabled *out, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    out->restarted = needs_restart(now);
    if (tusk_str_eq(now->wal_level, TUSK_STR("minimal")))
        st = alter(link->conn, arena, "wal_level", "replica", err);
    if (st == TUSK_OK && tusk_str_eq(now->mode, TUSK_STR("off")))
        st = alter(link->conn, arena, "archive_mode", "on", err);
    if (st == TUSK_OK && tusk_str_eq(now->timeout, TUSK_STR("0")))
        st = alter(link->conn, arena, "archive_timeout", ARCHIVE_TIMEOUT, err);
    if (st == TUSK_OK) st = alter(link->conn, arena, "archive_command", command, err);
    if (st) return st;
    if (!out->restarted) {
        tusk_str text;
        return tusk_ops_ask_text(link->conn, arena, "select pg_catalog.pg_reload_conf()::text",
                                 &text, err);
    }
    tusk_pitr_tell(site, "restarting the private PostgreSQL");
    tusk_conn_close(link->conn);
    link->conn = NULL;
    st = restart(arena, site, err);
    if (st) return st;
    return tusk_conn_open(&link->server, TUSK_PITR_CONNECT_MS, &link->conn, err);
}

static tusk_status check_command(const tusk_pitr_site *site, const tusk_pitr_archiving *now,
                                 const char *command, tusk_error *err)
{
    if (now->command.len == 0 || tusk_str_eq(now->command, tusk_str_of(command))) return TUSK_OK;
    if (site->options->force && site->is_private) return TUSK_OK;
    tusk_fail(err, TUSK_INVALID, "archive_command is set already, and not for this repository");
    tusk_error_detail(err, "It is: %.*s", TUSK_STR_ARG(now->command));
    tusk_error_hint(err, site->is_private
                             ? "Name its repository with --repo, or give --force to replace it."
                             : "Take it out, or name its repository with --repo.");
    return TUSK_INVALID;
}

static tusk_status enable_private(tusk_arena *arena, const tusk_pitr_site *site,
                                  tusk_pitr_link *link, const tusk_pitr_archiving *now,
                                  const char *command, tusk_pitr_enabled *out, tusk_error *err)
{
    tusk_status st = TUSK_OK;
    if (needs_restart(now)) st = refuse_others(site, err);
    if (st == TUSK_OK) st = tusk_pitr_site_make(arena, site, &link->server, err);
    if (st == TUSK_OK && (needs_restart(now) || tusk_pitr_archiving_problem(now, command)))
        st = set_archiving(arena, site, link, now, command, out, err);
    return st;
}

/* ---- enable: another server ---- */

static void add_alter(tusk_buf *steps, const char *name, const char *value)
{
    tusk_buf_printf(steps, "  alter system set %s = ", name);
    tusk_sql_add_literal(steps, tusk_str_of(value));
    tusk_buf_add_cstr(steps, ";\n");
}

static tusk_status say_steps(tusk_arena *arena, const tusk_pitr_archiving *now, const char *command,
                             tusk_str *out, tusk_error *err)
{
    tusk_buf steps;
    bool restarts = needs_restart(now);
    tusk_buf_init_in(&steps, arena, STEPS_MAX);
    tusk_buf_add_cstr(&steps, "As a superuser of it, in psql:\n");
    if (tusk_str_eq(now->wal_level, TUSK_STR("minimal"))) add_alter(&steps, "wal_level", "replica");
    if (tusk_str_eq(now->mode, TUSK_STR("off"))) add_alter(&steps, "archive_mode", "on");
    if (tusk_str_eq(now->timeout, TUSK_STR("0")))
        add_alter(&steps, "archive_timeout", ARCHIVE_TIMEOUT);
    if (!tusk_str_eq(now->command, tusk_str_of(command)))
        add_alter(&steps, "archive_command", command);
    if (!restarts) tusk_buf_add_cstr(&steps, "  select pg_reload_conf();\n");
    if (restarts)
        tusk_buf_add_cstr(&steps, "Then restart it (on Debian: systemctl restart postgresql), "
                                  "which cuts its connections.\n");
    tusk_buf_add_cstr(&steps, "Then run tusk pitr enable again: it checks that archiving works.\n");
    return tusk_buf_finish(&steps, out, err);
}

static bool is_configured(const tusk_pitr_archiving *now, const char *command)
{
    return !needs_restart(now) && tusk_str_eq(now->command, tusk_str_of(command));
}

static tusk_status enable_other(tusk_arena *arena, const tusk_pitr_site *site, tusk_pitr_link *link,
                                const tusk_pitr_archiving *now, const char *command,
                                tusk_pitr_enabled *out, tusk_error *err)
{
    tusk_status st = tusk_pitr_site_make(arena, site, &link->server, err);
    if (st || is_configured(now, command)) return st;
    return say_steps(arena, now, command, &out->steps, err);
}

/* ---- enable ---- */

static tusk_status enable(tusk_arena *arena, tusk_pitr_site *site, tusk_pitr_link *link,
                          tusk_pitr_enabled *out, tusk_error *err)
{
    tusk_pitr_archiving now;
    tusk_status st = TUSK_OK;
    if (!site->is_private) st = tusk_pitr_site_discover(arena, site, link->conn, err);
    const char *command = tusk_pitr_archive_command(arena, site);
    if (st == TUSK_OK && !command) st = tusk_fail_nomem(err, "a command line");
    if (st == TUSK_OK) st = tusk_pitr_archiving_read(link->conn, arena, &now, err);
    if (st == TUSK_OK) st = check_command(site, &now, command, err);
    if (st) return st;
    if (site->is_private)
        st = enable_private(arena, site, link, &now, command, out, err);
    else
        st = enable_other(arena, site, link, &now, command, out, err);
    if (st || out->steps.len) return st;
    tusk_pitr_tell(site, "checking that a segment gets to the archive");
    st = tusk_pitr_tool_run(arena, site, "check", NULL, &link->server, NULL, err);
    out->active = st == TUSK_OK;
    return st;
}

tusk_status tusk_pitr_enable(tusk_arena *arena, const tusk_pitr_options *given,
                             tusk_pitr_enabled *out, tusk_error *err)
{
    static const tusk_pitr_options none = { 0 };
    tusk_pitr_site site;
    tusk_pitr_link link;
    *out = (tusk_pitr_enabled){ .folder = TUSK_STR(""), .steps = TUSK_STR("") };
    tusk_status st = tusk_pitr_site_find(arena, given ? given : &none, &site, err);
    if (st == TUSK_OK) st = tusk_pitr_connect(arena, &site, &link, err);
    if (st) return st;
    st = enable(arena, &site, &link, out, err);
    out->folder = tusk_str_of(site.folder);
    tusk_pitr_disconnect(&link);
    return st;
}

/* ---- backups ---- */

static tusk_status newest_backup(tusk_arena *arena, const tusk_pitr_site *site,
                                 tusk_pitr_backup *out, tusk_error *err)
{
    tusk_pitr_info info;
    tusk_status st = tusk_pitr_info_read(arena, site, &info, err);
    if (st) return st;
    if (info.count == 0) return tusk_fail(err, TUSK_IO, "pgbackrest lists no backup");
    *out = info.backups[info.count - 1];
    return TUSK_OK;
}

tusk_status tusk_pitr_backup_make(tusk_arena *arena, const tusk_pitr_options *given,
                                  tusk_pitr_backup *out, tusk_error *err)
{
    static const tusk_pitr_options none = { 0 };
    const tusk_pitr_options *options = given ? given : &none;
    const char *args[] = { options->full ? "--type=full" : "--type=incr", NULL };
    tusk_pitr_site site;
    tusk_pitr_link link;
    tusk_status st = tusk_pitr_site_find(arena, options, &site, err);
    if (st == TUSK_OK) st = tusk_pitr_expect_enabled(&site, err);
    if (st == TUSK_OK) st = tusk_pitr_connect(arena, &site, &link, err);
    if (st) return st;
    tusk_pitr_tell(&site, "backing up");
    st = tusk_pitr_tool_run(arena, &site, "backup", args, &link.server, NULL, err);
    tusk_pitr_disconnect(&link);
    return st ? st : newest_backup(arena, &site, out, err);
}

/* ---- status ---- */

/* What cannot be asked is the problem, not an error. */
static tusk_status look_at_server(tusk_arena *arena, const tusk_pitr_site *site,
                                  tusk_pitr_status *out, tusk_error *err)
{
    tusk_pitr_link link;
    tusk_pitr_archiving now;
    tusk_error own = { 0 };
    const char *command = tusk_pitr_archive_command(arena, site);
    if (!command) return tusk_fail_nomem(err, "a command line");
    out->problem = TUSK_STR("there is no data");
    if (!tusk_file_exists(site->place.pgdata)) return TUSK_OK;
    tusk_status st = tusk_pitr_connect(arena, site, &link, &own);
    if (st == TUSK_OK) {
        st = tusk_pitr_archiving_read(link.conn, arena, &now, &own);
        tusk_pitr_disconnect(&link);
    }
    if (st) {
        out->problem = tusk_arena_str(arena, tusk_str_of(own.message));
        return out->problem.ptr ? TUSK_OK : tusk_fail_nomem(err, "a message");
    }
    out->problem = tusk_str_of(tusk_pitr_archiving_problem(&now, command));
    out->archiving = out->problem.ptr == NULL;
    out->last_segment = now.last_segment;
    out->failed_segment = now.failed_segment;
    out->last_archived = now.last_archived;
    out->last_failed = now.last_failed;
    out->archived = now.archived;
    out->failed = now.failed;
    return TUSK_OK;
}

static tusk_status take_backups(tusk_arena *arena, const tusk_pitr_info *info,
                                tusk_pitr_status *out, tusk_error *err)
{
    tusk_pitr_backup *items =
        TUSK_NEW_ARRAY(arena, tusk_pitr_backup, info->count ? info->count : 1);
    if (!items) return tusk_fail_nomem(err, "the backups");
    for (size_t i = 0; i < info->count; i++) items[i] = info->backups[info->count - 1 - i];
    out->backups = items;
    out->count = info->count;
    out->timeline = info->timeline;
    return TUSK_OK;
}

tusk_status tusk_pitr_look(tusk_arena *arena, const tusk_pitr_options *given, tusk_pitr_status *out,
                           tusk_error *err)
{
    static const tusk_pitr_options none = { 0 };
    tusk_pitr_site site;
    tusk_pitr_info info;
    *out = (tusk_pitr_status){ .problem = TUSK_STR("not enabled"), .data = TUSK_STR("") };
    out->last_segment = out->failed_segment = TUSK_STR("");
    tusk_status st = tusk_pitr_site_find(arena, given ? given : &none, &site, err);
    if (st) return st;
    out->folder = tusk_str_of(site.folder);
    if (site.place.pgdata) out->data = tusk_str_of(site.place.pgdata);
    out->enabled = tusk_pitr_is_enabled(&site);
    if (!out->enabled) return TUSK_OK;
    st = look_at_server(arena, &site, out, err);
    if (st == TUSK_OK) st = tusk_pitr_info_read(arena, &site, &info, err);
    if (st == TUSK_OK) st = take_backups(arena, &info, out, err);
    if (st) return st;
    out->oldest = tusk_pitr_info_oldest(&info);
    if (out->oldest.us == 0) return TUSK_OK;
    /* while archiving works, a restore first sends what is written */
    out->newest = out->archiving ? tusk_now() : tusk_pitr_info_newest(arena, &site, &info);
    return TUSK_OK;
}
