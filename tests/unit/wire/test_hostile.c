/* test_hostile.c - servers that break the protocol on purpose: an error and a closed connection,
 * within the deadline and without taking the memory that they promise to fill */
#include "tests/unit/wire/liar.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "tusk/clock.h"

#define CASE(what, bytes)          \
    {                              \
        what, TUSK_STR_INIT(bytes) \
    }
#define BOUND   \
    "1\0\0\0\4" \
    "2\0\0\0\4"

static const struct {
    const char *what;
    tusk_str said;
} lies[] = {
    CASE("no protocol at all", "HTTP/1.1 400 Bad Request\r\n\r\n"),
    CASE("bytes of nothing", "\377\377\377\377\377\377\377\377\377\377"),
    CASE("a length that does not count itself", "1\0\0\0\3"),
    CASE("a negative length", "1\200\0\0\4"),
    CASE("an answer to Parse with a content", "1\0\0\0\5x"),
    CASE("ReadyForQuery of six bytes", BOUND "n\0\0\0\4"
                                             "C\0\0\0\11DROP\0"
                                             "Z\0\0\0\6II"),
    CASE("ReadyForQuery in no known state", BOUND "n\0\0\0\4"
                                                  "C\0\0\0\11DROP\0"
                                                  "Z\0\0\0\5?"),
    CASE("a message of the client", BOUND "Q\0\0\0\5\0"),
    CASE("a row of two gigabytes", LIAR_FIELDS "D\177\377\377\377\0\1"),
    CASE("fields of a gigabyte", BOUND "T\77\377\377\377\0\1"),
    CASE("the answer to Bind first", "2\0\0\0\4"
                                     "1\0\0\0\4"),
    CASE("an answer to Close, which was not asked for", "3\0\0\0\4" LIAR_ANSWER),
    CASE("two answers to Parse", "1\0\0\0\4" LIAR_ANSWER),
    CASE("a row before its fields", BOUND LIAR_ROW),
    CASE("a row where there are no fields", BOUND "n\0\0\0\4" LIAR_ROW),
    CASE("fields twice", LIAR_FIELDS "T\0\0\0\6\0\0"),
    CASE("the end before the fields", BOUND LIAR_END),
    CASE("fewer columns than fields", LIAR_FIELDS "D\0\0\0\6\0\0" LIAR_END),
    CASE("more columns than fields",
         LIAR_FIELDS "D\0\0\0\16\0\2\377\377\377\377\377\377\377\377" LIAR_END),
    CASE("more columns than bytes", LIAR_FIELDS "D\0\0\0\7\0\1\0" LIAR_END),
    CASE("a row without a count", LIAR_FIELDS "D\0\0\0\5\0" LIAR_END),
    CASE("a cell of less than nothing", LIAR_FIELDS "D\0\0\0\12\0\1\377\377\377\376" LIAR_END),
    CASE("a cell that is longer than its row", LIAR_FIELDS "D\0\0\0\14\0\1\0\0\0\3ab" LIAR_END),
    CASE("a cell that is shorter than its row", LIAR_FIELDS "D\0\0\0\16\0\1\0\0\0\3abcd" LIAR_END),
    CASE("more fields than bytes", BOUND "T\0\0\0\6\377\377"),
    CASE("a field without a name", BOUND "T\0\0\0\30\0\1aaaaaaaaaaaaaaaaaa"),
    CASE("bytes behind the fields", BOUND "T\0\0\0\7\0\0x"),
    CASE("a command without an end", BOUND "n\0\0\0\4"
                                           "C\0\0\0\10DROP"),
    CASE("a command without a name", BOUND "n\0\0\0\4"
                                           "C\0\0\0\5\0"),
    CASE("two commands", LIAR_FIELDS "C\0\0\0\15SELECT 1\0" LIAR_END),
    CASE("a row behind the command", LIAR_FIELDS "C\0\0\0\15SELECT 1\0" LIAR_ROW),
    CASE("nothing and then rows", LIAR_FIELDS LIAR_ROW "I\0\0\0\4"),
    CASE("an error without a code", BOUND "E\0\0\0\12Mxxx\0\0"),
    CASE("an error without an end", BOUND "E\0\0\0\15C22012\0Mx"),
    CASE("an error without anything", BOUND "E\0\0\0\5\0"),
    CASE("a row behind the error", LIAR_FIELDS "E\0\0\0\14C22012\0\0" LIAR_ROW),
    CASE("a wrong end of nothing", BOUND "Z\0\0\0\5I"),
    CASE("a suspended portal", LIAR_FIELDS "s\0\0\0\4"),
    CASE("data of a COPY", BOUND "d\0\0\0\5x"),
    CASE("a COPY in", BOUND "n\0\0\0\4"
                            "G\0\0\0\7\0\0\0"),
    CASE("a COPY out", BOUND "n\0\0\0\4"
                             "H\0\0\0\7\0\0\0"),
    CASE("a parameter without a value", BOUND "S\0\0\0\6x\0"),
    CASE("a notice without an end", BOUND "N\0\0\0\6Mx"),
    CASE("an end of the session", BOUND "E\0\0\0\35SFATAL\0VFATAL\0C57P01\0\0"),
};

static void row_21_what_breaks_the_protocol_ends_the_connection(void **state)
{
    struct liar *liar = *state;
    tusk_error err;
    bool answered;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        liar->parts[2] = lies[i].said;
        int64_t started = tusk_clock_ms();
        tusk_status status = liar_meet(liar, 10000, 0, &answered, &err);
        if (status != TUSK_CONNECTION || answered || err.retry != TUSK_RETRY_UNKNOWN)
            fail_msg("%s: %s %s", lies[i].what, tusk_status_name(status), err.message);
        if (err.message[0] == '\0' || strchr(err.message, '\n'))
            fail_msg("%s: \"%s\"", lies[i].what, err.message);
        if (tusk_clock_ms() - started > 8000) fail_msg("%s: it waits", lies[i].what);
    }
    liar->parts[2] = TUSK_STR(LIAR_ANSWER);
}

/* Whatever libpq had read and not used is lost to us. */
static void only_an_idle_session_is_taken_over(void **state)
{
    static const struct {
        const char *what;
        tusk_str said;
    } synced[] = {
        CASE("more than the end of the Sync", LIAR_SYNCED "Z\0\0\0\5I"),
        CASE("an answer of before", "C\0\0\0\15SELECT 1\0" LIAR_SYNCED),
        CASE("a transaction", "Z\0\0\0\5T"),
        CASE("the middle of a message", "\0\0\0\5I"),
        CASE("an error", "E\0\0\0\14C22012\0\0" LIAR_SYNCED),
    };
    struct liar *liar = *state;
    tusk_error err;
    bool answered;
    for (size_t i = 0; i < sizeof synced / sizeof *synced; i++) {
        liar->parts[1] = synced[i].said;
        tusk_status status = liar_meet(liar, 5000, 0, &answered, &err);
        if (status != TUSK_CONNECTION || err.retry != TUSK_RETRY_YES || answered)
            fail_msg("%s: %s %s", synced[i].what, tusk_status_name(status), err.message);
    }
    liar->parts[1] = TUSK_STR("S\0\0\0\26server_version\00016\0"
                              "N\0\0\0\10Mx\0\0" LIAR_SYNCED);
    assert_int_equal(liar_meet(liar, 5000, 0, &answered, &err), TUSK_OK);
    liar->parts[1] = TUSK_STR(LIAR_SYNCED);
}

static long peak_kilobytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* Says `first` and then `again` without an end. */
static tusk_status meet_endless(struct liar *liar, tusk_str first, tusk_str again, size_t max,
                                tusk_error *err)
{
    bool answered;
    liar->parts[2] = first;
    liar->endless = again;
    tusk_status status = liar_meet(liar, 300, max, &answered, err);
    liar->parts[2] = TUSK_STR(LIAR_ANSWER);
    liar->endless = (tusk_str){ 0 };
    assert_false(answered);
    return status;
}

static void row_21_what_never_ends_costs_the_deadline_and_no_memory(void **state)
{
    static char notices[1 << 16], nonsense[1 << 16];
    memset(nonsense, 'x', sizeof nonsense);
    for (size_t at = 0; at + 16 <= sizeof notices; at += 16)
        memcpy(notices + at, "N\0\0\0\17Mnoticed!\0\0", 16);
    const tusk_str many = { notices, sizeof notices }, long_one = { nonsense, sizeof nonsense };
    const struct {
        const char *what;
        tusk_str first, again;
    } cases[] = {
        { "notices", TUSK_STR(BOUND), many },
        { "a notice", TUSK_STR(BOUND "N\77\377\377\377Mx"), long_one },
        { "an error", TUSK_STR(BOUND "E\77\377\377\377SERROR\0C22012\0Mx"), long_one },
    };
    tusk_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        long before = peak_kilobytes();
        int64_t started = tusk_clock_ms();
        tusk_status status = meet_endless(*state, cases[i].first, cases[i].again, 0, &err);
        int64_t took = tusk_clock_ms() - started;
        /* a gigabyte of text may come to its end in time: then the notice is over, or the error
         * is, and what follows is no message */
        if ((status != TUSK_TIMEOUT && status != TUSK_CONNECTION) || took > 8000)
            fail_msg("%s: %s after %d ms", cases[i].what, err.message, (int)took);
        if (peak_kilobytes() - before > 20000)
            fail_msg("%s: %ld kB were taken", cases[i].what, peak_kilobytes() - before);
    }
}

static void row_20_a_limit_holds_before_the_memory_is_taken(void **state)
{
    static char rows[15 * 4096];
    for (size_t at = 0; at < sizeof rows; at += 14) {
        if (at + 14 > sizeof rows) break;
        memcpy(rows + at, LIAR_ROW, 14);
    }
    const tusk_str whole_rows = { rows, sizeof rows / 14 * 14 };
    const struct {
        const char *what;
        tusk_str first, again;
    } cases[] = {
        { "rows", TUSK_STR(LIAR_FIELDS), whole_rows },
        { "a row", TUSK_STR(LIAR_FIELDS "D\77\377\377\377\0\1\77\377\377\371"), whole_rows },
        { "an error", TUSK_STR(BOUND "E\77\377\377\377Mx"), whole_rows },
    };
    tusk_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        long before = peak_kilobytes();
        tusk_status status = meet_endless(*state, cases[i].first, cases[i].again, 1 << 20, &err);
        if (status != TUSK_INVALID ||
            strcmp(err.message, "the answer is larger than 1048576 bytes") != 0)
            fail_msg("%s: %s", cases[i].what, err.message);
        if (peak_kilobytes() - before > 8000)
            fail_msg("%s: %ld kB were taken", cases[i].what, peak_kilobytes() - before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row_21_what_breaks_the_protocol_ends_the_connection),
        cmocka_unit_test(only_an_idle_session_is_taken_over),
        cmocka_unit_test(row_20_a_limit_holds_before_the_memory_is_taken),
        cmocka_unit_test(row_21_what_never_ends_costs_the_deadline_and_no_memory),
    };
    return cmocka_run_group_tests(tests, liar_set_up, liar_tear_down);
}
