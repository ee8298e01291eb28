/* server.h - where a PostgreSQL server is and how to sign in: POSTGRES_* and .env files */
#ifndef TUSK_SERVER_H
#define TUSK_SERVER_H

#include <stdbool.h>

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/str.h"

/** How the connection is protected (POSTGRES_SSL, POSTGRES_SSL_CA). */
typedef enum tusk_tls {
    TUSK_TLS_OFF,         /* POSTGRES_SSL=false */
    TUSK_TLS_UNVERIFIED,  /* POSTGRES_SSL=true: encrypted, certificate not verified */
    TUSK_TLS_VERIFY_FULL, /* with POSTGRES_SSL_CA=FILE or system */
} tusk_tls;

/** One server, database and user. Zero-terminated texts; the owner is whoever made them (usually an
 * arena). The password is never printed by Tusk: tusk_server_text() leaves it out. */
typedef struct tusk_server {
    const char *host; /* name, address, or the folder of a Unix socket ("/run/tusk") */
    int port;         /* 1..65535; 0: 5432 */
    const char *database;
    const char *user;
    const char *password; /* NULL: none (libpq may still find one in .pgpass) */
    tusk_tls tls;
    const char *tls_ca;           /* file, or "system"; only with TUSK_TLS_VERIFY_FULL */
    const char *application_name; /* NULL: "tusk" */
} tusk_server;

/** "user@host:port/database", never the password; "no text" without memory. Lifetime: the arena. */
TUSK_API tusk_str tusk_server_text(tusk_arena *arena, const tusk_server *server);

/** Settings by name, from the process environment first, then from .env files in the order given.
 */
typedef struct tusk_env tusk_env;

/** Reads the process environment and those of `files` (NULL-terminated list of paths, may be NULL)
 * that exist. .env syntax: NAME=value, optional `export `, # comments, 'single' quotes literal,
 * "double" quotes with \n \t \" \\ \$, blank lines, CRLF accepted. Errors: TUSK_INVALID with file,
 * line and what the line must look like; a duplicate name in one file is refused; a value is never
 * quoted in a message; TUSK_IO for a file that is there but cannot be read; TUSK_NOMEM. Lifetime:
 * the arena. Not changed afterwards: any thread may read it. */
TUSK_API TUSK_NODISCARD tusk_status tusk_env_read(tusk_arena *arena, const char *const *files,
                                                  const tusk_env **out, tusk_error *err);
/** The value of `name`, NULL when nobody set it. An empty value counts as set. Lifetime: the arena
 * of tusk_env_read(). */
TUSK_API const char *tusk_env_get(const tusk_env *env, const char *name);
/** Where `name` was set, for messages: "environment variable X" or "X in services/backend/.env,
 * line 3"; "X" when it is not set. Lifetime: the arena of tusk_env_read(). */
TUSK_API const char *tusk_env_where(const tusk_env *env, const char *name);
/** An integer setting within [min, max]; `fallback` when not set. Errors: TUSK_INVALID in one
 * sentence that names the variable, where it was set and the range it takes. */
TUSK_API TUSK_NODISCARD tusk_status tusk_env_int(const tusk_env *env, const char *name,
                                                 long long min, long long max, long long fallback,
                                                 long long *out, tusk_error *err);
/** A yes or no setting: true or false (also 1, 0, yes, no, on, off in any case); `fallback` when
 * not set. Errors: TUSK_INVALID as tusk_env_int(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_env_bool(const tusk_env *env, const char *name,
                                                  bool fallback, bool *out, tusk_error *err);

/** The outside server that POSTGRES_HOST, _PORT, _DATABASE, _USER, _PASSWORD, _SSL, _SSL_CA
 * describe; POSTGRES_PASSWORD_FILE names a file that holds the password instead (a line end at its
 * end does not count).
 * `*configured` is false (and `*out` left alone) when none of them is set: use the private
 * PostgreSQL then (tusk_server_find() of cluster.h does both). Any one set means an outside server
 * with the guide's defaults for the rest: localhost, 5432, deploystack, postgres, no password,
 * false. Errors: TUSK_INVALID in one sentence that names the variable, where it was set and what it
 * takes; TUSK_IO for a password file that cannot be read; TUSK_NOMEM. Lifetime of the texts:
 * `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_server_from_env(tusk_arena *arena, const tusk_env *env,
                                                         bool *configured, tusk_server *out,
                                                         tusk_error *err);
/** The server of a URL: postgres://user:password@host:port/database?sslmode=verify-full (libpq's
 * form; %2F for a socket's folder). Left out are localhost, 5432, postgres, and the user's name for
 * the database. sslmode is disable (also when left out), require or verify-full. Errors:
 * TUSK_INVALID, never quoting the URL; TUSK_NOMEM. Lifetime of the texts: `arena`. */
TUSK_API TUSK_NODISCARD tusk_status tusk_server_from_url(tusk_arena *arena, const char *url,
                                                         tusk_server *out, tusk_error *err);

#endif
