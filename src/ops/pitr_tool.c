/* pitr_tool.c - pgBackRest as a child: the user of the data, our configuration, no variables but
 * ours */
#include <stdlib.h>
#include <unistd.h>

#include "src/base/vec.h"
#include "src/ops/pitr.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define OUTPUT_MAX   ((size_t)16 << 20)
#define PATH_DEFAULT "/usr/local/bin:/usr/bin:/bin"

typedef TUSK_VEC(const char *) strings;

tusk_status tusk_pitr_tool_find(tusk_arena *arena, const char **path, tusk_error *err)
{
    const char *given = getenv("PATH");
    tusk_str rest = tusk_str_of(given ? given : PATH_DEFAULT);
    while (rest.ptr) {
        tusk_str folder = tusk_arena_str(arena, tusk_str_cut(&rest, ':'));
        if (!folder.ptr || folder.ptr[0] != '/') continue;
        *path = tusk_path_join(arena, folder.ptr, "pgbackrest").ptr;
        if (*path && access(*path, X_OK) == 0) return TUSK_OK;
    }
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the search for pgBackRest");
    tusk_fail(err, TUSK_IO, "pgBackRest is not installed");
    tusk_error_hint(err, "Install the package pgbackrest (its name on Debian and Ubuntu).");
    return TUSK_IO;
}

static void add_env(tusk_arena *arena, strings *env, const char *name, const char *value)
{
    tusk_str text = tusk_arena_printf(arena, "%s=%s", name, value);
    if (text.ptr) tusk_vec_push(arena, env, text.ptr);
}

/* The password by the environment, which only its user can read; the host too, for pgBackRest takes
 * one only together with ssh. */
static const char *const *environment(tusk_arena *arena, const tusk_server *server)
{
    strings env = { 0 };
    add_env(arena, &env, "LC_ALL", "C");
    add_env(arena, &env, "PATH", "/usr/bin:/bin");
    if (server) {
        add_env(arena, &env, "PGHOST", server->host);
        if (server->password) add_env(arena, &env, "PGPASSWORD", server->password);
        add_env(arena, &env, "PGCONNECT_TIMEOUT", "15");
    }
    tusk_vec_push(arena, &env, NULL);
    return env.items;
}

static void add_option(tusk_arena *arena, strings *argv, const char *name, const char *value)
{
    tusk_str text = tusk_arena_printf(arena, "--%s=%s", name, value);
    if (text.ptr) tusk_vec_push(arena, argv, text.ptr);
}

static const char *const *arguments(tusk_arena *arena, const tusk_pitr_site *site,
                                    const char *command, const char *const *args,
                                    const tusk_server *server, bool quiet)
{
    strings argv = { 0 };
    tusk_vec_push(arena, &argv, site->tool);
    add_option(arena, &argv, "config", site->conf);
    add_option(arena, &argv, "stanza", TUSK_PITR_STANZA);
    /* a warning often holds the reason of the error behind it */
    add_option(arena, &argv, "log-level-console", quiet ? "error" : "warn");
    add_option(arena, &argv, "log-level-stderr", "off"); /* not once more, nor amid the JSON */
    if (server) {
        int port = server->port > 0 ? server->port : 5432;
        add_option(arena, &argv, "pg1-port", tusk_arena_printf(arena, "%d", port).ptr);
        add_option(arena, &argv, "pg1-user", server->user);
        add_option(arena, &argv, "pg1-database", server->database);
        if (server->host[0] == '/') add_option(arena, &argv, "pg1-socket-path", server->host);
    }
    tusk_vec_push(arena, &argv, command);
    for (; args && *args; args++) tusk_vec_push(arena, &argv, *args);
    tusk_vec_push(arena, &argv, NULL);
    return argv.items;
}

/* "P00  ERROR: [027]: no database found" -> "no database found"; "no text" for other lines. */
static tusk_str words_of(tusk_str line, const char *mark)
{
    const char *at = memmem(line.ptr, line.len, mark, strlen(mark));
    if (!at) return (tusk_str){ 0, 0 };
    tusk_str rest = { at + strlen(mark), line.len - (size_t)(at - line.ptr) - strlen(mark) };
    const char *code = memmem(rest.ptr, rest.len, "]: ", 3);
    if (rest.len && rest.ptr[0] == '[' && code) {
        size_t skip = (size_t)(code - rest.ptr) + 3;
        rest = (tusk_str){ rest.ptr + skip, rest.len - skip };
    }
    return tusk_str_trim(rest);
}

/* The first error is the message; all else that it said is the detail. */
static tusk_status fail_with_words(tusk_arena *arena, const char *command, tusk_str output,
                                   tusk_error *err)
{
    tusk_buf more;
    tusk_str rest = output, first = { 0, 0 };
    tusk_buf_init_in(&more, arena, 4096);
    while (rest.ptr) {
        tusk_str line = tusk_str_trim(tusk_str_cut(&rest, '\n'));
        tusk_str error = words_of(line, "ERROR: "), warning = words_of(line, "WARN: ");
        if (error.ptr && !first.ptr) {
            first = error;
            continue;
        }
        if (warning.ptr) line = warning;
        if (line.len) tusk_buf_printf(&more, "%s%.*s", more.len ? "; " : "", TUSK_STR_ARG(line));
    }
    tusk_fail(err, TUSK_IO, "pgbackrest %s failed: %.*s", command,
              TUSK_STR_ARG(first.ptr ? first : TUSK_STR("it did not say why")));
    if (more.len) tusk_error_detail(err, "%.*s", TUSK_STR_ARG(tusk_buf_str(&more)));
    return TUSK_IO;
}

tusk_status tusk_pitr_tool_run(tusk_arena *arena, const tusk_pitr_site *site, const char *command,
                               const char *const *args, const tusk_server *server, tusk_str *output,
                               tusk_error *err)
{
    tusk_child child = {
        .argv = arguments(arena, site, command, args, server, output != NULL),
        .env = environment(arena, server),
        .switch_user = site->place.as_root,
        .uid = site->place.uid,
        .gid = site->place.gid,
        .output_max = OUTPUT_MAX,
    };
    tusk_str said = { 0, 0 };
    int code = 0;
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "a command line");
    tusk_status st = tusk_child_run(arena, &child, site->deadline, &code, &said, err);
    if (st) return st;
    if (code != 0) return fail_with_words(arena, command, said, err);
    if (output) *output = said;
    return TUSK_OK;
}
