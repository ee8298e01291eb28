/* url.c - a server given as postgres://user@host:port/database */
#include <libpq-fe.h>
#include <stdlib.h>

#include "tusk/server.h"

#include "src/base/banned.h"

/* TLS as the URL asks for it. What might or might not encrypt does not exist here. */
static tusk_status read_tls(tusk_arena *arena, const char *mode, const char *ca, tusk_server *out,
                            tusk_error *err)
{
    if (!mode || strcmp(mode, "disable") == 0) return TUSK_OK;
    if (strcmp(mode, "require") == 0) {
        out->tls = TUSK_TLS_UNVERIFIED;
        return TUSK_OK;
    }
    if (strcmp(mode, "verify-full") == 0) {
        out->tls = TUSK_TLS_VERIFY_FULL;
        out->tls_ca = ca ? tusk_arena_str(arena, tusk_str_of(ca)).ptr : "system";
        return TUSK_OK;
    }
    tusk_fail(err, TUSK_INVALID, "the URL's sslmode is \"%s\"", mode);
    tusk_error_hint(err, "It can be disable, require or verify-full (with sslrootcert=FILE or "
                         "system).");
    return TUSK_INVALID;
}

static tusk_status read_port(const char *text, tusk_server *out, tusk_error *err)
{
    long long port = 0;
    if (!text || !*text) return TUSK_OK;
    if (!tusk_str_to_int(tusk_str_of(text), 1, 65535, &port)) {
        return tusk_fail(err, TUSK_INVALID,
                         "the URL's port is \"%s\", not a number from 1 to 65535", text);
    }
    out->port = (int)port;
    return TUSK_OK;
}

/* The value of a parameter, NULL when it was not given. */
static const char *value_of(const PQconninfoOption *options, const char *name)
{
    for (const PQconninfoOption *o = options; o && o->keyword; o++) {
        if (strcmp(o->keyword, name) == 0) return o->val && *o->val ? o->val : NULL;
    }
    return NULL;
}

static const char *copy(tusk_arena *arena, const char *value, const char *fallback)
{
    return value ? tusk_arena_str(arena, tusk_str_of(value)).ptr : fallback;
}

static tusk_status fill(tusk_arena *arena, const PQconninfoOption *options, tusk_server *out,
                        tusk_error *err)
{
    const char *user = value_of(options, "user"), *database = value_of(options, "dbname");
    *out = (tusk_server){ 0 };
    out->host = copy(arena, value_of(options, "host"), "localhost");
    out->user = copy(arena, user, "postgres");
    out->database = copy(arena, database ? database : user, "postgres");
    out->password = copy(arena, value_of(options, "password"), NULL);
    tusk_status st = read_port(value_of(options, "port"), out, err);
    if (st != TUSK_OK) return st;
    return read_tls(arena, value_of(options, "sslmode"), value_of(options, "sslrootcert"), out,
                    err);
}

tusk_status tusk_server_from_url(tusk_arena *arena, const char *url, tusk_server *out,
                                 tusk_error *err)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(url, &why);
    /* libpq's words quote the URL, which may hold a password */
    PQfreemem(why);
    if (!options) {
        tusk_fail(err, TUSK_INVALID, "this is not the URL of a PostgreSQL database");
        tusk_error_hint(err, "It looks like postgres://user@host:5432/database.");
        return TUSK_INVALID;
    }
    tusk_status st = fill(arena, options, out, err);
    PQconninfoFree(options);
    if (st == TUSK_OK && tusk_arena_failed(arena)) return tusk_fail_nomem(err, "a server");
    return st;
}
