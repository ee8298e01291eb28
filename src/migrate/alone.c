/* alone.c - by its first words: what a statement outside of a transaction is */
#include "src/migrate/alone.h"

#include <strings.h>

#include "src/base/banned.h"

static bool has_word(const tusk_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++) {
        if (tusk_word_is(words, i, word)) return true;
    }
    return false;
}

/* From the i-th word on: a name with its dots, as one text. */
static tusk_str name_at(const tusk_words *words, size_t *i)
{
    if (*i >= words->count) return (tusk_str){ 0 };
    tusk_str name = words->list[(*i)++];
    while (*i + 1 < words->count && words->list[*i].ptr[0] == '.') {
        const tusk_str *last = &words->list[*i + 1];
        name.len = (size_t)(last->ptr + last->len - name.ptr);
        *i += 2;
    }
    return name;
}

/* CREATE [UNIQUE] INDEX CONCURRENTLY [IF NOT EXISTS] name ON [ONLY] table */
static tusk_alone_kind create_index(const tusk_words *words)
{
    tusk_alone_kind out = { .kind = TUSK_ALONE_UNKNOWN };
    size_t i = 0;
    while (i < words->count && !tusk_word_is(words, i, "CONCURRENTLY")) i++;
    i++;
    if (tusk_word_is(words, i, "IF")) i += 3;
    if (tusk_word_is(words, i, "ON")) return out; /* PostgreSQL chooses the name */
    out.index = name_at(words, &i);
    if (!tusk_word_is(words, i, "ON")) return out;
    i++;
    if (tusk_word_is(words, i, "ONLY")) i++;
    out.table = name_at(words, &i);
    if (out.table.ptr) out.kind = TUSK_ALONE_INDEX;
    return out;
}

static tusk_alone_kind concurrently(const tusk_words *words)
{
    if (tusk_word_is(words, 0, "CREATE") && has_word(words, "INDEX")) return create_index(words);
    if (tusk_word_is(words, 0, "DROP") && has_word(words, "INDEX")) {
        return (tusk_alone_kind){ .kind = TUSK_ALONE_ONCE, .again = "42704" };
    }
    if (tusk_word_is(words, 0, "REINDEX")) return (tusk_alone_kind){ .kind = TUSK_ALONE_AGAIN };
    if (has_word(words, "DETACH")) return (tusk_alone_kind){ .kind = TUSK_ALONE_UNKNOWN };
    return (tusk_alone_kind){ .kind = TUSK_ALONE_NOT };
}

/* A DO block that commits has to run by itself; whether it may be run again is known by who wrote
 * it.
 */
static bool commits(const tusk_words *words)
{
    if (!tusk_word_is(words, 0, "DO")) return false;
    for (size_t i = 1; i < words->count; i++) {
        tusk_str word = words->list[i];
        bool body = word.ptr[0] == '$' || word.ptr[0] == '\'';
        for (size_t at = 0; body && at + 6 < word.len; at++) {
            if (strncasecmp(word.ptr + at, "commit", 6) == 0) return true;
        }
    }
    return false;
}

tusk_alone_kind tusk_alone_of(tusk_str sql)
{
    static const struct {
        const char *first, *second; /* second NULL: any */
        tusk_alone kind;
        const char *again;
    } known[] = {
        { "BEGIN", NULL, TUSK_ALONE_CONTROL, NULL },
        { "START", "TRANSACTION", TUSK_ALONE_CONTROL, NULL },
        { "COMMIT", NULL, TUSK_ALONE_CONTROL, NULL },
        { "END", NULL, TUSK_ALONE_CONTROL, NULL },
        { "ROLLBACK", NULL, TUSK_ALONE_CONTROL, NULL },
        { "ABORT", NULL, TUSK_ALONE_CONTROL, NULL },
        { "VACUUM", NULL, TUSK_ALONE_AGAIN, NULL },
        { "ALTER", "SYSTEM", TUSK_ALONE_AGAIN, NULL },
        { "DISCARD", "ALL", TUSK_ALONE_AGAIN, NULL },
        { "REINDEX", "DATABASE", TUSK_ALONE_AGAIN, NULL },
        { "REINDEX", "SYSTEM", TUSK_ALONE_AGAIN, NULL },
        { "REINDEX", "SCHEMA", TUSK_ALONE_AGAIN, NULL },
        { "CREATE", "DATABASE", TUSK_ALONE_ONCE, "42P04" },
        { "DROP", "DATABASE", TUSK_ALONE_ONCE, "3D000" },
        { "CREATE", "TABLESPACE", TUSK_ALONE_ONCE, "42710" },
        { "DROP", "TABLESPACE", TUSK_ALONE_ONCE, "42704" },
        { "CREATE", "SUBSCRIPTION", TUSK_ALONE_ONCE, "42710" },
        { "DROP", "SUBSCRIPTION", TUSK_ALONE_ONCE, "42704" },
    };
    tusk_words words;
    tusk_split_words(sql, &words);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!tusk_word_is(&words, 0, known[i].first)) continue;
        if (known[i].second && !tusk_word_is(&words, 1, known[i].second)) continue;
        return (tusk_alone_kind){ .kind = known[i].kind, .again = known[i].again };
    }
    if (has_word(&words, "CONCURRENTLY")) return concurrently(&words);
    if (commits(&words)) {
        bool again = tusk_split_says(sql, "tusk:repeatable");
        return (tusk_alone_kind){ .kind = again ? TUSK_ALONE_AGAIN : TUSK_ALONE_UNKNOWN };
    }
    return (tusk_alone_kind){ .kind = TUSK_ALONE_NOT };
}
