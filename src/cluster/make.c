/* make.c - makes the cluster: initdb, a random password, the settings, the database */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/cluster/internal.h"
#include "tusk/buf.h"
#include "tusk/clock.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define PASSWORD_BYTES 32
#define SMALL_FILE     ((size_t)64 << 10)

static const char *const quiet_env[] = { "LC_ALL=C", "PATH=/usr/bin:/bin", "TZ=UTC", NULL };

tusk_status tusk_make_version(tusk_arena *arena, const tusk_place *place, int *major,
                              tusk_error *err)
{
    *major = 0;
    const char *path = tusk_path_join(arena, place->pgdata, "PG_VERSION").ptr;
    if (!path) return tusk_fail_nomem(err, "the name of a file");
    if (!tusk_file_exists(place->pgdata)) return TUSK_OK;
    tusk_str text;
    tusk_status st = tusk_file_read(arena, path, 64, &text, err);
    if (st) {
        tusk_error_prefix(err, "no PostgreSQL data folder");
        tusk_error_hint(err, "Move \"%s\" away to start with an empty database.", place->pgdata);
        return st;
    }
    long long number = 0;
    if (!tusk_str_to_int(tusk_str_trim(text), 1, 999, &number))
        return tusk_fail(err, TUSK_INVALID, "\"%s\" does not hold a version number", path);
    *major = (int)number;
    return TUSK_OK;
}

static tusk_status random_hex(char text[2 * PASSWORD_BYTES + 1], tusk_error *err)
{
    unsigned char bytes[PASSWORD_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return tusk_fail_errno(err, "could not get random bytes");
    for (size_t i = 0; i < sizeof bytes; i++) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return TUSK_OK;
}

tusk_status tusk_make_read_password(tusk_arena *arena, const tusk_place *place,
                                    const char **password, tusk_error *err)
{
    tusk_str text;
    tusk_status st = tusk_file_read(arena, place->password_file, 1024, &text, err);
    if (st) {
        tusk_error_hint(err,
                        "The data cannot be opened without it: bring the file back from a backup.");
        return st;
    }
    text = tusk_arena_str(arena, tusk_str_trim(text));
    if (!text.ptr) return tusk_fail_nomem(err, "a password");
    if (!text.len) return tusk_fail(err, TUSK_INVALID, "\"%s\" is empty", place->password_file);
    *password = text.ptr;
    return TUSK_OK;
}

/* Kept from an attempt that was cut short, else new. */
static tusk_status ensure_password(tusk_arena *arena, const tusk_place *place,
                                   const char **password, tusk_error *err)
{
    if (tusk_file_exists(place->password_file))
        return tusk_make_read_password(arena, place, password, err);
    char text[2 * PASSWORD_BYTES + 1];
    tusk_status st = random_hex(text, err);
    if (st == TUSK_OK) st = tusk_file_replace(place->password_file, tusk_str_of(text), 0600, err);
    if (st) return st;
    *password = tusk_arena_str(arena, tusk_str_of(text)).ptr;
    return *password ? TUSK_OK : tusk_fail_nomem(err, "a password");
}

/* A file that only `uid` can read, for a program that takes a secret from a file and never from its
 * arguments. The caller removes it; one that a killed program left goes here (BASE/lock is taken,
 * so it is nobody's). */
static tusk_status secret_file(tusk_arena *arena, const tusk_place *place, uid_t uid, tusk_str text,
                               const char **path, tusk_error *err)
{
    const char *name = tusk_path_join(arena, place->base, "secret").ptr;
    if (!name) return tusk_fail_nomem(err, "the name of a file");
    unlink(name);
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return tusk_fail_errno(err, "could not create \"%s\"", name);
    bool ok = write(fd, text.ptr, text.len) == (ssize_t)text.len;
    if (ok && uid != geteuid()) ok = fchown(fd, uid, (gid_t)-1) == 0;
    tusk_status st = ok ? TUSK_OK : tusk_fail_errno(err, "could not write \"%s\"", name);
    close(fd);
    if (st) unlink(name);
    *path = name;
    return st;
}

tusk_status tusk_make_remove_tree(tusk_arena *arena, const char *path, int64_t deadline,
                                  tusk_error *err)
{
    if (!tusk_file_exists(path)) return TUSK_OK;
    const char *argv[] = { "/bin/rm", "-rf", "--", path, NULL };
    tusk_child child = { .argv = argv, .env = quiet_env };
    tusk_str output;
    int code = 0;
    tusk_status st = tusk_child_run(arena, &child, deadline, &code, &output, err);
    if (st) return st;
    if (code == 0) return TUSK_OK;
    return tusk_fail(err, TUSK_IO, "could not remove \"%s\", which an earlier start left", path);
}

static const char *locale_option(void)
{
    locale_t locale = newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0);
    if (locale == (locale_t)0) return "--locale=C";
    freelocale(locale);
    return "--locale=C.UTF-8";
}

static tusk_status run_initdb(tusk_arena *arena, const tusk_place *place,
                              const tusk_programs *programs, const char *password_file,
                              int server_fd, int64_t deadline, tusk_error *err)
{
    const char *program = tusk_path_join(arena, programs->bin, "initdb").ptr;
    const char *pwfile = tusk_arena_printf(arena, "--pwfile=%s", password_file).ptr;
    if (!program || !pwfile) return tusk_fail_nomem(err, "a command line");
    const char *argv[] = { program,
                           "--pgdata",
                           place->partial,
                           "--username=" TUSK_CLUSTER_USER,
                           "--auth-local=scram-sha-256",
                           "--auth-host=scram-sha-256",
                           pwfile,
                           "--data-checksums",
                           "--encoding=UTF8",
                           locale_option(),
                           "--no-instructions",
                           NULL };
    tusk_child child = { .argv = argv,
                         .env = quiet_env,
                         .switch_user = place->as_root,
                         .uid = place->uid,
                         .gid = place->gid,
                         .keep_fd = server_fd };
    tusk_str output;
    int code = 0;
    tusk_status st = tusk_child_run(arena, &child, deadline, &code, &output, err);
    if (st || code == 0) return st;
    tusk_fail(err, TUSK_IO, "could not create the database files in \"%s\"", place->base);
    tusk_reason_add(err, output);
    return TUSK_IO;
}

/* One line at the end of postgresql.conf: all that Tusk sets stands in tusk.conf beside the data.
 */
static tusk_status include_settings(tusk_arena *arena, const tusk_place *place, tusk_error *err)
{
    const char *path = tusk_path_join(arena, place->partial, "postgresql.conf").ptr;
    if (!path) return tusk_fail_nomem(err, "the name of a file");
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", path);
    tusk_str line = TUSK_STR("\n# what Tusk sets; it rewrites that file\ninclude '../tusk.conf'\n");
    tusk_status st = TUSK_OK;
    if (write(fd, line.ptr, line.len) != (ssize_t)line.len || fsync(fd) != 0)
        st = tusk_fail_errno(err, "could not write \"%s\"", path);
    close(fd);
    return st;
}

static tusk_status publish(const tusk_place *place, tusk_error *err)
{
    if (rename(place->partial, place->pgdata) != 0)
        return tusk_fail_errno(err, "could not rename \"%s\"", place->partial);
    int fd = open(place->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", place->base);
    tusk_status st = TUSK_OK;
    if (fsync(fd) != 0) st = tusk_fail_errno(err, "could not sync \"%s\"", place->base);
    close(fd);
    return st;
}

/* Under another name until it is whole: an initdb that dies half-way leaves no half cluster. */
tusk_status tusk_make_cluster(tusk_arena *arena, const tusk_place *place,
                              const tusk_programs *programs, int server_fd, int64_t deadline,
                              tusk_error *err)
{
    const char *password = NULL, *password_file = NULL;
    tusk_status st = tusk_make_remove_tree(arena, place->partial, deadline, err);
    if (st == TUSK_OK) st = ensure_password(arena, place, &password, err);
    if (st) return st;
    if (mkdir(place->partial, 0700) != 0)
        return tusk_fail_errno(err, "could not create \"%s\"", place->partial);
    if (place->as_root && lchown(place->partial, place->uid, place->gid) != 0)
        return tusk_fail_errno(err, "could not give \"%s\" to %s", place->partial, place->user);
    st = secret_file(arena, place, place->uid, tusk_str_of(password), &password_file, err);
    if (st) return st;
    st = run_initdb(arena, place, programs, password_file, server_fd, deadline, err);
    unlink(password_file);
    if (st == TUSK_OK) st = include_settings(arena, place, err);
    if (st == TUSK_OK) st = publish(place, err);
    if (st)
        tusk_ignore(tusk_make_remove_tree(arena, place->partial, tusk_deadline_in(10000), NULL));
    return st;
}

static bool has_statements(tusk_arena *arena, const tusk_programs *programs)
{
    static const char *const folders[] = { "../lib", "../lib/postgresql", "../lib64",
                                           "../lib64/pgsql" };
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        tusk_str path =
            tusk_arena_printf(arena, "%s/%s/pg_stat_statements.so", programs->bin, folders[i]);
        if (path.ptr && tusk_file_exists(path.ptr)) return true;
    }
    return false;
}

/* A string in postgresql.conf: quotes doubled, backslashes escaped. */
static void add_quoted(tusk_buf *buf, const char *text)
{
    tusk_buf_add_char(buf, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\') tusk_buf_add_char(buf, *text);
        tusk_buf_add_char(buf, *text);
    }
    tusk_buf_add_char(buf, '\'');
}

tusk_status tusk_make_settings(tusk_arena *arena, const tusk_place *place,
                               const tusk_programs *programs, tusk_error *err)
{
    tusk_buf buf;
    tusk_str text, old;
    tusk_buf_init_in(&buf, arena, SMALL_FILE);
    tusk_buf_add_cstr(
        &buf,
        "# written by Tusk at each start; put settings of your own into postgresql.auto.conf\n"
        "# (ALTER SYSTEM), which counts more than this file\n"
        "listen_addresses = ''\n");
    tusk_buf_printf(&buf, "port = %d\nunix_socket_directories = ", TUSK_CLUSTER_PORT);
    add_quoted(&buf, place->socket_dir);
    tusk_buf_add_cstr(&buf, "\nunix_socket_permissions = 0700\n"
                            "password_encryption = 'scram-sha-256'\n"
                            "max_connections = 100\n"
                            "fsync = on\n"
                            "logging_collector = off\n"
                            "log_destination = 'stderr'\n"
                            "log_line_prefix = '%m [%p] %q%a '\n"
                            "log_timezone = 'UTC'\n"
                            "timezone = 'UTC'\n");
    if (has_statements(arena, programs))
        tusk_buf_add_cstr(&buf, "shared_preload_libraries = 'pg_stat_statements'\n");
    tusk_status st = tusk_buf_finish(&buf, &text, err);
    if (st) return st;
    if (tusk_file_exists(place->conf_file) &&
        tusk_file_read(arena, place->conf_file, SMALL_FILE, &old, NULL) == TUSK_OK &&
        tusk_str_eq(old, text))
        return TUSK_OK;
    return tusk_file_replace(place->conf_file, text, 0644, err);
}

/* psql, not libpq: only src/wire speaks to servers, and it stands above this folder. The name
 * travels as a psql variable, so the server quotes it. */
static const char database_script[] =
    "select format('create database %I owner %I', :'database', current_user)\n"
    " where not exists (select from pg_catalog.pg_database where datname = :'database')\n"
    "\\gexec\n";

enum { PSQL_ARGUMENTS = 13 };

/* The arguments of psql up to its NULL, in `argv`; false without memory. */
static bool psql_arguments(tusk_arena *arena, const tusk_programs *programs, const char *socket_dir,
                           const char *database, const char *argv[PSQL_ARGUMENTS])
{
    const char *const list[PSQL_ARGUMENTS] = {
        tusk_path_join(arena, programs->bin, "psql").ptr,
        "-X",
        "-q",
        "-w",
        "-A",
        "-t",
        "--set=ON_ERROR_STOP=1",
        tusk_arena_printf(arena, "--set=database=%s", database).ptr,
        tusk_arena_printf(arena, "--host=%s", socket_dir).ptr,
        tusk_arena_printf(arena, "--port=%d", TUSK_CLUSTER_PORT).ptr,
        "--username=" TUSK_CLUSTER_USER,
        "--dbname=postgres",
        NULL
    };
    memcpy(argv, list, sizeof list);
    return !tusk_arena_failed(arena);
}

static tusk_status run_psql(tusk_arena *arena, const tusk_place *place,
                            const tusk_programs *programs, const char *socket_dir,
                            const char *database, const char *passfile, int64_t deadline,
                            tusk_error *err)
{
    const char *argv[PSQL_ARGUMENTS];
    const char *pass_env = tusk_arena_printf(arena, "PGPASSFILE=%s", passfile).ptr;
    if (!psql_arguments(arena, programs, socket_dir, database, argv))
        return tusk_fail_nomem(err, "a command line");
    const char *env[] = { pass_env,
                          "LC_ALL=C",
                          "PATH=/usr/bin:/bin",
                          "PGAPPNAME=tusk",
                          "PGCONNECT_TIMEOUT=10",
                          "PGGSSENCMODE=disable",
                          NULL };
    tusk_child child = { .argv = argv,
                         .env = env,
                         .input = { database_script, sizeof database_script - 1 } };
    tusk_str output;
    int code = 0;
    tusk_status st = tusk_child_run(arena, &child, deadline, &code, &output, err);
    if (st || code == 0) return st;
    tusk_fail(err, TUSK_IO, "could not create the database \"%s\" in \"%s\"", database,
              place->base);
    tusk_reason_add(err, output);
    return TUSK_IO;
}

tusk_status tusk_make_database(tusk_arena *arena, const tusk_place *place,
                               const tusk_programs *programs, const char *socket_dir,
                               const char *database, int64_t deadline, tusk_error *err)
{
    const char *password = NULL, *passfile = NULL;
    tusk_status st = tusk_make_read_password(arena, place, &password, err);
    if (st) return st;
    tusk_str line = tusk_arena_printf(arena, "*:*:*:*:%s\n", password);
    if (!line.ptr) return tusk_fail_nomem(err, "a password");
    st = secret_file(arena, place, geteuid(), line, &passfile, err);
    if (st) return st;
    st = run_psql(arena, place, programs, socket_dir, database, passfile, deadline, err);
    unlink(passfile);
    return st;
}
