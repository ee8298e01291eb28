/* pitr_restore.c - back to a moment: a copy beside the data, proven, and then in their place */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "src/ops/dump.h"
#include "src/ops/pitr.h"
#include "tusk/file.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define LOCK_MS     60000
#define REMOVE_MS   600000
#define COPY_NAME   "pg.restored"
#define TABLESPACES ".tablespaces-"
#define STEPS_MAX   ((size_t)8192)
#define STAMP_SIZE  32

/* One restore: what is known before anything is touched, and what became of it. */
typedef struct restore {
    tusk_arena *arena;
    tusk_pitr_site site;
    tusk_time moment;
    const char *user;   /* who signs in to the copy */
    tusk_time flushed;  /* all until then is in the archive; us 0: nothing could be sent */
    tusk_error why_not; /* it could not */
    tusk_pitr_info info;
    const tusk_pitr_backup *backup;
    tusk_pitr_proof proof;
    char stamp[STAMP_SIZE]; /* "20261122T145503Z", for names */
    tusk_pitr_restored *out;
} restore;

/* ---- can it be done? ---- */

/* A server that cannot be asked any more is what restores are for. */
static tusk_status send_last_changes(restore *r, tusk_error *err)
{
    tusk_pitr_link link;
    tusk_pitr_tell(&r->site, "archiving what is written");
    if (!tusk_file_exists(r->site.place.pgdata))
        return (void)tusk_fail(&r->why_not, TUSK_IO, "there is no data"), TUSK_OK;
    tusk_status st = tusk_pitr_connect(r->arena, &r->site, &link, &r->why_not);
    if (st) return TUSK_OK;
    int others = r->site.is_private ? tusk_hold_count(&r->site.place, false) - 1 : 0;
    if (others > 0 && !r->site.options->force) {
        st = tusk_fail(err, TUSK_BUSY,
                       "%d program%s the private PostgreSQL, which has to be stopped", others,
                       others == 1 ? " uses" : "s use");
        tusk_error_hint(err, "End %s, or give --force.", others == 1 ? "it" : "them");
    } else {
        tusk_ignore(
            tusk_pitr_flush(link.conn, r->arena, r->site.deadline, &r->flushed, &r->why_not));
    }
    tusk_pitr_disconnect(&link);
    return st;
}

static tusk_status refuse_range(const restore *r, tusk_time oldest, tusk_time newest,
                                const char *which, tusk_error *err)
{
    tusk_fail(err, TUSK_INVALID, "%s is %s what can be restored", TUSK_TIME_TEXT(r->moment), which);
    tusk_error_detail(err, "That is from %s to %s.%s%s", TUSK_TIME_TEXT(oldest),
                      TUSK_TIME_TEXT(newest),
                      r->flushed.us ? "" : " What came later is not in the archive: ",
                      r->flushed.us ? "" : r->why_not.message);
    return TUSK_INVALID;
}

static tusk_status choose_backup(restore *r, tusk_error *err)
{
    tusk_status st = tusk_pitr_info_read(r->arena, &r->site, &r->info, err);
    if (st) return st;
    tusk_time oldest = tusk_pitr_info_oldest(&r->info);
    if (oldest.us == 0) {
        tusk_fail(err, TUSK_INVALID, "there is no backup to begin with");
        tusk_error_hint(err, "tusk pitr backup makes one; moments after it can be restored.");
        return TUSK_INVALID;
    }
    tusk_time newest = r->flushed;
    if (newest.us == 0) newest = tusk_pitr_info_newest(r->arena, &r->site, &r->info);
    r->backup = tusk_pitr_info_choose(&r->info, r->moment);
    if (!r->backup) return refuse_range(r, oldest, newest, "before", err);
    if (r->moment.us > newest.us) return refuse_range(r, oldest, newest, "after", err);
    return TUSK_OK;
}

/* ---- the copy ---- */

static const char *target_text(tusk_arena *arena, tusk_time moment)
{
    char text[TUSK_TIME_TEXT_SIZE];
    int us = (int)(moment.us % 1000000);
    tusk_time_text(moment, text); /* 2026-11-22T14:55:03.000Z */
    return tusk_arena_printf(arena, "--target=%.10s %.8s.%06d+00", text, text + 11, us).ptr;
}

/* A folder for the server's user; one that is there already is somebody's. */
static tusk_status make_folder(const restore *r, const char *path, tusk_error *err)
{
    if (mkdir(path, 0700) != 0) return tusk_fail_errno(err, "could not make \"%s\"", path);
    tusk_status st = tusk_pitr_give(&r->site.place, path, err);
    if (st) rmdir(path);
    return st;
}

static tusk_status lay_out(restore *r, const char *folder, const char *tablespaces, tusk_error *err)
{
    tusk_arena *arena = r->arena;
    const char *args[] = {
        "--type=time",
        target_text(arena, r->moment),
        "--target-action=promote",
        tusk_arena_printf(arena, "--target-timeline=%d", r->info.timeline).ptr,
        tusk_arena_printf(arena, "--set=%s", r->backup->label.ptr).ptr,
        tusk_arena_printf(arena, "--pg1-path=%s", folder).ptr,
        tusk_arena_printf(arena, "--tablespace-map-all=%s", tablespaces).ptr,
        NULL,
    };
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "a command line");
    tusk_pitr_tell(&r->site, "laying out the backup");
    return tusk_pitr_tool_run(arena, &r->site, "restore", args, NULL, NULL, err);
}

static tusk_status replay(restore *r, tusk_error *err)
{
    tusk_pitr_tell(&r->site, "replaying up to that moment");
    r->proof.user = r->user;
    r->proof.major = r->info.major;
    r->proof.deadline = r->site.deadline;
    return tusk_pitr_prove(r->arena, &r->proof, err);
}

/* The backup laid out and the log replayed; a failure leaves nothing of it. */
static tusk_status make_copy(restore *r, tusk_error *err)
{
    tusk_arena *arena = r->arena;
    const char *folder = r->proof.place.pgdata;
    const char *tablespaces = tusk_arena_printf(arena, "%s" TABLESPACES "%s", folder, r->stamp).ptr;
    if (!tablespaces) return tusk_fail_nomem(err, "a folder");
    tusk_status st = make_folder(r, folder, err);
    if (st) return st;
    st = make_folder(r, tablespaces, err);
    if (st == TUSK_OK) st = lay_out(r, folder, tablespaces, err);
    if (st == TUSK_OK) st = replay(r, err);
    if (st == TUSK_OK) {
        tusk_ignore(rmdir(tablespaces)); /* empty when there are none */
        return TUSK_OK;
    }
    tusk_ignore(tusk_make_remove_tree(arena, folder, tusk_deadline_in(REMOVE_MS), NULL));
    tusk_ignore(tusk_make_remove_tree(arena, tablespaces, tusk_deadline_in(REMOVE_MS), NULL));
    return st;
}

/* ---- the private PostgreSQL ---- */

static tusk_status swap(restore *r, tusk_error *err)
{
    const tusk_place *place = &r->site.place;
    bool had_data = tusk_file_exists(place->pgdata);
    tusk_str before = tusk_arena_printf(r->arena, "pg.before-%s", r->stamp);
    if (!before.ptr) return tusk_fail_nomem(err, "a folder");
    tusk_pitr_tell(&r->site, "putting it in the place of the old data");
    tusk_status st = tusk_swap_data(r->arena, place, COPY_NAME, before.ptr, err);
    if (st) return st;
    r->out->data = tusk_str_of(place->pgdata);
    if (had_data) r->out->before = tusk_path_join(r->arena, place->base, before.ptr);
    return r->out->before.ptr ? TUSK_OK : tusk_fail_nomem(err, "a folder");
}

/* Of tablespaces only folders that nothing is in: others may belong to data in use. */
static void remove_empty(const char *pattern)
{
    glob_t found = { 0 };
    if (pattern && glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) tusk_ignore(rmdir(found.gl_pathv[i]));
    globfree(&found);
}

/* What an earlier restore left half-done. */
static tusk_status clear_away(restore *r, tusk_error *err)
{
    bool found;
    tusk_place *place = &r->site.place;
    tusk_status st = tusk_swap_end_copy(r->arena, place, err);
    if (st == TUSK_OK) st = tusk_swap_settle(r->arena, place, &found, err);
    if (st == TUSK_OK) st = tusk_swap_copy_place(r->arena, place, &r->proof.place, err);
    if (st) return st;
    const char *copy = r->proof.place.pgdata;
    remove_empty(tusk_arena_printf(r->arena, "%s" TABLESPACES "*", copy).ptr);
    return tusk_make_remove_tree(r->arena, copy, tusk_deadline_in(REMOVE_MS), err);
}

/* Whoever holds it finds it running again: with the new data, or with the old after a failure. */
static void start_for_holders(restore *r)
{
    int major = 0;
    tusk_programs programs;
    tusk_postmaster server;
    const tusk_place *place = &r->site.place;
    int64_t deadline = tusk_deadline_in(LOCK_MS);
    if (tusk_hold_count(place, true) == 0 && !tusk_file_exists(place->stay)) return;
    tusk_status st = tusk_make_version(r->arena, place, &major, NULL);
    if (st == TUSK_OK && major) st = tusk_programs_find(r->arena, major, deadline, &programs, NULL);
    if (st == TUSK_OK && major)
        tusk_ignore(tusk_postmaster_ensure(r->arena, place, &programs, deadline,
                                           r->site.options->log, &server, NULL));
}

/* With BASE/lock taken: nobody starts, stops or joins it meanwhile. */
static tusk_status exchange(restore *r, tusk_error *err)
{
    const tusk_place *place = &r->site.place;
    int holders = tusk_hold_count(place, true);
    if (holders > 0 && !r->site.options->force)
        return tusk_fail(err, TUSK_BUSY, "%d program%s the private PostgreSQL by now", holders,
                         holders == 1 ? " uses" : "s use");
    tusk_status st = clear_away(r, err);
    if (st == TUSK_OK) tusk_pitr_tell(&r->site, "stopping the private PostgreSQL");
    if (st == TUSK_OK) st = tusk_postmaster_stop(r->arena, place, r->site.options->log, err);
    if (st == TUSK_OK) st = make_copy(r, err);
    if (st == TUSK_OK) st = swap(r, err);
    start_for_holders(r);
    return st;
}

/* The new history has to get to the archive, or later restores could not follow it. */
static void see_archiving(restore *r)
{
    tusk_pitr_link link;
    tusk_time flushed;
    tusk_pitr_tell(&r->site, "checking that archiving goes on");
    if (tusk_pitr_connect(r->arena, &r->site, &link, NULL) != TUSK_OK) return;
    r->out->archiving =
        tusk_pitr_flush(link.conn, r->arena, r->site.deadline, &flushed, NULL) == TUSK_OK;
    tusk_pitr_disconnect(&link);
}

static tusk_status restore_private(restore *r, tusk_error *err)
{
    int lock = -1;
    r->user = TUSK_CLUSTER_USER;
    tusk_status st = tusk_hold_take(r->site.place.lock_file, tusk_deadline_in(LOCK_MS), &lock, err);
    if (st) return st;
    st = exchange(r, err);
    close(lock);
    if (st == TUSK_OK) see_archiving(r);
    return st;
}

/* ---- another server ---- */

static tusk_status say_switch(restore *r, tusk_error *err)
{
    tusk_buf steps;
    const char *data = r->site.place.pgdata;
    tusk_buf_init_in(&steps, r->arena, STEPS_MAX);
    tusk_buf_add_cstr(&steps, "To switch to it:\n"
                              "  1. stop the server (on Debian: systemctl stop postgresql)\n");
    tusk_buf_printf(&steps, "  2. mv %s %s.before-%s\n", data, data, r->stamp);
    tusk_buf_printf(&steps, "  3. mv %s %s\n", r->proof.place.pgdata, data);
    tusk_buf_printf(&steps,
                    "  4. start it again, and make a backup: tusk pitr backup --repo %s --full\n",
                    r->site.folder);
    return tusk_buf_finish(&steps, &r->out->steps, err);
}

static tusk_status restore_other(restore *r, tusk_error *err)
{
    const tusk_pitr_site *site = &r->site;
    tusk_place *copy = &r->proof.place;
    *copy = site->place;
    copy->base = site->folder;
    copy->server_lock = tusk_path_join(r->arena, site->folder, "restore.lock").ptr;
    copy->log_file = tusk_path_join(r->arena, site->folder, "restore.log").ptr;
    if (!copy->server_lock || !copy->log_file) return tusk_fail_nomem(err, "a folder");
    tusk_status st = tusk_dump_absolute(r->arena, site->options->into, &copy->pgdata, NULL, err);
    if (st) return st;
    if (tusk_file_exists(copy->pgdata))
        return tusk_fail(err, TUSK_MISUSE, "\"%s\" is there already", copy->pgdata);
    const char *own = tusk_path_join(r->arena, site->place.pgdata, "postgresql.conf").ptr;
    if (own && site->config_file && strcmp(own, site->config_file) != 0)
        r->proof.config_file = site->config_file;
    r->user = site->options->server->user;
    st = make_copy(r, err);
    if (st) return st;
    r->out->data = tusk_str_of(copy->pgdata);
    return say_switch(r, err);
}

/* ---- all of it ---- */

static tusk_status check_asked(const restore *r, tusk_error *err)
{
    const tusk_pitr_options *options = r->site.options;
    tusk_time now = tusk_now();
    if (r->moment.us > now.us) {
        tusk_fail(err, TUSK_INVALID, "%s is in the future", TUSK_TIME_TEXT(r->moment));
        tusk_error_detail(err, "It is %s now.", TUSK_TIME_TEXT(now));
        return TUSK_INVALID;
    }
    if (r->site.is_private && options->into)
        return tusk_fail(err, TUSK_MISUSE, "the private PostgreSQL is restored in its own place");
    if (r->site.is_private || options->into) return TUSK_OK;
    tusk_fail(err, TUSK_MISUSE, "a server that is not the private one is restored into a folder");
    tusk_error_hint(err, "Name a new one with --into, best beside its data.");
    return TUSK_MISUSE;
}

static tusk_status run(restore *r, tusk_error *err)
{
    tusk_status st = tusk_pitr_expect_enabled(&r->site, err);
    if (st == TUSK_OK) st = check_asked(r, err);
    if (st == TUSK_OK) st = send_last_changes(r, err);
    if (st == TUSK_OK) st = choose_backup(r, err);
    if (st) return st;
    st = r->site.is_private ? restore_private(r, err) : restore_other(r, err);
    r->out->label = r->backup->label;
    r->out->reached = r->proof.reached;
    r->out->timeline = r->proof.timeline;
    return st;
}

tusk_status tusk_pitr_restore(tusk_arena *arena, const tusk_pitr_options *given, tusk_time moment,
                              tusk_pitr_restored *out, tusk_error *err)
{
    static const tusk_pitr_options none = { 0 };
    restore *r = TUSK_NEW(arena, restore);
    struct tm parts;
    time_t seconds = time(NULL);
    if (!r) return tusk_fail_nomem(err, "a restore");
    r->arena = arena;
    r->moment = moment;
    r->out = out;
    *out = (tusk_pitr_restored){ .data = TUSK_STR(""), .before = TUSK_STR("") };
    out->steps = TUSK_STR("");
    gmtime_r(&seconds, &parts);
    strftime(r->stamp, sizeof r->stamp, "%Y%m%dT%H%M%SZ", &parts);
    tusk_status st = tusk_pitr_site_find(arena, given ? given : &none, &r->site, err);
    return st ? st : run(r, err);
}
