/* pitr_site.c - which server, whose data, which repository: found, checked, made */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/ops/dump.h"
#include "src/ops/pitr.h"
#include "tusk/file.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define CONF_MAX     ((size_t)64 << 10)
#define KEEP_DEFAULT 2
#define CONFIG_LINE  "# postgresql.conf: "
/* What needs no quoting in a shell, in archive_command (%) and in pgBackRest's file. */
#define PLAIN_PATH   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+@"

void tusk_pitr_tell(const tusk_pitr_site *site, const char *step)
{
    if (site->options->progress) site->options->progress(site->options->context, step);
}

static tusk_status check_path(const char *path, tusk_error *err)
{
    if (path[strspn(path, PLAIN_PATH)] == 0) return TUSK_OK;
    tusk_fail(err, TUSK_INVALID, "\"%s\" holds characters that a command line would quote", path);
    tusk_error_hint(err, "Choose a folder named with letters, digits and \"/._-+@\" only.");
    return TUSK_INVALID;
}

/* Is `path` that folder, or below it? */
static bool is_inside(const char *path, const char *folder)
{
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && (path[len] == 0 || path[len] == '/');
}

static tusk_status check_place(const tusk_pitr_site *site, tusk_error *err)
{
    tusk_status st = check_path(site->folder, err);
    if (st == TUSK_OK) st = check_path(site->tool, err);
    if (st || !site->place.pgdata) return st;
    if (is_inside(site->folder, site->place.pgdata))
        return tusk_fail(err, TUSK_INVALID, "the repository \"%s\" is inside of the data",
                         site->folder);
    return check_path(site->place.pgdata, err);
}

/* ---- finding ---- */

static tusk_status take_owner(tusk_arena *arena, const char *path, tusk_place *place,
                              tusk_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0) return tusk_fail_errno(err, "could not look at \"%s\"", path);
    struct passwd user;
    bool known = tusk_place_find_user(arena, NULL, info.st_uid, &user);
    place->as_root = geteuid() == 0;
    place->uid = info.st_uid;
    place->gid = known ? user.pw_gid : info.st_gid;
    place->user = known ? user.pw_name : "its owner";
    if (info.st_uid == 0) {
        return tusk_fail(err, TUSK_INVALID, "\"%s\" belongs to root, as no server's data do", path);
    }
    if (place->as_root || info.st_uid == geteuid()) return TUSK_OK;
    tusk_fail(err, TUSK_IO, "\"%s\" belongs to the user %s", path, place->user);
    tusk_error_hint(err, "Run this as root or as %s.", place->user);
    return TUSK_IO;
}

/* Another server: what the configuration says about it, so that a dead one can be restored too. */
static tusk_status read_conf(tusk_arena *arena, tusk_pitr_site *site, tusk_error *err)
{
    tusk_str rest;
    tusk_status st = take_owner(arena, site->conf, &site->place, err);
    if (st == TUSK_OK) st = tusk_file_read(arena, site->conf, CONF_MAX, &rest, err);
    while (st == TUSK_OK && rest.ptr) {
        tusk_str line = tusk_str_trim(tusk_str_cut(&rest, '\n')), value = line;
        if (tusk_str_starts(line, TUSK_STR(CONFIG_LINE))) {
            tusk_str_cut(&value, ':');
            site->config_file = tusk_arena_str(arena, tusk_str_trim(value)).ptr;
        }
        if (!tusk_str_starts(line, TUSK_STR("pg1-path="))) continue;
        tusk_str_cut(&value, '=');
        site->place.pgdata = tusk_arena_str(arena, value).ptr;
    }
    if (st == TUSK_OK && !site->place.pgdata)
        return tusk_fail(err, TUSK_INVALID, "\"%s\" does not say whose data it is about",
                         site->conf);
    return st;
}

static tusk_status find_folder(tusk_arena *arena, const tusk_pitr_options *options,
                               tusk_pitr_site *site, tusk_error *err)
{
    if (options->repo) {
        tusk_status st = tusk_dump_absolute(arena, options->repo, &site->folder, NULL, err);
        if (st) return st;
    } else if (site->is_private) {
        site->folder = tusk_path_join(arena, site->place.base, "pitr").ptr;
    } else {
        tusk_fail(err, TUSK_MISUSE, "a server that is not the private one needs a repository");
        tusk_error_hint(err, "Name its folder with --repo, the same one each time.");
        return TUSK_MISUSE;
    }
    if (site->folder) site->conf = tusk_path_join(arena, site->folder, "pgbackrest.conf").ptr;
    return site->conf ? TUSK_OK : tusk_fail_nomem(err, "a repository");
}

tusk_status tusk_pitr_site_find(tusk_arena *arena, const tusk_pitr_options *options,
                                tusk_pitr_site *out, tusk_error *err)
{
    int timeout = options->timeout_ms > 0 ? options->timeout_ms : TUSK_PITR_TIMEOUT_MS;
    *out = (tusk_pitr_site){ .options = options,
                             .is_private = options->server == NULL,
                             .deadline = tusk_deadline_in(timeout) };
    tusk_status st = tusk_pitr_tool_find(arena, &out->tool, err);
    if (st == TUSK_OK && out->is_private)
        st = tusk_place_find(arena, options->data_dir, &out->place, err);
    if (st == TUSK_OK) st = find_folder(arena, options, out, err);
    if (st == TUSK_OK && !out->is_private && tusk_pitr_is_enabled(out))
        st = read_conf(arena, out, err);
    return st ? st : check_place(out, err);
}

bool tusk_pitr_is_enabled(const tusk_pitr_site *site)
{
    return tusk_file_exists(site->conf);
}

tusk_status tusk_pitr_expect_enabled(const tusk_pitr_site *site, tusk_error *err)
{
    if (tusk_pitr_is_enabled(site)) return TUSK_OK;
    tusk_fail(err, TUSK_MISUSE, "there is no repository in \"%s\"", site->folder);
    tusk_error_hint(err, "tusk pitr enable makes one; --repo names another folder.");
    return TUSK_MISUSE;
}

/* The first eight bytes of pg_control, which name a cluster. */
static bool read_identifier(const char *data, uint64_t *out)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/global/pg_control", data) >= (int)sizeof path) return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool ok = read(fd, out, sizeof *out) == (ssize_t)sizeof *out;
    close(fd);
    return ok;
}

tusk_status tusk_pitr_site_discover(tusk_arena *arena, tusk_pitr_site *site, tusk_conn *conn,
                                    tusk_error *err)
{
    static const char sql[] =
        "select current_setting('data_directory'), current_setting('config_file'),"
        " system_identifier::text from pg_catalog.pg_control_system()";
    tusk_result result;
    uint64_t found = 0;
    tusk_status st = tusk_run(conn, arena, tusk_sql(arena, sql, NULL), &result, err);
    if (st) {
        tusk_error_hint(err, "Sign in as a superuser: POSTGRES_USER says who.");
        return st;
    }
    site->place.pgdata = tusk_result_cell(&result, 0, 0).ptr;
    site->config_file = tusk_result_cell(&result, 0, 1).ptr;
    errno = 0;
    if (!read_identifier(site->place.pgdata, &found) && errno == EACCES) {
        tusk_fail(err, TUSK_IO, "\"%s\" cannot be read", site->place.pgdata);
        tusk_error_hint(err, "Run this as root, or as the user that the server runs as.");
        return TUSK_IO;
    }
    tusk_str text = tusk_arena_printf(arena, "%llu", (unsigned long long)found);
    if (!tusk_str_eq(text, tusk_result_cell(&result, 0, 2))) {
        tusk_fail(err, TUSK_INVALID, "the server's data are not on this machine");
        tusk_error_detail(err, "It says that they are in \"%s\".", site->place.pgdata);
        tusk_error_hint(err, "Run this where the server runs.");
        return TUSK_INVALID;
    }
    st = take_owner(arena, site->place.pgdata, &site->place, err);
    return st ? st : check_place(site, err);
}

/* ---- making ---- */

tusk_status tusk_pitr_give(const tusk_place *place, const char *path, tusk_error *err)
{
    if (!place->as_root || lchown(path, place->uid, place->gid) == 0) return TUSK_OK;
    return tusk_fail_errno(err, "could not give \"%s\" to %s", path, place->user);
}

static tusk_status make_part(tusk_arena *arena, const tusk_pitr_site *site, const char *name,
                             tusk_error *err)
{
    const char *path = tusk_path_join(arena, site->folder, name).ptr;
    if (!path) return tusk_fail_nomem(err, "a folder");
    tusk_status st = tusk_folder_make(path, 0700, err);
    return st ? st : tusk_pitr_give(&site->place, path, err);
}

/* The folder stays ours, so that what we write there as root goes nowhere else; the server's user
 * passes through it. */
static tusk_status make_folders(tusk_arena *arena, const tusk_pitr_site *site, tusk_error *err)
{
    struct stat info;
    const tusk_place *place = &site->place;
    tusk_status st = tusk_folder_make(site->folder, place->as_root ? 0711 : 0700, err);
    if (st) return st;
    if (stat(site->folder, &info) != 0)
        return tusk_fail_errno(err, "could not look at \"%s\"", site->folder);
    if (info.st_uid != geteuid())
        return tusk_fail(err, TUSK_INVALID, "the folder \"%s\" belongs to another user",
                         site->folder);
    if (place->as_root && !tusk_child_can_enter(site->folder, place->uid, place->gid)) {
        tusk_fail(err, TUSK_IO, "the user %s, who runs PostgreSQL, may not enter \"%s\"",
                  place->user, site->folder);
        tusk_error_hint(err, "Let others pass through it and every folder above it (chmod o+x).");
        return TUSK_IO;
    }
    st = make_part(arena, site, "repo", err);
    if (st == TUSK_OK) st = make_part(arena, site, "spool", err);
    return st ? st : make_part(arena, site, "lock", err);
}

static tusk_status write_conf(tusk_arena *arena, const tusk_pitr_site *site, tusk_error *err)
{
    tusk_buf buf;
    tusk_str text, old;
    int keep = site->options->keep_full > 0 ? site->options->keep_full : KEEP_DEFAULT;
    tusk_buf_init_in(&buf, arena, CONF_MAX);
    tusk_buf_add_cstr(&buf, "# written by tusk pitr enable, which also changes it\n");
    if (site->config_file) tusk_buf_printf(&buf, CONFIG_LINE "%s\n", site->config_file);
    tusk_buf_printf(&buf, "[global]\nrepo1-path=%s/repo\nlock-path=%s/lock\nspool-path=%s/spool\n",
                    site->folder, site->folder, site->folder);
    tusk_buf_printf(&buf, "repo1-retention-full=%d\n", keep);
    tusk_buf_add_cstr(&buf, "log-level-file=off\nlog-level-stderr=off\nlog-timestamp=n\n"
                            "start-fast=y\nprocess-max=2\ncompress-level=3\n");
    tusk_buf_printf(&buf, "\n[" TUSK_PITR_STANZA "]\npg1-path=%s\n", site->place.pgdata);
    tusk_status st = tusk_buf_finish(&buf, &text, err);
    if (st) return st;
    if (tusk_file_exists(site->conf) &&
        tusk_file_read(arena, site->conf, CONF_MAX, &old, NULL) == TUSK_OK &&
        tusk_str_eq(old, text))
        return TUSK_OK;
    st = tusk_file_replace(site->conf, text, 0600, err);
    return st ? st : tusk_pitr_give(&site->place, site->conf, err);
}

tusk_status tusk_pitr_site_make(tusk_arena *arena, const tusk_pitr_site *site,
                                const tusk_server *server, tusk_error *err)
{
    tusk_status st = make_folders(arena, site, err);
    if (st == TUSK_OK) st = write_conf(arena, site, err);
    if (st) return st;
    st = tusk_pitr_tool_run(arena, site, "stanza-create", NULL, server, NULL, err);
    if (st == TUSK_IO && err && strstr(err->message, "stanza-upgrade"))
        tusk_error_hint(err, "The repository is of another cluster: choose another with --repo.");
    return st;
}

const char *tusk_pitr_archive_command(tusk_arena *arena, const tusk_pitr_site *site)
{
    return tusk_arena_printf(arena, "%s --config=%s --stanza=" TUSK_PITR_STANZA " archive-push %%p",
                             site->tool, site->conf)
        .ptr;
}

/* ---- connecting ---- */

tusk_status tusk_pitr_connect(tusk_arena *arena, const tusk_pitr_site *site, tusk_pitr_link *out,
                              tusk_error *err)
{
    tusk_cluster_options options = { .data_dir = site->place.base,
                                     .database = "postgres",
                                     .log = site->options->log };
    tusk_status st = TUSK_OK;
    *out = (tusk_pitr_link){ 0 };
    if (site->is_private) {
        st = tusk_cluster_open(&options, &out->cluster, err);
        if (st) return st;
        out->server = *tusk_cluster_server(out->cluster);
    } else {
        out->server = *site->options->server;
    }
    st = tusk_conn_open(&out->server, TUSK_PITR_CONNECT_MS, &out->conn, err);
    if (st == TUSK_OK)
        tusk_conn_set_timeout(out->conn, TUSK_PITR_CONNECT_MS);
    else
        tusk_pitr_disconnect(out);
    return st;
}

void tusk_pitr_disconnect(tusk_pitr_link *link)
{
    tusk_conn_close(link->conn);
    link->conn = NULL;
    tusk_cluster_close(link->cluster);
    link->cluster = NULL;
}
