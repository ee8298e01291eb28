/* fuzz_catalog.c - the reader of catalogue files: what it takes, written again, reads equal; tags
 * are JSON */
#include <inttypes.h>
#include <jansson.h>

#include "services/backend/app/mcp/catalog_parse.h"
#include "tests/fuzz/fuzz.h"
#include "tusk/buf.h"

/* The tags divided by commas, as a file has them. */
static void add_tags(tusk_buf *out, tusk_str tags)
{
    json_t *list = json_loadb(tags.ptr, tags.len, 0, NULL), *tag;
    size_t i;
    CLAIM(json_is_array(list), "tags are a JSON array");
    json_array_foreach(list, i, tag)
    {
        CLAIM(json_string_length(tag) > 0, "of texts");
        tusk_buf_printf(out, "%s%s", i > 0 ? "," : "", json_string_value(tag));
    }
    json_decref(list);
}

static tusk_str written(tusk_arena *arena, const struct catalog *catalog)
{
    tusk_buf out;
    tusk_buf_init_in(&out, arena, 16 << 20);
    tusk_buf_printf(&out, "downloads_a_month\tname\tversion\tsummary%s\r\n",
                    catalog->has_tags ? "\ttags" : "");
    for (size_t i = 0; i < catalog->count; i++) {
        const struct catalog_entry *e = &catalog->entries[i];
        tusk_buf_printf(&out, "%" PRId64 "\t", e->downloads_a_month);
        tusk_buf_add(&out, e->name);
        tusk_buf_add_char(&out, '\t');
        tusk_buf_add(&out, e->version);
        tusk_buf_add_char(&out, '\t');
        tusk_buf_add(&out, e->summary);
        if (catalog->has_tags) tusk_buf_add_char(&out, '\t');
        if (catalog->has_tags) add_tags(&out, e->tags);
        tusk_buf_add_cstr(&out, "\r\n");
    }
    return tusk_buf_str(&out);
}

static void check_again(tusk_arena *arena, const struct catalog *first)
{
    struct catalog second;
    tusk_error err = { 0 };
    tusk_status st = catalog_parse(arena, "again", written(arena, first), &second, &err);
    CLAIM(st == TUSK_OK && second.count == first->count, "what was taken is taken again");
    for (size_t i = 0; i < first->count; i++) {
        const struct catalog_entry *a = &first->entries[i], *b = &second.entries[i];
        CLAIM(a->name.len > 0 && tusk_str_eq(a->name, b->name), "with the same names");
        CLAIM(tusk_str_eq(a->version, b->version) && tusk_str_eq(a->summary, b->summary) &&
                  tusk_str_eq(a->tags, b->tags) && a->downloads_a_month == b->downloads_a_month,
              "and the same of everything else");
        CLAIM(a->downloads_a_month >= 0, "no server has less than no downloads");
        CLAIM(i == 0 || a->end > a[-1].end, "each line ends after the one before");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    struct catalog catalog;
    tusk_status st = catalog_parse(arena, "x.tsv", fuzz_input(data, size), &catalog, &err);
    if (st) {
        fuzz_refused(st, &err);
    } else {
        check_again(arena, &catalog);
    }
    tusk_arena_free(arena);
    return 0;
}
