/* pull.c - a database written down: a .def file, and the first migration of a folder */
#include "src/introspect/introspect.h"
#include "src/introspect/write_def.h"
#include "src/migrate/folder.h"
#include "src/migrate/generate.h"
#include "src/migrate/source.h"
#include "tusk/buf.h"
#include "tusk/file.h"

#include "src/base/banned.h"

enum { CONNECT_MS = 15000 };
#define NOTICES_MAX ((size_t)1 << 20)

static void add_notice(void *context, tusk_str message)
{
    tusk_buf *notices = context;
    tusk_buf_add(notices, message);
    tusk_buf_add_char(notices, '\n');
}

static tusk_status read_database(const tusk_server *server, tusk_arena *arena,
                                 const tusk_change_options *options, tusk_model *model,
                                 tusk_str *notices, tusk_error *err)
{
    tusk_conn *conn = NULL;
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, NOTICES_MAX);
    tusk_introspect_options which = { .schemas = options ? options->schemas : NULL,
                                      .policy_roles = true,
                                      .notice = add_notice,
                                      .context = &buf };
    tusk_status st = tusk_conn_open(server, CONNECT_MS, &conn, err);
    if (st == TUSK_OK) st = tusk_introspect(conn, arena, &which, model, err);
    tusk_conn_close(conn);
    *notices = TUSK_STR("");
    if (st == TUSK_OK && buf.len > 0) st = tusk_buf_finish(&buf, notices, err);
    return st;
}

/* Is the folder one to begin with? */
static tusk_status is_new(tusk_arena *arena, const char *folder, bool *out, tusk_error *err)
{
    tusk_journal journal;
    *out = false;
    if (!folder) return TUSK_OK;
    tusk_status st = tusk_journal_read(arena, folder, &journal, err);
    if (st == TUSK_OK) *out = journal.entries.count == 0;
    return st;
}

static tusk_status write_schema(tusk_arena *arena, const char *path, const tusk_model *model,
                                bool force, tusk_error *err)
{
    tusk_str text;
    if (tusk_file_exists(path) && !force) {
        tusk_fail(err, TUSK_INVALID, "%s is there already", path);
        tusk_error_hint(err, "--schema FILE names another one, --force replaces it.");
        return TUSK_INVALID;
    }
    const char *slash = strrchr(path, '/');
    tusk_str folder = tusk_arena_str(arena, (tusk_str){ path, slash ? (size_t)(slash - path) : 0 });
    tusk_status st = tusk_def_write(arena, model, &text, err);
    if (st == TUSK_OK && folder.len > 0) st = tusk_folder_make(folder.ptr, 0755, err);
    return st == TUSK_OK ? tusk_file_replace(path, text, 0644, err) : st;
}

tusk_status tusk_pull(const tusk_server *server, tusk_arena *arena, const char *schema,
                      const char *folder, bool force, const tusk_change_options *options,
                      tusk_pulled *out, tusk_error *err)
{
    tusk_model found, written;
    tusk_generated made;
    bool first = false;
    *out =
        (tusk_pulled){ .schema = tusk_str_of(schema), .path = TUSK_STR(""), .tag = TUSK_STR("") };
    tusk_status st = is_new(arena, folder, &first, err);
    if (st == TUSK_OK) st = read_database(server, arena, options, &found, &out->notices, err);
    if (st == TUSK_OK) st = write_schema(arena, schema, &found, force, err);
    /* what is generated from later, so that nothing differs then */
    if (st == TUSK_OK) st = tusk_model_from_def(arena, schema, &written, err);
    if (st != TUSK_OK) return st;
    out->tables = found.tables.count;
    if (!first) return TUSK_OK;
    tusk_generate_options how = { .folder = folder, .name = "baseline" };
    st = tusk_generate_model(arena, &written, &how, &made, err);
    if (st != TUSK_OK || !made.changed) return st;
    out->path = made.path;
    out->tag = made.tag;
    return TUSK_OK;
}
