/* programs.c - finds the programs of PostgreSQL on the machine */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/cluster/internal.h"
#include "tusk/buf.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define MAJOR_MIN 12
#define MAJOR_MAX 99

static const char *const server_programs[] = { "postgres", "initdb", "psql", NULL };

/* Where distributions put them; pg_config and PATH are asked as well. */
static const char *const standard_roots[] = {
    "/usr/lib/postgresql/*/bin", /* Debian, Ubuntu */
    "/usr/pgsql-*/bin",          /* PostgreSQL's own packages for Red Hat */
    "/usr/lib*/postgresql*/bin", /* SUSE, Alpine */
    "/usr/libexec/postgresql*",  /* Alpine */
    "/usr/local/pgsql*/bin",     /* built from source */
    "/opt/homebrew/opt/postgresql@*/bin",
    NULL,
};

static const char *const quiet_env[] = { "LC_ALL=C", "PATH=/usr/bin:/bin:/usr/local/bin", NULL };

static bool has(const char *bin, const char *program)
{
    char path[1024];
    int len = snprintf(path, sizeof path, "%s/%s", bin, program);
    return len > 0 && (size_t)len < sizeof path && access(path, X_OK) == 0;
}

static tusk_str run_for_line(tusk_arena *arena, const char *program, const char *option,
                             int64_t deadline)
{
    const char *argv[] = { program, option, NULL };
    tusk_child child = { .argv = argv, .env = quiet_env };
    tusk_str output = { 0, 0 };
    int code = 1;
    if (tusk_child_run(arena, &child, deadline, &code, &output, NULL) || code) return TUSK_STR("");
    return tusk_str_trim(output);
}

/* "postgres (PostgreSQL) 15.20 (Debian ...)" -> 15; 0 when it says something else */
static int major_of(tusk_arena *arena, const char *bin, const char *name, int64_t deadline)
{
    tusk_str program = tusk_path_join(arena, bin, name);
    tusk_str prefix = tusk_arena_printf(arena, "%s (PostgreSQL) ", name);
    if (!program.ptr || !prefix.ptr) return 0;
    tusk_str line = run_for_line(arena, program.ptr, "--version", deadline);
    if (!tusk_str_starts(line, prefix)) return 0;
    size_t start = prefix.len, end = start;
    while (end < line.len && line.ptr[end] >= '0' && line.ptr[end] <= '9') end++;
    long long major = 0;
    if (!tusk_str_to_int((tusk_str){ line.ptr + start, end - start }, 1, MAJOR_MAX, &major))
        return 0;
    return (int)major;
}

/* What the search has seen so far. */
typedef struct search {
    tusk_arena *arena;
    int64_t deadline;
    const char *const
        *names;    /* of programs that the folder has to hold; the first tells its version */
    int wanted;    /* 0: the newest */
    bool or_newer; /* then the nearest to what is wanted is the best */
    tusk_programs best;
    tusk_buf others; /* "14, 16": for the message when the wanted one is not there */
} search;

static bool is_wanted(const search *s, int major)
{
    return !s->wanted || major == s->wanted || (s->or_newer && major > s->wanted);
}

static bool is_better(const search *s, int major)
{
    if (!s->best.major) return true;
    return s->or_newer ? major < s->best.major : major > s->best.major;
}

static void consider(search *s, const char *bin)
{
    for (const char *const *name = s->names; *name; name++)
        if (!has(bin, *name)) return;
    int major = major_of(s->arena, bin, s->names[0], s->deadline);
    if (major < MAJOR_MIN) return;
    if (!is_wanted(s, major)) {
        tusk_buf_printf(&s->others, "%s%d", s->others.len ? ", " : "", major);
        return;
    }
    if (!is_better(s, major)) return;
    s->best.major = major;
    s->best.bin = tusk_arena_str(s->arena, tusk_str_of(bin)).ptr;
}

static void search_roots(search *s, const char *const *roots)
{
    for (; *roots; roots++) {
        glob_t found = { 0 };
        if (glob(*roots, 0, NULL, &found) == 0)
            for (size_t i = 0; i < found.gl_pathc; i++) consider(s, found.gl_pathv[i]);
        globfree(&found);
    }
}

static void search_path(search *s)
{
    tusk_str rest = tusk_str_of(getenv("PATH"));
    while (rest.ptr) {
        tusk_str folder = tusk_arena_str(s->arena, tusk_str_cut(&rest, ':'));
        if (!folder.ptr || folder.ptr[0] != '/') continue;
        consider(s, folder.ptr);
        if (!has(folder.ptr, "pg_config")) continue;
        tusk_str program = tusk_path_join(s->arena, folder.ptr, "pg_config");
        if (!program.ptr) continue;
        tusk_str bin =
            tusk_arena_str(s->arena, run_for_line(s->arena, program.ptr, "--bindir", s->deadline));
        if (bin.ptr && bin.len) consider(s, bin.ptr);
    }
}

static tusk_status explain(const search *s, tusk_error *err)
{
    if (!s->others.len) {
        tusk_fail(err, TUSK_IO, "the PostgreSQL server programs are not installed");
        if (s->wanted)
            tusk_error_hint(
                err, "Install PostgreSQL %d (on Debian and Ubuntu the package postgresql-%d).",
                s->wanted, s->wanted);
        else
            tusk_error_hint(err,
                            "Install the package postgresql, or set POSTGRES_HOST to use a server "
                            "that runs elsewhere.");
        return TUSK_IO;
    }
    tusk_fail(err, TUSK_INVALID,
              "the data folder was made by PostgreSQL %d, and only version %s is installed",
              s->wanted, s->others.ptr);
    tusk_error_hint(
        err,
        "Install PostgreSQL %d (on Debian and Ubuntu the package postgresql-%d), or move the "
        "data to the new version with a backup and a restore.",
        s->wanted, s->wanted);
    return TUSK_INVALID;
}

/* The folder that a person named: nothing else is looked at. */
static tusk_status search_named(search *s, const char *bin, tusk_error *err)
{
    consider(s, bin);
    if (s->best.major || s->others.len) return TUSK_OK;
    tusk_fail(err, TUSK_INVALID, "TUSK_PG_BIN is %s, which does not hold postgres, initdb and psql",
              bin);
    tusk_error_hint(err, "Name the folder of PostgreSQL's programs, or leave it unset.");
    return TUSK_INVALID;
}

static tusk_status search_all(search *s, const char *const *roots, bool with_path,
                              tusk_programs *out, tusk_error *err)
{
    const char *named = with_path ? getenv("TUSK_PG_BIN") : NULL;
    tusk_buf_init_in(&s->others, s->arena, 256);
    if (named && *named) {
        tusk_status st = search_named(s, named, err);
        if (st != TUSK_OK) return st;
    } else {
        search_roots(s, roots);
        if (with_path && !s->best.major) search_path(s);
    }
    if (tusk_arena_failed(s->arena)) return tusk_fail_nomem(err, "the search for PostgreSQL");
    if (!s->best.major) return explain(s, err);
    *out = s->best;
    return TUSK_OK;
}

tusk_status tusk_programs_find_in(tusk_arena *arena, const char *const *roots, int major,
                                  int64_t deadline, tusk_programs *out, tusk_error *err)
{
    search s = { .arena = arena, .deadline = deadline, .names = server_programs, .wanted = major };
    return search_all(&s, roots, false, out, err);
}

tusk_status tusk_programs_find(tusk_arena *arena, int major, int64_t deadline, tusk_programs *out,
                               tusk_error *err)
{
    search s = { .arena = arena, .deadline = deadline, .names = server_programs, .wanted = major };
    return search_all(&s, standard_roots, true, out, err);
}

static tusk_status explain_tool(const search *s, tusk_error *err)
{
    if (!s->others.len)
        tusk_fail(err, TUSK_IO, "%s is not installed", s->names[0]);
    else
        tusk_fail(err, TUSK_IO, "%s of PostgreSQL %d or newer is needed, and only %s is installed",
                  s->names[0], s->wanted, s->others.ptr);
    tusk_error_hint(err,
                    "Install the package postgresql-client-%d (its name on Debian and Ubuntu).",
                    s->wanted);
    return TUSK_IO;
}

static tusk_status search_tool(search *s, const char *const *roots, bool with_path,
                               const char **path, int *found, tusk_error *err)
{
    s->or_newer = true;
    tusk_buf_init_in(&s->others, s->arena, 256);
    search_roots(s, roots);
    if (with_path && s->best.major != s->wanted) search_path(s);
    if (tusk_arena_failed(s->arena))
        return tusk_fail_nomem(err, "the search for PostgreSQL's programs");
    if (!s->best.major) return explain_tool(s, err);
    *path = tusk_path_join(s->arena, s->best.bin, s->names[0]).ptr;
    *found = s->best.major;
    return *path ? TUSK_OK : tusk_fail_nomem(err, "the search for PostgreSQL's programs");
}

tusk_status tusk_programs_find_tool_in(tusk_arena *arena, const char *const *roots,
                                       const char *name, int major, int64_t deadline,
                                       const char **path, int *found, tusk_error *err)
{
    const char *const names[] = { name, NULL };
    search s = { .arena = arena, .deadline = deadline, .names = names, .wanted = major };
    return search_tool(&s, roots, false, path, found, err);
}

tusk_status tusk_programs_find_tool(tusk_arena *arena, const char *name, int major,
                                    int64_t deadline, const char **path, int *found,
                                    tusk_error *err)
{
    const char *const names[] = { name, NULL };
    search s = { .arena = arena, .deadline = deadline, .names = names, .wanted = major };
    return search_tool(&s, standard_roots, true, path, found, err);
}
