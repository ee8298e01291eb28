/* test_catalog.c - a catalogue file in a real database: loaded whole or not at all, twice the same,
 * and searchable */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "services/backend/app/cmd_catalog.h"
#include "services/backend/app/mcp/catalog.h"
#include "services/backend/app/mcp/mcp_store.h"
#include "tests/pg/hostile.h"
#include "tests/support/support.h"
#include "tusk/tusk.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define HEAD         "name\tversion\tdownloads a month\tsummary\n"
#define HEAD_TAGS    "name\tversion\tdownloads a month\tsummary\ttags\n"
#define OPEN_MS      10000

/* One database for the program, its catalogue emptied before each test. */
static tusk_server database;
static tusk_arena *database_arena;

typedef struct scene {
    tusk_arena *arena;
    tusk_conn *conn;
    const char *folder, *path; /* of the file to import */
    struct catalog_counts counts;
    tusk_error err;
} scene;

static tusk_conn *open_conn(const tusk_server *server)
{
    tusk_error err;
    tusk_conn *conn = NULL;
    if (tusk_conn_open(server, OPEN_MS, &conn, &err)) fail_msg("%s", err.message);
    tusk_conn_set_timeout(conn, 60000);
    return conn;
}

static void script(tusk_conn *conn, const char *sql)
{
    tusk_error err;
    if (tusk_conn_script(conn, tusk_str_of(sql), &err)) fail_msg("%s", err.message);
}

static int set_up_all(void **state)
{
    tusk_error err;
    database_arena = tusk_arena_new(0);
    database = support_database(database_arena);
    tusk_conn *conn = open_conn(&database);
    tusk_status st = tusk_migrate_up(conn, MIGRATIONS, NULL, NULL, &err);
    tusk_conn_close(conn);
    if (st) print_error("%s\n%s\n", err.message, err.detail);
    return st ? -1 : 0;
}

static int tear_down_all(void **state)
{
    tusk_arena_free(database_arena);
    return 0;
}

static int set_up(void **state)
{
    scene *s = test_calloc(1, sizeof *s);
    s->arena = tusk_arena_new(0);
    s->folder = support_folder(s->arena);
    s->path = tusk_path_join(s->arena, s->folder, "servers.tsv").ptr;
    s->conn = open_conn(&database);
    script(s->conn, "delete from \"mcpServerTemplates\"");
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    tusk_conn_close(s->conn);
    support_remove_folder(s->folder);
    tusk_arena_free(s->arena);
    test_free(s);
    return 0;
}

static void write_file(scene *s, tusk_str content)
{
    if (tusk_file_replace(s->path, content, 0644, &s->err)) fail_msg("%s", s->err.message);
}

static void load(scene *s, const char *content)
{
    write_file(s, tusk_str_of(content));
    tusk_status st = catalog_load(s->conn, s->arena, s->path, NULL, &s->counts, &s->err);
    if (st) fail_msg("%s %s", s->err.message, s->err.detail);
}

static void assert_counts(const scene *s, int inserted, int updated, int unchanged)
{
    assert_int_equal(s->counts.inserted, inserted);
    assert_int_equal(s->counts.updated, updated);
    assert_int_equal(s->counts.unchanged, unchanged);
    assert_int_equal(s->counts.read, inserted + updated + unchanged);
}

/* The rows of `sql` as support_query() writes them. */
static const char *ask(scene *s, const char *sql)
{
    const char *answer = support_query(s->arena, &database, sql);
    if (!answer) fail_msg("no answer to \"%s\"", sql);
    return answer;
}

/* All of the table, row versions included: equal only when not one row was written. */
static const char *everything(scene *s)
{
    return ask(s, "select t.*, t.xmin, t.ctid from \"mcpServerTemplates\" t order by name");
}

static mcp_servers_rows search(scene *s, tusk_str words)
{
    mcp_servers_rows rows = { 0 };
    struct server_search search = { .words = words, .limit = 20 };
    if (tusk_fetch(s->conn, s->arena, servers_search(s->arena, &search), &rows, &s->err))
        fail_msg("\"%.*s\": %s (%s)", TUSK_STR_ARG(words), s->err.message, s->err.sqlstate);
    return rows;
}

static int64_t count_found(scene *s, tusk_str words, tusk_str tag)
{
    int64_t count = -1;
    struct server_search search = { .words = words, .tag = tag };
    if (tusk_fetch_count(s->conn, s->arena, servers_count(s->arena, &search), &count, &s->err))
        fail_msg("\"%.*s\": %s (%s)", TUSK_STR_ARG(words), s->err.message, s->err.sqlstate);
    return count;
}

/* ---- loading ---- */

static const char three[] = HEAD "alpha\t1.0\t100\tReads the weather\n"
                                 "beta\t2.0\t50\t\n"
                                 "gamma\t\t0\tKeeps a diary\n";

static void a_first_import_makes_every_row(void **state)
{
    scene *s = *state;
    load(s, three);
    assert_counts(s, 3, 0, 0);
    assert_string_equal(
        ask(s, "select name, version, downloads_a_month, description, status, tags, metadata"
               " from \"mcpServerTemplates\" order by name"),
        "alpha|1.0|100|Reads the weather|active|[]|{}\n"
        "beta|2.0|50||active|[]|{}\n"
        "gamma||0|Keeps a diary|active|[]|{}");
    assert_string_equal(ask(s, "select name from \"mcpServerTemplates\" where description is null"),
                        "beta");
    assert_string_equal(ask(s, "select count(distinct id) from \"mcpServerTemplates\""
                               " where id ~ '^[0-9A-Za-z]{21}$'"),
                        "3");
}

static void a_second_import_changes_nothing(void **state)
{
    scene *s = *state;
    load(s, three);
    const char *before = everything(s);
    load(s, three);
    assert_counts(s, 0, 0, 3);
    assert_string_equal(everything(s), before);
}

static void only_what_differs_is_updated(void **state)
{
    scene *s = *state;
    load(s, three);
    script(s->conn,
           "update \"mcpServerTemplates\" set created_at = '2020-01-01', updated_at = '2020-01-01',"
           " status = 'hidden', metadata = '{\"kept\": true}'");
    const char *ids = ask(s, "select name, id from \"mcpServerTemplates\" order by name");
    load(s, HEAD
         "gamma\t\t0\tKeeps a secret diary\nalpha\t1.0\t100\tReads the weather\nbeta\t2.0\t50\t\n"
         "delta\t1\t1\tnew\n");
    assert_counts(s, 1, 1, 2);
    assert_string_equal(
        ask(s, "select name, id from \"mcpServerTemplates\" where name <> 'delta' order by name"),
        ids);
    assert_string_equal(ask(s,
                            "select name, description, status, metadata, created_at = '2020-01-01'"
                            " from \"mcpServerTemplates\""
                            " where updated_at <> '2020-01-01' and name <> 'delta'"),
                        "gamma|Keeps a secret diary|hidden|{\"kept\": true}|t");
}

static void every_column_and_null_count_as_a_difference(void **state)
{
    static const char *const changes[] = {
        HEAD "alpha\t1.1\t100\tReads the weather\n",
        HEAD "alpha\t1.1\t101\tReads the weather\n",
        HEAD "alpha\t1.1\t101\t\n",
        HEAD "alpha\t1.1\t101\tBack\n",
        HEAD_TAGS "alpha\t1.1\t101\tBack\tsky\n",
        HEAD_TAGS "alpha\t1.1\t101\tBack\t\n",
    };
    scene *s = *state;
    load(s, three);
    for (size_t i = 0; i < COUNT(changes); i++) {
        load(s, changes[i]);
        assert_counts(s, 0, 1, 0);
        load(s, changes[i]);
        assert_counts(s, 0, 0, 1);
    }
}

static void tags_stay_when_the_file_has_none(void **state)
{
    scene *s = *state;
    load(s, HEAD_TAGS "alpha\t1\t1\tx\tsky,rain \"now\"\nbeta\t1\t1\tx\t\n");
    assert_counts(s, 2, 0, 0);
    load(s, HEAD "alpha\t2\t1\tx\nbeta\t1\t1\tx\n");
    assert_counts(s, 0, 1, 1);
    assert_string_equal(
        ask(s, "select name, version, tags from \"mcpServerTemplates\" order by name"),
        "alpha|2|[\"sky\", \"rain \\\"now\\\"\"]\nbeta|1|[]");
    assert_int_equal(count_found(s, TUSK_STR(""), TUSK_STR("rain \"now\"")), 1);
    assert_int_equal(count_found(s, TUSK_STR(""), TUSK_STR("snow")), 0);
}

static void a_malformed_line_leaves_the_table_as_it_was(void **state)
{
    static const char *const files[] = {
        HEAD "alpha\t9\t9\tchanged\nomega\t1\t1\n",
        HEAD "alpha\t9\t9\tchanged\nomega\t1\tmany\tx\n",
        HEAD "alpha\t9\t9\tchanged\nalpha\t1\t1\tx\n",
        HEAD "alpha\t9\t9\tchanged\nomega\t1\t1\t\xFF\n",
    };
    scene *s = *state;
    load(s, three);
    const char *before = everything(s);
    tusk_str prefix = tusk_arena_printf(s->arena, "%s, line 3: ", s->path);
    for (size_t i = 0; i < COUNT(files); i++) {
        write_file(s, tusk_str_of(files[i]));
        int64_t loaded = -1;
        assert_int_equal(catalog_import(s->conn, s->arena, s->path, NULL, &loaded, &s->err),
                         TUSK_INVALID);
        if (!tusk_str_starts(tusk_str_of(s->err.message), prefix)) fail_msg("%s", s->err.message);
        assert_int_equal(loaded, -1);
    }
    assert_string_equal(everything(s), before);
}

static void a_row_that_the_server_refuses_undoes_the_rest(void **state)
{
    scene *s = *state;
    load(s, three);
    const char *before = everything(s);
    script(s->conn,
           "alter table \"mcpServerTemplates\" add constraint no_nine check (version <> '9')");
    write_file(s, TUSK_STR(HEAD "alpha\t8\t8\tchanged\nomega\t9\t1\trefused\n"));
    assert_int_equal(catalog_load(s->conn, s->arena, s->path, NULL, &s->counts, &s->err),
                     TUSK_SERVER);
    assert_string_equal(s->err.constraint, "no_nine");
    script(s->conn, "alter table \"mcpServerTemplates\" drop constraint no_nine");
    assert_string_equal(everything(s), before);
    assert_int_equal(tusk_tx_depth(s->conn), 0);
    load(s, three); /* the connection is as good as before */
    assert_counts(s, 0, 0, 3);
}

/* What COPY's text format gives a meaning has to arrive as it stands in the file. */
static void every_character_arrives(void **state)
{
    static const char *const texts[] = {
        "\\N",          "\\.",
        "\\\\",         "\\t",
        "\\",           "C:\\new\\table",
        "\\x41\\101",   "it's \"quoted\" $1 $$ %s",
        "a\rb",         "\a\b\x7F",
        "客户端库 ✓ 🐘", "'; drop table teams; --",
        "\\N\\N",       "null",
    };
    scene *s = *state;
    tusk_buf file;
    tusk_buf_init_in(&file, s->arena, 1 << 20);
    tusk_buf_add_cstr(&file, HEAD
                      "\\.\t\\N\t1\tnamed like the end of a COPY\n\\N\t\\\t2\tnamed like NULL\n");
    for (size_t i = 0; i < COUNT(texts); i++)
        tusk_buf_printf(&file, "row%zu\t1\t0\t%s.\n", i, texts[i]);
    load(s, tusk_buf_str(&file).ptr);
    assert_int_equal(s->counts.inserted, COUNT(texts) + 2);
    assert_string_equal(
        ask(s, "select name, version from \"mcpServerTemplates\" where downloads_a_month > 0"
               " order by downloads_a_month"),
        "\\.|\\N\n\\N|\\");
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct mcp_server row;
        tusk_str name = tusk_arena_printf(s->arena, "row%zu", i);
        tusk_str expected = tusk_arena_printf(s->arena, "%s.", texts[i]);
        tusk_status st = tusk_fetch_one(
            s->conn, s->arena,
            tusk_select(s->arena, mcp_servers, .where = TUSK_LIST(tusk_eq(mcp_servers.name, name))),
            &row, &s->err);
        if (st) fail_msg("%s", s->err.message);
        assert_true(row.description.has);
        assert_string_equal(row.description.value.ptr, expected.ptr);
    }
}

static tusk_status load_then_fail(tusk_conn *conn, void *context, tusk_error *err)
{
    scene *s = context;
    int64_t loaded = 0;
    tusk_status st = catalog_import(conn, s->arena, s->path, NULL, &loaded, err);
    if (st) return st;
    assert_int_equal(loaded, 3);
    assert_int_equal(count_found(s, TUSK_STR("weather"), TUSK_STR("")), 1);
    st =
        catalog_load(conn, s->arena, s->path, NULL, &s->counts, err); /* twice in one transaction */
    return st ? st : tusk_fail(err, TUSK_CANCELLED, "the caller thinks better of it");
}

static void it_takes_part_in_the_callers_transaction(void **state)
{
    scene *s = *state;
    write_file(s, tusk_str_of(three));
    tusk_status st = tusk_transaction(s->conn, NULL, load_then_fail, s, &s->err);
    if (st != TUSK_CANCELLED) fail_msg("%s", s->err.message);
    assert_counts(s, 0, 0, 3);
    assert_string_equal(ask(s, "select count(*) from \"mcpServerTemplates\""), "0");
}

/* ---- large, at once ---- */

struct told {
    size_t calls, last, total;
};

static void remember(void *context, size_t bytes, size_t total)
{
    struct told *told = context;
    assert_true(bytes > told->last);
    told->calls++;
    told->last = bytes;
    told->total = total;
}

/* Servers number 0 up, or from the last one down. */
static void write_many(scene *s, const char *path, int count, bool down)
{
    tusk_buf file;
    tusk_buf_init_in(&file, s->arena, 16 << 20);
    tusk_buf_add_cstr(&file, HEAD);
    for (int n = 0; n < count; n++) {
        int i = down ? count - 1 - n : n;
        tusk_buf_printf(&file,
                        "server-%d\t1.%d\t%d\tThe server number %d of many, for \\ and everybody\n",
                        i, i, i, i);
    }
    if (tusk_file_replace(path, tusk_buf_str(&file), 0644, &s->err)) fail_msg("%s", s->err.message);
}

static void progress_grows_to_the_whole_file(void **state)
{
    scene *s = *state;
    struct told told = { 0 };
    write_many(s, s->path, 5000, false);
    tusk_status st = catalog_load(s->conn, s->arena, s->path,
                                  &(struct catalog_watch){ remember, &told }, &s->counts, &s->err);
    if (st) fail_msg("%s", s->err.message);
    assert_counts(s, 5000, 0, 0);
    assert_true(told.calls > 3);
    assert_int_equal(told.last, told.total);
}

struct importer {
    const char *path;
    struct catalog_counts counts;
    tusk_status status;
    tusk_error err;
};

static void *import_alone(void *context)
{
    struct importer *in = context;
    tusk_conn *conn = NULL;
    in->status = tusk_conn_open(&database, OPEN_MS, &conn, &in->err);
    if (in->status) return NULL;
    tusk_arena *arena = tusk_arena_new(0);
    tusk_conn_set_timeout(conn, 60000);
    in->status = catalog_load(conn, arena, in->path, NULL, &in->counts, &in->err);
    tusk_arena_free(arena);
    tusk_conn_close(conn);
    return NULL;
}

static void imports_at_once_wait_for_each_other(void **state)
{
    scene *s = *state;
    struct importer importers[4] = { 0 };
    pthread_t threads[4];
    const char *down = tusk_path_join(s->arena, s->folder, "down.tsv").ptr;
    write_many(s, s->path, 2000, false);
    write_many(s, down, 2000, true);
    for (size_t i = 0; i < COUNT(importers); i++) {
        importers[i].path = i % 2 ? down : s->path;
        assert_int_equal(pthread_create(&threads[i], NULL, import_alone, &importers[i]), 0);
    }
    int64_t inserted = 0, unchanged = 0;
    for (size_t i = 0; i < COUNT(importers); i++) pthread_join(threads[i], NULL);
    for (size_t i = 0; i < COUNT(importers); i++) {
        if (importers[i].status)
            fail_msg("%s %s", importers[i].err.message, importers[i].err.detail);
        inserted += importers[i].counts.inserted;
        unchanged += importers[i].counts.unchanged;
    }
    assert_int_equal(inserted, 2000);
    assert_int_equal(unchanged, 6000);
}

/* ---- the command ---- */

/* Runs `deploystack catalog ACTION FILE` as a program of its own would; `*out` is all that it
 * prints. */
static int run_command(scene *s, const tusk_server *server, const char *action, tusk_str *out)
{
    static const struct cli_command commands[] = {
        { .name = "catalog",
          .help = "x",
          .arguments = "import FILE",
          .min_args = 2,
          .max_args = 2,
          .options = cmd_catalog_options,
          .run = cmd_catalog,
          .more = cmd_catalog_more },
        { 0 },
    };
    const char *printed = tusk_path_join(s->arena, s->folder, "printed").ptr;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        char *argv[] = { (char[]){ "deploystack" }, (char[]){ "catalog" }, (char *)action,
                         (char *)s->path, NULL };
        bool ready = freopen(printed, "w", stdout) && dup2(STDOUT_FILENO, STDERR_FILENO) >= 0 &&
                     setenv("POSTGRES_HOST", server->host, 1) == 0 &&
                     setenv("POSTGRES_USER", server->user, 1) == 0 &&
                     setenv("POSTGRES_PASSWORD", server->password, 1) == 0 &&
                     setenv("POSTGRES_DATABASE", server->database, 1) == 0;
        int code = ready ? cli_main(commands, 4, argv) : 99;
        fflush(stdout);
        _exit(code);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (tusk_file_read(s->arena, printed, 1 << 16, out, &s->err)) fail_msg("%s", s->err.message);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void the_command_tells_counts_in_one_line(void **state)
{
    scene *s = *state;
    tusk_str out;
    write_many(s, s->path, 1022, false);
    assert_int_equal(run_command(s, &database, "import", &out), CLI_OK);
    assert_string_equal(out.ptr, "1,022 servers read: 1,022 new, 0 updated, 0 unchanged\n");
    assert_int_equal(run_command(s, &database, "import", &out), CLI_OK);
    assert_string_equal(out.ptr, "1,022 servers read: 0 new, 0 updated, 1,022 unchanged\n");
    write_file(s, TUSK_STR(HEAD "server-0\t2\t0\t\n"));
    assert_int_equal(run_command(s, &database, "import", &out), CLI_OK);
    assert_string_equal(out.ptr, "1 server read: 0 new, 1 updated, 0 unchanged\n");
}

static void the_command_tells_what_is_wrong(void **state)
{
    scene *s = *state;
    tusk_str out;
    tusk_server empty = support_database(s->arena);
    write_file(s, TUSK_STR(HEAD "one\t1\tlots\t\n"));
    assert_int_equal(run_command(s, &database, "import", &out), CLI_FAILED);
    assert_string_equal(
        out.ptr, tusk_arena_printf(s->arena,
                                   "deploystack catalog: %s, line 2: the downloads a month are "
                                   "\"lots\", not a whole number from 0 up\n",
                                   s->path)
                     .ptr);
    write_file(s, tusk_str_of(three));
    assert_int_equal(run_command(s, &empty, "import", &out), CLI_FAILED);
    assert_non_null(strstr(out.ptr, "deploystack db:up"));
    assert_int_equal(run_command(s, &database, "export", &out), CLI_USAGE);
    assert_non_null(strstr(out.ptr, "only import"));
    assert_string_equal(ask(s, "select count(*) from \"mcpServerTemplates\""), "0");
}

/* ---- what is not there ---- */

static void a_missing_file_is_named(void **state)
{
    scene *s = *state;
    assert_int_equal(catalog_load(s->conn, s->arena, s->path, NULL, &s->counts, &s->err), TUSK_IO);
    assert_non_null(strstr(s->err.message, s->path));
}

static void a_database_without_tables_is_told_with_a_hint(void **state)
{
    scene *s = *state;
    tusk_server empty = support_database(s->arena);
    tusk_conn *conn = open_conn(&empty);
    write_file(s, tusk_str_of(three));
    tusk_status st = catalog_load(conn, s->arena, s->path, NULL, &s->counts, &s->err);
    tusk_conn_close(conn);
    assert_int_equal(st, TUSK_SERVER);
    assert_string_equal(s->err.sqlstate, "42P01");
    assert_non_null(strstr(s->err.message, "no catalogue"));
    assert_non_null(strstr(s->err.hint, "deploystack db:up"));
}

/* ---- searching ---- */

static void words_are_found_in_any_language(void **state)
{
    scene *s = *state;
    load(s, HEAD "@bestmcp/client\t0.1.2\t673\tBestMCP 客户端库\n"
                 "@bestmcp/server\t0.1.2\t667\tBestMCP 服务器库\n"
                 "weather\t1\t10\tForecasts for cities: storms, rain and a storm warning\n"
                 "storms\t1\t5000\tA list of names\n"
                 "100%_done\\\t1\t1\tper cent\n");
    static const struct {
        tusk_str words;
        const char *first;
        size_t count;
    } cases[] = {
        { TUSK_STR_INIT("客户端"), "@bestmcp/client", 1 },
        { TUSK_STR_INIT("端库"), "@bestmcp/client", 1 },
        { TUSK_STR_INIT("库"), "@bestmcp/client", 2 },
        { TUSK_STR_INIT("forecast city"), "weather", 1 },
        { TUSK_STR_INIT("  FORECASTS  "), "weather", 1 },
        { TUSK_STR_INIT("storm -rain"), "storms", 1 },
        { TUSK_STR_INIT("\"storm warning\""), "weather", 1 },
        { TUSK_STR_INIT("est"), "@bestmcp/client", 2 },
        { TUSK_STR_INIT("100%"), "100%_done\\", 1 },
        { TUSK_STR_INIT("%_done\\"), "100%_done\\", 1 },
        { TUSK_STR_INIT("%"), "100%_done\\", 1 },
        { TUSK_STR_INIT("nothing of the kind"), NULL, 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        mcp_servers_rows rows = search(s, cases[i].words);
        if (rows.count != cases[i].count)
            fail_msg("\"%s\" finds %zu", cases[i].words.ptr, rows.count);
        if (rows.count > 0) assert_string_equal(rows.items[0].name.ptr, cases[i].first);
        assert_int_equal(count_found(s, cases[i].words, TUSK_STR("")), rows.count);
    }
}

static void no_search_ever_fails(void **state)
{
    scene *s = *state;
    load(s, HEAD_TAGS "alpha\t1\t1\tone\tsky\nbeta\t1\t1\t\t\n");
    assert_true(COUNT(hostile) >= 60);
    for (size_t i = 0; i < COUNT(hostile); i++) {
        search(s, hostile[i]);
        assert_true(count_found(s, hostile[i], TUSK_STR("")) >= 0);
        assert_true(count_found(s, TUSK_STR(""), hostile[i]) >= 0);
        assert_true(count_found(s, hostile[i], hostile[i]) >= 0);
    }
    assert_int_equal(search(s, TUSK_STR(" ")).count, 2); /* nothing asked: everything */
    assert_string_equal(ask(s, "select count(*) from \"teams\""), "0");
}

/* The same with whatever comes up: signs, quotes and spaces in any order, always the same ones. */
static void no_mixture_of_signs_fails_either(void **state)
{
    static const char *const pieces[] = {
        "-",  "-",   "- ", " ",  "\"", "(", ")",   "or ",          " or",      "!", "&",  "|",
        ":*", "<->", "'",  "\\", "%",  "a", "the", "\xE3\x80\x80", "\xC2\xA0", ".", "\t", "1"
    };
    scene *s = *state;
    uint32_t seed = 1;
    for (int i = 0; i < 400; i++) {
        tusk_buf words;
        tusk_buf_init_in(&words, s->arena, 1 << 12);
        while (words.len < 200) {
            seed = seed * 1664525 + 1013904223;
            tusk_buf_add_cstr(&words, pieces[(seed >> 16) % (i % 2 ? COUNT(pieces) : 6)]);
        }
        search(s, tusk_buf_str(&words));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_first_import_makes_every_row),
        TEST(a_second_import_changes_nothing),
        TEST(only_what_differs_is_updated),
        TEST(every_column_and_null_count_as_a_difference),
        TEST(tags_stay_when_the_file_has_none),
        TEST(a_malformed_line_leaves_the_table_as_it_was),
        TEST(a_row_that_the_server_refuses_undoes_the_rest),
        TEST(every_character_arrives),
        TEST(it_takes_part_in_the_callers_transaction),
        TEST(progress_grows_to_the_whole_file),
        TEST(imports_at_once_wait_for_each_other),
        TEST(the_command_tells_counts_in_one_line),
        TEST(the_command_tells_what_is_wrong),
        TEST(a_missing_file_is_named),
        TEST(a_database_without_tables_is_told_with_a_hint),
        TEST(words_are_found_in_any_language),
        TEST(no_search_ever_fails),
        TEST(no_mixture_of_signs_fails_either),
    };
    return cmocka_run_group_tests_name("catalog", tests, set_up_all, tear_down_all);
}
