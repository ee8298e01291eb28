/* backup.c - makes a backup: rows counted and dump taken in one snapshot, written beside, read
 * back, published at once */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "src/base/vec.h"
#include "src/cluster/internal.h"
#include "src/ops/dump.h"
#include "src/wire/wire.h"
#include "tusk/buf.h"
#include "tusk/file.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define LOCK_WAIT "60000" /* for a table that somebody alters, in ms */

/* One backup being made. */
typedef struct making {
    tusk_arena *arena;
    const tusk_server *server;
    tusk_backup_options options;
    int64_t deadline;
    tusk_conn *conn; /* holds the snapshot */
    tusk_manifest manifest;
    tusk_dump_tables tables;
    const char **patterns; /* NULL: all tables */
    const char *folder, *path, *partial;
    tusk_str snapshot;
    const char *program;
    size_t dumped; /* tables, for progress */
} making;

static const struct {
    const char *ending;
    char letter;
    tusk_backup_format format;
} kinds[] = { { ".sql.gz", 'p', TUSK_BACKUP_GZIP },
              { ".sql", 'p', TUSK_BACKUP_PLAIN },
              { ".dir", 'd', TUSK_BACKUP_DIRECTORY },
              { ".dump", 'c', TUSK_BACKUP_CUSTOM } };
#define KINDS (sizeof kinds / sizeof *kinds)

static tusk_backup_format format_by_name(const char *path)
{
    for (size_t i = 0; i < KINDS; i++)
        if (tusk_str_ends(tusk_str_of(path), tusk_str_of(kinds[i].ending))) return kinds[i].format;
    return TUSK_BACKUP_CUSTOM;
}

tusk_str tusk_backup_path(tusk_arena *arena, const char *folder, const tusk_server *server,
                          tusk_backup_format format)
{
    tusk_buf name;
    struct tm parts;
    char when[32];
    const char *ending = ".dump";
    time_t seconds = (time_t)(tusk_now().us / 1000000);
    gmtime_r(&seconds, &parts);
    strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &parts);
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].format == format) ending = kinds[i].ending;
    tusk_buf_init_in(&name, arena, 1024);
    for (const char *c = server->database; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     (*c >= '0' && *c <= '9') || *c == '_';
        tusk_buf_add_char(&name, plain ? *c : '_');
    }
    tusk_buf_printf(&name, "-%s%s", when, ending);
    return name.failed ? (tusk_str){ 0, 0 } : tusk_path_join(arena, folder, name.ptr);
}

/* ---- before the dump ---- */

static tusk_status check_options(making *m, const char *path, tusk_error *err)
{
    tusk_backup_options *o = &m->options;
    if (o->format == TUSK_BACKUP_BY_NAME) o->format = format_by_name(path);
    if (o->jobs < 0 || o->jobs > TUSK_DUMP_JOBS_MAX)
        return tusk_fail(err, TUSK_MISUSE, "jobs must be from 1 to %d", TUSK_DUMP_JOBS_MAX);
    if (o->jobs > 1 && o->format != TUSK_BACKUP_DIRECTORY)
        return tusk_fail(err, TUSK_MISUSE,
                         "only a backup of the directory format is written by "
                         "several jobs at once");
    if (o->tables && !o->tables[0])
        return tusk_fail(err, TUSK_MISUSE, "the list of chosen tables is empty");
    return TUSK_OK;
}

static tusk_status find_place(making *m, const char *path, tusk_error *err)
{
    const char *slash = strrchr(path, '/');
    tusk_status st = TUSK_OK;
    if (slash && slash > path && slash[1]) {
        tusk_str folder = tusk_arena_str(m->arena, (tusk_str){ path, (size_t)(slash - path) });
        if (!folder.ptr) return tusk_fail_nomem(err, "a path");
        st = tusk_folder_make(folder.ptr, 0700, err);
    }
    if (st == TUSK_OK) st = tusk_dump_absolute(m->arena, path, &m->path, &m->folder, err);
    if (st != TUSK_OK) return st;
    m->partial = tusk_arena_printf(m->arena, "%s%s", m->path, TUSK_DUMP_PARTIAL).ptr;
    m->manifest.backup.path = tusk_str_of(m->path);
    if (!m->partial) return tusk_fail_nomem(err, "a path");
    if (tusk_str_ends(m->manifest.backup.path, TUSK_STR(TUSK_DUMP_PARTIAL)) ||
        tusk_str_ends(m->manifest.backup.path, TUSK_STR(TUSK_DUMP_MANIFEST)))
        return tusk_fail(err, TUSK_MISUSE, "\"%s\" ends like a file that backups have beside them",
                         path);
    if (tusk_file_exists(m->path))
        return tusk_fail(err, TUSK_MISUSE, "\"%s\" exists already", path);
    return TUSK_OK;
}

/* The snapshot is that of the counts and of the dump: it lives as long as this transaction. */
static tusk_status begin_snapshot(making *m, tusk_error *err)
{
    static const char begin[] = "begin isolation level repeatable read read only; "
                                "set local search_path = pg_catalog; set local row_security = off; "
                                "set local lock_timeout = " LOCK_WAIT;
    tusk_status st = tusk_conn_open(m->server, TUSK_DUMP_CONNECT_MS, &m->conn, err);
    if (st != TUSK_OK) return st;
    tusk_conn_set_timeout(m->conn, tusk_deadline_left(m->deadline));
    tusk_wire_stop_on(m->conn, m->options.stop_fd);
    st = tusk_conn_script(m->conn, TUSK_STR(TUSK_DUMP_NO_LIMITS), err);
    if (st == TUSK_OK) st = tusk_conn_script(m->conn, tusk_str_of(begin), err);
    if (st == TUSK_OK)
        st = tusk_dump_cell(m->conn, m->arena, "select pg_export_snapshot()", &m->snapshot, err);
    return st;
}

static tusk_status describe(making *m, tusk_error *err)
{
    tusk_backup *b = &m->manifest.backup;
    tusk_status st =
        tusk_dump_cell(m->conn, m->arena, "select current_database()", &b->database, err);
    if (st == TUSK_OK) st = tusk_dump_locale(m->conn, m->arena, b->database.ptr, b, err);
    if (st != TUSK_OK) return st;
    b->has_manifest = true;
    b->format = m->options.format;
    b->content = m->options.content;
    b->server_version = tusk_arena_str(m->arena, tusk_str_of(tusk_conn_server_version(m->conn)));
    b->made = tusk_now();
    return TUSK_OK;
}

static tusk_status keep_chosen(making *m, tusk_error *err)
{
    size_t count = 0;
    while (m->patterns[count]) count++;
    tusk_str *chosen = TUSK_NEW_ARRAY(m->arena, tusk_str, count);
    if (!chosen) return tusk_fail_nomem(err, "the chosen tables");
    for (size_t i = 0; i < count; i++) chosen[i] = tusk_str_of(m->patterns[i]);
    m->manifest.backup.chosen = chosen;
    m->manifest.backup.chosen_count = count;
    return TUSK_OK;
}

static tusk_status count(making *m, tusk_error *err)
{
    tusk_status st = m->options.tables
                         ? tusk_dump_choose_tables(m->conn, m->arena, m->options.tables,
                                                   &m->patterns, &m->tables, err)
                         : tusk_dump_list_tables(m->conn, m->arena, &m->tables, err);
    if (st == TUSK_OK && m->options.content != TUSK_BACKUP_SCHEMA_ONLY)
        st = tusk_dump_count_rows(m->conn, m->arena, &m->tables, TUSK_BACKUP_COUNTING, &m->options,
                                  err);
    if (st == TUSK_OK && m->patterns) st = keep_chosen(m, err);
    m->manifest.backup.tables = m->tables.items;
    m->manifest.backup.table_count = m->tables.count;
    for (size_t i = 0; i < m->tables.count; i++)
        if (m->tables.items[i].rows > 0) m->manifest.backup.rows += m->tables.items[i].rows;
    return st;
}

static tusk_status find_program(making *m, tusk_error *err)
{
    int major = tusk_conn_server_version_number(m->conn) / 10000, found = 0;
    tusk_status st =
        tusk_programs_find_tool(m->arena, "pg_dump", major, m->deadline, &m->program, &found, err);
    if (st != TUSK_OK) return st;
    m->manifest.backup.tool_major = found;
    m->manifest.backup.tool = tusk_arena_printf(m->arena, "pg_dump (PostgreSQL) %d", found);
    return TUSK_OK;
}

tusk_status tusk_backup_tool(tusk_arena *arena, int server_version, tusk_str *path, tusk_error *err)
{
    const char *program = NULL;
    int found = 0;
    tusk_status st =
        tusk_programs_find_tool(arena, "pg_dump", server_version / 10000,
                                tusk_deadline_in(TUSK_DUMP_CONNECT_MS), &program, &found, err);
    if (st == TUSK_OK) *path = tusk_str_of(program);
    return st;
}

/* ---- the dump ---- */

/* pg_dump: dumping contents of table "public.teams" */
static void take_line(void *context, tusk_str line)
{
    static const char mark[] = "dumping contents of table \"";
    making *m = context;
    const char *at = memmem(line.ptr, line.len, mark, sizeof mark - 1);
    if (!at) return;
    const char *name = at + sizeof mark - 1, *end = line.ptr + line.len;
    tusk_str table = { name, (size_t)(end - name) };
    if (table.len && table.ptr[table.len - 1] == '"') table.len--;
    size_t done = m->dumped < m->tables.count ? m->dumped : m->tables.count;
    m->dumped++;
    tusk_dump_tell(&m->options, TUSK_BACKUP_DUMPING, table, done, m->tables.count);
}

typedef TUSK_VEC(const char *) arguments;

static void add(making *m, arguments *argv, const char *format, const char *value)
{
    tusk_str text = tusk_arena_printf(m->arena, "%s%s", format, value);
    if (text.ptr) tusk_vec_push(m->arena, argv, text.ptr);
}

static const char *const *arguments_of(making *m)
{
    static const char *const only[] = { NULL, "--schema-only", "--data-only" };
    arguments argv = { 0 };
    const tusk_backup_options *o = &m->options;
    char letter[2] = "c";
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i].format == o->format) letter[0] = kinds[i].letter;
    add(m, &argv, m->program, "");
    add(m, &argv, "--no-password", "");
    add(m, &argv, "--verbose", "");
    add(m, &argv, "--lock-wait-timeout=", LOCK_WAIT);
    add(m, &argv, "--format=", letter);
    add(m, &argv, "--file=", m->partial);
    add(m, &argv, "--snapshot=", m->snapshot.ptr);
    if (o->format == TUSK_BACKUP_GZIP) add(m, &argv, "--compress=6", "");
    if (only[o->content]) add(m, &argv, only[o->content], "");
    if (o->jobs > 1) add(m, &argv, "--jobs=", tusk_arena_printf(m->arena, "%d", o->jobs).ptr);
    for (const char **pattern = m->patterns; pattern && *pattern; pattern++)
        add(m, &argv, "--table=", *pattern);
    tusk_vec_push(m->arena, &argv, NULL);
    return argv.items;
}

static tusk_status dump(making *m, tusk_error *err)
{
    tusk_tool tool = { .argv = arguments_of(m),
                       .server = m->server,
                       .deadline = m->deadline,
                       .stop_fd = m->options.stop_fd,
                       .line = take_line,
                       .context = m };
    if (tusk_arena_failed(m->arena)) return tusk_fail_nomem(err, "a backup");
    tusk_status st = tusk_dump_remove(m->arena, m->partial, err); /* of one that was killed */
    if (st == TUSK_OK) st = tusk_tool_run(m->arena, &tool, err);
    return st;
}

/* Read back and hashed under its partial name; the manifest comes first, so that a backup that can
 * be seen always has one. */
static tusk_status publish(making *m, tusk_error *err)
{
    tusk_dump_tell(&m->options, TUSK_BACKUP_HASHING, (tusk_str){ 0, 0 }, m->tables.count,
                   m->tables.count);
    tusk_status st =
        tusk_dump_hash(m->arena, m->partial, true, m->options.stop_fd, &m->manifest, err);
    if (st == TUSK_OK) st = tusk_manifest_write(m->arena, &m->manifest, err);
    if (st != TUSK_OK) return st;
    if (rename(m->partial, m->path) != 0)
        return tusk_fail_errno(err, "could not rename \"%s\"", m->partial);
    return tusk_dump_sync_folder(m->folder, err);
}

static tusk_status make_locked(making *m, tusk_error *err)
{
    tusk_status st = begin_snapshot(m, err);
    if (st == TUSK_OK) st = find_program(m, err);
    if (st == TUSK_OK) st = describe(m, err);
    if (st == TUSK_OK) st = count(m, err);
    if (st == TUSK_OK) st = dump(m, err);
    tusk_conn_close(m->conn);
    if (st == TUSK_OK) st = publish(m, err);
    if (st != TUSK_OK) tusk_ignore(tusk_dump_remove(m->arena, m->partial, NULL));
    return tusk_dump_conclude(m->options.stop_fd, st, err);
}

tusk_status tusk_backup_make(tusk_arena *arena, const tusk_server *server, const char *path,
                             const tusk_backup_options *options, tusk_backup *out, tusk_error *err)
{
    making m = { .arena = arena, .server = server };
    int lock = -1;
    if (options) m.options = *options;
    int timeout = m.options.timeout_ms > 0 ? m.options.timeout_ms : TUSK_DUMP_TIMEOUT_MS;
    m.deadline = tusk_deadline_in(timeout);
    tusk_status st = check_options(&m, path, err);
    if (st == TUSK_OK) st = find_place(&m, path, err);
    if (st == TUSK_OK) st = tusk_dump_lock(m.folder, &lock, err);
    if (st != TUSK_OK) return st;
    st = make_locked(&m, err);
    close(lock);
    if (st == TUSK_OK && tusk_arena_failed(arena)) st = tusk_fail_nomem(err, "a backup");
    if (st == TUSK_OK) *out = m.manifest.backup;
    return st;
}
