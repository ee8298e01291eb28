/* effect.c - what one migration does: the comparison of the snapshots around it, with the renames
 * that only its file tells, and what that comparison does not account for */
#include "src/migrate/effect.h"

#include "src/base/banned.h"

tusk_status tusk_folder_state(tusk_arena *arena, const char *folder, const tusk_journal *journal,
                              size_t count, tusk_latest *out, tusk_error *err)
{
    tusk_journal part = *journal;
    part.entries.count = count;
    tusk_status st = tusk_folder_latest(arena, folder, &part, out, err);
    if (st != TUSK_OK || count == 0) return st;
    tusk_str tag = part.entries.items[count - 1].tag;
    tusk_str name =
        tusk_arena_printf(arena, "/%.*s_snapshot.json", TUSK_STR_ARG(tusk_tag_prefix(tag)));
    if (!name.ptr) return tusk_fail_nomem(err, "a snapshot");
    if (tusk_str_ends(out->path, name)) return TUSK_OK;
    return tusk_fail(err, TUSK_INVALID, "%.*s has no snapshot: what it changes is not known",
                     TUSK_STR_ARG(tag));
}

/* ---- renames that a file makes ---- */

/* A name or a label as it is written, its quotes doubled inside: is it this one? */
static bool is_name(tusk_str written, tusk_str name)
{
    char quote = written.len >= 2 ? written.ptr[0] : '\0';
    if (quote != '"' && quote != '\'') return tusk_str_eq(written, name);
    written = (tusk_str){ written.ptr + 1, written.len - 2 };
    size_t j = 0;
    for (size_t i = 0; i < written.len; i++, j++) {
        if (j == name.len || written.ptr[i] != name.ptr[j]) return false;
        if (written.ptr[i] == quote) i++;
    }
    return j == name.len;
}

static tusk_str last_part(tusk_str path)
{
    while (memchr(path.ptr, '.', path.len)) tusk_str_cut(&path, '.');
    return path;
}

/* ALTER ... RENAME [COLUMN] "a" TO "b", RENAME VALUE 'a' TO 'b', ALTER TABLE "a" RENAME TO "b",
 * ALTER TABLE "a" SET SCHEMA "s": is that what turns `from` into `to`? */
static bool makes_rename(tusk_str sql, tusk_str from, tusk_str to)
{
    tusk_words words;
    tusk_str old = last_part(from), new = last_part(to);
    tusk_split_words(sql, &words);
    for (size_t i = 1; i + 2 < words.count; i++) {
        if (tusk_word_is(&words, i, "SET") && tusk_word_is(&words, i + 1, "SCHEMA")) {
            return is_name(words.list[i - 1], old) && tusk_str_eq(old, new);
        }
        if (!tusk_word_is(&words, i, "RENAME")) continue;
        if (tusk_word_is(&words, i + 1, "TO")) {
            return is_name(words.list[i - 1], old) && is_name(words.list[i + 2], new);
        }
        bool said = tusk_word_is(&words, i + 1, "COLUMN") || tusk_word_is(&words, i + 1, "VALUE");
        size_t at = said ? i + 2 : i + 1;
        return at + 2 < words.count && is_name(words.list[at], old) &&
               tusk_word_is(&words, at + 1, "TO") && is_name(words.list[at + 2], new);
    }
    return false;
}

/* Those of the possible renames between the two that a statement makes; `back`: undoes. */
static tusk_status find_renames(tusk_arena *arena, const tusk_chunks *statements,
                                const tusk_model *from, const tusk_model *to, bool back,
                                tusk_diff_options *out, tusk_error *err)
{
    tusk_candidate_renames possible = { 0 };
    TUSK_VEC(tusk_rename) found = { 0 };
    tusk_status st = tusk_diff_candidates(arena, from, to, NULL, &possible, err);
    if (st != TUSK_OK) return st;
    for (size_t i = 0; i < possible.count; i++) {
        const tusk_candidate_rename *one = &possible.items[i];
        bool made = false;
        for (size_t j = 0; j < statements->count && !made; j++) {
            made = makes_rename(statements->items[j].sql, back ? one->to : one->from,
                                back ? one->from : one->to);
        }
        if (!made) continue;
        tusk_str name = tusk_arena_printf(arena, "%s:%.*s", one->what, TUSK_STR_ARG(one->from));
        tusk_vec_push(arena, &found, (tusk_rename){ name, one->to });
    }
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the renames");
    *out = (tusk_diff_options){ .renames = found.items, .rename_count = found.count };
    return TUSK_OK;
}

/* ---- statements ---- */

static tusk_status split(tusk_arena *arena, tusk_str sql, tusk_chunks *out, tusk_error *err)
{
    tusk_chunks chunks, some;
    *out = (tusk_chunks){ 0 };
    bool fine = tusk_split_breakpoints(arena, sql, &chunks);
    for (size_t i = 0; fine && i < chunks.count; i++) {
        fine = tusk_split_statements(arena, &chunks.items[i], &some);
        for (size_t j = 0; fine && j < some.count; j++) {
            fine = tusk_vec_push(arena, out, some.items[j]);
        }
    }
    return fine ? TUSK_OK : tusk_fail_nomem(err, "a migration");
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == ';';
}

/* The same but for white space and the ";". */
static bool same_text(tusk_str a, tusk_str b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && is_space(a.ptr[i])) i++;
        while (j < b.len && is_space(b.ptr[j])) j++;
        if (i == a.len || j == b.len) return i == a.len && j == b.len;
        if (a.ptr[i++] != b.ptr[j++]) return false;
    }
}

static bool in_plan(const tusk_plan *plan, tusk_str sql)
{
    for (size_t i = 0; i < plan->steps.count; i++) {
        if (same_text(plan->steps.items[i].sql, sql)) return true;
    }
    return false;
}

static tusk_status compare(tusk_arena *arena, const tusk_chunks *statements, tusk_effect *out,
                           tusk_error *err)
{
    tusk_diff_options there, back;
    tusk_status st = find_renames(arena, statements, &out->before, &out->after, false, &there, err);
    if (st == TUSK_OK) st = tusk_diff(arena, &out->before, &out->after, &there, &out->plan, err);
    if (st == TUSK_OK) {
        st = find_renames(arena, statements, &out->after, &out->before, true, &back, err);
    }
    if (st == TUSK_OK) st = tusk_diff(arena, &out->after, &out->before, &back, &out->back, err);
    return st;
}

tusk_status tusk_effect_read(tusk_arena *arena, const char *folder, const tusk_journal *journal,
                             size_t number, tusk_str sql, tusk_effect *out, tusk_error *err)
{
    tusk_latest before, after;
    tusk_chunks statements;
    *out = (tusk_effect){ 0 };
    tusk_status st = split(arena, sql, &statements, err);
    if (st == TUSK_OK) st = tusk_folder_state(arena, folder, journal, number, &before, err);
    if (st == TUSK_OK) st = tusk_folder_state(arena, folder, journal, number + 1, &after, err);
    if (st != TUSK_OK) return st;
    out->before = before.snapshot.model;
    out->after = after.snapshot.model;
    out->statements = statements.count;
    st = compare(arena, &statements, out, err);
    for (size_t i = 0; st == TUSK_OK && i < statements.count; i++) {
        if (in_plan(&out->plan, statements.items[i].sql)) continue;
        if (!tusk_vec_push(arena, &out->rest, statements.items[i])) {
            st = tusk_fail_nomem(err, "a migration");
        }
    }
    return st;
}
