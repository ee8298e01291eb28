/* catalog.c - catalog.h's loading: check the file, COPY it into a staging table, upsert what
 * differs */
#include "services/backend/app/mcp/catalog.h"

#include <inttypes.h>

#include "services/backend/app/mcp/catalog_parse.h"
#include "services/backend/app/secret.h"

#include "src/base/banned.h"

enum { FILE_MAX = 64 << 20, CHUNK = 64 << 10, CHUNK_MAX = 1 << 20 };

/* Takes the types from the table itself, so a database without it, or with an older one, is told
 * before anything is sent. */
static const char make_staging[] =
    "create temporary table \"catalogStaging\" on commit drop as "
    "select \"id\", \"name\", \"description\", \"version\", \"downloads_a_month\", \"tags\" "
    "from \"mcpServerTemplates\" with no data";

static const char copy_staging[] =
    "copy pg_temp.\"catalogStaging\" "
    "(\"id\", \"name\", \"description\", \"version\", \"downloads_a_month\", \"tags\") from stdin";

/* In the order of names: two imports at once wait for each other instead of deadlocking. A new row
 * is known by its staged id, for a row that was there keeps its own. $1: the file has a column of
 * tags. */
static const char upsert[] =
    "with changed as ("
    "insert into \"mcpServerTemplates\" as t "
    "(\"id\", \"name\", \"description\", \"version\", \"downloads_a_month\", \"tags\") "
    "select \"id\", \"name\", \"description\", \"version\", \"downloads_a_month\", "
    "coalesce(\"tags\", '[]') "
    "from pg_temp.\"catalogStaging\" order by \"name\" "
    "on conflict (\"name\") do update set "
    "\"description\" = excluded.\"description\", \"version\" = excluded.\"version\", "
    "\"downloads_a_month\" = excluded.\"downloads_a_month\", "
    "\"tags\" = case when $1::boolean then excluded.\"tags\" else t.\"tags\" end, "
    "\"updated_at\" = now() "
    "where (t.\"description\", t.\"version\", t.\"downloads_a_month\") is distinct from "
    "(excluded.\"description\", excluded.\"version\", excluded.\"downloads_a_month\") "
    "or ($1::boolean and t.\"tags\" <> excluded.\"tags\") "
    "returning t.\"id\") "
    "select count(s.\"id\")::text, (count(*) - count(s.\"id\"))::text "
    "from changed left join pg_temp.\"catalogStaging\" s on s.\"id\" = changed.\"id\"";

/* so that a second import in the same transaction finds the name free */
static const char drop_staging[] = "drop table pg_temp.\"catalogStaging\"";

struct load {
    tusk_arena *a;
    const struct catalog_watch *watch;
    struct catalog catalog;
    size_t total; /* bytes of the file */
    struct catalog_counts counts;
};

/* ---- COPY ---- */

/* One field of the text format, with what COPY gives a meaning escaped; "no text" is NULL. */
static void add_copy_text(tusk_buf *out, tusk_str text)
{
    if (!text.ptr) {
        tusk_buf_add_cstr(out, "\\N");
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '\\':
            tusk_buf_add_cstr(out, "\\\\");
            break;
        case '\t':
            tusk_buf_add_cstr(out, "\\t");
            break;
        case '\n':
            tusk_buf_add_cstr(out, "\\n");
            break;
        case '\r':
            tusk_buf_add_cstr(out, "\\r");
            break;
        default:
            tusk_buf_add_char(out, text.ptr[i]);
        }
    }
}

/* In the order of copy_staging's columns. */
static void add_copy_row(tusk_buf *out, tusk_str id, const struct catalog_entry *entry)
{
    add_copy_text(out, id);
    tusk_buf_add_char(out, '\t');
    add_copy_text(out, entry->name);
    tusk_buf_add_char(out, '\t');
    add_copy_text(out, entry->summary);
    tusk_buf_add_char(out, '\t');
    add_copy_text(out, entry->version);
    tusk_buf_printf(out, "\t%" PRId64 "\t", entry->downloads_a_month);
    add_copy_text(out, entry->tags);
    tusk_buf_add_char(out, '\n');
}

static void tell(const struct load *l, size_t bytes)
{
    if (l->watch && l->watch->sent) l->watch->sent(l->watch->context, bytes, l->total);
}

static tusk_status send_chunk(tusk_conn *conn, tusk_buf *chunk, tusk_error *err)
{
    tusk_str text;
    tusk_status st = tusk_buf_finish(chunk, &text, err);
    if (st) {
        tusk_ignore(tusk_copy_end(conn, "the program ran out of memory", NULL, NULL));
        return st;
    }
    st = tusk_copy_send(conn, text, err);
    tusk_buf_reset(chunk);
    return st;
}

static tusk_status send_rows(tusk_conn *conn, const struct load *l, tusk_buf *chunk,
                             tusk_error *err)
{
    const struct catalog *c = &l->catalog;
    tusk_status st = TUSK_OK;
    for (size_t i = 0; !st && i < c->count; i++) {
        add_copy_row(chunk, secret_id(l->a), &c->entries[i]);
        if (chunk->len < CHUNK && !chunk->failed && i + 1 < c->count) continue;
        st = send_chunk(conn, chunk, err);
        if (!st) tell(l, c->entries[i].end);
    }
    return st;
}

static tusk_status copy(tusk_conn *conn, const struct load *l, tusk_error *err)
{
    tusk_buf chunk;
    tusk_status st = tusk_copy_start(conn, copy_staging, err);
    if (st) return st;
    tusk_buf_init(&chunk, CHUNK_MAX);
    st = send_rows(conn, l, &chunk, err);
    tusk_buf_clear(&chunk);
    if (st) return st;
    int64_t rows = 0;
    st = tusk_copy_end(conn, NULL, &rows, err);
    if (!st && tusk_arena_failed(l->a)) return tusk_fail_nomem(err, "the ids of new servers");
    if (!st && rows != (int64_t)l->catalog.count)
        return tusk_fail(err, TUSK_SERVER, "%zu servers were sent but %lld arrived",
                         l->catalog.count, (long long)rows);
    return st;
}

/* ---- the transaction ---- */

static tusk_status merge(tusk_conn *conn, struct load *l, tusk_error *err)
{
    tusk_result result = { 0 };
    const tusk_query *query = tusk_sql(l->a, upsert, TUSK_PARAMS(tusk_val(l->catalog.has_tags)));
    tusk_status st = tusk_run(conn, l->a, query, &result, err);
    if (st) return st;
    long long inserted = 0, updated = 0, read = (long long)l->catalog.count;
    if (!tusk_str_to_int(tusk_result_cell(&result, 0, 0), 0, read, &inserted) ||
        !tusk_str_to_int(tusk_result_cell(&result, 0, 1), 0, read - inserted, &updated))
        return tusk_fail(err, TUSK_SERVER, "the server's counts of the import make no sense");
    l->counts = (struct catalog_counts){ read, inserted, updated, read - inserted - updated };
    return TUSK_OK;
}

static tusk_status load(tusk_conn *conn, void *context, tusk_error *err)
{
    struct load *l = context;
    tusk_status st = tusk_run(conn, l->a, tusk_sql(l->a, make_staging, NULL), NULL, err);
    if (!st) st = copy(conn, l, err);
    if (!st) st = merge(conn, l, err);
    if (!st) st = tusk_run(conn, l->a, tusk_sql(l->a, drop_staging, NULL), NULL, err);
    return st;
}

/* 42P01 and 42703: the table or a column of it is not there. */
static void explain(tusk_error *err)
{
    if (!err) return;
    if (strcmp(err->sqlstate, "42P01") != 0 && strcmp(err->sqlstate, "42703") != 0) return;
    tusk_error_prefix(err, "the database has no catalogue to load into yet");
    tusk_error_hint(err,
                    "Run `deploystack db:up`, or open /setup in a browser, then import again.");
}

tusk_status catalog_load(tusk_conn *conn, tusk_arena *a, const char *path,
                         const struct catalog_watch *watch, struct catalog_counts *counts,
                         tusk_error *err)
{
    struct load l = { .a = a, .watch = watch };
    tusk_str content;
    tusk_status st = tusk_file_read(a, path, FILE_MAX, &content, err);
    if (!st) st = catalog_parse(a, path, content, &l.catalog, err);
    if (st) return st;
    l.total = content.len;
    st = tusk_transaction(conn, NULL, load, &l, err);
    if (st)
        explain(err);
    else
        *counts = l.counts;
    return st;
}

tusk_status catalog_import(tusk_conn *conn, tusk_arena *a, const char *path,
                           const struct catalog_watch *watch, int64_t *loaded, tusk_error *err)
{
    struct catalog_counts counts;
    tusk_status st = catalog_load(conn, a, path, watch, &counts, err);
    if (!st) *loaded = counts.read;
    return st;
}
