/* config.c - reads config.h's settings; finds the program's own data files next to it, wherever it
 * was put */
#include "services/backend/app/config.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "services/backend/app/auth/origin.h"

/** The folder that the program is in. */
static tusk_status find_program(char exe[static PATH_MAX], tusk_error *err)
{
    ssize_t length = readlink("/proc/self/exe", exe, PATH_MAX - 1);
    if (length <= 0) return tusk_fail_errno(err, "cannot find out where the program is");
    exe[length] = 0;
    *strrchr(exe, '/') = 0;
    return TUSK_OK;
}

/** Installed, the two programs stand side by side; in the tree ./dev knows where tusk is. */
static tusk_status find_tool(tusk_arena *arena, const char **out, tusk_error *err)
{
    char exe[PATH_MAX];
    tusk_status st = find_program(exe, err);
    if (st) return st;
    tusk_str beside = tusk_path_join(arena, exe, "tusk");
    const char *name = beside.ptr && tusk_file_exists(beside.ptr) ? "tusk" : "./dev tusk";
    const char *data = getenv("TUSK_DATA_DIR");
    *out = data ? tusk_arena_printf(arena, "TUSK_DATA_DIR=%s %s", data, name).ptr : name;
    return *out ? TUSK_OK : tusk_fail_nomem(err, "the configuration");
}

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
    tusk_status st = find_program(exe, err);
    if (st) return st;
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

#define FIELD(member) offsetof(struct config, member)

const struct setting config_settings[] = {
    { "HOST", SETTING_TEXT, .takes = "a name or an address; 0.0.0.0 for every network",
      .fallback = "localhost", .offset = FIELD(host), .help = "where to listen" },
    { "PORT", SETTING_INTEGER, 1, 65535, .fallback = "3000", .offset = FIELD(port),
      .help = "port of pages and API" },
    { "FRONTEND_PORT", SETTING_INTEGER, 0, 65535, .fallback = "5173",
      .offset = FIELD(frontend_port), .help = "a second port for the same pages; 0 for none" },
    { "DEPLOYSTACK_FRONTEND_URL", SETTING_TEXT, .takes = "a URL; with https cookies are Secure",
      .offset = FIELD(frontend_url), .help = "how browsers reach the backend" },
    { "TRUSTED_PROXY", SETTING_OTHER,
      .takes = "addresses and networks, divided by commas: 127.0.0.1, 10.0.0.0/8",
      .help = "reverse proxies whose X-Forwarded-For and X-Forwarded-Proto count" },
    { "LOG_LEVEL", SETTING_CHOICE, .takes = "debug|info|warn|error", .fallback = "info",
      .offset = FIELD(log_level), .help = "the least that is logged" },
    { "POSTGRES_HOST", SETTING_OTHER, .takes = "a name, an address or a socket folder",
      .fallback = "localhost",
      .help =
          "database host; with no POSTGRES_ connection setting at all it is a private PostgreSQL" },
    { "POSTGRES_PORT", SETTING_OTHER, .takes = "1 to 65535", .fallback = "5432",
      .help = "database port" },
    { "POSTGRES_DATABASE", SETTING_OTHER, .takes = "a name", .fallback = "deploystack",
      .help = "database name" },
    { "POSTGRES_USER", SETTING_OTHER, .takes = "a name", .fallback = "postgres",
      .help = "database user" },
    { "POSTGRES_PASSWORD", SETTING_OTHER, .takes = "a text", .secret = true,
      .help = "database password" },
    { "POSTGRES_PASSWORD_FILE", SETTING_OTHER,
      .takes = "a file; the line end at its end does not count",
      .help = "file that holds the database password, instead of POSTGRES_PASSWORD" },
    { "POSTGRES_SSL", SETTING_OTHER, .takes = "true or false", .fallback = "false",
      .help = "encrypt the connection; the certificate is not verified without POSTGRES_SSL_CA" },
    { "POSTGRES_SSL_CA", SETTING_OTHER, .takes = "a file, or system",
      .help = "certificates that the server's has to be signed by, for its very host name" },
    { "POSTGRES_POOL_MAX", SETTING_INTEGER, 2, 1000, .fallback = "20", .offset = FIELD(pool.max),
      .help = "connections to the database at most" },
    { "POSTGRES_POOL_IDLE_TIMEOUT_MS", SETTING_INTEGER, 1, 86400000, .fallback = "30000",
      .offset = FIELD(pool.idle_timeout_ms),
      .help = "milliseconds until an unused connection is closed" },
    { "POSTGRES_POOL_CONNECTION_TIMEOUT_MS", SETTING_INTEGER, 1, 3600000, .fallback = "2000",
      .offset = FIELD(pool.connection_timeout_ms),
      .help = "milliseconds to wait for a connection" },
    { "BACKUP_DIR", SETTING_TEXT, .takes = "a folder", .fallback = "persistent_data/backups",
      .offset = FIELD(backup_dir), .help = "where the nightly backups of the database go" },
    { "BACKUP_PAUSE_S", SETTING_INTEGER, 0, 86400, .fallback = "300",
      .offset = FIELD(backup_pause_s),
      .help = "seconds from one backup that somebody asks for to the next" },
    { "BACKUP_SPARE_MB", SETTING_INTEGER, 0, 1000000000, .fallback = "256",
      .offset = FIELD(backup_spare_mb),
      .help = "megabytes of the disk that a backup must leave free" },
    { "USAGE_KEEP_MONTHS", SETTING_INTEGER, 0, 1200, .fallback = "12",
      .offset = FIELD(usage_keep_months),
      .help = "whole months for which the use of the API stays counted; 0 for ever" },
    { "DEPLOYSTACK_DATA_DIR", SETTING_OTHER, .takes = "a folder",
      .help = "the program's own files: web/, drizzle/migrations, catalog/" },
    { "TUSK_DATA_DIR", SETTING_OTHER, .takes = "a folder; in the environment only",
      .help = "data of the private PostgreSQL" },
    { 0 },
};

tusk_status config_env(tusk_arena *arena, const tusk_env **out, tusk_error *err)
{
    static const char *const files[] = { "services/backend/.env", ".env", NULL };
    return tusk_env_read(arena, files, out, err);
}

/** From the folder that the program was started in, whatever becomes of it. */
static tusk_status make_absolute(tusk_arena *arena, const char **path, tusk_error *err)
{
    char here[PATH_MAX];
    if ((*path)[0] == '/') return TUSK_OK;
    if (!getcwd(here, sizeof here)) return tusk_fail_errno(err, "cannot find out where this is");
    *path = tusk_path_join(arena, here, *path).ptr;
    return *path ? TUSK_OK : tusk_fail_nomem(err, "the configuration");
}

static tusk_status read_settings(tusk_arena *arena, const tusk_env *env, struct config *out,
                                 tusk_error *err)
{
    tusk_status st = settings_read(config_settings, env, out, err);
    if (!st) st = make_absolute(arena, &out->backup_dir, err);
    if (!st) st = tusk_server_from_env(arena, env, &out->outside_server, &out->server, err);
    if (!st)
        st = proxies_read(tusk_env_get(env, "TRUSTED_PROXY"), tusk_env_where(env, "TRUSTED_PROXY"),
                          &out->proxies, err);
    return st;
}

tusk_status config_read(tusk_arena *arena, struct config *out, tusk_error *err)
{
    *out = (struct config){ 0 };
    const tusk_env *env = NULL;
    tusk_status st = config_env(arena, &env, err);
    if (!st) st = read_settings(arena, env, out, err);
    if (st) return st;
    out->beyond_loopback = out->proxies.count > 0 || !origin_is_loopback(tusk_str_of(out->host));
    const char *url = out->frontend_url;
    out->https = url && strncasecmp(url, "https://", 8) == 0;
    const char *data = NULL;
    st = find_data(arena, env, &data, err);
    if (!st) st = find_tool(arena, &out->tool, err);
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
