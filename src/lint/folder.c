/* folder.c - migrations of a folder: all, the newest, or those that a database does not have */
#include "src/migrate/folder.h"
#include "src/lint/lint.h"
#include "tusk/file.h"

#include "src/base/banned.h"

static tusk_status look_at(tusk_linter *l, const char *folder, tusk_str tag)
{
    tusk_str sql = { 0 };
    tusk_str name = tusk_arena_printf(l->arena, "%.*s.sql", TUSK_STR_ARG(tag));
    if (!name.ptr) return tusk_fail_nomem(l->err, "a file");
    tusk_str path = tusk_path_join(l->arena, folder, name.ptr);
    if (!path.ptr) return tusk_fail_nomem(l->err, "a file");
    tusk_status st = tusk_file_read(l->arena, path.ptr, (size_t)64 << 20, &sql, l->err);
    return st == TUSK_OK ? tusk_linter_file(l, path, sql) : st;
}

static tusk_status pending(tusk_linter *l, const char *folder)
{
    tusk_migration_list list;
    if (!l->options->conn) {
        return tusk_fail(l->err, TUSK_MISUSE, "what is pending is known by a database only");
    }
    tusk_status st = tusk_migrate_look(l->options->conn, l->arena, folder, &list, l->err);
    for (size_t i = 0; st == TUSK_OK && i < list.count; i++) {
        tusk_migration_state state = list.items[i].state;
        if (state != TUSK_MIGRATION_PENDING && state != TUSK_MIGRATION_STARTED) continue;
        st = look_at(l, folder, list.items[i].tag);
    }
    return st;
}

static tusk_status listed(tusk_linter *l, const char *folder, bool all)
{
    tusk_journal journal;
    tusk_status st = tusk_journal_read(l->arena, folder, &journal, l->err);
    if (st != TUSK_OK) return st;
    if (!journal.exists) {
        return tusk_fail(l->err, TUSK_INVALID, "%s: no migrations are there (meta/_journal.json)",
                         folder);
    }
    size_t count = journal.entries.count;
    for (size_t i = all || count == 0 ? 0 : count - 1; st == TUSK_OK && i < count; i++) {
        st = look_at(l, folder, journal.entries.items[i].tag);
    }
    return st;
}

tusk_status tusk_lint_folder(tusk_arena *arena, const char *folder, tusk_lint_which which,
                             const tusk_lint_options *options, tusk_lint_findings *out,
                             tusk_error *err)
{
    tusk_linter l;
    *out = (tusk_lint_findings){ 0 };
    tusk_status st = tusk_linter_init(&l, arena, options, err);
    if (st != TUSK_OK) return st;
    st = which == TUSK_LINT_PENDING ? pending(&l, folder)
                                    : listed(&l, folder, which == TUSK_LINT_ALL);
    if (st == TUSK_OK) tusk_linter_finish(&l, out);
    return st;
}
