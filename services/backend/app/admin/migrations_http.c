/* migrations_http.c - which migrations the program brings and which of them the database has */
#include "services/backend/app/admin/admin.h"
#include "services/backend/app/admin/tables.h"

enum { FILE_MAX = 1 << 20 };

/** The file's text; null when it is not there any more, or larger than a page wants to show. */
static json_t *sql_of(struct call *call, const tusk_migration *m)
{
    tusk_arena *a = call->arena;
    tusk_str name = tusk_arena_printf(a, "%.*s.sql", TUSK_STR_ARG(m->tag)), text = { 0, 0 };
    if (m->index < 0 || !name.ptr) return json_null();
    tusk_str path = tusk_path_join(a, call->app->config->migrations, name.ptr);
    if (!path.ptr || tusk_file_read(a, path.ptr, FILE_MAX, &text, NULL)) return json_null();
    return tusk_str_is_text(text) ? json_text(text) : json_null();
}

/** The key of a migration is its time, but anybody can write any number into the table. */
static json_t *when_json(const tusk_migration *m)
{
    bool fits = m->when > INT64_MIN / 1000 && m->when < INT64_MAX / 1000;
    return fits ? json_time((tusk_time){ m->when * 1000 }) : json_null();
}

static json_t *migration_json(struct call *call, const tusk_migration *m)
{
    return json_pack("{s:i, s:o, s:o, s:s, s:o, s:o}", "index", m->index, "tag", json_text(m->tag),
                     "when", when_json(m), "state", tusk_migration_state_name(m->state), "hash",
                     json_text(m->hash), "sql", sql_of(call, m));
}

void migrations_list(struct call *call, tusk_conn *conn)
{
    const char *folder = call->app->config->migrations;
    tusk_migration_list migrations = { 0 };
    tusk_error err;
    tusk_status st = tusk_migrate_look(conn, call->arena, folder, &migrations, &err);
    if (st == TUSK_INVALID || st == TUSK_IO) { /* of the folder: what is wrong helps */
        call_fail(call, 409, tusk_arena_printf(call->arena, "The migrations: %s", err.message).ptr);
        return;
    }
    if (st) {
        call_error(call, &err);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < migrations.count; i++)
        json_array_append_new(list, migration_json(call, &migrations.items[i]));
    admin_ok(call, 200,
             json_pack("{s:s, s:s, s:o, s:I}", "folder", folder, "table",
                       "drizzle.__drizzle_migrations", "migrations", list, "pending",
                       (json_int_t)migrations.pending));
}
