/* fuzz_target.c - the reader of request targets: what it decodes, encoded again, decodes to the
 * same; any text survives a query string */
#include "services/backend/http/strict.h"
#include "tests/fuzz/fuzz.h"
#include "tusk/buf.h"

/* Every byte escaped but "/", which a path may hold only as it is. */
static void add_escaped(tusk_buf *out, tusk_str text, bool is_path)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_path && text.ptr[i] == '/') {
            tusk_buf_add_char(out, '/');
        } else {
            tusk_buf_printf(out, "%%%02X", (unsigned)(unsigned char)text.ptr[i]);
        }
    }
}

static void add_query(tusk_buf *out, const http_head *head)
{
    for (size_t i = 0; i < head->query_count; i++) {
        tusk_buf_add_char(out, i == 0 ? '?' : '&');
        add_escaped(out, head->query[i].name, false);
        tusk_buf_add_char(out, '=');
        add_escaped(out, head->query[i].value, false);
    }
}

static void round_trip(tusk_arena *arena, const http_head *head)
{
    http_head again = { 0 };
    tusk_buf target;
    tusk_buf_init_in(&target, arena, 1 << 20);
    add_escaped(&target, head->path, true);
    add_query(&target, head);
    http_fault fault = http_target_parse(arena, tusk_buf_str(&target), &again);
    CLAIM(fault.code == 0, "what was decoded is a target when it is encoded");
    CLAIM(tusk_str_eq(again.path, head->path), "the path is the same");
    CLAIM(again.query_count == head->query_count, "the query has as many parameters");
    for (size_t i = 0; i < head->query_count; i++) {
        CLAIM(tusk_str_eq(again.query[i].name, head->query[i].name) &&
                  tusk_str_eq(again.query[i].value, head->query[i].value),
              "each parameter is the same");
    }
}

static void text_in_query(tusk_arena *arena, tusk_str text)
{
    http_head head = { 0 };
    tusk_buf target;
    tusk_buf_init_in(&target, arena, 1 << 20);
    tusk_buf_add_cstr(&target, "/?q=");
    add_escaped(&target, text, false);
    http_fault fault = http_target_parse(arena, tusk_buf_str(&target), &head);
    CLAIM((fault.code == 0) == tusk_str_is_text(text), "a query holds any text, and text only");
    if (fault.code == 0) CLAIM(tusk_str_eq(head.query[0].value, text), "and gives it back");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str input = fuzz_input(data, size);
    http_head head = { 0 };
    http_fault fault = http_target_parse(arena, input, &head);
    CLAIM(fault.code == 0 || (fault.code == 400 && fault.why), "a refusal is 400 and says why");
    if (fault.code == 0) round_trip(arena, &head);
    text_in_query(arena, input);
    tusk_arena_free(arena);
    return 0;
}
