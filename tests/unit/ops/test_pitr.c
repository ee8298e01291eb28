/* test_pitr.c - moments as people write them; which backup leads to a moment, over histories */
#include "tests/unit/base/unit.h"

#include "src/ops/pitr.h"

static void moments_are_read_with_their_zone(void **state)
{
    static const struct {
        const char *text, *utc;
    } cases[] = {
        { "2026-11-22T14:55:03Z", "2026-11-22T14:55:03.000Z" },
        { "2026-11-22t14:55:03z", "2026-11-22T14:55:03.000Z" },
        { "2026-11-22 14:55:03.25+01:00", "2026-11-22T13:55:03.250Z" },
        { "2026-11-22 14:55:03 +0100", "2026-11-22T13:55:03.000Z" },
        { "2026-11-22 00:30+01", "2026-11-21T23:30:00.000Z" },
        { "2026-12-31 23:59:59.999999-00:01", "2027-01-01T00:00:59.999Z" },
        { "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z" },
        { "2000-03-01T00:00:00-15:59", "2000-03-01T15:59:00.000Z" },
        { "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z" },
        { "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        tusk_error err = { 0 };
        tusk_time time;
        assert_ok(tusk_pitr_parse_time(tusk_str_of(cases[i].text), &time, &err), err);
        assert_string_equal(TUSK_TIME_TEXT(time), cases[i].utc);
    }
}

static void anything_else_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "now",
        "yesterday",
        "2026-11-22",
        "2026-11-22T14",
        "2026-11-22T14:5:03Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T14:60:00Z",
        "2026-11-22T14:55:60Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-11-22T14:55:03.Z",
        "2026-11-22T14:55:03.1234567Z",
        "2026-11-22T14:55:03ZZ",
        "2026-11-22T14:55:03+1",
        "2026-11-22T14:55:03+01:",
        "2026-11-22T14:55:03+01:60",
        "2026-11-22T14:55:03+16",
        "2026-11-22T14:55:03 CET",
        "2026-11-22T14:55:03' or",
        " 2026-11-22T14:55:03Z",
        "22.11.2026 14:55:03Z",
        "1900-01-01T00:00:00Z",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        tusk_error err = { 0 };
        tusk_time time = { 42 };
        assert_int_equal(tusk_pitr_parse_time(tusk_str_of(texts[i]), &time, &err), TUSK_INVALID);
        assert_true(err.hint[0] != 0);
        assert_int_equal(time.us, 42);
    }
}

static void a_missing_zone_is_named(void **state)
{
    tusk_error err = { 0 };
    tusk_time time;
    assert_int_equal(tusk_pitr_parse_time(TUSK_STR("2026-11-22T14:55:03"), &time, &err),
                     TUSK_INVALID);
    assert_non_null(strstr(err.message, "no time zone"));
}

#define BACKUP(label, type, first, lsn, end)                                                       \
    "{\"archive\":{\"start\":\"" first "\",\"stop\":\"x\"},\"database\":{\"id\":1},\"error\":"     \
    "false,\"info\":{\"size\":30,\"repository\":{\"delta\":4}},\"label\":\"" label                 \
    "\",\"lsn\":{\"start\":\"0/0\",\"stop\":\"" lsn "\"},\"timestamp\":{\"start\":1,\"stop\":" end \
    "},\"type\":\"" type "\"}"
#define INFO(backups)                                                   \
    "[{\"archive\":[{\"database\":{\"id\":1},\"id\":\"15-1\",\"max\":"  \
    "\"000000020000000000000009\",\"min\":\"x\"}],\"backup\":[" backups \
    "],\"db\":[{\"id\":1,\"system-id\":7,\"version\":\"15\"}],\"name\":\"tusk\"}]"

/* One backup on the first history, one on it after the second had begun, one on the second. */
static const char three[] =
    INFO(BACKUP("A", "full", "000000010000000000000002", "0/3000050",
                "1000") "," BACKUP("B", "incr", "000000010000000000000008", "0/9000000",
                                   "2000") "," BACKUP("C", "incr",
                                                      "0000000200000000"
                                                      "00000008",
                                                      "0/8000100", "3000"));

static tusk_time at(int64_t seconds)
{
    return (tusk_time){ seconds * 1000000 };
}

static void check_label(const tusk_pitr_info *info, int64_t seconds, const char *label)
{
    const tusk_pitr_backup *found = tusk_pitr_info_choose(info, at(seconds));
    if (!found) fail_msg("no backup leads to %d", (int)seconds);
    assert_text(found->label, label);
}

static void the_newest_backup_of_the_right_history_is_chosen(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_pitr_info info;
    assert_ok(tusk_pitr_info_parse(arena, tusk_str_of(three), &info, &err), err);
    assert_int_equal(info.count, 3);
    assert_int_equal(info.major, 15);
    assert_text(info.archive_id, "15-1");
    assert_int_equal(info.backups[2].timeline, 2);
    assert_int_equal(info.backups[0].end_lsn, 0x3000050);
    /* the second history left the first at 0/5000000: B is no way to it */
    info.timeline = 2;
    info.history = TUSK_STR("1\t0/5000000\tbefore 2026-11-22\n");
    check_label(&info, 1001, "A");
    check_label(&info, 2500, "A");
    check_label(&info, 3000, "A"); /* C may have ended within that second */
    check_label(&info, 3001, "C");
    assert_null(tusk_pitr_info_choose(&info, at(1000)));
    assert_int_equal(tusk_pitr_info_oldest(&info).us, 1001 * 1000000);
    /* along the first one */
    info.timeline = 1;
    info.history = TUSK_STR("");
    check_label(&info, 9000, "B");
    /* a third one that left the second before C ended */
    info.timeline = 3;
    info.history = TUSK_STR("1\t0/5000000\tx\n\n# y\n2\t0/8000000\tx\n");
    check_label(&info, 9000, "A");
    tusk_arena_free(arena);
}

static void nothing_yet_is_nothing(void **state)
{
    static const char *const texts[] = { "[]", "[{}]", "[{\"db\":[],\"backup\":[]}]", INFO("") };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(texts); i++) {
        tusk_error err = { 0 };
        tusk_pitr_info info;
        assert_ok(tusk_pitr_info_parse(arena, tusk_str_of(texts[i]), &info, &err), err);
        assert_int_equal(info.count, 0);
        assert_int_equal(tusk_pitr_info_oldest(&info).us, 0);
        assert_null(tusk_pitr_info_choose(&info, at(5000)));
    }
    tusk_arena_free(arena);
}

static void other_answers_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "[",
        "null",
        INFO("{}"),
        INFO("7"),
        INFO(BACKUP("A", "full", "zz", "0/1", "1000")),
        INFO(BACKUP("A", "full", "000000010000000000000002", "1", "1000")),
        INFO(BACKUP("A", "full", "000000010000000000000002", "0/1", "0")),
        INFO(BACKUP("", "full", "000000010000000000000002", "0/1", "1000")),
    };
    tusk_arena *arena = tusk_arena_new(0);
    for (size_t i = 0; i < COUNT(texts); i++) {
        tusk_error err = { 0 };
        tusk_pitr_info info;
        tusk_status st = tusk_pitr_info_parse(arena, tusk_str_of(texts[i]), &info, &err);
        bool no_backup_of_it = i == 5 || i == 4; /* of no database: skipped */
        assert_int_equal(st, no_backup_of_it ? TUSK_OK : TUSK_INVALID);
        if (no_backup_of_it) assert_int_equal(info.count, 0);
    }
    tusk_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_read_with_their_zone),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(a_missing_zone_is_named),
        cmocka_unit_test(the_newest_backup_of_the_right_history_is_chosen),
        cmocka_unit_test(nothing_yet_is_nothing),
        cmocka_unit_test(other_answers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
