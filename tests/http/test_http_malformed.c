/* test_http_malformed.c - malformed and smuggling requests over a real socket: each gets its code
 * and the end of the connection */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/http/test_http_rig.h"

#define CASE(name, code, bytes)              \
    {                                        \
        name, code, bytes, sizeof(bytes) - 1 \
    }
#define H       "Host: x\r\n"
#define POST    "POST /echo HTTP/1.1\r\n" H
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
/* What a smuggler hopes for: that this is read as a second request. */
#define SECOND  "GET /echo?q=smuggled HTTP/1.1\r\n" H "\r\n"

static const struct {
    const char *name;
    int code;
    const char *bytes;
    size_t size;
} cases[] = {
    /* the request line */
    CASE("no version", 400, "GET /echo\r\n" H "\r\n"),
    CASE("version 0.9", 505, "GET /echo HTTP/0.9\r\n" H "\r\n"),
    CASE("version 1.2", 505, "GET /echo HTTP/1.2\r\n" H "\r\n"),
    CASE("version 2.0", 505, "GET /echo HTTP/2.0\r\n" H "\r\n"),
    CASE("HTTP/2 preface", 501, "PRI * HTTP/1.1\r\n" H "\r\nSM\r\n\r\n"),
    CASE("lower case version", 400, "GET /echo http/1.1\r\n" H "\r\n"),
    CASE("long version", 400, "GET /echo HTTP/1.10\r\n" H "\r\n"),
    CASE("version with a plus", 400, "GET /echo HTTP/+1.1\r\n" H "\r\n"),
    CASE("two blanks before target", 400, "GET  /echo HTTP/1.1\r\n" H "\r\n"),
    CASE("two blanks before version", 400, "GET /echo  HTTP/1.1\r\n" H "\r\n"),
    CASE("tab for blank", 400, "GET\t/echo HTTP/1.1\r\n" H "\r\n"),
    CASE("blank at the end of line", 400, "GET /echo HTTP/1.1 \r\n" H "\r\n"),
    CASE("blank in target", 400, "GET /ec ho HTTP/1.1\r\n" H "\r\n"),
    CASE("leading empty line", 400, "\r\nGET /echo HTTP/1.1\r\n" H "\r\n"),
    CASE("leading blank", 400, " GET /echo HTTP/1.1\r\n" H "\r\n"),
    CASE("TLS hello", 400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    CASE("binary", 400, "\xff\xfe\x00\x01"),
    CASE("only an empty head", 400, "\r\n\r\n"),
    CASE("method with a colon", 400, "GE:T /echo HTTP/1.1\r\n" H "\r\n"),
    CASE("method with high bytes", 400, "G\xc3\xa9T /echo HTTP/1.1\r\n" H "\r\n"),
    CASE("lower case method", 501, "get /echo HTTP/1.1\r\n" H "\r\n"),
    CASE("unknown method", 501, "BREW /echo HTTP/1.1\r\n" H "\r\n"),
    CASE("TRACE", 405, "TRACE /echo HTTP/1.1\r\n" H "\r\n"),
    CASE("CONNECT", 405, "CONNECT x:80 HTTP/1.1\r\n" H "\r\n"),
    /* the target */
    CASE("no slash", 400, "GET echo HTTP/1.1\r\n" H "\r\n"),
    CASE("asterisk for GET", 400, "GET * HTTP/1.1\r\n" H "\r\n"),
    CASE("https target", 400, "GET https://x/echo HTTP/1.1\r\n" H "\r\n"),
    CASE("target of another host", 400, "GET http://y/echo HTTP/1.1\r\n" H "\r\n"),
    CASE("target with user", 400, "GET http://u@x/echo HTTP/1.1\r\n" H "\r\n"),
    CASE("fragment", 400, "GET /echo#a HTTP/1.1\r\n" H "\r\n"),
    CASE("raw high byte", 400, "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n"),
    CASE("raw quote", 400, "GET /\"a\" HTTP/1.1\r\n" H "\r\n"),
    CASE("raw control", 400, "GET /a\x01 HTTP/1.1\r\n" H "\r\n"),
    CASE("backslash", 400, "GET /a\\b HTTP/1.1\r\n" H "\r\n"),
    CASE("escape of NUL", 400, "GET /a%00 HTTP/1.1\r\n" H "\r\n"),
    CASE("escape of CR LF", 400, "GET /a%0d%0ab HTTP/1.1\r\n" H "\r\n"),
    CASE("half an escape", 400, "GET /a%4 HTTP/1.1\r\n" H "\r\n"),
    CASE("escape that is none", 400, "GET /a%zz HTTP/1.1\r\n" H "\r\n"),
    CASE("overlong UTF-8", 400, "GET /%c0%ae%c0%ae/a HTTP/1.1\r\n" H "\r\n"),
    CASE("surrogate in UTF-8", 400, "GET /%ed%a0%80 HTTP/1.1\r\n" H "\r\n"),
    CASE("dot segment", 400, "GET /a/../b HTTP/1.1\r\n" H "\r\n"),
    CASE("encoded dot segment", 400, "GET /a/%2e%2E/b HTTP/1.1\r\n" H "\r\n"),
    CASE("single dot", 400, "GET /./a HTTP/1.1\r\n" H "\r\n"),
    CASE("encoded slash", 400, "GET /a%2fb HTTP/1.1\r\n" H "\r\n"),
    CASE("bad escape in query", 400, "GET /echo?q=%f HTTP/1.1\r\n" H "\r\n"),
    CASE("NUL in query", 400, "GET /echo?q=%00 HTTP/1.1\r\n" H "\r\n"),
    CASE("query that is not UTF-8", 400, "GET /echo?q=%ff HTTP/1.1\r\n" H "\r\n"),
    /* lines */
    CASE("bare LF everywhere", 400, "GET /echo HTTP/1.1\nHost: x\n\n"),
    CASE("bare LF after request line", 400, "GET /echo HTTP/1.1\n" H "\r\n"),
    CASE("bare LF in a header", 400, "GET /echo HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n"),
    CASE("bare LF as the empty line", 400, "GET /echo HTTP/1.1\r\n" H "\n"),
    CASE("bare CR in a header", 400, "GET /echo HTTP/1.1\r\nX-A: b\rc\r\n" H "\r\n"),
    CASE("bare CR for a line", 400, "GET /echo HTTP/1.1\rHost: x\r\r"),
    CASE("CR CR LF", 400, "GET /echo HTTP/1.1\r\r\n" H "\r\n"),
    CASE("NUL in a header", 400, "GET /echo HTTP/1.1\r\nX-A: b\0c\r\n" H "\r\n"),
    CASE("NUL in the request line", 400, "GET /ec\0ho HTTP/1.1\r\n" H "\r\n"),
    /* headers */
    CASE("folded header", 400, "GET /echo HTTP/1.1\r\n" H "X-A: b\r\n c\r\n\r\n"),
    CASE("folded with a tab", 400, "GET /echo HTTP/1.1\r\n" H "X-A: b\r\n\tc\r\n\r\n"),
    CASE("folded first header", 400, "GET /echo HTTP/1.1\r\n " H "\r\n"),
    CASE("folded coding", 400, POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
    CASE("no colon", 400, "GET /echo HTTP/1.1\r\n" H "X-A\r\n\r\n"),
    CASE("no name", 400, "GET /echo HTTP/1.1\r\n" H ": a\r\n\r\n"),
    CASE("blank before colon", 400, "GET /echo HTTP/1.1\r\n" H "X-A : b\r\n\r\n"),
    CASE("blank before the colon of the length", 400, POST "Content-Length : 5\r\n\r\nhello"),
    CASE("blank in name", 400, "GET /echo HTTP/1.1\r\n" H "X A: b\r\n\r\n"),
    CASE("brackets in name", 400, "GET /echo HTTP/1.1\r\n" H "X[A]: b\r\n\r\n"),
    CASE("high byte in name", 400, "GET /echo HTTP/1.1\r\n" H "X-\xc3\xa9: b\r\n\r\n"),
    CASE("control in value", 400, "GET /echo HTTP/1.1\r\n" H "X-A: \x01\r\n\r\n"),
    CASE("delete in value", 400, "GET /echo HTTP/1.1\r\n" H "X-A: \x7f\r\n\r\n"),
    CASE("value that is not UTF-8", 400, "GET /echo HTTP/1.1\r\n" H "X-A: \xff\r\n\r\n"),
    /* the host */
    CASE("no host", 400, "GET /echo HTTP/1.1\r\nX-A: b\r\n\r\n"),
    CASE("two hosts", 400, "GET /echo HTTP/1.1\r\n" H "Host: y\r\n\r\n"),
    CASE("the same host twice", 400, "GET /echo HTTP/1.1\r\n" H H "\r\n"),
    CASE("two hosts in two cases", 400, "GET /echo HTTP/1.1\r\n" H "hOST: y\r\n\r\n"),
    CASE("empty host", 400, "GET /echo HTTP/1.1\r\nHost:\r\n\r\n"),
    CASE("list of hosts", 400, "GET /echo HTTP/1.1\r\nHost: x, y\r\n\r\n"),
    CASE("host with a path", 400, "GET /echo HTTP/1.1\r\nHost: x/y\r\n\r\n"),
    CASE("host with a user", 400, "GET /echo HTTP/1.1\r\nHost: u@x\r\n\r\n"),
    CASE("host with a bad port", 400, "GET /echo HTTP/1.1\r\nHost: x:99999\r\n\r\n"),
    CASE("host with a signed port", 400, "GET /echo HTTP/1.1\r\nHost: x:+1\r\n\r\n"),
    CASE("open bracket", 400, "GET /echo HTTP/1.1\r\nHost: [::1\r\n\r\n"),
    CASE("two hosts in HTTP/1.0", 400, "GET /echo HTTP/1.0\r\n" H "Host: y\r\n\r\n"),
    /* length against coding */
    CASE("CL.TE", 400,
         POST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG" SECOND),
    CASE("TE.CL", 400,
         POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\nA\r\n0\r\n\r\n" SECOND),
    CASE("CL zero and TE", 400,
         POST "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n" SECOND),
    CASE("two lengths", 400, POST "Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello" SECOND),
    CASE("the same length twice", 400, POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
    CASE("list of lengths", 400, POST "Content-Length: 5, 5\r\n\r\nhello"),
    CASE("length with a plus", 400, POST "Content-Length: +5\r\n\r\nhello"),
    CASE("negative length", 400, POST "Content-Length: -5\r\n\r\nhello"),
    CASE("hexadecimal length", 400, POST "Content-Length: 0x5\r\n\r\nhello"),
    CASE("length with a fraction", 400, POST "Content-Length: 5.0\r\n\r\nhello"),
    CASE("length in quotes", 400, POST "Content-Length: \"5\"\r\n\r\nhello"),
    CASE("length with a blank inside", 400, POST "Content-Length: 1 0\r\n\r\nhello"),
    CASE("empty length", 400, POST "Content-Length:\r\n\r\nhello"),
    CASE("length in words", 400, POST "Content-Length: five\r\n\r\nhello"),
    CASE("length in Arabic digits", 400, POST "Content-Length: \xd9\xa5\r\n\r\nhello"),
    CASE("length beyond 64 bits", 413, POST "Content-Length: 18446744073709551621\r\n\r\nhello"),
    CASE("length just too large", 413, POST "Content-Length: 262145\r\n\r\n"),
    CASE("TE identity", 400, POST "Transfer-Encoding: identity\r\n\r\n" SECOND),
    CASE("TE gzip, chunked", 400, POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    CASE("TE chunked, identity", 400, POST "Transfer-Encoding: chunked, identity\r\n\r\n"),
    CASE("TE chunked twice in one", 400, POST "Transfer-Encoding: chunked, chunked\r\n\r\n"),
    CASE("two TE", 400,
         POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    CASE("two different TE", 400,
         POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n"),
    CASE("TE xchunked", 400, POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    CASE("TE in quotes", 400, POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
    CASE("TE with a parameter", 400, POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"),
    CASE("TE with vertical tab", 400,
         POST "Transfer-Encoding: \x0b"
              "chunked\r\n\r\n0\r\n\r\n"),
    CASE("empty TE", 400, POST "Transfer-Encoding:\r\n\r\n" SECOND),
    CASE("TE in HTTP/1.0", 400,
         "POST /echo HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    /* chunks */
    CASE("chunk size with 0x", 400, CHUNKED "0x3\r\nabc\r\n0\r\n\r\n"),
    CASE("chunk size with a sign", 400, CHUNKED "+3\r\nabc\r\n0\r\n\r\n"),
    CASE("negative chunk size", 400, CHUNKED "-1\r\nabc\r\n0\r\n\r\n"),
    CASE("blank before chunk size", 400, CHUNKED " 3\r\nabc\r\n0\r\n\r\n"),
    CASE("blank after chunk size", 400, CHUNKED "3 \r\nabc\r\n0\r\n\r\n"),
    CASE("empty chunk size", 400, CHUNKED "\r\nabc\r\n0\r\n\r\n"),
    CASE("chunk size that wraps", 400, CHUNKED "100000003\r\nabc\r\n0\r\n\r\n"),
    CASE("chunk too large", 413, CHUNKED "ffffffff\r\nabc"),
    CASE("chunks too large together", 413, CHUNKED "1\r\na\r\n40000\r\n"),
    CASE("extension of a chunk", 400, CHUNKED "3;a=b\r\nabc\r\n0\r\n\r\n"),
    CASE("bare LF after chunk size", 400, CHUNKED "3\nabc\r\n0\r\n\r\n"),
    CASE("bare LF after chunk data", 400, CHUNKED "3\r\nabc\n0\r\n\r\n"),
    CASE("chunk longer than its size", 400, CHUNKED "3\r\nabcd\r\n0\r\n\r\n"),
    CASE("chunk shorter than its size", 400, CHUNKED "5\r\nabc\r\n0\r\n\r\n"),
    CASE("trailer", 400, CHUNKED "0\r\nContent-Length: 5\r\n\r\n"),
    CASE("bare LF at the end of chunks", 400, CHUNKED "0\r\n\n"),
    CASE("CR and something", 400, CHUNKED "0\r\n\rX"),
    /* more */
    CASE("other expectation", 417, POST "Expect: 200-ok\r\nContent-Length: 1\r\n\r\na"),
    CASE("two expectations", 400,
         POST "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na"),
    CASE("two authorizations", 400,
         "GET /echo HTTP/1.1\r\n" H "Authorization: a\r\nAuthorization: b\r\n\r\n"),
    CASE("two origins", 400, "POST /echo HTTP/1.1\r\n" H "Origin: a\r\nOrigin: b\r\n\r\n"),
    CASE("two types", 400, POST "Content-Type: a/b\r\nContent-Type: application/json\r\n\r\n"),
};

static void assert_refused(http_rig *rig, const char *name, int code, const char *bytes,
                           size_t size)
{
    int fd = rig_connect(rig);
    rig_send(fd, bytes, size);
    int got = rig_code(fd);
    if (got != code) fail_msg("%s: %d instead of %d", name, got, code);
    if (!rig_ended(fd)) fail_msg("%s: the connection goes on", name);
    close(fd);
}

static void test_each_is_refused(void **state)
{
    http_rig *rig = rig_start(NULL);
    size_t count = sizeof cases / sizeof cases[0];
    for (size_t i = 0; i < count; i++)
        assert_refused(rig, cases[i].name, cases[i].code, cases[i].bytes, cases[i].size);
    assert_true(count >= 120);
    assert_int_equal(rig_handed,
                     0); /* none of them reached the handler, nor did what was smuggled */
    assert_int_equal(rig_look(rig).requests, count);
    rig_stop(rig, 1000);
}

/* The same behind a sound request: that one is answered, the malformed one refused. */
static void test_each_is_refused_after_a_sound_one(void **state)
{
    http_rig *rig = rig_start(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static char bytes[4096];
        int n = snprintf(bytes, sizeof bytes, "%s", SECOND);
        memcpy(bytes + n, cases[i].bytes, cases[i].size);
        int fd = rig_connect(rig);
        rig_send(fd, bytes, (size_t)n + cases[i].size);
        assert_int_equal(rig_code(fd), 200);
        int got = rig_code(fd);
        if (got != cases[i].code) fail_msg("%s: %d", cases[i].name, got);
        if (!rig_ended(fd)) fail_msg("%s: the connection goes on", cases[i].name);
        close(fd);
    }
    rig_stop(rig, 1000);
}

/* Every way of splitting a request over two segments reads the same. */
static void test_each_split_reads_the_same(void **state)
{
    http_rig *rig = rig_start(NULL);
    static const char sound[] = POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    static const char bad[] = "GET /echo HTTP/1.1\r\n" H "X-A: b\r\n c\r\n\r\n";
    for (size_t k = 1; k < sizeof sound - 1; k++) {
        int fd = rig_connect(rig);
        rig_send(fd, sound, k);
        rig_look(rig); /* the server has been through its loop meanwhile */
        rig_send(fd, sound + k, sizeof sound - 1 - k);
        assert_int_equal(rig_code(fd), 200);
        close(fd);
    }
    for (size_t k = 1; k < sizeof bad - 1; k++) {
        int fd = rig_connect(rig);
        rig_send(fd, bad, k);
        rig_look(rig);
        rig_send(fd, bad + k, sizeof bad - 1 - k);
        assert_int_equal(rig_code(fd), 400);
        assert_true(rig_ended(fd));
        close(fd);
    }
    rig_stop(rig, 1000);
}

static void fill(char *out, size_t size, const char *before, char with, const char *after)
{
    size_t a = strlen(before), b = strlen(after);
    memcpy(out, before, a);
    memset(out + a, with, size - a - b);
    memcpy(out + size - b, after, b);
}

static void test_oversized(void **state)
{
    http_rig *rig = rig_start(NULL);
    static char bytes[64 << 10];
    fill(bytes, 9000, "GET /", 'a', " HTTP/1.1\r\n" H "\r\n");
    assert_refused(rig, "line too long", 414, bytes, 9000);
    fill(bytes, 40000, "GET /", 'a', "");
    assert_refused(rig, "endless line", 414, bytes, 40000);
    fill(bytes, 20000, "GET /echo HTTP/1.1\r\n" H "X-A: ", 'a', "\r\n\r\n");
    assert_refused(rig, "header too large", 431, bytes, 20000);
    fill(bytes, 60000, "GET /echo HTTP/1.1\r\n" H "X-A: ", 'a', "");
    assert_refused(rig, "endless header", 431, bytes, 60000);
    size_t n = (size_t)snprintf(bytes, sizeof bytes, "GET /echo HTTP/1.1\r\n" H);
    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(bytes + n, sizeof bytes - n, "X-%d: b\r\n", i);
    n += (size_t)snprintf(bytes + n, sizeof bytes - n, "\r\n");
    assert_refused(rig, "too many headers", 431, bytes, n);
    n = (size_t)snprintf(bytes, sizeof bytes, "GET /echo?");
    for (int i = 0; i < 101; i++) n += (size_t)snprintf(bytes + n, sizeof bytes - n, "a&");
    n += (size_t)snprintf(bytes + n, sizeof bytes - n, " HTTP/1.1\r\n" H "\r\n");
    assert_refused(rig, "too many parameters", 400, bytes, n);
    fill(bytes, 16000, "GET /echo HTTP/1.1\r\n" H "X-A: ", 'a', "\r\n\r\n");
    int fd = rig_connect(rig);
    rig_send(fd, bytes, 16000);
    assert_int_equal(rig_code(fd), 200);
    close(fd);
    rig_stop(rig, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_is_refused),
        cmocka_unit_test(test_each_is_refused_after_a_sound_one),
        cmocka_unit_test(test_each_split_reads_the_same),
        cmocka_unit_test(test_oversized),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
