/* test_cut.c - a server that stops, or lies, at every byte of its answers: one clear error each
 * time, never a hang */
#include "tests/unit/wire/liar.h"

#include <string.h>

#include "tusk/clock.h"

enum {
    READY_SIZE = sizeof LIAR_HELLO LIAR_SYNCED - 1, /* the connection is open */
    SAID_SIZE = sizeof LIAR_HELLO LIAR_SYNCED LIAR_ANSWER - 1,
};

static tusk_status meet(struct liar *liar, bool *answered, tusk_error *err)
{
    return liar_meet(liar, 5000, 0, answered, err);
}

static void the_whole_truth_is_believed(void **state)
{
    tusk_error err;
    bool answered;
    if (meet(*state, &answered, &err) != TUSK_OK) fail_msg("%s", err.message);
    assert_true(answered);
}

static void row_18_an_end_at_any_byte_is_one_error(void **state)
{
    struct liar *liar = *state;
    tusk_error err;
    bool answered;
    for (liar->limit = 0; liar->limit < SAID_SIZE; liar->limit++) {
        assert_int_equal(meet(liar, &answered, &err), TUSK_CONNECTION);
        assert_false(answered);
        assert_int_not_equal(err.message[0], '\0');
        assert_null(strchr(err.message, '\n'));
        bool sent = liar->limit >= READY_SIZE;
        assert_int_equal(err.retry, sent ? TUSK_RETRY_UNKNOWN : TUSK_RETRY_YES);
    }
    liar->limit = SIZE_MAX;
}

static void a_changed_byte_never_hangs_or_harms(void **state)
{
    static const unsigned char masks[] = { 0x01, 0x20, 0x80, 0xff };
    struct liar *liar = *state;
    tusk_error err;
    bool answered;
    for (size_t k = 0; k < sizeof masks; k++)
        for (liar->changed = 0; liar->changed < SAID_SIZE; liar->changed++) {
            liar->mask = masks[k];
            int64_t started = tusk_clock_ms();
            tusk_status status = meet(liar, &answered, &err);
            assert_int_equal(status == TUSK_OK, answered);
            if (tusk_clock_ms() - started > 20000) fail_msg("byte %zu waits", liar->changed);
        }
    liar->changed = SIZE_MAX;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_truth_is_believed),
        cmocka_unit_test(row_18_an_end_at_any_byte_is_one_error),
        cmocka_unit_test(a_changed_byte_never_hangs_or_harms),
    };
    return cmocka_run_group_tests(tests, liar_set_up, liar_tear_down);
}
