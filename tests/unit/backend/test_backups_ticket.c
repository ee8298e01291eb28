/* test_backups_ticket.c - a ticket is good once, for one name, in one session, for a while */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>

#include "services/backend/app/admin/backups_ticket.h"

#define ME   TUSK_STR("session of ada")
#define NAME TUSK_STR("one.dump")

enum { MINUTE = 60000 };

struct desk {
    struct tickets *tickets;
    tusk_arena *arena;
};

static int make(void **state)
{
    static struct desk desk;
    if (sodium_init() < 0) return -1;
    desk = (struct desk){ tickets_new(), tusk_arena_new(0) };
    *state = &desk;
    return desk.tickets && desk.arena ? 0 : -1;
}

static int drop(void **state)
{
    struct desk *d = *state;
    tickets_free(d->tickets);
    tusk_arena_free(d->arena);
    return 0;
}

static tusk_str issue(struct desk *d, int ms)
{
    tusk_str ticket = ticket_issue(d->tickets, d->arena, ME, NAME, ms);
    assert_non_null(ticket.ptr);
    return ticket;
}

static void good_once(void **state)
{
    struct desk *d = *state;
    tusk_str ticket = issue(d, MINUTE), other = issue(d, MINUTE);
    assert_false(tusk_str_eq(ticket, other));
    assert_true(ticket_take(d->tickets, ticket, ME, NAME));
    assert_false(ticket_take(d->tickets, ticket, ME, NAME));
    assert_true(ticket_take(d->tickets, other, ME, NAME));
}

static void for_one_name_and_session(void **state)
{
    struct desk *d = *state;
    const tusk_str no_session = { 0, 0 };
    assert_false(ticket_take(d->tickets, issue(d, MINUTE), ME, TUSK_STR("one.dump.gz")));
    assert_false(ticket_take(d->tickets, issue(d, MINUTE), TUSK_STR("session of eve"), NAME));
    assert_false(ticket_take(d->tickets, issue(d, MINUTE), no_session, NAME));
    tusk_str shown = issue(d, MINUTE);
    assert_false(ticket_take(d->tickets, shown, TUSK_STR("session of eve"), NAME));
    assert_false(ticket_take(d->tickets, shown, ME, NAME)); /* it was seen by somebody else */
}

static void too_late(void **state)
{
    struct desk *d = *state;
    assert_false(ticket_take(d->tickets, issue(d, 0), ME, NAME));
}

static void none_at_all(void **state)
{
    struct desk *d = *state;
    assert_false(ticket_take(d->tickets, TUSK_STR(""), ME, NAME));
    assert_false(ticket_take(d->tickets, (tusk_str){ 0, 0 }, ME, NAME));
    assert_false(ticket_take(d->tickets, TUSK_STR("invented"), ME, NAME));
}

static void the_oldest_makes_room(void **state)
{
    struct desk *d = *state;
    tusk_str first = issue(d, MINUTE), last = first;
    for (int i = 0; i < 64; i++) last = issue(d, MINUTE);
    assert_false(ticket_take(d->tickets, first, ME, NAME));
    assert_true(ticket_take(d->tickets, last, ME, NAME));
}

static void what_is_too_long(void **state)
{
    struct desk *d = *state;
    char name[300];
    memset(name, 'x', sizeof name);
    assert_null(ticket_issue(d->tickets, d->arena, ME, (tusk_str){ name, sizeof name }, 1).ptr);
    assert_null(ticket_issue(d->tickets, d->arena, (tusk_str){ 0, 0 }, NAME, 1).ptr);
}

#define TICKET_TEST(name) cmocka_unit_test_setup_teardown(name, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TICKET_TEST(good_once),
        TICKET_TEST(for_one_name_and_session),
        TICKET_TEST(too_late),
        TICKET_TEST(none_at_all),
        TICKET_TEST(the_oldest_makes_room),
        TICKET_TEST(what_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
