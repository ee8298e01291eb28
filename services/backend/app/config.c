/* config.c - reads config.h's settings; finds the program's own data files next to it, wherever it
 * was put */
#include "services/backend/app/config.h"

#include <limits.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "services/backend/app/auth/origin.h"

/** The folder with web/, drizzle/ and catalog/: DEPLOYSTACK_DATA_DIR, or PREFIX/share/deploystack
 * of an installed program, or services/backend of the tree that the program was built in. */
static tusk_status find_data(tusk_arena *arena, const tusk_env *env, const char **out,
                             tusk_error *err)
{
    const char *given = tusk_env_get(env, "DEPLOYSTACK_DATA_DIR");
    if (given && *given) {
        *out = given;
        return TUSK_OK;
    }
    char exe[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (length <= 0) return tusk_fail_errno(err, "cannot find out where the program is");
    exe[length] = 0;
    *strrchr(exe, '/') = 0;
    static const char *const beside[] = { "../share/deploystack", "../../../services/backend" };
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        tusk_str folder = tusk_path_join(arena, exe, beside[i]);
        tusk_str web = tusk_path_join(arena, folder.ptr, "web/index.html");
        if (!web.ptr) return tusk_fail_nomem(err, "the configuration");
        char real[PATH_MAX];
        if (!tusk_file_exists(web.ptr) || !realpath(folder.ptr, real)) continue;
        *out = tusk_arena_str(arena, tusk_str_of(real)).ptr;
        return *out ? TUSK_OK : tusk_fail_nomem(err, "the configuration");
    }
    tusk_fail(err, TUSK_IO,
              "the program's own files (web/, drizzle/migrations) were not found near %s", exe);
    tusk_error_hint(err, "Set DEPLOYSTACK_DATA_DIR to the folder that holds them.");
    return TUSK_IO;
}

static tusk_status read_level(const tusk_env *env, tusk_log_level *out, tusk_error *err)
{
    const char *text = tusk_env_get(env, "LOG_LEVEL");
    static const char *const names[] = { "debug", "info", "warn", "error" };
    *out = TUSK_LOG_INFO;
    if (!text || !*text) return TUSK_OK;
    for (int i = 0; i < 4; i++) {
        if (strcasecmp(text, names[i]) != 0) continue;
        *out = (tusk_log_level)i;
        return TUSK_OK;
    }
    return tusk_fail(err, TUSK_INVALID, "%s must be debug, info, warn or error",
                     tusk_env_where(env, "LOG_LEVEL"));
}

struct number {
    const char *name;
    long long min, max, fallback;
    int *out;
};

static tusk_status read_numbers(const tusk_env *env, struct config *c, tusk_error *err)
{
    const struct number numbers[] = {
        { "PORT", 1, 65535, 3000, &c->port },
        { "FRONTEND_PORT", 0, 65535, 5173, &c->frontend_port },
        { "POSTGRES_POOL_MAX", 2, 1000, 20, &c->pool.max },
        { "POSTGRES_POOL_IDLE_TIMEOUT_MS", 1, 86400000, 30000, &c->pool.idle_timeout_ms },
        { "POSTGRES_POOL_CONNECTION_TIMEOUT_MS", 1, 3600000, 2000, &c->pool.connection_timeout_ms },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        long long value = 0;
        tusk_status st = tusk_env_int(env, numbers[i].name, numbers[i].min, numbers[i].max,
                                      numbers[i].fallback, &value, err);
        if (st) return st;
        *numbers[i].out = (int)value;
    }
    return TUSK_OK;
}

tusk_status config_read(tusk_arena *arena, struct config *out, tusk_error *err)
{
    static const char *const files[] = { "services/backend/.env", ".env", NULL };
    *out = (struct config){ 0 };
    const tusk_env *env = NULL;
    tusk_status st = tusk_env_read(arena, files, &env, err);
    if (!st) st = read_numbers(env, out, err);
    if (!st) st = read_level(env, &out->log_level, err);
    if (!st) st = tusk_server_from_env(arena, env, &out->outside_server, &out->server, err);
    if (st) return st;
    const char *host = tusk_env_get(env, "HOST");
    out->host = host && *host ? host : "localhost";
    out->beyond_loopback = !origin_is_loopback(tusk_str_of(out->host));
    const char *url = tusk_env_get(env, "DEPLOYSTACK_FRONTEND_URL");
    out->frontend_url = url;
    out->https = url && strncasecmp(url, "https://", 8) == 0;
    const char *data = NULL;
    st = find_data(arena, env, &data, err);
    if (st) return st;
    out->server.application_name = "deploystack";
    out->web = tusk_path_join(arena, data, "web").ptr;
    out->schema = tusk_path_join(arena, data, "db/schema.def").ptr;
    out->sample = tusk_path_join(arena, data, "catalog/sample.tsv").ptr;
    out->migrations = tusk_file_exists("drizzle/migrations")
                          ? "drizzle/migrations"
                          : tusk_path_join(arena, data, "drizzle/migrations").ptr;
    return tusk_arena_failed(arena) ? tusk_fail_nomem(err, "the configuration") : TUSK_OK;
}
