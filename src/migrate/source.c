/* source.c - finding out what a schema's name means, and reading it */
#include "src/migrate/source.h"

#include <sys/stat.h>

#include "src/introspect/introspect.h"
#include "src/migrate/folder.h"
#include "tusk/file.h"

#include "src/base/banned.h"

enum { CONNECT_MS = 15000 };
#define SNAPSHOT_MAX ((size_t)64 << 20)

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static tusk_status find_kind(tusk_arena *arena, const tusk_change_options *options,
                             tusk_source *out, tusk_error *err)
{
    const tusk_server *database = options ? options->server : NULL;
    tusk_str name = tusk_str_of(out->name);
    bool url = tusk_str_starts(name, TUSK_STR("postgres://")) ||
               tusk_str_starts(name, TUSK_STR("postgresql://"));
    if (url) {
        out->kind = TUSK_SOURCE_DATABASE;
        return tusk_server_from_url(arena, out->name, &out->server, err);
    }
    if (tusk_str_eq(name, TUSK_STR("database")) && database) {
        out->kind = TUSK_SOURCE_DATABASE;
        out->server = *database;
    } else if (tusk_str_eq(name, TUSK_STR("schema")) && options && options->compiled) {
        out->kind = TUSK_SOURCE_COMPILED;
    } else if (tusk_str_eq(name, TUSK_STR("empty"))) {
        out->kind = TUSK_SOURCE_EMPTY;
    } else if (tusk_str_ends(name, TUSK_STR(".def"))) {
        out->kind = TUSK_SOURCE_DEF;
    } else if (tusk_str_ends(name, TUSK_STR(".json"))) {
        out->kind = TUSK_SOURCE_SNAPSHOT;
    } else if (is_folder(out->name)) {
        out->kind = TUSK_SOURCE_FOLDER;
    } else {
        tusk_fail(err, TUSK_INVALID, "\"%s\" is no schema", out->name);
        tusk_error_hint(err, "Name a .def file, a snapshot (.json), a folder of migrations, "
                             "postgres://user@host/database, database, or empty.");
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

static tusk_status read_snapshot(tusk_arena *arena, tusk_source *out, tusk_error *err)
{
    tusk_str text;
    tusk_snapshot snapshot;
    tusk_status st = tusk_file_read(arena, out->name, SNAPSHOT_MAX, &text, err);
    if (st == TUSK_OK) st = tusk_snapshot_read(arena, out->name, text, &snapshot, err);
    if (st == TUSK_OK) out->model = snapshot.model;
    return st;
}

static tusk_status read_folder(tusk_arena *arena, tusk_source *out, tusk_error *err)
{
    tusk_journal journal;
    tusk_latest latest;
    tusk_status st = tusk_journal_read(arena, out->name, &journal, err);
    if (st == TUSK_OK && !journal.exists) st = tusk_journal_missing(out->name, err);
    if (st == TUSK_OK) st = tusk_folder_latest(arena, out->name, &journal, &latest, err);
    if (st == TUSK_OK) out->model = latest.snapshot.model;
    return st;
}

tusk_status tusk_source_read(tusk_arena *arena, const char *name,
                             const tusk_change_options *options, tusk_source *out, tusk_error *err)
{
    *out = (tusk_source){ .name = name, .model = tusk_model_empty() };
    tusk_status st = find_kind(arena, options, out, err);
    if (st != TUSK_OK) return st;
    if (out->kind == TUSK_SOURCE_DEF) return tusk_model_from_def(arena, name, &out->model, err);
    if (out->kind == TUSK_SOURCE_COMPILED) {
        return tusk_model_from_schema(arena, options->compiled, &out->model, err);
    }
    if (out->kind == TUSK_SOURCE_SNAPSHOT) return read_snapshot(arena, out, err);
    if (out->kind == TUSK_SOURCE_FOLDER) return read_folder(arena, out, err);
    return TUSK_OK;
}

tusk_status tusk_source_introspect(tusk_arena *arena, const tusk_change_options *options,
                                   tusk_source *source, tusk_error *err)
{
    tusk_conn *conn = NULL;
    tusk_introspect_options which = { .schemas = options ? options->schemas : NULL };
    tusk_status st = tusk_conn_open(&source->server, CONNECT_MS, &conn, err);
    if (st == TUSK_OK) st = tusk_introspect(conn, arena, &which, &source->model, err);
    tusk_conn_close(conn);
    return st;
}

/* One of them is a database. */
static tusk_status compare(tusk_arena *arena, const tusk_change_options *options,
                           tusk_source *database, tusk_source *other, tusk_str *inexact,
                           tusk_error *err)
{
    tusk_conn *conn = NULL;
    tusk_comparison both;
    tusk_introspect_options which = { .schemas = options ? options->schemas : NULL,
                                      .roles = other->model.roles.count > 0 };
    tusk_status st = tusk_conn_open(&database->server, CONNECT_MS, &conn, err);
    if (st == TUSK_OK) {
        st = tusk_introspect_compare(conn, &database->server, arena, &which, &other->model, &both,
                                     err);
    }
    tusk_conn_close(conn);
    if (st != TUSK_OK) return st;
    database->model = both.database;
    other->model = both.wanted;
    if (!both.exact) *inexact = both.why;
    return TUSK_OK;
}

tusk_status tusk_source_pair(tusk_arena *arena, const tusk_change_options *options,
                             tusk_source *from, tusk_source *to, tusk_str *inexact, tusk_error *err)
{
    bool from_database = from->kind == TUSK_SOURCE_DATABASE;
    bool to_database = to->kind == TUSK_SOURCE_DATABASE;
    *inexact = TUSK_STR("");
    if (!from_database && !to_database) return TUSK_OK;
    bool alone = from->kind == TUSK_SOURCE_EMPTY || to->kind == TUSK_SOURCE_EMPTY;
    if ((from_database && to_database) || alone) {
        tusk_status st = TUSK_OK;
        if (from_database) st = tusk_source_introspect(arena, options, from, err);
        if (st == TUSK_OK && to_database) st = tusk_source_introspect(arena, options, to, err);
        return st;
    }
    return from_database ? compare(arena, options, from, to, inexact, err)
                         : compare(arena, options, to, from, inexact, err);
}

tusk_status tusk_source_renames(tusk_arena *arena, const tusk_change_options *options,
                                tusk_diff_options *out, tusk_error *err)
{
    TUSK_VEC(tusk_rename) list = { 0 };
    const char *const *renames = options ? options->renames : NULL;
    *out = (tusk_diff_options){ 0 };
    for (; renames && *renames; renames++) {
        tusk_str to = tusk_str_of(*renames), from = tusk_str_cut(&to, '=');
        if (from.len == 0 || to.len == 0) {
            return tusk_fail(err, TUSK_INVALID, "a rename is \"old=new\", not \"%s\"", *renames);
        }
        tusk_vec_push(arena, &list, (tusk_rename){ from, to });
    }
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the renames");
    *out = (tusk_diff_options){ .renames = list.items, .rename_count = list.count };
    return TUSK_OK;
}
