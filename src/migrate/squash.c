/* squash.c - the first migrations of a folder made one */
#include <unistd.h>

#include "src/migrate/applied.h"
#include "src/migrate/effect.h"
#include "src/migrate/name.h"
#include "src/migrate/rewrite.h"
#include "src/model/extra.h"
#include "src/model/json.h"
#include "tusk/buf.h"
#include "tusk/history.h"

#include "src/base/banned.h"

#define SQL_MAX ((size_t)64 << 20)

typedef struct squashing {
    tusk_arena *arena;
    const char *folder, *to, *name;
    tusk_journal journal;
    tusk_candidates candidates;
    size_t count; /* become one */
    bool by_hand; /* some statements are no comparison's */
    tusk_latest state;
    tusk_squashed *out;
    tusk_error *err;
} squashing;

static tusk_status find_end(squashing *s)
{
    s->count = s->journal.entries.count;
    if (s->to) {
        const tusk_candidate *last = tusk_candidates_find(&s->candidates, tusk_str_of(s->to));
        if (!last) {
            return tusk_candidates_unknown(s->folder, s->to, s->err);
        }
        s->count = (size_t)(last - s->candidates.list.items) + 1;
    }
    if (s->count >= 2) return TUSK_OK;
    return tusk_fail(s->err, TUSK_INVALID,
                     "%s has %zu migration%s up to there: it takes two to squash", s->folder,
                     s->count, s->count == 1 ? "" : "s");
}

/* ---- what may share a transaction ---- */

static tusk_status check_transaction(squashing *s, const tusk_candidate *one)
{
    tusk_chunks chunks;
    if (!tusk_split_breakpoints(s->arena, one->sql, &chunks)) {
        return tusk_fail_nomem(s->err, "a migration");
    }
    if (!tusk_split_needs_no_transaction(s->arena, &chunks)) return TUSK_OK;
    tusk_fail(s->err, TUSK_INVALID, "%.*s.sql cannot run in a transaction, the others can",
              TUSK_STR_ARG(one->migration.tag));
    tusk_error_hint(s->err, "Squash up to the one before it.");
    return TUSK_INVALID;
}

/* The label of ALTER TYPE ... ADD VALUE 'label', quotes and all; no text for anything else. */
static tusk_str added_label(tusk_str sql)
{
    tusk_words words;
    tusk_split_words(sql, &words);
    if (!tusk_word_is(&words, 0, "ALTER") || !tusk_word_is(&words, 1, "TYPE")) {
        return (tusk_str){ 0 };
    }
    for (size_t i = 2; i + 1 < words.count; i++) {
        if (!tusk_word_is(&words, i, "VALUE") || !tusk_word_is(&words, i - 1, "ADD")) continue;
        for (size_t j = i + 1; j < words.count; j++) {
            if (words.list[j].ptr[0] == '\'') return words.list[j];
        }
    }
    return (tusk_str){ 0 };
}

/* Before PostgreSQL 17 a label cannot be used in the transaction that adds it. */
static tusk_status check_label(squashing *s, size_t number, tusk_str label)
{
    for (size_t i = number + 1; i < s->count; i++) {
        const tusk_candidate *later = &s->candidates.list.items[i];
        if (!memmem(later->sql.ptr, later->sql.len, label.ptr, label.len)) continue;
        tusk_fail(s->err, TUSK_INVALID,
                  "%.*s.sql uses %.*s, which %.*s.sql adds to an enum: not in one transaction",
                  TUSK_STR_ARG(later->migration.tag), TUSK_STR_ARG(label),
                  TUSK_STR_ARG(s->candidates.list.items[number].migration.tag));
        tusk_error_hint(s->err, "Squash up to the one before it.");
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

static tusk_status check_labels(squashing *s, size_t number)
{
    tusk_chunks chunks, statements;
    tusk_status st = TUSK_OK;
    if (!tusk_split_breakpoints(s->arena, s->candidates.list.items[number].sql, &chunks)) {
        return tusk_fail_nomem(s->err, "a migration");
    }
    for (size_t i = 0; st == TUSK_OK && i < chunks.count; i++) {
        if (!tusk_split_statements(s->arena, &chunks.items[i], &statements)) {
            return tusk_fail_nomem(s->err, "a migration");
        }
        for (size_t j = 0; st == TUSK_OK && j < statements.count; j++) {
            tusk_str label = added_label(statements.items[j].sql);
            if (label.ptr) st = check_label(s, number, label);
        }
    }
    return st;
}

/* ---- the text ---- */

/* A statement that no comparison of snapshots makes, as an INSERT, is only kept where all are. */
static tusk_status look(squashing *s)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < s->count; i++) {
        const tusk_candidate *one = &s->candidates.list.items[i];
        tusk_effect effect;
        tusk_error why;
        if (!one->sql.ptr) {
            return tusk_fail(s->err, TUSK_INVALID, "%s/%.*s.sql is not there", s->folder,
                             TUSK_STR_ARG(one->migration.tag));
        }
        st = tusk_effect_read(s->arena, s->folder, &s->journal, i, one->sql, &effect, &why);
        if (st == TUSK_NOMEM) return tusk_fail_nomem(s->err, "a migration");
        if (st != TUSK_OK || effect.rest.count > 0) s->by_hand = true;
        st = TUSK_OK;
    }
    return st;
}

static tusk_status all_statements(squashing *s, tusk_str *out)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, s->arena, SQL_MAX);
    for (size_t i = 0; i < s->count; i++) {
        const tusk_candidate *one = &s->candidates.list.items[i];
        tusk_status st = check_transaction(s, one);
        if (st == TUSK_OK) st = check_labels(s, i);
        if (st != TUSK_OK) return st;
        if (i > 0) tusk_buf_add_cstr(&buf, TUSK_BREAKPOINT "\n");
        tusk_buf_add(&buf, one->sql);
    }
    return tusk_buf_finish(&buf, out, s->err);
}

static tusk_status make_sql(squashing *s, tusk_str *out)
{
    tusk_plan plan;
    tusk_model empty = tusk_model_empty();
    if (s->by_hand) return all_statements(s, out);
    tusk_status st = tusk_diff(s->arena, &empty, &s->state.snapshot.model, NULL, &plan, s->err);
    return st == TUSK_OK ? tusk_plan_text(s->arena, &plan, out, s->err) : st;
}

/* ---- journal and snapshot ---- */

static json_t *new_entry(const squashing *s, const json_t *entries, bool *failed)
{
    json_t *out = json_object(), *replaces = json_array();
    const json_t *last = json_array_get(entries, s->count - 1);
    tusk_json_set(out, "idx", json_copy(json_object_get(json_array_get(entries, 0), "idx")),
                  failed);
    tusk_json_set_str(out, "version", TUSK_STR("7"), failed);
    tusk_json_set(out, "when", json_copy(json_object_get(last, "when")), failed);
    tusk_json_set_str(out, "tag", s->out->tag, failed);
    tusk_json_set(out, "breakpoints", json_true(), failed);
    for (size_t i = 0; i < s->count; i++) {
        tusk_str hash = s->candidates.list.items[i].migration.hash;
        tusk_json_push(replaces, tusk_rewrite_replaced(json_array_get(entries, i), hash, failed),
                       failed);
    }
    tusk_json_set(out, "replaces", replaces, failed);
    return out;
}

static tusk_status new_journal(squashing *s, json_t **out)
{
    bool failed = false;
    tusk_status st = tusk_json_parse("meta/_journal.json", s->journal.text, out, s->err);
    if (st != TUSK_OK) return st;
    json_t *entries = json_object_get(*out, "entries"), *kept = json_array();
    tusk_json_push(kept, new_entry(s, entries, &failed), &failed);
    for (size_t i = s->count; i < json_array_size(entries); i++) {
        tusk_json_push(kept, json_deep_copy(json_array_get(entries, i)), &failed);
    }
    tusk_json_set(*out, "entries", kept, &failed);
    return failed ? tusk_fail_nomem(s->err, "the journal") : TUSK_OK;
}

/* That of the last one, with nothing before it. */
static tusk_status new_snapshot(squashing *s, tusk_str *out)
{
    json_t *root = NULL;
    bool failed = false;
    tusk_status st = tusk_json_parse(s->state.path.ptr, s->state.text, &root, s->err);
    if (st != TUSK_OK) return st;
    tusk_json_set_str(root, "prevId", TUSK_STR(TUSK_SNAPSHOT_NO_ID), &failed);
    *out = tusk_rewrite_text(s->arena, root);
    json_decref(root);
    return failed || !out->ptr ? tusk_fail_nomem(s->err, "the snapshot") : TUSK_OK;
}

static tusk_status put_extra(squashing *s, tusk_rewrite *r)
{
    tusk_str extra;
    if (!s->state.extra.ptr) return TUSK_OK;
    tusk_status st = tusk_extra_own(s->arena, s->state.extra, s->state.snapshot.id, &extra, s->err);
    if (st == TUSK_OK) tusk_rewrite_put(r, tusk_rewrite_extra(r, s->out->tag), extra);
    return st;
}

static tusk_status write_files(squashing *s, tusk_str sql)
{
    tusk_rewrite r = { .arena = s->arena, .folder = s->folder };
    tusk_str snapshot;
    json_t *journal = NULL;
    tusk_str prefix = tusk_tag_prefix(s->journal.entries.items[0].tag);
    s->out->tag = tusk_arena_printf(s->arena, "%.*s_%s", TUSK_STR_ARG(prefix), s->name);
    if (!s->out->tag.ptr) return tusk_fail_nomem(s->err, "the migration");
    s->out->path = tusk_rewrite_sql(&r, s->out->tag);
    tusk_status st = new_snapshot(s, &snapshot);
    if (st == TUSK_OK) st = new_journal(s, &journal);
    if (st == TUSK_OK) st = put_extra(s, &r);
    if (st == TUSK_OK) {
        tusk_rewrite_put(&r, s->out->path, sql);
        tusk_rewrite_put(&r, tusk_rewrite_snapshot(&r, s->out->tag), snapshot);
        for (size_t i = 0; i < s->count; i++) {
            tusk_rewrite_remove(&r, s->journal.entries.items[i].tag);
        }
        st = tusk_rewrite_apply(&r, journal, s->err);
    }
    json_decref(journal);
    return st;
}

static tusk_status squash(squashing *s)
{
    tusk_str sql;
    tusk_status st = tusk_journal_read(s->arena, s->folder, &s->journal, s->err);
    if (st == TUSK_OK) st = tusk_candidates_read(s->arena, s->folder, &s->candidates, s->err);
    if (st == TUSK_OK) st = find_end(s);
    if (st == TUSK_OK) {
        st = tusk_folder_state(s->arena, s->folder, &s->journal, s->count, &s->state, s->err);
    }
    if (st == TUSK_OK) st = look(s);
    if (st == TUSK_OK) st = make_sql(s, &sql);
    if (st != TUSK_OK) return st;
    s->out->count = s->count;
    s->out->statements = s->by_hand;
    return write_files(s, sql);
}

tusk_status tusk_squash(tusk_arena *arena, const char *folder, const char *to, const char *name,
                        tusk_squashed *out, tusk_error *err)
{
    squashing s = { .arena = arena,
                    .folder = folder,
                    .to = to,
                    .name = name ? name : "squashed",
                    .out = out,
                    .err = err };
    int lock = -1;
    *out = (tusk_squashed){ 0 };
    if (!tusk_migration_name_ok(tusk_str_of(s.name))) {
        return tusk_fail(err, TUSK_INVALID, "\"%s\" cannot be part of a file name", s.name);
    }
    tusk_status st = tusk_folder_lock_there(arena, folder, &lock, err);
    if (st != TUSK_OK) return st;
    st = squash(&s);
    close(lock);
    return st;
}
