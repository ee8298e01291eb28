/* test_backup.c - backups on a real server: exact under write load, nothing under the final name
 * unless it is whole, found out when they are damaged, kept when they are proven */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/ops/dump.h"
#include "tests/pg/backups.h"
#include "tests/support/support.h"
#include "tusk/file.h"

static tusk_status make(struct backups *b, const char *path, const tusk_backup_options *options)
{
    b->err = (tusk_error){ 0 };
    return tusk_backup_make(b->arena, &b->server, path, options, &b->backup, &b->err);
}

static tusk_status verify(struct backups *b, const char *path)
{
    b->err = (tusk_error){ 0 };
    return tusk_backup_verify(b->arena, &b->server, path, NULL, &b->backup, &b->err);
}

static void verify_ok(struct backups *b, const char *path)
{
    if (verify(b, path) != TUSK_OK) fail_msg("%s: %s (%s)", path, b->err.message, b->err.detail);
    assert_true(b->backup.verified.us > 0);
}

/* ---- what is made ---- */

static void test_every_format(void **state)
{
    struct backups *b = *state;
    const char *before = backups_digest(b, &b->server), *databases = NULL;
    for (const char *const *format = FORMATS; *format; format++) {
        const char *path = backups_make(b, tusk_arena_printf(b->arena, "b%s", *format).ptr, NULL);
        struct stat info;
        assert_int_equal(b->backup.rows, 3300);
        assert_int_equal(b->backup.table_count, 5);
        assert_true(b->backup.bytes > 1000);
        assert_int_equal(stat(path, &info), 0);
        assert_int_equal(info.st_mode & 077, 0); /* nobody else's business */
        databases = backups_databases(b);
        verify_ok(b, path);
        assert_string_equal(backups_databases(b), databases);
        tusk_server copy = backups_restore(b, path, (tusk_backup_options){ .jobs = 2 });
        assert_string_equal(backups_digest(b, &copy), before);
    }
    tusk_backup_list list;
    assert_int_equal(tusk_backup_look(b->arena, b->folder, &list, &b->err), TUSK_OK);
    assert_int_equal(list.count, 4);
    for (size_t i = 0; i < list.count; i++) assert_true(list.items[i].verified.us > 0);
    assert_int_equal(list.items[0].format, TUSK_BACKUP_DIRECTORY); /* the newest */
}

static void test_parts(void **state)
{
    struct backups *b = *state;
    static const char *const chosen[] = { "authUser", "\"We ird\".\"ta\"\"b.le; --\"", "p", NULL };
    const char *path;
    for (const char *const *format = FORMATS; *format; format++) {
        tusk_backup_options schema = { .content = TUSK_BACKUP_SCHEMA_ONLY };
        tusk_backup_options data = { .content = TUSK_BACKUP_DATA_ONLY };
        tusk_backup_options tables = { .tables = chosen };
        path = backups_make(b, tusk_arena_printf(b->arena, "s%s", *format).ptr, &schema);
        tusk_server copy = backups_restore(b, path, (tusk_backup_options){ 0 });
        backups_expect(b, &copy, "select count(*) from \"authUser\"", "0");
        verify_ok(b, path);
        path = backups_make(b, tusk_arena_printf(b->arena, "d%s", *format).ptr, &data);
        assert_int_equal(b->backup.rows, 3300);
        verify_ok(b, path);
        path = backups_make(b, tusk_arena_printf(b->arena, "t%s", *format).ptr, &tables);
        assert_int_equal(b->backup.rows, 3300);
        assert_int_equal(b->backup.table_count, 4); /* with the partitions */
        verify_ok(b, path);
    }
}

static void test_names_of_tables(void **state)
{
    struct backups *b = *state;
    const char *path = backups_path(b, "x.dump");
    assert_non_null(support_query(b->arena, &b->server, "create table \"We ird\".empty ()"));
    tusk_backup_options options = { .tables = (const char *const[]){ "authuser", NULL } };
    assert_int_equal(make(b, path, &options), TUSK_INVALID);
    assert_string_equal(b->err.message, "there is no table \"authuser\"");
    options.tables = (const char *const[]){ "empty", NULL };
    assert_int_equal(make(b, path, &options), TUSK_INVALID);
    assert_non_null(strstr(b->err.message, "more than one table"));
    options.tables = (const char *const[]){ "public.empty", "*", NULL };
    assert_int_equal(make(b, path, &options), TUSK_INVALID);
    assert_string_equal(b->err.message, "there is no table \"*\"");
    options.tables = (const char *const[]){ "public.empty", NULL };
    assert_int_equal(make(b, path, &options), TUSK_OK);
    assert_string_equal(b->backup.tables[0].name.ptr, "\"public\".\"empty\"");
    assert_int_equal(make(b, path, &options), TUSK_MISUSE);
    assert_non_null(strstr(b->err.message, "exists already"));
}

/* Writers move money and add to two tables at once: any moment is consistent, a mixture is not. */
static void test_under_write_load(void **state)
{
    struct backups *b = *state;
    static const char writer[] =
        "do $$ begin for i in 1..100000 loop "
        "update account set amount = amount - 7 where id = 1 + i % 10; "
        "update account set amount = amount + 7 where id = 1 + (i + 3) % 10; "
        "insert into a values (i); insert into b values (i); commit; end loop; end $$";
    pid_t writers[2];
    assert_non_null(support_query(
        b->arena, &b->server,
        "create table account (id int primary key, amount int); create table a (i int); "
        "create table b (i int); insert into account select i, 1000 from generate_series(1, 10) "
        "i"));
    for (int i = 0; i < 2; i++) writers[i] = support_query_start(&b->server, writer);
    support_wait_for(b->arena, &b->server, "select count(*) > 100 from a", "t", 20000);
    for (const char *const *format = FORMATS; *format; format++) {
        tusk_backup_options options = { .jobs = strcmp(*format, ".dir") == 0 ? 2 : 1 };
        const char *path =
            backups_make(b, tusk_arena_printf(b->arena, "l%s", *format).ptr, &options);
        verify_ok(b, path); /* the manifest's rows are those of the dump */
        tusk_server copy = backups_restore(b, path, (tusk_backup_options){ 0 });
        backups_expect(b, &copy, "select sum(amount) from account", "10000");
        backups_expect(b, &copy,
                       "select (select count(*) from a) = (select count(*) from b), "
                       "(select count(*) from a) > 100",
                       "t|t");
    }
    for (int i = 0; i < 2; i++) {
        kill(writers[i], SIGTERM);
        waitpid(writers[i], NULL, 0);
    }
}

/* ---- secrets ---- */

struct watch {
    const char *password;
    int seen, leaks;
};

static void look_at_processes(void *context, const tusk_backup_progress *progress)
{
    struct watch *watch = context;
    DIR *processes = progress->phase == TUSK_BACKUP_DUMPING ? opendir("/proc") : NULL;
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        char path[300], line[8192] = "";
        snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t got = fd < 0 ? 0 : read(fd, line, sizeof line);
        if (fd >= 0) close(fd);
        if (got <= 0) continue;
        if (memmem(line, (size_t)got, "pg_dump", 7)) watch->seen++;
        if (memmem(line, (size_t)got, watch->password, strlen(watch->password))) watch->leaks++;
    }
    if (processes) closedir(processes);
}

static void test_password_is_no_argument(void **state)
{
    struct backups *b = *state;
    struct watch watch = { .password = b->server.password };
    assert_non_null(watch.password);
    tusk_backup_options options = { .progress = look_at_processes, .context = &watch };
    backups_make(b, "a.dump", &options);
    assert_true(watch.seen > 0);
    assert_int_equal(watch.leaks, 0);
}

/* ---- hostile names ---- */

static void test_row_64_hostile_names(void **state)
{
    struct backups *b = *state;
    static const char *const names[] = { "-rf x.dump",      "a'b\"c;$(touch pwned)`id`.sql",
                                         "new\nline\t.dir", "--host=evil.sql.gz",
                                         "\xff\xfe.dump",   "%s%n|cat.dump" };
    static const char *const databases[] = { "host=evil port=1", "it's \"q\\", "postgres://evil/x",
                                             "-d evil", "\xc3\xa9 $(id)" };
    const char *before = backups_digest(b, &b->server);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = backups_make(b, names[i], NULL);
        const char *into = databases[i % (sizeof databases / sizeof *databases)];
        tusk_backup_options options = { .into = into, .replace = true };
        tusk_server copy = backups_restore(b, path, options);
        tusk_server again = b->server;
        backups_expect(b, &copy, "select current_database()", into);
        assert_string_equal(backups_digest(b, &copy), before);
        /* and back it up from there */
        again.database = into;
        tusk_str own = tusk_backup_path(b->arena, b->folder, &again, TUSK_BACKUP_DIRECTORY);
        assert_null(strchr(own.ptr + strlen(b->folder) + 1, '/'));
        tusk_backup made;
        if (tusk_backup_make(b->arena, &again, own.ptr, NULL, &made, &b->err) != TUSK_OK)
            fail_msg("%s: %s", into, b->err.message);
        assert_true(tusk_str_eq(made.database, tusk_str_of(into)));
        assert_int_equal(tusk_dump_remove(b->arena, own.ptr, &b->err), TUSK_OK);
    }
    assert_false(tusk_file_exists("pwned"));
}

/* ---- failures while making one ---- */

/* Little room: a file system of its own where that is allowed, else a limit on the size of files.
 */
static void take_room_away(const char *folder)
{
    struct rlimit limit = { 20000, 20000 };
    if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("tmpfs", folder, "tmpfs", 0, "size=24k,mode=0700") == 0)
        return;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static void test_row_55_disk_full(void **state)
{
    struct backups *b = *state;
    const char *good = backups_make(b, "good.dump", NULL);
    for (const char *const *format = FORMATS; *format; format++) {
        const char *small = support_folder(b->arena);
        const char *path = tusk_arena_printf(b->arena, "%s/b%s", small, *format).ptr;
        int status = 0;
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            take_room_away(small);
            tusk_status st = make(b, path, NULL);
            tusk_backup_list list = { 0 };
            bool clean = tusk_backup_look(b->arena, small, &list, NULL) == TUSK_OK &&
                         list.count == 0 && !tusk_file_exists(path) &&
                         !tusk_file_exists(tusk_arena_printf(b->arena, "%s.partial", path).ptr);
            if (st != TUSK_IO || !b->err.hint[0]) fprintf(stderr, "%d %s\n", st, b->err.message);
            _exit(st == TUSK_IO && b->err.hint[0] && clean ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
    verify_ok(b, good);
}

static void stop_here(void *context, const tusk_backup_progress *progress)
{
    if (progress->phase != TUSK_BACKUP_DUMPING) return;
    if (write(*(int *)context, "x", 1) == 1) pause();
}

static void test_row_53_killed_in_the_middle(void **state)
{
    struct backups *b = *state;
    const char *path = backups_path(b, "k.dump");
    int ends[2], status = 0;
    char byte;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        tusk_backup_options options = { .progress = stop_here, .context = &ends[1] };
        _exit(make(b, path, &options) == TUSK_OK ? 0 : 1);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    close(ends[0]);
    close(ends[1]);
    assert_false(tusk_file_exists(path));
    /* pg_dump went with it */
    support_wait_for(b->arena, &b->server,
                     "select count(*) from pg_stat_activity where datname = current_database() "
                     "and pid <> pg_backend_pid()",
                     "0", 10000);
    tusk_backup_list list;
    assert_int_equal(tusk_backup_look(b->arena, b->folder, &list, &b->err), TUSK_OK);
    assert_int_equal(list.count, 0);
    backups_make(b, "k.dump", NULL);
    verify_ok(b, path);
    assert_false(tusk_file_exists(backups_path(b, "k.dump.partial")));
}

/* Told to stop when a phase is reached, from inside it: the wait that follows is the one cut short.
 */
struct stopping {
    int fd, phase;
};

static void stop_in_phase(void *context, const tusk_backup_progress *progress)
{
    const struct stopping *s = context;
    if ((int)progress->phase == s->phase) assert_int_equal(eventfd_write(s->fd, 1), 0);
}

static tusk_status stop_when(struct backups *b, int phase, const char *path, bool is_verify)
{
    struct stopping s = { eventfd(0, EFD_CLOEXEC), phase };
    tusk_backup_options options = { .progress = stop_in_phase, .context = &s, .stop_fd = s.fd };
    int64_t began = tusk_clock_ms();
    tusk_status st =
        is_verify ? tusk_backup_verify(b->arena, &b->server, path, &options, &b->backup, &b->err)
                  : make(b, path, &options);
    assert_in_range(tusk_clock_ms() - began, 0, 10000);
    close(s.fd);
    return st;
}

static void test_stopped(void **state)
{
    struct backups *b = *state;
    const char *const names[] = { "s.dump", "s.sql", "s.dir" };
    for (size_t i = 0; i < 3; i++) {
        const char *path = backups_path(b, names[i]);
        for (int phase = TUSK_BACKUP_COUNTING; phase <= TUSK_BACKUP_HASHING; phase++) {
            assert_int_equal(stop_when(b, phase, path, false), TUSK_CANCELLED);
            assert_false(tusk_file_exists(path));
            assert_false(tusk_file_exists(
                backups_path(b, tusk_arena_printf(b->arena, "%s.partial", names[i]).ptr)));
        }
        backups_make(b, names[i], NULL);
        const char *before = backups_databases(b);
        for (int phase = TUSK_BACKUP_HASHING; phase <= TUSK_BACKUP_COMPARING; phase++) {
            assert_int_equal(stop_when(b, phase, path, true), TUSK_CANCELLED);
            assert_string_equal(backups_databases(b), before);
        }
        verify_ok(b, path);
    }
    support_wait_for(b->arena, &b->server,
                     "select count(*) from pg_stat_activity where datname = current_database() "
                     "and pid <> pg_backend_pid()",
                     "0", 10000);
}

static void test_remove(void **state)
{
    struct backups *b = *state;
    const char *path = backups_make(b, "gone.dir", NULL);
    int fd = open(b->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(tusk_backup_remove(b->arena, path, &b->err), TUSK_BUSY);
    close(fd);
    assert_true(tusk_file_exists(path));
    assert_int_equal(tusk_backup_remove(b->arena, path, &b->err), TUSK_OK);
    assert_false(tusk_file_exists(path));
    assert_false(tusk_file_exists(backups_path(b, "gone.dir.manifest.json")));
    assert_int_equal(tusk_backup_remove(b->arena, path, &b->err), TUSK_INVALID);
}

static void test_row_55_finds_the_tool(void **state)
{
    struct backups *b = *state;
    tusk_str path = { 0, 0 };
    assert_int_equal(tusk_backup_tool(b->arena, 100000, &path, &b->err), TUSK_OK);
    assert_non_null(strstr(path.ptr, "/pg_dump"));
    assert_int_equal(tusk_backup_tool(b->arena, 990000, &path, &b->err), TUSK_IO);
    assert_non_null(strstr(b->err.hint, "postgresql-client-99"));
}

static void test_one_at_a_time(void **state)
{
    struct backups *b = *state;
    int fd = open(b->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_int_equal(make(b, backups_path(b, "a.dump"), NULL), TUSK_BUSY);
    close(fd);
    assert_int_equal(make(b, backups_path(b, "a.dump"), NULL), TUSK_OK);
}

static void test_no_such_server(void **state)
{
    struct backups *b = *state;
    tusk_server none = b->server;
    none.database = "there is none";
    assert_int_equal(
        tusk_backup_make(b->arena, &none, backups_path(b, "a.dump"), NULL, &b->backup, &b->err),
        TUSK_SERVER);
    assert_string_equal(b->err.sqlstate, "3D000");
    assert_false(tusk_file_exists(backups_path(b, "a.dump")));
}

/* ---- the manifest ---- */

static void test_row_52_damaged_manifest(void **state)
{
    struct backups *b = *state;
    const char *path = backups_make(b, "m.dump", NULL);
    const char *manifest = backups_path(b, "m.dump.manifest.json");
    tusk_str good = backups_read(b, manifest);
    char *bad = tusk_arena_copy(b->arena, good.ptr, good.len + 1);
    for (size_t i = 0; i < good.len; i += 1 + good.len / 97) { /* anywhere */
        if (good.ptr[i] == ' ' || good.ptr[i] == '\n') continue;
        bad[i] = (char)(good.ptr[i] ^ 1);
        backups_write(b, manifest, (tusk_str){ bad, good.len });
        if (verify(b, path) != TUSK_INVALID) fail_msg("flipped at %zu: %s", i, b->err.message);
        bad[i] = good.ptr[i];
    }
    for (size_t len = 0; len < good.len - 2; len += 100) {
        backups_write(b, manifest, (tusk_str){ good.ptr, len });
        assert_int_equal(verify(b, path), TUSK_INVALID);
    }
    tusk_backup_list list;
    assert_int_equal(tusk_backup_look(b->arena, b->folder, &list, &b->err), TUSK_OK);
    assert_int_equal(list.count, 1);
    assert_non_null(list.items[0].problem.ptr);
    backups_write(b, manifest, good);
    verify_ok(b, path);
}

/* The checksum is right, yet a name of a table would be more than a name where it stands in SQL. */
static void names_in_a_manifest_are_names_and_nothing_else(void **state)
{
    static const char *const bad[] = { "books",
                                       "\"public\".\"books\"; drop table \"books\"",
                                       "\"public\".\"bo\"oks\"",
                                       "\"public\".\"\"",
                                       "\"public\".\"books\"\"",
                                       "\"public\" . \"books\"" };
    struct backups *b = *state;
    const char *path = backups_make(b, "n.dump", NULL);
    tusk_manifest manifest;
    assert_int_equal(tusk_manifest_read(b->arena, path, &manifest, &b->err), TUSK_OK);
    tusk_backup_table table = manifest.backup.tables[0];
    manifest.backup.tables = &table;
    manifest.backup.table_count = 1;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        tusk_manifest read;
        table.name = tusk_str_of(bad[i]);
        assert_int_equal(tusk_manifest_write(b->arena, &manifest, &b->err), TUSK_OK);
        assert_int_equal(tusk_manifest_read(b->arena, path, &read, &b->err), TUSK_INVALID);
        assert_non_null(strstr(b->err.message, "\"tables\" is malformed"));
    }
    table.name = TUSK_STR("\"a\"\".\".\"b \"\"\"");
    assert_int_equal(tusk_manifest_write(b->arena, &manifest, &b->err), TUSK_OK);
    assert_int_equal(tusk_manifest_read(b->arena, path, &manifest, &b->err), TUSK_OK);
}

/* ---- prune ---- */

static void set_times(struct backups *b, const char *path, int days_ago, bool verified)
{
    tusk_manifest manifest;
    int64_t then = tusk_now().us - (int64_t)days_ago * 86400 * 1000000;
    assert_int_equal(tusk_manifest_read(b->arena, path, &manifest, &b->err), TUSK_OK);
    manifest.backup.made.us = then;
    manifest.backup.verified.us = verified ? then : 0;
    assert_int_equal(tusk_manifest_write(b->arena, &manifest, &b->err), TUSK_OK);
}

static void expect_left(struct backups *b, const char *expected)
{
    tusk_backup_list list;
    char names[256] = "";
    assert_int_equal(tusk_backup_look(b->arena, b->folder, &list, &b->err), TUSK_OK);
    for (size_t i = 0; i < list.count; i++) {
        const char *name = strrchr(list.items[i].path.ptr, '/') + 1;
        snprintf(names + strlen(names), sizeof names - strlen(names), "%.1s", name);
    }
    assert_string_equal(names, expected);
}

static void test_row_55_prune_keeps_the_proven(void **state)
{
    struct backups *b = *state;
    tusk_backup_list gone;
    const char *names[] = { "1.dump", "2.dir", "3.sql", "4.dump", "5.dump" };
    for (int i = 0; i < 5; i++) {
        const char *path = backups_make(b, names[i], NULL);
        set_times(b, path, 10 * i, i == 2 || i == 4); /* proven: 3, and 5, which is older */
    }
    backups_write(b, backups_path(b, "foreign.sql"), TUSK_STR("select 1;"));
    static const char *const left[] = { "old.dump.partial", "film.mkv.partial", "new.sql.partial" };
    const struct timespec long_ago[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
    for (int i = 0; i < 3; i++) backups_write(b, backups_path(b, left[i]), TUSK_STR("x"));
    for (int i = 0; i < 2; i++)
        assert_int_equal(utimensat(AT_FDCWD, backups_path(b, left[i]), long_ago, 0), 0);
    expect_left(b, "f12345");
    tusk_backup_rule rule = { 0 };
    assert_int_equal(tusk_backup_prune(b->arena, b->folder, &rule, &gone, &b->err), TUSK_MISUSE);
    rule = (tusk_backup_rule){ .keep_last = 1, .dry_run = true };
    assert_int_equal(tusk_backup_prune(b->arena, b->folder, &rule, &gone, &b->err), TUSK_OK);
    assert_int_equal(gone.count, 3);
    expect_left(b, "f12345");
    rule = (tusk_backup_rule){ .keep_last = 1, .keep_days = 15 };
    assert_int_equal(tusk_backup_prune(b->arena, b->folder, &rule, &gone, &b->err), TUSK_OK);
    expect_left(b, "f123"); /* 1 is the last, 2 is young, 3 is proven */
    assert_false(tusk_file_exists(backups_path(b, "4.dump.manifest.json")));
    rule = (tusk_backup_rule){ .keep_last = 1 };
    assert_int_equal(tusk_backup_prune(b->arena, b->folder, &rule, &gone, &b->err), TUSK_OK);
    expect_left(b, "f13");
    assert_false(tusk_file_exists(backups_path(b, left[0])));
    assert_true(tusk_file_exists(backups_path(b, left[1]))); /* somebody else's */
    assert_true(tusk_file_exists(backups_path(b, left[2]))); /* perhaps being written elsewhere */
}

#define BACKUP_TEST(name) cmocka_unit_test_setup_teardown(name, backups_open, backups_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BACKUP_TEST(test_every_format),
        BACKUP_TEST(test_parts),
        BACKUP_TEST(test_names_of_tables),
        BACKUP_TEST(test_under_write_load),
        BACKUP_TEST(test_password_is_no_argument),
        BACKUP_TEST(test_row_64_hostile_names),
        BACKUP_TEST(test_row_55_disk_full),
        BACKUP_TEST(test_row_53_killed_in_the_middle),
        BACKUP_TEST(test_stopped),
        BACKUP_TEST(test_remove),
        BACKUP_TEST(test_row_55_finds_the_tool),
        BACKUP_TEST(test_one_at_a_time),
        BACKUP_TEST(test_no_such_server),
        BACKUP_TEST(test_row_52_damaged_manifest),
        BACKUP_TEST(names_in_a_manifest_are_names_and_nothing_else),
        BACKUP_TEST(test_row_55_prune_keeps_the_proven),
    };
    support_own_server(); /* what is there before and after is compared */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
