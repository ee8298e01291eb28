/* server.c - the outside server that POSTGRES_* describe */
#include "tusk/server.h"

#include <string.h>

#include "tusk/file.h"

#include "src/base/banned.h"

enum { PASSWORD_MAX = 4096 };

tusk_str tusk_server_text(tusk_arena *arena, const tusk_server *server)
{
    return tusk_arena_printf(
        arena, "%s@%s:%d/%s", server->user ? server->user : "", server->host ? server->host : "",
        server->port > 0 ? server->port : 5432, server->database ? server->database : "");
}

static bool is_configured(const tusk_env *env)
{
    static const char *const names[] = {
        "POSTGRES_HOST",   "POSTGRES_PORT",          "POSTGRES_DATABASE",
        "POSTGRES_USER",   "POSTGRES_PASSWORD",      "POSTGRES_SSL",
        "POSTGRES_SSL_CA", "POSTGRES_PASSWORD_FILE", NULL,
    };
    for (const char *const *name = names; *name; name++)
        if (tusk_env_get(env, *name)) return true;
    return false;
}

/* A setting that may be left out but not left empty: `what` says what it must name. */
static tusk_status text_of(tusk_arena *arena, const tusk_env *env, const char *name,
                           const char *what, const char *fallback, const char **out,
                           tusk_error *err)
{
    const char *value = tusk_env_get(env, name);
    if (value && value[0] == '\0')
        return tusk_fail(err, TUSK_INVALID, "%s must name %s; it is empty",
                         tusk_env_where(env, name), what);
    if (!value) value = fallback;
    if (!value) return TUSK_OK;
    *out = tusk_arena_str(arena, tusk_str_of(value)).ptr;
    return *out ? TUSK_OK : tusk_fail_nomem(err, "settings");
}

/* Exactly true or false: of "require" or "1" people expect different things. */
static tusk_status tls_of(tusk_arena *arena, const tusk_env *env, tusk_server *server,
                          tusk_error *err)
{
    const char *ssl = tusk_env_get(env, "POSTGRES_SSL");
    bool on = ssl && strcmp(ssl, "true") == 0;
    if (ssl && !on && strcmp(ssl, "false") != 0) {
        tusk_status status = tusk_fail(err, TUSK_INVALID, "%s must be true or false",
                                       tusk_env_where(env, "POSTGRES_SSL"));
        tusk_error_hint(err,
                        "true encrypts without verifying the certificate; POSTGRES_SSL_CA set to a "
                        "file or to system verifies it too.");
        return status;
    }
    server->tls = on ? TUSK_TLS_UNVERIFIED : TUSK_TLS_OFF;
    tusk_status status =
        text_of(arena, env, "POSTGRES_SSL_CA", "a file of certificates, or be system", NULL,
                &server->tls_ca, err);
    if (status != TUSK_OK || !server->tls_ca) return status;
    if (!on)
        return tusk_fail(err, TUSK_INVALID, "%s only works with POSTGRES_SSL=true",
                         tusk_env_where(env, "POSTGRES_SSL_CA"));
    server->tls = TUSK_TLS_VERIFY_FULL;
    return TUSK_OK;
}

/* The file's content without the line end at its end. */
static tusk_status read_password(tusk_arena *arena, const tusk_env *env, const char *path,
                                 tusk_str *out, tusk_error *err)
{
    tusk_status status = tusk_file_read(arena, path, PASSWORD_MAX, out, err);
    if (status != TUSK_OK) {
        tusk_error_prefix(err, "%s", tusk_env_where(env, "POSTGRES_PASSWORD_FILE"));
        return status;
    }
    if (out->len > 0 && out->ptr[out->len - 1] == '\n') out->len--;
    if (out->len > 0 && out->ptr[out->len - 1] == '\r') out->len--;
    if (out->len > 0 && !memchr(out->ptr, 0, out->len) && !memchr(out->ptr, '\n', out->len))
        return TUSK_OK;
    return tusk_fail(err, TUSK_INVALID, "%s must name a file with the password on one line",
                     tusk_env_where(env, "POSTGRES_PASSWORD_FILE"));
}

static tusk_status password_of(tusk_arena *arena, const tusk_env *env, const char **out,
                               tusk_error *err)
{
    const char *value = tusk_env_get(env, "POSTGRES_PASSWORD");
    const char *path = tusk_env_get(env, "POSTGRES_PASSWORD_FILE");
    bool given = value && value[0] != '\0'; /* an empty one is how many files say "none" */
    tusk_str password = given ? tusk_str_of(value) : (tusk_str){ 0, 0 };
    if (path && path[0] != '\0') {
        if (given)
            return tusk_fail(err, TUSK_INVALID, "%s and POSTGRES_PASSWORD are both set: keep one",
                             tusk_env_where(env, "POSTGRES_PASSWORD_FILE"));
        tusk_status status = read_password(arena, env, path, &password, err);
        if (status != TUSK_OK) return status;
    }
    if (!password.ptr) return TUSK_OK;
    *out = tusk_arena_str(arena, password).ptr;
    return *out ? TUSK_OK : tusk_fail_nomem(err, "settings");
}

static tusk_status texts_of(tusk_arena *arena, const tusk_env *env, tusk_server *server,
                            tusk_error *err)
{
    const struct {
        const char *name, *what, *fallback;
        const char **out;
    } texts[] = {
        { "POSTGRES_HOST", "a host, an address or a socket folder", "localhost", &server->host },
        { "POSTGRES_DATABASE", "a database", "deploystack", &server->database },
        { "POSTGRES_USER", "a user", "postgres", &server->user },
    };
    tusk_status status = TUSK_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && status == TUSK_OK; i++)
        status =
            text_of(arena, env, texts[i].name, texts[i].what, texts[i].fallback, texts[i].out, err);
    return status;
}

tusk_status tusk_server_from_env(tusk_arena *arena, const tusk_env *env, bool *configured,
                                 tusk_server *out, tusk_error *err)
{
    if (!is_configured(env)) {
        *configured = false;
        return TUSK_OK;
    }
    tusk_server server = { 0 };
    long long port;
    tusk_status status = tusk_env_int(env, "POSTGRES_PORT", 1, 65535, 5432, &port, err);
    if (status == TUSK_OK) status = texts_of(arena, env, &server, err);
    if (status == TUSK_OK) status = password_of(arena, env, &server.password, err);
    if (status == TUSK_OK) status = tls_of(arena, env, &server, err);
    if (status != TUSK_OK) return status;
    server.port = (int)port;
    *out = server;
    *configured = true;
    return TUSK_OK;
}
