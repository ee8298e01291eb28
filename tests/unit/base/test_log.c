/* test_log.c - each line is one JSON object whatever is put in, and nothing can forge or break a
 * line */
#include "unit.h"

#include <errno.h>
#include <jansson.h>
#include <unistd.h>

#include "tusk/log.h"

struct sink {
    char text[16384];
    size_t len;
    int lines;
};

static void sink_write(void *context, tusk_str line)
{
    struct sink *sink = context;
    assert_true(line.len < sizeof sink->text);
    memcpy(sink->text, line.ptr, line.len);
    sink->text[line.len] = '\0';
    sink->len = line.len;
    sink->lines++;
}

/* Parses the last line after checking what a line-based tool relies on. The caller decrefs. */
static json_t *parsed(const struct sink *sink)
{
    assert_true(sink->len > 0);
    assert_int_equal(sink->text[sink->len - 1], '\n');
    for (size_t i = 0; i + 1 < sink->len; i++)
        assert_true((unsigned char)sink->text[i] >= 0x20 && sink->text[i] != 0x7f);
    json_error_t why;
    json_t *json = json_loadb(sink->text, sink->len, JSON_REJECT_DUPLICATES, &why);
    if (!json) fail_msg("%s in %s", why.text, sink->text);
    return json;
}

static const char *text_of(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    if (!text) fail_msg("no \"%s\"", key);
    return text;
}

static void a_line_has_time_level_message_and_fields(void **state)
{
    struct sink sink = { .len = 0 };
    tusk_log log = { TUSK_LOG_INFO, sink_write, &sink };
    tusk_log_write(&log, TUSK_LOG_WARN, "pool is full",
                   TUSK_FIELDS(tusk_field_int("waiting", -3), tusk_field_cstr("role", "loop"),
                               tusk_field_cstr("none", NULL)));
    json_t *json = parsed(&sink);
    assert_int_equal(strlen(text_of(json, "time")), strlen("2026-11-22T10:00:00.000Z"));
    assert_string_equal(text_of(json, "level"), "warn");
    assert_string_equal(text_of(json, "message"), "pool is full");
    assert_int_equal(json_integer_value(json_object_get(json, "waiting")), -3);
    assert_string_equal(text_of(json, "role"), "loop");
    assert_string_equal(text_of(json, "none"), "");
    assert_int_equal(json_object_size(json), 6);
    json_decref(json);
}

static void lines_below_the_level_are_dropped(void **state)
{
    struct sink sink = { .len = 0 };
    tusk_log log = { TUSK_LOG_WARN, sink_write, &sink };
    tusk_log_write(&log, TUSK_LOG_DEBUG, "x", NULL);
    tusk_log_write(&log, TUSK_LOG_INFO, "x", NULL);
    assert_int_equal(sink.lines, 0);
    tusk_log_write(&log, TUSK_LOG_WARN, "x", NULL);
    tusk_log_write(&log, TUSK_LOG_ERROR, "x", NULL);
    assert_int_equal(sink.lines, 2);
    tusk_log silent = { .level = TUSK_LOG_DEBUG };
    tusk_log_write(&silent, TUSK_LOG_ERROR, "x", NULL);
    tusk_log_write(NULL, TUSK_LOG_ERROR, "x", NULL);
}

static void nothing_in_a_value_can_forge_a_line(void **state)
{
    static const struct {
        tusk_str raw;
        const char *read; /* as a JSON reader sees it */
        const char *absent;
    } cases[] = {
        { TUSK_STR_INIT("a\"b\\c"), "a\"b\\c", NULL },
        { TUSK_STR_INIT("x\n{\"level\":\"error\"}"), "x\n{\"level\":\"error\"}", "\n{" },
        { TUSK_STR_INIT("\r\t\b\x1b[2J\x7f"), "\r\t\b\x1b[2J\x7f", "\x1b" },
        { TUSK_STR_INIT("\xc2\x85\xc2\x9b"), "\xc2\x85\xc2\x9b", "\xc2" }, /* C1 */
        { TUSK_STR_INIT("\xe2\x80\xa8\xe2\x80\xa9"), "\xe2\x80\xa8\xe2\x80\xa9",
          "\xe2" }, /* separators */
        { TUSK_STR_INIT("bad \xff\xc3 end"), "bad \xef\xbf\xbd\xef\xbf\xbd end", "\xff" },
        { TUSK_STR_INIT("\xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80"),
          "\xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x98\x80", NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sink sink = { .len = 0 };
        tusk_log log = { TUSK_LOG_INFO, sink_write, &sink };
        tusk_log_write(&log, TUSK_LOG_INFO, "m", TUSK_FIELDS(tusk_field_str("v", cases[i].raw)));
        json_t *json = parsed(&sink);
        assert_string_equal(text_of(json, "v"), cases[i].read);
        assert_string_equal(text_of(json, "level"), "info");
        if (cases[i].absent) assert_null(strstr(sink.text, cases[i].absent));
        json_decref(json);
    }
}

static void a_nul_inside_is_escaped(void **state)
{
    struct sink sink = { .len = 0 };
    tusk_log log = { TUSK_LOG_INFO, sink_write, &sink };
    tusk_log_write(&log, TUSK_LOG_INFO, "m", TUSK_FIELDS(tusk_field_str("v", TUSK_STR("a\0b"))));
    assert_non_null(strstr(sink.text, "\"a\\u0000b\""));
}

static void long_values_are_cut_and_the_line_says_so(void **state)
{
    char big[20000];
    static const char *const units[] = { "x", "\n", "\xf0\x9f\x98\x80", "\xff", "\x01" };
    for (size_t u = 0; u < COUNT(units); u++) {
        size_t len = 0, unit = strlen(units[u]);
        while (len + unit < sizeof big) {
            memcpy(big + len, units[u], unit);
            len += unit;
        }
        big[len] = '\0';
        struct sink sink = { .len = 0 };
        tusk_log log = { TUSK_LOG_INFO, sink_write, &sink };
        tusk_log_write(&log, TUSK_LOG_INFO, big,
                       TUSK_FIELDS(tusk_field_cstr("a", big), tusk_field_cstr("b", big),
                                   tusk_field_cstr("c", big), tusk_field_cstr("d", big),
                                   tusk_field_cstr("e", big), tusk_field_int("last", 1)));
        json_t *json = parsed(&sink);
        assert_true(json_is_true(json_object_get(json, "truncated")));
        assert_true(sink.len <=
                    8192); /* one write of that size is not torn apart by a pipe's readers */
        assert_non_null(json_object_get(json, "a"));
        json_decref(json);
    }
}

/* Every total length around the end of a line: never half an object. */
static void the_end_of_a_line_is_never_lost(void **state)
{
    char filler[2049];
    for (size_t len = 1; len < sizeof filler; len += 3) {
        memset(filler, 'f', len);
        filler[len] = '\0';
        struct sink sink = { .len = 0 };
        tusk_log log = { TUSK_LOG_INFO, sink_write, &sink };
        tusk_log_write(&log, TUSK_LOG_INFO, filler,
                       TUSK_FIELDS(tusk_field_cstr("a", filler), tusk_field_cstr("b", filler),
                                   tusk_field_cstr("c", filler),
                                   tusk_field_int("number", INT64_MIN)));
        json_decref(parsed(&sink));
    }
}

static void errno_survives_logging(void **state)
{
    struct sink sink = { .len = 0 };
    tusk_log log = { TUSK_LOG_INFO, sink_write, &sink };
    errno = EDOM;
    tusk_log_write(&log, TUSK_LOG_INFO, "m", NULL);
    assert_int_equal(errno, EDOM);
}

static void stderr_gets_the_line(void **state)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int kept = dup(STDERR_FILENO);
    assert_true(kept >= 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    tusk_log log = { TUSK_LOG_INFO, tusk_log_to_stderr, NULL };
    tusk_log_write(&log, TUSK_LOG_ERROR, "to stderr", NULL);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    close(ends[1]);
    char got[512] = "";
    assert_true(read(ends[0], got, sizeof got - 1) > 0);
    close(ends[0]);
    assert_non_null(strstr(got, "\"level\":\"error\",\"message\":\"to stderr\"}\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_message_and_fields),
        cmocka_unit_test(lines_below_the_level_are_dropped),
        cmocka_unit_test(nothing_in_a_value_can_forge_a_line),
        cmocka_unit_test(a_nul_inside_is_escaped),
        cmocka_unit_test(long_values_are_cut_and_the_line_says_so),
        cmocka_unit_test(the_end_of_a_line_is_never_lost),
        cmocka_unit_test(errno_survives_logging),
        cmocka_unit_test(stderr_gets_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
