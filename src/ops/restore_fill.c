/* restore_fill.c - a checked backup into a scratch database that nobody else knows */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "src/base/vec.h"
#include "src/cluster/internal.h"
#include "src/ops/restore.h"
#include "src/sql/quote.h"
#include "src/wire/wire.h"
#include "tusk/buf.h"
#include "tusk/file.h"
#include "tusk/run.h"

#include "src/base/banned.h"

#define STATEMENT_TEXT 8192
#define READ_SIZE      65536

/* ---- opening ---- */

static tusk_status read_backup(tusk_restore_job *job, const char *path, tusk_error *err)
{
    tusk_backup *b = &job->manifest.backup;
    const char *absolute = NULL;
    tusk_status st = tusk_dump_absolute(job->arena, path, &absolute, NULL, err);
    if (st != TUSK_OK) return st;
    if (!tusk_file_exists(absolute))
        return tusk_fail(err, TUSK_INVALID, "there is no backup \"%s\"", path);
    st = tusk_manifest_read(job->arena, absolute, &job->manifest, err);
    if (st == TUSK_OK) {
        tusk_dump_tell(job->options, TUSK_BACKUP_HASHING, (tusk_str){ 0, 0 }, 0, b->table_count);
        return tusk_manifest_check(job->arena, &job->manifest, job->options->stop_fd, err);
    }
    if (st != TUSK_NO_ROWS) return st;
    if (!job->options->trust) {
        tusk_fail(err, TUSK_INVALID, "\"%s\" has no manifest of Tusk beside it", path);
        tusk_error_hint(err,
                        "Its SQL would run as the connecting user, whatever it says. For a file "
                        "that you know, give --trust.");
        return TUSK_INVALID;
    }
    b->path = tusk_str_of(absolute);
    b->database = b->encoding = b->collate = b->ctype = TUSK_STR("");
    b->locale_provider = b->locale = TUSK_STR("");
    return tusk_dump_guess_format(job->arena, absolute, &b->format, err);
}

tusk_status tusk_restore_connect(const tusk_restore_job *job, const char *database,
                                 tusk_conn **conn, tusk_error *err)
{
    tusk_server server = *job->server;
    server.database = database;
    tusk_status st = tusk_conn_open(&server, TUSK_DUMP_CONNECT_MS, conn, err);
    if (st != TUSK_OK) return st;
    int left = tusk_deadline_left(job->deadline);
    tusk_conn_set_timeout(*conn, left > 0 ? left : 1);
    tusk_wire_stop_on(*conn, job->options->stop_fd);
    return tusk_conn_script(*conn, TUSK_STR(TUSK_DUMP_NO_LIMITS), err);
}

static tusk_status connect_admin(tusk_restore_job *job, tusk_error *err)
{
    tusk_status st = tusk_restore_connect(job, TUSK_RESTORE_ADMIN, &job->admin, err);
    if (st == TUSK_SERVER && !job->admin)
        st = tusk_restore_connect(job, "template1", &job->admin, err);
    if (st == TUSK_OK)
        st = tusk_conn_script(job->admin, TUSK_STR("set search_path = pg_catalog"), err);
    return st;
}

tusk_status tusk_restore_admin(tusk_restore_job *job, tusk_error *err, const char *format,
                               const char *first, const char *second)
{
    tusk_buf sql;
    tusk_str text;
    tusk_buf_init_in(&sql, job->arena, STATEMENT_TEXT);
    for (const char *at = format; *at; at++) {
        if (*at == '@' && first) {
            tusk_sql_add_ident(&sql, first);
            first = second;
        } else {
            tusk_buf_add_char(&sql, *at);
        }
    }
    tusk_status st = tusk_buf_finish(&sql, &text, err);
    return st == TUSK_OK ? tusk_conn_script(job->admin, text, err) : st;
}

/* Scratch databases of restores that died: nobody holds their lock. */
static tusk_status sweep(tusk_restore_job *job, tusk_error *err)
{
    static const char ask[] =
        "select datname from pg_database where datname ~ '^tusk_restore_[0-9]+_[0-9]+(_old)?$' and "
        "pg_try_advisory_lock(" TUSK_RESTORE_LOCK ", hashtext(replace(datname, '_old', '')))";
    tusk_result result;
    tusk_status st =
        tusk_run(job->admin, job->arena, tusk_sql(job->arena, ask, NULL), &result, err);
    for (size_t i = 0; st == TUSK_OK && i < result.cell_rows; i++) {
        /* one that belongs to somebody else, or is dropped by another, is no reason to stop */
        tusk_ignore(tusk_restore_admin(job, NULL, "drop database if exists @ with (force)",
                                       tusk_result_cell(&result, i, 0).ptr, NULL));
    }
    if (st == TUSK_OK)
        st = tusk_conn_script(job->admin, TUSK_STR("select pg_advisory_unlock_all()"), err);
    return st;
}

tusk_status tusk_restore_open(tusk_restore_job *job, const char *path, tusk_error *err)
{
    static const tusk_backup_options none = { 0 };
    if (!job->options) job->options = &none;
    if (job->options->jobs < 0 || job->options->jobs > TUSK_DUMP_JOBS_MAX)
        return tusk_fail(err, TUSK_MISUSE, "jobs must be from 1 to %d", TUSK_DUMP_JOBS_MAX);
    int timeout = job->options->timeout_ms;
    job->deadline = tusk_deadline_in(timeout > 0 ? timeout : TUSK_DUMP_TIMEOUT_MS);
    tusk_status st = read_backup(job, path, err);
    if (st == TUSK_OK) st = connect_admin(job, err);
    if (st == TUSK_OK) st = sweep(job, err);
    return st;
}

void tusk_restore_close(tusk_restore_job *job)
{
    if (job->admin) tusk_wire_stop_on(job->admin, 0);
    if (job->admin && job->scratch.database)
        tusk_ignore(tusk_restore_admin(job, NULL, "drop database if exists @ with (force)",
                                       job->scratch.database, NULL));
    tusk_conn_close(job->admin);
    job->admin = NULL;
}

/* ---- the scratch database ---- */

/* Before PostgreSQL 15 there is only libc, and no words for it. */
static void add_provider(tusk_buf *sql, const tusk_backup *b)
{
    bool is_icu = tusk_str_eq(b->locale_provider, TUSK_STR("icu"));
    if (!is_icu && !tusk_str_eq(b->locale_provider, TUSK_STR("builtin"))) return;
    tusk_buf_add_cstr(sql, is_icu ? " locale_provider icu icu_locale "
                                  : " locale_provider builtin builtin_locale ");
    tusk_sql_add_literal(sql, b->locale);
}

static tusk_status create(tusk_restore_job *job, bool with_locale, tusk_error *err)
{
    const tusk_backup *b = &job->manifest.backup;
    tusk_buf sql;
    tusk_str text;
    tusk_buf_init_in(&sql, job->arena, STATEMENT_TEXT);
    tusk_buf_add_cstr(&sql, "create database ");
    tusk_sql_add_ident(&sql, job->scratch.database);
    tusk_buf_add_cstr(&sql, " template template0");
    if (b->encoding.len) {
        tusk_buf_add_cstr(&sql, " encoding ");
        tusk_sql_add_literal(&sql, b->encoding);
    }
    if (with_locale) {
        add_provider(&sql, b);
        tusk_buf_add_cstr(&sql, " lc_collate ");
        tusk_sql_add_literal(&sql, b->collate);
        tusk_buf_add_cstr(&sql, " lc_ctype ");
        tusk_sql_add_literal(&sql, b->ctype);
    }
    tusk_status st = tusk_buf_finish(&sql, &text, err);
    return st == TUSK_OK ? tusk_conn_script(job->admin, text, err) : st;
}

/* The name is locked before it exists, so that no sweep can take it for a dead one. */
static tusk_status make_scratch(tusk_restore_job *job, const char *like, tusk_error *err)
{
    tusk_str name = tusk_arena_printf(job->arena, "tusk_restore_%" PRId64 "_%ld",
                                      tusk_now().us / 1000, (long)getpid());
    tusk_str lock = tusk_arena_printf(
        job->arena, "select pg_advisory_lock(" TUSK_RESTORE_LOCK ", hashtext('%s'))", name.ptr);
    if (!name.ptr || !lock.ptr) return tusk_fail_nomem(err, "a restore");
    tusk_status st = tusk_conn_script(job->admin, lock, err);
    if (st == TUSK_OK && like)
        st = tusk_dump_locale(job->admin, job->arena, like, &job->manifest.backup, err);
    if (st != TUSK_OK) return st;
    job->scratch = *job->server;
    job->scratch.database = name.ptr;
    bool with_locale = job->manifest.backup.collate.len > 0;
    tusk_error own = { 0 };
    st = create(job, with_locale, &own);
    /* a locale of another system: its order of texts is not in the data */
    if (st == TUSK_SERVER && with_locale && !like && strcmp(own.sqlstate, "42501") != 0)
        st = create(job, false, &own);
    if (st != TUSK_OK && err) *err = own;
    return st;
}

/* ---- what is fed ---- */

static tusk_status take_output(void *context, tusk_str chunk, tusk_error *err)
{
    return tusk_script_feed(context, chunk, err);
}

static tusk_status feed_file(tusk_restore_job *job, tusk_script *script, tusk_error *err)
{
    char bytes[READ_SIZE];
    tusk_status st = TUSK_OK;
    const char *path = job->manifest.backup.path.ptr;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", path);
    for (ssize_t got = 1; st == TUSK_OK && got != 0;) {
        got = read(fd, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR) continue;
        if (tusk_dump_is_stopped(job->options->stop_fd))
            st = tusk_dump_fail_stopped(err);
        else if (got < 0)
            st = tusk_fail_errno(err, "could not read \"%s\"", path);
        if (st == TUSK_OK && got > 0)
            st = tusk_script_feed(script, (tusk_str){ bytes, (size_t)got }, err);
    }
    close(fd);
    return st;
}

static const char *gzip_path(void)
{
    static const char *const places[] = { "/usr/bin/gzip", "/bin/gzip", "/usr/local/bin/gzip" };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (access(places[i], X_OK) == 0) return places[i];
    return places[0];
}

/* The tool's output is the script. */
static tusk_status feed_from(tusk_restore_job *job, const char *const *argv,
                             const tusk_server *server, tusk_script *script, tusk_error *err)
{
    tusk_tool tool = { .argv = argv,
                       .server = server,
                       .deadline = job->deadline,
                       .stop_fd = job->options->stop_fd,
                       .output = take_output,
                       .context = script };
    return tusk_tool_run(job->arena, &tool, err);
}

static tusk_status find_tool(tusk_restore_job *job, const char *name, const char **path,
                             tusk_error *err)
{
    int major = tusk_conn_server_version_number(job->admin) / 10000, found = 0;
    if (job->manifest.backup.tool_major > major) major = job->manifest.backup.tool_major;
    return tusk_programs_find_tool(job->arena, name, major, job->deadline, path, &found, err);
}

static tusk_status feed_archive(tusk_restore_job *job, tusk_script *script, tusk_error *err)
{
    const char *program = NULL;
    tusk_status st = find_tool(job, "pg_restore", &program, err);
    if (st != TUSK_OK) return st;
    const char *const argv[] = {
        program, "--data-only", "--file=-", "--", job->manifest.backup.path.ptr, NULL
    };
    return feed_from(job, argv, NULL, script, err);
}

static tusk_status feed(tusk_restore_job *job, tusk_script *script, tusk_error *err)
{
    const tusk_backup *b = &job->manifest.backup;
    const char *const gunzip[] = { gzip_path(), "-dc", "--", b->path.ptr, NULL };
    if (b->format == TUSK_BACKUP_PLAIN) return feed_file(job, script, err);
    if (b->format == TUSK_BACKUP_GZIP) return feed_from(job, gunzip, NULL, script, err);
    return feed_archive(job, script, err);
}

tusk_status tusk_restore_run_script(tusk_restore_job *job, tusk_conn *conn,
                                    const tusk_script_options *options, tusk_error *err)
{
    tusk_script *script = tusk_script_new(conn, options);
    if (!script) return tusk_fail_nomem(err, "a restore");
    tusk_status st = feed(job, script, err);
    if (st == TUSK_OK) st = tusk_script_end(script, err);
    tusk_script_free(script);
    return st;
}

/* ---- archives, by pg_restore ---- */

/* pg_restore: processing data for table "public.teams" */
static void take_line(void *context, tusk_str line)
{
    static const char mark[] = "processing data for table \"";
    tusk_restore_job *job = context;
    const char *at = memmem(line.ptr, line.len, mark, sizeof mark - 1);
    if (!at) return;
    const char *name = at + sizeof mark - 1;
    tusk_str table = { name, (size_t)(line.ptr + line.len - name) };
    if (table.len && table.ptr[table.len - 1] == '"') table.len--;
    tusk_dump_tell(job->options, TUSK_BACKUP_RESTORING, table, job->done++,
                   job->manifest.backup.table_count);
}

/* Names are values of a connection string there: quoted, so that none can be a parameter. */
static tusk_str connection_string(tusk_arena *arena, const char *database)
{
    tusk_buf text;
    tusk_buf_init_in(&text, arena, 1024);
    tusk_buf_add_cstr(&text, "--dbname=dbname='");
    for (const char *c = database; *c; c++) {
        if (*c == '\'' || *c == '\\') tusk_buf_add_char(&text, '\\');
        tusk_buf_add_char(&text, *c);
    }
    tusk_buf_add_char(&text, '\'');
    return text.failed ? (tusk_str){ 0, 0 } : tusk_buf_str(&text);
}

typedef TUSK_VEC(const char *) arguments;

static tusk_status run_pg_restore(tusk_restore_job *job, tusk_error *err)
{
    arguments argv = { 0 };
    const char *program = NULL;
    tusk_arena *a = job->arena;
    int jobs = job->options->jobs;
    tusk_status st = find_tool(job, "pg_restore", &program, err);
    if (st != TUSK_OK) return st;
    tusk_vec_push(a, &argv, program);
    tusk_vec_push(a, &argv, "--no-password");
    tusk_vec_push(a, &argv, "--verbose");
    tusk_vec_push(a, &argv, "--exit-on-error");
    tusk_vec_push(a, &argv, connection_string(a, job->scratch.database).ptr);
    if (jobs > 1) tusk_vec_push(a, &argv, tusk_arena_printf(a, "--jobs=%d", jobs).ptr);
    if (job->no_owner) {
        tusk_vec_push(a, &argv, "--no-owner");
        tusk_vec_push(a, &argv, "--no-privileges");
    }
    if (job->on_base) {
        tusk_vec_push(a, &argv, "--section=pre-data");
        tusk_vec_push(a, &argv, "--section=data");
    }
    tusk_vec_push(a, &argv, "--");
    tusk_vec_push(a, &argv, job->manifest.backup.path.ptr);
    tusk_vec_push(a, &argv, NULL);
    if (tusk_arena_failed(a)) return tusk_fail_nomem(err, "a restore");
    tusk_tool tool = { .argv = argv.items,
                       .server = &job->scratch,
                       .deadline = job->deadline,
                       .stop_fd = job->options->stop_fd,
                       .line = take_line,
                       .context = job };
    return tusk_tool_run(a, &tool, err);
}

/* ---- a part needs the tables it stands on ---- */

static tusk_status drop_chosen(tusk_restore_job *job, tusk_conn *conn, tusk_error *err)
{
    const tusk_backup *b = &job->manifest.backup;
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < b->chosen_count; i++) {
        tusk_result r;
        const tusk_query *query = tusk_sql(
            job->arena,
            "select 'drop ' || case relkind when 'v' then 'view' when 'm' then 'materialized view' "
            "when 'f' then 'foreign table' else 'table' end from pg_class where oid = "
            "to_regclass($1::text)",
            TUSK_PARAMS(tusk_val(b->chosen[i])));
        st = tusk_run(conn, job->arena, query, &r, err);
        if (st != TUSK_OK || r.cell_rows == 0) continue;
        tusk_str sql =
            tusk_arena_printf(job->arena, "%.*s %.*s cascade",
                              TUSK_STR_ARG(tusk_result_cell(&r, 0, 0)), TUSK_STR_ARG(b->chosen[i]));
        st = sql.ptr ? tusk_conn_script(conn, sql, err) : tusk_fail_nomem(err, "a restore");
    }
    return st;
}

static tusk_status copy_base(tusk_restore_job *job, tusk_conn *conn, tusk_error *err)
{
    const char *program = NULL;
    tusk_status st = find_tool(job, "pg_dump", &program, err);
    if (st != TUSK_OK) return st;
    const char *const argv[] = { program,
                                 "--no-password",
                                 "--schema-only",
                                 "--section=pre-data",
                                 "--no-owner",
                                 "--no-privileges",
                                 NULL };
    tusk_script *script = tusk_script_new(conn, &(tusk_script_options){ .no_owner = true });
    if (!script) return tusk_fail_nomem(err, "a restore");
    st = feed_from(job, argv, job->server, script, err);
    if (st == TUSK_OK) st = tusk_script_end(script, err);
    tusk_script_free(script);
    if (st != TUSK_OK) {
        tusk_error_prefix(err, "the tables of \"%s\"", job->server->database);
        return st;
    }
    if (job->manifest.backup.content == TUSK_BACKUP_DATA_ONLY) return TUSK_OK;
    return drop_chosen(job, conn, err);
}

static tusk_status fill(tusk_restore_job *job, tusk_error *err)
{
    const tusk_backup *b = &job->manifest.backup;
    bool by_script = b->format == TUSK_BACKUP_PLAIN || b->format == TUSK_BACKUP_GZIP ||
                     b->content == TUSK_BACKUP_DATA_ONLY;
    tusk_conn *conn = NULL;
    tusk_status st = tusk_restore_connect(job, job->scratch.database, &conn, err);
    /* the rename that publishes it is synchronous, and takes all that came before along */
    if (st == TUSK_OK) st = tusk_conn_script(conn, TUSK_STR("set synchronous_commit = off"), err);
    if (st == TUSK_OK && job->on_base) st = copy_base(job, conn, err);
    if (st == TUSK_OK && by_script)
        st = tusk_restore_run_script(
            job, conn,
            &(tusk_script_options){ .no_owner = job->no_owner, .no_foreign_keys = job->on_base },
            err);
    tusk_conn_close(conn);
    return st == TUSK_OK && !by_script ? run_pg_restore(job, err) : st;
}

/* The session of the script may have any settings left: a new one compares. */
static tusk_status prove(tusk_restore_job *job, tusk_error *err)
{
    tusk_conn *conn = NULL;
    tusk_status st = tusk_restore_connect(job, job->scratch.database, &conn, err);
    if (st == TUSK_OK)
        st = tusk_conn_script(
            conn, TUSK_STR("set search_path = pg_catalog; set row_security = off"), err);
    if (st == TUSK_OK && job->manifest.backup.has_manifest)
        st = tusk_dump_compare(conn, &job->manifest.backup, job->options, err);
    if (st == TUSK_OK && !job->on_base) st = tusk_conn_script(conn, TUSK_STR("analyze"), err);
    tusk_conn_close(conn);
    return st;
}

tusk_status tusk_restore_fill_scratch(tusk_restore_job *job, const char *like, tusk_error *err)
{
    tusk_dump_tell(job->options, TUSK_BACKUP_RESTORING, (tusk_str){ 0, 0 }, 0,
                   job->manifest.backup.table_count);
    tusk_status st = make_scratch(job, like, err);
    if (st == TUSK_OK) st = fill(job, err);
    if (st == TUSK_OK) st = prove(job, err);
    return st;
}
