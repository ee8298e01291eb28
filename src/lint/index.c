/* index.c - indexes made, and things dropped */
#include "src/lint/linter.h"

#include "src/base/banned.h"

enum { WIDE = 3 };

/* The statement with one word put in after `words`, which it begins with; "no text" otherwise. */
static tusk_str with_word(tusk_linter *l, const char *const *words, const char *word)
{
    tusk_words list;
    tusk_str sql = l->chunk->sql;
    size_t i = 0;
    tusk_split_words(sql, &list);
    if (list.count == 0) return (tusk_str){ 0 };
    while (words[i] && tusk_word_is(&list, i, words[i])) i++;
    if (words[i] || i == 0) return (tusk_str){ 0 };
    const char *from = list.list[0].ptr, *at = list.list[i - 1].ptr + list.list[i - 1].len;
    tusk_str rest = tusk_lint_trim((tusk_str){ at, (size_t)(sql.ptr + sql.len - at) });
    return tusk_lint_sql_text(l, "%.*s %s %.*s%s", (int)(at - from), from, word, TUSK_STR_ARG(rest),
                              tusk_str_ends(rest, TUSK_STR(";")) ? "" : ";");
}

static void inside_transaction(tusk_linter *l)
{
    if (!l->inside) return;
    tusk_lint_say(l, TUSK_LINT_CONCURRENT_INSIDE, NULL, 0, (tusk_str){ 0 },
                  "CONCURRENTLY cannot be between BEGIN and COMMIT");
}

static void not_repeatable(tusk_linter *l, bool robust)
{
    if (robust || !l->apart) return;
    tusk_lint_say(l, TUSK_LINT_ROBUST, NULL, 0, (tusk_str){ 0 },
                  "the statement fails when it is run again");
}

static void plain_index(tusk_linter *l, const json_t *body, const tusk_lint_target *target)
{
    static const char *const words[] = { "CREATE", "INDEX", NULL };
    static const char *const unique[] = { "CREATE", "UNIQUE", "INDEX", NULL };
    tusk_str safe = with_word(l, tusk_node_true(body, "unique") ? unique : words, "CONCURRENTLY");
    tusk_lint_say(l, TUSK_LINT_INDEX, target, 0, safe,
                  "nobody can write to the table while the index is built");
    tusk_lint_takes(l, target, false);
}

void tusk_lint_index(tusk_linter *l, const json_t *body)
{
    tusk_lint_target target = tusk_lint_target_of(l, json_object_get(body, "relation"));
    tusk_str name = tusk_node_str(body, "idxname");
    size_t columns = json_array_size(json_object_get(body, "indexParams"));
    bool concurrent = tusk_node_true(body, "concurrent"),
         exists = tusk_node_true(body, "if_not_exists");
    if (!concurrent) plain_index(l, body, &target);
    if (concurrent) inside_transaction(l);
    if (concurrent && exists) {
        tusk_lint_say(l, TUSK_LINT_INDEX_EXISTS, &target, 0, (tusk_str){ 0 },
                      "an invalid index \"%.*s\" would be taken for done", TUSK_STR_ARG(name));
    }
    if (columns > WIDE) {
        tusk_lint_say(l, TUSK_LINT_WIDE_INDEX, NULL, 0, (tusk_str){ 0 },
                      "the index has %zu columns", columns);
    }
    not_repeatable(l, exists);
    tusk_str key = tusk_lint_sql_text(l, "index %.*s", TUSK_STR_ARG(name));
    if (target.fresh && !tusk_map_put(&l->fresh, key, l)) tusk_lint_nomem(l);
}

/* ---- DROP ---- */

static void drop_index(tusk_linter *l, const json_t *body)
{
    static const char *const words[] = { "DROP", "INDEX", NULL };
    if (tusk_node_true(body, "concurrent")) {
        inside_transaction(l);
        return;
    }
    const json_t *first = json_array_get(json_object_get(body, "objects"), 0);
    tusk_lint_target index = tusk_lint_target_named(l, first);
    tusk_str key = tusk_lint_sql_text(l, "index %.*s", TUSK_STR_ARG(index.plain));
    if (tusk_map_has(&l->fresh, key)) return;
    index.name = tusk_lint_sql_text(l, "the table of %.*s", TUSK_STR_ARG(index.name));
    bool one = json_array_size(json_object_get(body, "objects")) == 1 &&
               !tusk_node_is(body, "behavior", "DROP_CASCADE");
    tusk_lint_say(l, TUSK_LINT_DROP_INDEX, &index, 0,
                  one ? with_word(l, words, "CONCURRENTLY") : (tusk_str){ 0 },
                  "the index \"%.*s\" is dropped while its table is locked",
                  TUSK_STR_ARG(index.plain));
}

static void drop_tables(tusk_linter *l, const json_t *body)
{
    TUSK_EACH_NODE(json_object_get(body, "objects"), node)
    {
        tusk_lint_target target = tusk_lint_target_named(l, node);
        tusk_lint_say(l, TUSK_LINT_DROP_TABLE, &target, 0, (tusk_str){ 0 },
                      "the table %.*s and its rows are gone", TUSK_STR_ARG(target.name));
        tusk_lint_takes(l, &target, true);
    }
}

static void drop_schemas(tusk_linter *l, const json_t *body)
{
    if (!tusk_node_is(body, "behavior", "DROP_CASCADE")) return;
    TUSK_EACH_NODE(json_object_get(body, "objects"), node)
    {
        tusk_lint_say(l, TUSK_LINT_DROP_SCHEMA, NULL, 0, (tusk_str){ 0 },
                      "everything in the schema \"%.*s\" is gone",
                      TUSK_STR_ARG(tusk_node_text(node)));
    }
}

void tusk_lint_drop(tusk_linter *l, const json_t *body)
{
    if (tusk_node_is(body, "removeType", "OBJECT_INDEX")) drop_index(l, body);
    if (tusk_node_is(body, "removeType", "OBJECT_TABLE")) drop_tables(l, body);
    if (tusk_node_is(body, "removeType", "OBJECT_SCHEMA")) drop_schemas(l, body);
    not_repeatable(l, tusk_node_true(body, "missing_ok"));
}
