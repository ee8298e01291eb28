/* check.c - does it all fit together: folder, snapshots, schema, database */
#include <dirent.h>
#include <stdarg.h>

#include "src/introspect/introspect.h"
#include "src/migrate/applied.h"
#include "src/migrate/folder.h"
#include "src/migrate/source.h"
#include "tusk/file.h"

#include "src/base/banned.h"

enum { CONNECT_MS = 15000 };

typedef struct checker {
    tusk_arena *arena;
    const char *folder;
    tusk_journal journal;
    TUSK_VEC(tusk_finding) list;
    tusk_error *err;
} checker;

static void find(checker *c, tusk_finding_level level, tusk_str where, const char *way_on,
                 const char *format, ...) TUSK_PRINTF(5, 6);
static void find(checker *c, tusk_finding_level level, tusk_str where, const char *way_on,
                 const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tusk_finding finding = { .level = level,
                             .where = where,
                             .message = tusk_arena_vprintf(c->arena, format, args),
                             .way_on = tusk_str_of(way_on) };
    va_end(args);
    tusk_vec_push(c->arena, &c->list, finding);
}

/* An error of reading becomes a finding; only what is no fault of the files ends the check. */
static tusk_status take(checker *c, tusk_status st, tusk_str where, const tusk_error *why)
{
    if (st == TUSK_OK) return st;
    if (st != TUSK_INVALID) {
        if (c->err) *c->err = *why;
        return st;
    }
    tusk_str hint = tusk_arena_str(c->arena, tusk_str_of(why->hint));
    find(c, TUSK_FINDING_ERROR, where, hint.ptr ? hint.ptr : "", "%s", why->message);
    return TUSK_OK;
}

static tusk_str path_of(checker *c, const char *name)
{
    return tusk_path_join(c->arena, c->folder, name);
}

/* ---- the folder by itself ---- */

static void check_order(checker *c)
{
    for (size_t i = 1; i < c->journal.entries.count; i++) {
        const tusk_journal_entry *last = &c->journal.entries.items[i - 1];
        const tusk_journal_entry *entry = &c->journal.entries.items[i];
        tusk_str where = path_of(c, "meta/_journal.json");
        if (entry->idx <= last->idx) {
            find(c, TUSK_FINDING_ERROR, where,
                 "Number the entries in the order in which they are applied.",
                 "%.*s has idx %d, not above %d of the entry before it", TUSK_STR_ARG(entry->tag),
                 entry->idx, last->idx);
        }
        if (entry->when <= last->when) {
            find(c, TUSK_FINDING_WARNING, where,
                 "Tusk goes by the set of applied ones and is not misled. For drizzle's migrator "
                 "make \"when\" grow, as long as the migration is applied nowhere.",
                 "%.*s is not younger than %.*s: drizzle's migrator leaves it out without a word "
                 "where the latter is applied",
                 TUSK_STR_ARG(entry->tag), TUSK_STR_ARG(last->tag));
        }
    }
}

static void check_marker(checker *c, const tusk_candidate *one)
{
    tusk_chunks chunks, statements;
    tusk_str name = tusk_arena_printf(c->arena, "%.*s.sql", TUSK_STR_ARG(one->migration.tag));
    if (!name.ptr || !tusk_split_breakpoints(c->arena, one->sql, &chunks)) return;
    if (tusk_split_needs_no_transaction(c->arena, &chunks)) {
        find(c, TUSK_FINDING_NOTE, path_of(c, name.ptr), "",
             "it cannot run in a transaction: its statements take effect one by one, and drizzle's "
             "migrator cannot run it");
    }
    bool empty = true;
    for (size_t i = 0; i < chunks.count && empty; i++) {
        if (tusk_split_statements(c->arena, &chunks.items[i], &statements)) {
            empty = statements.count == 0;
        }
    }
    if (empty) find(c, TUSK_FINDING_NOTE, path_of(c, name.ptr), "", "it holds no statement");
}

static void check_files(checker *c, const tusk_candidates *candidates)
{
    for (size_t i = 0; i < candidates->list.count; i++) {
        const tusk_candidate *one = &candidates->list.items[i];
        tusk_str name = tusk_arena_printf(c->arena, "%.*s.sql", TUSK_STR_ARG(one->migration.tag));
        if (!name.ptr) return;
        if (!one->sql.ptr) {
            find(c, TUSK_FINDING_ERROR, path_of(c, name.ptr),
                 "Bring it back from version control, or `tusk drop TAG` takes it out of the "
                 "folder. "
                 "`tusk mark TAG` notes it as applied where it is known to change nothing.",
                 "the journal lists this file, but it is not there");
            continue;
        }
        check_marker(c, one);
        for (size_t j = 0; j < i; j++) {
            const tusk_migration *other = &candidates->list.items[j].migration;
            if (!tusk_str_eq(other->hash, one->migration.hash)) continue;
            find(c, TUSK_FINDING_NOTE, path_of(c, name.ptr), "",
                 "it has the same content as %.*s.sql; their times tell them apart",
                 TUSK_STR_ARG(other->tag));
        }
    }
}

static bool is_listed(const checker *c, tusk_str file)
{
    tusk_str tag = { file.ptr, file.len - 4 };
    for (size_t i = 0; i < c->journal.entries.count; i++) {
        if (tusk_str_eq(c->journal.entries.items[i].tag, tag)) return true;
    }
    return false;
}

static void check_strays(checker *c)
{
    DIR *dir = opendir(c->folder);
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        tusk_str name = tusk_str_of(entry->d_name);
        if (!tusk_str_ends(name, TUSK_STR(".sql")) || is_listed(c, name)) continue;
        find(c, TUSK_FINDING_WARNING, path_of(c, entry->d_name),
             "Add an entry for it to meta/_journal.json, or remove it (`tusk drop NAME`).",
             "the journal does not list this file: it is never applied");
    }
    if (dir) closedir(dir);
}

/* PREFIX_snapshot.json of a migration in the journal? */
static bool is_listed_snapshot(const checker *c, tusk_str name)
{
    for (size_t i = 0; i < c->journal.entries.count; i++) {
        tusk_str rest = name, prefix = tusk_tag_prefix(c->journal.entries.items[i].tag);
        if (!tusk_str_starts(name, prefix)) continue;
        rest.ptr += prefix.len;
        rest.len -= prefix.len;
        if (tusk_str_eq(rest, TUSK_STR("_snapshot.json"))) return true;
    }
    return false;
}

/* drizzle-kit reads every file of meta/ whose name does not begin with "_", and goes by the last.
 */
static void check_meta(checker *c)
{
    tusk_str meta = path_of(c, "meta");
    DIR *dir = meta.ptr ? opendir(meta.ptr) : NULL;
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        tusk_str name = tusk_str_of(entry->d_name);
        bool dots = tusk_str_eq(name, TUSK_STR(".")) || tusk_str_eq(name, TUSK_STR(".."));
        if (dots || name.ptr[0] == '_' || is_listed_snapshot(c, name)) continue;
        find(c, TUSK_FINDING_WARNING, tusk_path_join(c->arena, meta.ptr, entry->d_name),
             "Remove it.",
             tusk_str_ends(name, TUSK_STR("_snapshot.json"))
                 ? "the journal has no migration of this number: drizzle-kit may take this for the "
                   "newest state"
                 : "drizzle-kit reads every file here as a snapshot, and stops at this one");
    }
    if (dir) closedir(dir);
}

static tusk_status check_folder(checker *c, tusk_candidates *candidates, tusk_latest *latest)
{
    tusk_error why = { 0 };
    tusk_str where = tusk_str_of(c->folder);
    tusk_status st = tusk_journal_read(c->arena, c->folder, &c->journal, &why);
    if (st != TUSK_OK) return take(c, st, where, &why);
    st = tusk_candidates_read(c->arena, c->folder, candidates, &why);
    if (st != TUSK_OK) return take(c, st, where, &why);
    check_order(c);
    check_files(c, candidates);
    check_strays(c);
    check_meta(c);
    st = tusk_folder_latest(c->arena, c->folder, &c->journal, latest, &why);
    return take(c, st, where, &why);
}

/* ---- with the schema, with the database ---- */

static tusk_str plural(checker *c, size_t count)
{
    return tusk_arena_printf(c->arena, "%zu change%s", count, count == 1 ? "" : "s");
}

static tusk_status check_schema(checker *c, const char *schema, const tusk_change_options *options,
                                const tusk_latest *latest)
{
    tusk_error why = { 0 };
    tusk_source source;
    tusk_plan plan = { 0 };
    tusk_str where = tusk_str_of(schema);
    tusk_status st = tusk_source_read(c->arena, schema, options, &source, &why);
    if (st == TUSK_OK) {
        st = tusk_diff(c->arena, &latest->snapshot.model, &source.model, NULL, &plan, &why);
    }
    if (st != TUSK_OK) return take(c, st, where, &why);
    if (plan.steps.count == 0) return TUSK_OK;
    const tusk_step *first = &plan.steps.items[0];
    find(c, TUSK_FINDING_WARNING, where, "`tusk generate` makes the migration.",
         "it is %.*s ahead of the newest snapshot, the first: %s %.*s",
         TUSK_STR_ARG(plural(c, plan.steps.count)), first->what, TUSK_STR_ARG(first->object));
    return TUSK_OK;
}

static void check_applied(checker *c, const tusk_candidates *candidates, size_t *pending)
{
    for (size_t i = 0; i < candidates->list.count; i++) {
        const tusk_migration *m = &candidates->list.items[i].migration;
        tusk_str where = tusk_candidate_key(c->arena, &candidates->list.items[i]);
        if (m->state == TUSK_MIGRATION_PENDING) ++*pending;
        if (m->state == TUSK_MIGRATION_CHANGED) {
            find(c, TUSK_FINDING_ERROR, where,
                 "Bring the file back as it was, or `tusk repair TAG --accept`.",
                 "the file was changed after it had been applied");
        } else if (m->state == TUSK_MIGRATION_MISSING) {
            find(c, TUSK_FINDING_WARNING, where,
                 "Bring it back from version control. Where it is gone for good, `tusk repair NAME "
                 "--forget` takes its row out, by the name before this message.",
                 "the database has applied it, the folder does not have it");
        } else if (m->state == TUSK_MIGRATION_STARTED) {
            find(c, TUSK_FINDING_ERROR, where, "`tusk up` goes on with it.",
                 "it was cut short after %d of its statements", m->done);
        }
    }
    if (*pending > 0) {
        find(c, TUSK_FINDING_NOTE, TUSK_STR("database"), "`tusk up` applies them.",
             "%zu migration%s pending", *pending, *pending == 1 ? " is" : "s are");
    }
}

/* What no comparison sees. */
static void note_left_out(void *context, tusk_str message)
{
    checker *c = context;
    find(c, TUSK_FINDING_NOTE, TUSK_STR("database"), "", "%.*s", TUSK_STR_ARG(message));
}

/* Only a database that has everything can be expected to look like the snapshot. */
static tusk_status check_drift(checker *c, tusk_conn *conn, const tusk_server *server,
                               const tusk_latest *latest)
{
    tusk_comparison both;
    tusk_plan plan = { 0 };
    tusk_error why = { 0 };
    const tusk_introspect_options options = { .notice = note_left_out, .context = c };
    tusk_status st = tusk_introspect_compare(conn, server, c->arena, &options,
                                             &latest->snapshot.model, &both, c->err);
    if (st != TUSK_OK) return st;
    st = tusk_diff(c->arena, &both.database, &both.wanted, NULL, &plan, &why);
    if (st != TUSK_OK) return take(c, st, TUSK_STR("database"), &why);
    for (size_t i = 0; i < plan.steps.count; i++) {
        const tusk_step *step = &plan.steps.items[i];
        find(c, TUSK_FINDING_ERROR, step->object,
             "Somebody changed the database by hand, or a migration by hand does not do what the "
             "schema says. `tusk diff database FOLDER` shows what leads back.",
             "the database differs from the newest snapshot: %.*s",
             TUSK_STR_ARG(tusk_str_trim(step->sql)));
    }
    if (!both.exact) {
        find(c, TUSK_FINDING_NOTE, TUSK_STR("database"), "",
             "expressions were compared by their spelling only: %.*s", TUSK_STR_ARG(both.why));
    }
    return TUSK_OK;
}

static tusk_status check_database(checker *c, const tusk_server *server,
                                  tusk_candidates *candidates, const tusk_latest *latest)
{
    tusk_conn *conn = NULL;
    tusk_store store;
    size_t pending = 0;
    tusk_status st = tusk_conn_open(server, CONNECT_MS, &conn, c->err);
    if (st == TUSK_OK) st = tusk_store_find(conn, c->arena, &store, c->err);
    if (st == TUSK_OK) st = tusk_candidates_compare(conn, c->arena, &store, candidates, c->err);
    size_t before = c->list.count;
    if (st == TUSK_OK) check_applied(c, candidates, &pending);
    bool settled = c->list.count == before;
    if (st == TUSK_OK && settled) st = check_drift(c, conn, server, latest);
    tusk_conn_close(conn);
    return st;
}

tusk_status tusk_check(tusk_arena *arena, const char *folder, const char *schema,
                       const tusk_change_options *options, tusk_findings *out, tusk_error *err)
{
    const tusk_server *server = options ? options->server : NULL;
    checker c = { .arena = arena, .folder = folder, .err = err };
    tusk_candidates candidates = { 0 };
    tusk_latest latest = { .snapshot.model = tusk_model_empty() };
    *out = (tusk_findings){ 0 };
    tusk_status st = check_folder(&c, &candidates, &latest);
    bool readable = st == TUSK_OK && latest.path.ptr;
    if (readable && schema) st = check_schema(&c, schema, options, &latest);
    if (st == TUSK_OK && readable && server) {
        st = check_database(&c, server, &candidates, &latest);
    }
    if (st == TUSK_OK && tusk_arena_failed(arena)) st = tusk_fail_nomem(err, "the findings");
    if (st != TUSK_OK) return st;
    *out = (tusk_findings){ .items = c.list.items, .count = c.list.count };
    for (size_t i = 0; i < out->count; i++) {
        out->errors += out->items[i].level == TUSK_FINDING_ERROR;
        out->warnings += out->items[i].level == TUSK_FINDING_WARNING;
    }
    return TUSK_OK;
}
