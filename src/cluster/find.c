/* find.c - the server a program is to use: the one it is told of, or the private PostgreSQL */
#include "tusk/cluster.h"

#include "src/base/banned.h"

static tusk_status find_outside(tusk_arena *arena, const tusk_env *env, const char *database,
                                bool *found, tusk_server *out, tusk_error *err)
{
    static const char *const files[] = { ".env", NULL };
    tusk_status st = env ? TUSK_OK : tusk_env_read(arena, files, &env, err);
    if (st == TUSK_OK) st = tusk_server_from_env(arena, env, found, out, err);
    if (st || !*found || !database || tusk_env_get(env, "POSTGRES_DATABASE")) return st;
    out->database = tusk_arena_str(arena, tusk_str_of(database)).ptr;
    return out->database ? TUSK_OK : tusk_fail_nomem(err, "a database name");
}

tusk_status tusk_server_find(tusk_arena *arena, const tusk_env *env,
                             const tusk_cluster_options *options, tusk_cluster **cluster,
                             tusk_server *out, tusk_error *err)
{
    bool outside = false;
    *cluster = NULL;
    tusk_status st =
        find_outside(arena, env, options ? options->database : NULL, &outside, out, err);
    if (st || outside) return st;
    st = tusk_cluster_open(options, cluster, err);
    if (st == TUSK_OK) *out = *tusk_cluster_server(*cluster);
    return st;
}
