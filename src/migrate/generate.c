/* generate.c - from a .def file that went on to the next migration of its folder */
#include <sys/random.h>
#include <unistd.h>

#include "src/diff/safe.h"
#include "src/migrate/folder.h"
#include "src/migrate/generate.h"
#include "src/migrate/name.h"
#include "src/migrate/source.h"
#include "src/model/extra.h"
#include "src/model/json.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

#define CUSTOM_SQL   "-- Custom SQL migration file, put your code below! --"
#define SNAPSHOT_MAX ((size_t)64 << 20)

typedef struct generation {
    tusk_arena *arena;
    const tusk_generate_options *options;
    tusk_journal journal;
    tusk_latest latest;
    tusk_model schema;
    bool by_hand; /* custom, and the schema changed in a way that is not generated */
    tusk_plan plan;
    tusk_error *err;
} generation;

/* A random UUID, version 4. */
static tusk_str new_id(tusk_arena *arena)
{
    unsigned char b[16];
    if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b) return (tusk_str){ 0 };
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    return tusk_arena_printf(
        arena, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
        b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

static tusk_status read_state(generation *g)
{
    const char *folder = g->options->folder;
    tusk_status st = TUSK_OK;
    if (g->options->compiled) {
        st = tusk_model_from_schema(g->arena, g->options->compiled, &g->schema, g->err);
    } else if (g->options->schema) {
        st = tusk_model_from_def(g->arena, g->options->schema, &g->schema, g->err);
    }
    if (st == TUSK_OK) st = tusk_journal_read(g->arena, folder, &g->journal, g->err);
    if (st == TUSK_OK) st = tusk_folder_latest(g->arena, folder, &g->journal, &g->latest, g->err);
    return st;
}

/* A custom migration takes what cannot be generated as written by hand. */
static tusk_status plan(generation *g)
{
    tusk_error why;
    tusk_diff_options how;
    tusk_change_options options = { .renames = g->options->renames };
    const tusk_model *from = &g->latest.snapshot.model;
    tusk_status st = tusk_source_renames(g->arena, &options, &how, &why);
    if (st == TUSK_OK) st = tusk_diff(g->arena, from, &g->schema, &how, &g->plan, &why);
    if (st == TUSK_OK && g->options->safe) st = tusk_safe_plan(g->arena, &g->plan, &why);
    if (st == TUSK_INVALID && g->options->custom) {
        g->by_hand = true;
        return TUSK_OK;
    }
    if (st != TUSK_OK && g->err) *g->err = why;
    return st;
}

/* idx and when: after everything that is there. */
static tusk_status new_entry(generation *g, tusk_journal_entry *out)
{
    tusk_str name = tusk_str_of(g->options->name);
    if (!name.ptr && g->options->custom) name = TUSK_STR("custom");
    if (!name.ptr) name = tusk_migration_name(g->arena, &g->latest.snapshot.model, &g->schema);
    size_t count = g->journal.entries.count;
    out->idx = count > 0 ? g->journal.entries.items[count - 1].idx + 1 : 0;
    out->when = tusk_now().us / 1000;
    for (size_t i = 0; i < count; i++) {
        int64_t when = g->journal.entries.items[i].when;
        if (out->when <= when) out->when = when + 1;
    }
    tusk_str last = count > 0 ? g->journal.entries.items[count - 1].tag : (tusk_str){ 0 };
    tusk_str prefix = tusk_migration_prefix(g->arena, last, out->idx, out->when);
    out->tag = tusk_arena_printf(g->arena, "%.*s_%.*s", TUSK_STR_ARG(prefix), TUSK_STR_ARG(name));
    return prefix.ptr && out->tag.ptr ? TUSK_OK : tusk_fail_nomem(g->err, "the migration");
}

/* The newest snapshot under a new id: everything in it stays, known to us or not. */
static tusk_status copy_snapshot(generation *g, tusk_str id, tusk_str *out)
{
    json_t *root = NULL;
    bool failed = false;
    tusk_status st = tusk_json_parse(g->latest.path.ptr, g->latest.text, &root, g->err);
    if (st != TUSK_OK) return st;
    tusk_json_set_str(root, "id", id, &failed);
    tusk_json_set_str(root, "prevId", g->latest.snapshot.id, &failed);
    tusk_buf buf;
    tusk_buf_init_in(&buf, g->arena, SNAPSHOT_MAX);
    tusk_json_add_pretty(&buf, root);
    json_decref(root);
    return failed ? tusk_fail_nomem(g->err, "the snapshot") : tusk_buf_finish(&buf, out, g->err);
}

static tusk_status new_snapshot(generation *g, tusk_str id, tusk_str *out)
{
    bool same = g->options->custom && !g->by_hand;
    if (same && g->latest.path.ptr) return copy_snapshot(g, id, out);
    tusk_snapshot snapshot = { .id = id, .prev_id = g->latest.snapshot.id };
    snapshot.model = same ? tusk_model_empty() : g->schema;
    return tusk_snapshot_write(g->arena, &snapshot, out, g->err);
}

/* A custom migration carries on what is there; an empty file says that nothing is left of it. */
static tusk_status new_extra(generation *g, tusk_str id, tusk_str *out)
{
    bool same = g->options->custom && !g->by_hand;
    tusk_str text = g->latest.extra;
    tusk_status st = TUSK_OK;
    if (!same) st = tusk_extra_write(g->arena, &g->schema, &text, g->err);
    if (st == TUSK_OK && !text.ptr && g->latest.extra.ptr) text = TUSK_STR("{}");
    if (st != TUSK_OK || !text.ptr) return st;
    return tusk_extra_own(g->arena, text, id, out, g->err);
}

static tusk_status write_new(generation *g, tusk_generated *out)
{
    tusk_new_migration new_one = { .sql = TUSK_STR(CUSTOM_SQL) };
    tusk_str id = new_id(g->arena);
    if (!id.ptr) return tusk_fail_nomem(g->err, "the snapshot");
    tusk_status st = new_entry(g, &new_one.entry);
    if (st == TUSK_OK && !g->options->custom) {
        st = tusk_plan_text(g->arena, &g->plan, &new_one.sql, g->err);
    }
    if (st == TUSK_OK) st = new_snapshot(g, id, &new_one.snapshot);
    if (st == TUSK_OK) st = new_extra(g, id, &new_one.extra);
    if (st == TUSK_OK) {
        st = tusk_journal_append(g->arena, g->options->folder, &g->journal, &new_one.entry,
                                 &new_one.journal, g->err);
    }
    if (st == TUSK_OK) {
        st = tusk_folder_add(g->arena, g->options->folder, &new_one, &out->path, g->err);
    }
    if (st != TUSK_OK) return st;
    out->changed = true;
    out->tag = new_one.entry.tag;
    out->sql = new_one.sql;
    return TUSK_OK;
}

/* Under the lock of the folder, whose journal has to be the one that was read. */
static tusk_status write_locked(generation *g, tusk_generated *out)
{
    int lock = -1;
    tusk_journal now;
    tusk_status st = tusk_folder_lock(g->arena, g->options->folder, &lock, g->err);
    if (st != TUSK_OK) return st;
    st = tusk_journal_read(g->arena, g->options->folder, &now, g->err);
    if (st == TUSK_OK && !tusk_str_eq(now.text, g->journal.text)) {
        st = tusk_fail(g->err, TUSK_BUSY, "another program has just generated a migration in %s",
                       g->options->folder);
    }
    if (st == TUSK_OK) st = write_new(g, out);
    close(lock);
    return st;
}

/* Told before anything is made. */
static tusk_status check_name(const generation *g)
{
    tusk_str name = tusk_str_of(g->options->name);
    if (!name.ptr || tusk_migration_name_ok(name)) return TUSK_OK;
    tusk_fail(g->err, TUSK_INVALID, "\"%.*s\" cannot be part of a file name", TUSK_STR_ARG(name));
    tusk_error_hint(g->err, "Use letters, digits, \"_\" and \"-\", at most 100.");
    return TUSK_INVALID;
}

static tusk_status generate(generation *g, tusk_generated *out)
{
    *out = (tusk_generated){ 0 };
    tusk_status st = check_name(g);
    if (st == TUSK_OK) st = read_state(g);
    if (st == TUSK_OK) st = plan(g);
    if (st != TUSK_OK) return st;
    if (g->plan.steps.count == 0 && !g->options->custom) return TUSK_OK;
    st = tusk_changes_of(g->arena, &g->plan, &out->changes, g->err);
    return st == TUSK_OK ? write_locked(g, out) : st;
}

tusk_status tusk_generate(tusk_arena *arena, const tusk_generate_options *options,
                          tusk_generated *out, tusk_error *err)
{
    if ((!options->schema && !options->compiled) || !options->folder) {
        return tusk_fail(err, TUSK_MISUSE, "generating needs a schema and a folder");
    }
    generation g = { .arena = arena, .options = options, .err = err };
    return generate(&g, out);
}

tusk_status tusk_generate_model(tusk_arena *arena, const tusk_model *schema,
                                const tusk_generate_options *options, tusk_generated *out,
                                tusk_error *err)
{
    generation g = { .arena = arena, .options = options, .schema = *schema, .err = err };
    return generate(&g, out);
}

tusk_status tusk_generate_candidates(tusk_arena *arena, const tusk_generate_options *options,
                                     tusk_rename_questions *out, tusk_error *err)
{
    generation g = { .arena = arena, .options = options, .err = err };
    tusk_candidate_renames found = { 0 };
    tusk_diff_options how;
    tusk_change_options said = { .renames = options->renames };
    *out = (tusk_rename_questions){ 0 };
    tusk_status st = read_state(&g);
    if (st == TUSK_OK) st = tusk_source_renames(arena, &said, &how, err);
    if (st == TUSK_OK) {
        st = tusk_diff_candidates(arena, &g.latest.snapshot.model, &g.schema, &how, &found, err);
    }
    if (st != TUSK_OK) return st;
    tusk_rename_question *items = TUSK_NEW_ARRAY(arena, tusk_rename_question, found.count);
    if (!items) return tusk_fail_nomem(err, "the renames");
    for (size_t i = 0; i < found.count; i++) {
        const tusk_candidate_rename *one = &found.items[i];
        items[i] = (tusk_rename_question){ one->what, one->from, one->to, one->likely };
    }
    *out = (tusk_rename_questions){ items, found.count };
    return TUSK_OK;
}
