/* sequence.c - "start with 1000 increment by 2" as numbers, with PostgreSQL's defaults for the rest
 */
#include "src/model/sequence.h"

#include <ctype.h>
#include <strings.h>

#include "src/base/banned.h"

/* The text being read, word by word. */
typedef struct reader {
    tusk_arena *arena;
    const tusk_def_name *options;
    size_t at;
    tusk_error *err;
} reader;

/* What was written; a limit that was not is the default. */
typedef struct numbers {
    int64_t increment, start, min, max, cache;
    bool has_start, has_min, has_max;
} numbers;

static void skip_space(reader *r)
{
    tusk_str text = r->options->text;
    while (r->at < text.len && isspace((unsigned char)text.ptr[r->at])) r->at++;
}

/* Up to the next space; "no text" at the end. A name in double quotes comes with them. */
static tusk_str next_word(reader *r)
{
    tusk_str text = r->options->text;
    skip_space(r);
    size_t start = r->at;
    bool quoted = false;
    while (r->at < text.len && (quoted || !isspace((unsigned char)text.ptr[r->at]))) {
        if (text.ptr[r->at++] == '"') quoted = !quoted;
    }
    if (r->at == start) return (tusk_str){ 0 };
    return (tusk_str){ text.ptr + start, r->at - start };
}

static bool is_word(tusk_str word, const char *wanted)
{
    return word.len == strlen(wanted) && strncasecmp(word.ptr, wanted, word.len) == 0;
}

/* Steps past `word` when it comes next. */
static bool take_word(reader *r, const char *word)
{
    size_t before = r->at;
    if (is_word(next_word(r), word)) return true;
    r->at = before;
    return false;
}

static tusk_status fail(const reader *r, const char *what, tusk_str word)
{
    return tusk_place_fail(r->err, r->options->place, "the options of the sequence: %s \"%.*s\"",
                           what, TUSK_STR_ARG(word));
}

static tusk_status read_number(reader *r, int64_t *out)
{
    long long value = 0;
    tusk_str word = next_word(r);
    if (!tusk_str_to_int(word, INT64_MIN, INT64_MAX, &value)) {
        return fail(r, "expected a whole number, found", word);
    }
    *out = value;
    return TUSK_OK;
}

static tusk_status read_name(reader *r, tusk_str *out)
{
    if (!take_word(r, "name")) return fail(r, "expected NAME, found", next_word(r));
    tusk_str word = next_word(r);
    if (word.len > 2 && word.ptr[0] == '"') word = (tusk_str){ word.ptr + 1, word.len - 2 };
    *out = tusk_arena_str(r->arena, word);
    return word.ptr ? TUSK_OK : fail(r, "expected a name, found", TUSK_STR(""));
}

static tusk_status read_no(reader *r, numbers *n, tusk_sequence_options *out)
{
    tusk_str word = next_word(r);
    if (is_word(word, "minvalue")) {
        n->has_min = false;
    } else if (is_word(word, "maxvalue")) {
        n->has_max = false;
    } else if (is_word(word, "cycle")) {
        out->cycle = false;
    } else {
        return fail(r, "expected MINVALUE, MAXVALUE or CYCLE, found", word);
    }
    return TUSK_OK;
}

static tusk_status read_option(reader *r, tusk_str word, numbers *n, tusk_sequence_options *out)
{
    if (is_word(word, "increment")) {
        take_word(r, "by");
        return read_number(r, &n->increment);
    }
    if (is_word(word, "start")) {
        take_word(r, "with");
        n->has_start = true;
        return read_number(r, &n->start);
    }
    if (is_word(word, "minvalue")) {
        n->has_min = true;
        return read_number(r, &n->min);
    }
    if (is_word(word, "maxvalue")) {
        n->has_max = true;
        return read_number(r, &n->max);
    }
    if (is_word(word, "cache")) return read_number(r, &n->cache);
    if (is_word(word, "no")) return read_no(r, n, out);
    if (is_word(word, "sequence")) return read_name(r, &out->name);
    if (!is_word(word, "cycle")) return fail(r, "unknown word", word);
    out->cycle = true;
    return TUSK_OK;
}

static tusk_status check(const reader *r, const numbers *n)
{
    const char *wrong = NULL;
    if (n->increment == 0) wrong = "the increment is zero";
    if (n->min >= n->max) wrong = "the minimum is not below the maximum";
    if (n->start < n->min || n->start > n->max) wrong = "it starts outside of its limits";
    if (n->cache < 1) wrong = "the cache is below 1";
    if (!wrong) return TUSK_OK;
    return tusk_place_fail(r->err, r->options->place, "the options of the sequence: %s", wrong);
}

tusk_status tusk_sequence_read(tusk_arena *arena, const tusk_def_name *options, int64_t min,
                               int64_t max, tusk_sequence_options *out, tusk_error *err)
{
    reader r = { .arena = arena, .options = options, .err = err };
    numbers n = { .increment = 1, .cache = 1 };
    *out = (tusk_sequence_options){ 0 };
    for (tusk_str word = next_word(&r); word.ptr; word = next_word(&r)) {
        tusk_status st = read_option(&r, word, &n, out);
        if (st != TUSK_OK) return st;
    }
    if (!n.has_min) n.min = n.increment < 0 ? min : 1;
    if (!n.has_max) n.max = n.increment < 0 ? -1 : max;
    if (!n.has_start) n.start = n.increment < 0 ? n.max : n.min;
    tusk_status st = check(&r, &n);
    if (st != TUSK_OK) return st;
    out->increment = tusk_arena_printf(arena, "%lld", (long long)n.increment);
    out->start_with = tusk_arena_printf(arena, "%lld", (long long)n.start);
    out->min_value = tusk_arena_printf(arena, "%lld", (long long)n.min);
    out->max_value = tusk_arena_printf(arena, "%lld", (long long)n.max);
    out->cache = tusk_arena_printf(arena, "%lld", (long long)n.cache);
    return TUSK_OK;
}
