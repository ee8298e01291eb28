/* test_strict.c - the strict reading of heads, targets and chunks, as pure functions over bytes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "services/backend/http/strict.h"

/* Reads from a copy of the exact size on the heap, so that ASan sees a read beyond it. */
static http_fault parse(tusk_arena *arena, const char *bytes, size_t size, http_head *head)
{
    char *copy = malloc(size + (size == 0));
    memcpy(copy, bytes, size);
    size_t seen = 0;
    http_fault fault;
    size_t end = http_head_end((tusk_str){ copy, size }, &seen, &fault);
    if (!fault.code && end == 0) fault = (http_fault){ 1, "more bytes are needed" };
    if (!fault.code) fault = http_head_parse(arena, (tusk_str){ copy, end }, 8192, head);
    free(copy);
    return fault;
}

static http_head good(tusk_arena *arena, const char *text)
{
    http_head head;
    http_fault fault = parse(arena, text, strlen(text), &head);
    if (fault.code) fail_msg("%s: %d %s", text, fault.code, fault.why);
    return head;
}

static int code_of(const char *text)
{
    tusk_arena *arena = tusk_arena_new(0);
    http_head head;
    http_fault fault = parse(arena, text, strlen(text), &head);
    tusk_arena_free(arena);
    return fault.code;
}

static void assert_text(tusk_str have, const char *want)
{
    if (!tusk_str_eq(have, tusk_str_of(want)))
        fail_msg("\"%.*s\" instead of \"%s\"", TUSK_STR_ARG(have), want);
}

static void test_sound_head(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    http_head head = good(arena, "PATCH /api/teams/a%20b?name=x%2By+z&empty&e=&=v HTTP/1.1\r\n"
                                 "HOST: Example.org:3000\r\nX-Name:  \t two words \t\r\nEmpty:\r\n"
                                 "Content-Length: 0012\r\nX-Utf8: \xe4\xbd\xa0\r\n\r\n");
    assert_text(head.method, "PATCH");
    assert_text(head.target, "/api/teams/a%20b?name=x%2By+z&empty&e=&=v");
    assert_text(head.path, "/api/teams/a b");
    assert_text(head.host, "Example.org:3000");
    assert_int_equal(head.header_count, 5);
    assert_text(head.headers[0].name, "host");
    assert_text(head.headers[1].name, "x-name");
    assert_text(head.headers[1].value, "two words");
    assert_text(head.headers[2].value, "");
    assert_non_null(head.headers[2].value.ptr);
    assert_int_equal(head.query_count, 4);
    assert_text(head.query[0].name, "name");
    assert_text(head.query[0].value, "x+y z");
    assert_text(head.query[1].name, "empty");
    assert_text(head.query[1].value, "");
    assert_text(head.query[3].value, "v");
    assert_int_equal(head.content_length, 12);
    assert_true(head.has_length);
    assert_false(head.chunked);
    assert_true(head.keep_alive);
    tusk_arena_free(arena);
}

static void test_forms_of_target(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    http_head head = good(arena, "GET HTTP://x:80?q=1 HTTP/1.1\r\nHost: X:80\r\n\r\n");
    assert_text(head.path, "/");
    assert_text(head.query[0].value, "1");
    head = good(arena, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_text(head.path, "*");
    head = good(arena, "GET //a///b/?|^{}[]\\`' HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_text(head.path, "//a///b/");
    assert_text(head.query[0].name, "|^{}[]\\`'");
    head = good(arena, "GET /...a/..b/.c/%2e%2e%2e HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_text(head.path, "/...a/..b/.c/...");
    assert_int_equal(code_of("GET http:// HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    assert_int_equal(code_of("GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    assert_int_equal(code_of("GET  HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
    tusk_arena_free(arena);
}

static void test_hosts(void **state)
{
    static const char *const sound[] = { "localhost",  "localhost:3000", "127.0.0.1:1",
                                         "[::1]:3000", "[fe80::1]",      "a-b.c_d.example" };
    static const char *const bad[] = { "",       "a b",     "a,b",   "[::1", "[]",
                                       "[::1]x", "x:y",     "x:1:2", "x:",   ":80",
                                       "x:-1",   "x:65536", "x?y",   "x#y",  "<x>" };
    tusk_arena *arena = tusk_arena_new(0);
    char text[256];
    for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++) {
        snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", sound[i]);
        assert_text(good(arena, text).host, sound[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", bad[i]);
        if (code_of(text) != 400) fail_msg("host \"%s\" was taken", bad[i]);
    }
    tusk_arena_free(arena);
}

static void test_connection(void **state)
{
    static const struct {
        const char *version, *connection;
        bool keep_alive;
    } cases[] = {
        { "1.1", "X-A: b", true },
        { "1.1", "Connection: close", false },
        { "1.1", "Connection: foo , CLOSE", false },
        { "1.1", "Connection: keep-alive\r\nConnection: close", false },
        { "1.0", "X-A: b", false },
        { "1.0", "Connection: Keep-Alive", false },
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        snprintf(text, sizeof text, "GET / HTTP/%s\r\nHost: x\r\n%s\r\n\r\n", cases[i].version,
                 cases[i].connection);
        if (good(arena, text).keep_alive != cases[i].keep_alive) fail_msg("%s", text);
    }
    assert_true(
        good(arena, "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n\r\n").expects_continue);
    assert_false(good(arena, "PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expects_continue);
    tusk_arena_free(arena);
}

static void test_framing(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    http_head head =
        good(arena, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n");
    assert_true(head.chunked);
    assert_false(head.has_length);
    head = good(arena, "POST / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_false(head.chunked);
    assert_int_equal(head.content_length, 0);
    assert_int_equal(
        code_of("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\n"),
        400);
    assert_int_equal(
        code_of("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"), 413);
    tusk_arena_free(arena);
}

/* A head that is cut anywhere asks for more, and is never read beyond its bytes; one byte changed
 * never crashes. */
static void test_every_prefix_and_byte(void **state)
{
    static const char text[] =
        "POST http://x/a%20b?c=%41&d HTTP/1.1\r\nHost: x\r\nX-A: b\r\n"
        "Content-Length: 3\r\nConnection: close, x\r\nExpect: 100-continue\r\n\r\n";
    size_t size = sizeof text - 1;
    char changed[sizeof text];
    tusk_arena *arena = tusk_arena_new(0);
    http_head head;
    for (size_t n = 0; n < size; n++) assert_int_equal(parse(arena, text, n, &head).code, 1);
    assert_int_equal(parse(arena, text, size, &head).code, 0);
    for (size_t i = 0; i < size; i++) {
        for (int c = 0; c < 256; c++) {
            memcpy(changed, text, sizeof text);
            changed[i] = (char)c;
            parse(arena, changed, size, &head);
            tusk_arena_reset(arena);
        }
    }
    tusk_arena_free(arena);
}

static void test_nothing_is_sound_without_memory(void **state)
{
    static const char text[] = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";
    for (size_t limit = 1; limit < 3000; limit += 16) {
        tusk_arena *arena = tusk_arena_new(limit);
        http_head head;
        assert_int_not_equal(parse(arena, text, sizeof text - 1, &head).code, 0);
        tusk_arena_free(arena);
    }
}

static void test_incremental_end(void **state)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\nrest";
    size_t seen = 0, end = 0, n = 0;
    http_fault fault;
    while (end == 0 && n < sizeof text - 1)
        end = http_head_end((tusk_str){ text, ++n }, &seen, &fault);
    assert_int_equal(fault.code, 0);
    assert_int_equal(end, sizeof text - 1 - 4);
    assert_int_equal(n, end);
    seen = 0;
    http_head_end(TUSK_STR("GET / HTTP/1.1\n"), &seen, &fault);
    assert_int_equal(fault.code, 400); /* before the head is complete */
    seen = 0;
    http_head_end(TUSK_STR("\x16\x03"), &seen, &fault);
    assert_int_equal(fault.code, 400);
}

static bool decode(const char *text, bool plus, const char *want)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str out;
    bool ok = http_percent_decode(arena, tusk_str_of(text), plus, &out);
    if (ok && want) assert_text(out, want);
    tusk_arena_free(arena);
    return ok;
}

static void test_percent_decoding(void **state)
{
    assert_true(decode("", false, ""));
    assert_true(decode("a%20b", false, "a b"));
    assert_true(decode("a+b", false, "a+b"));
    assert_true(decode("a+b%2B", true, "a b+"));
    assert_true(decode("%e4%BD%a0", true, "\xe4\xbd\xa0"));
    assert_true(decode("%25%32%35", true, "%25")); /* once, not twice */
    assert_false(decode("%", true, NULL));
    assert_false(decode("%4", true, NULL));
    assert_false(decode("a%4", true, NULL));
    assert_false(decode("%4g", true, NULL));
    assert_false(decode("%-1", true, NULL));
    assert_false(decode("%00", true, NULL));
    assert_false(decode("%ff", true, NULL));
    assert_false(decode("%c0%80", true, NULL));
}

static int chunks_code(const char *text, size_t step, const char *want)
{
    http_chunks chunks = { 0 };
    char body[256] = "";
    size_t len = 0, at = 0, size = strlen(text);
    while (at < size && chunks.state != HTTP_CHUNK_DONE) {
        size_t used, n = size - at < step ? size - at : step;
        tusk_str data;
        http_fault fault = http_chunks_step(&chunks, (tusk_str){ text + at, n }, 100, &used, &data);
        if (fault.code) return fault.code;
        assert_true(used > 0);
        memcpy(body + len, data.ptr, data.len);
        len += data.len;
        at += used;
    }
    if (chunks.state != HTTP_CHUNK_DONE) return 1;
    assert_int_equal(at, size);
    if (want) assert_string_equal(body, want);
    return 0;
}

static void test_chunks(void **state)
{
    for (size_t step = 1; step < 40; step++) {
        assert_int_equal(
            chunks_code("3\r\nabc\r\n00a\r\n0123456789\r\n0\r\n\r\n", step, "abc0123456789"), 0);
        assert_int_equal(chunks_code("0\r\n\r\n", step, ""), 0);
        assert_int_equal(chunks_code("3\r\nabc\r\n0\r\n", step, NULL), 1);
        assert_int_equal(chunks_code("3\r\nabcd\r\n0\r\n\r\n", step, NULL), 400);
        assert_int_equal(chunks_code("3\nabc\r\n0\r\n\r\n", step, NULL), 400);
        assert_int_equal(chunks_code("3;x\r\nabc\r\n0\r\n\r\n", step, NULL), 400);
        assert_int_equal(chunks_code("000000003\r\nabc\r\n0\r\n\r\n", step, NULL), 400);
        assert_int_equal(chunks_code("0\r\nX: y\r\n\r\n", step, NULL), 400);
        assert_int_equal(chunks_code("65\r\n", step, NULL), 413);
        assert_int_equal(chunks_code("1\r\na\r\n64\r\n", step, NULL), 413);
        assert_int_equal(chunks_code("g\r\n", step, NULL), 400);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_head),
        cmocka_unit_test(test_forms_of_target),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_connection),
        cmocka_unit_test(test_framing),
        cmocka_unit_test(test_every_prefix_and_byte),
        cmocka_unit_test(test_nothing_is_sound_without_memory),
        cmocka_unit_test(test_incremental_end),
        cmocka_unit_test(test_percent_decoding),
        cmocka_unit_test(test_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
