/* fuzz_head.c - the strict reader of request heads: bytes that come in two pieces read as in one,
 * and what is taken leaves nothing open */
#include "services/backend/http/strict.h"
#include "tests/fuzz/fuzz.h"

static void check_header(const http_pair *header)
{
    CLAIM(http_is_token(header->name), "the name of a header is a token");
    for (size_t i = 0; i < header->name.len; i++) {
        CLAIM(header->name.ptr[i] < 'A' || header->name.ptr[i] > 'Z', "in lower case");
    }
    CLAIM(tusk_str_is_text(header->value), "its value is UTF-8");
    CLAIM(header->value.len == 0 || (!memchr(header->value.ptr, '\r', header->value.len) &&
                                     !memchr(header->value.ptr, '\n', header->value.len)),
          "and one line");
}

static void check_head(const http_head *head)
{
    CLAIM(!(head->chunked && head->has_length), "one framing");
    CLAIM(head->has_length || head->content_length == 0, "no length but the client's");
    CLAIM(tusk_str_is_text(head->path), "the path is UTF-8");
    CLAIM(head->path.len > 0 && (head->path.ptr[0] == '/' || head->path.ptr[0] == '*'),
          "and begins at the root");
    for (tusk_str rest = head->path; rest.ptr;) {
        tusk_str segment = tusk_str_cut(&rest, '/');
        CLAIM(!tusk_str_eq(segment, TUSK_STR("..")), "and stays below it");
    }
    for (size_t i = 0; i < head->header_count; i++) check_header(&head->headers[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_str all = fuzz_input(data, size), half = { all.ptr, all.len / 2 };
    size_t seen = 0, seen_half = 0;
    http_fault fault, early;
    size_t end = http_head_end(all, &seen, &fault);
    size_t soon = http_head_end(half, &seen_half, &early);
    if (!early.code && soon == 0) soon = http_head_end(all, &seen_half, &early);
    CLAIM(early.code == fault.code && soon == end, "pieces are found to be the same head");
    if (fault.code || end == 0) return 0;

    tusk_arena *arena = tusk_arena_new(0);
    http_head head;
    fault = http_head_parse(arena, (tusk_str){ all.ptr, end }, 8192, &head);
    CLAIM(fault.code == 0 || (fault.code >= 400 && fault.code < 600 && fault.why),
          "a refusal has a code and a sentence");
    CLAIM(fault.code != 503, "there is enough memory");
    if (!fault.code) check_head(&head);
    tusk_arena_free(arena);
    return 0;
}
