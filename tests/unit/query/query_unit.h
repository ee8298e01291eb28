/* query_unit.h - holds a query against its text and parameters */
#ifndef TUSK_TESTS_QUERY_UNIT_H
#define TUSK_TESTS_QUERY_UNIT_H

#include "src/query/query.h"
#include "tests/unit/sql/sql_unit.h"

/* Renders it twice: the same query always gives the same statement. */
static inline tusk_statement rendered(const tusk_query *query)
{
    tusk_error err = { 0 };
    tusk_statement first, second;
    if (tusk_query_render(a, query, &first, &err) != TUSK_OK) fail_msg("%s", err.message);
    assert_int_equal(tusk_query_render(a, query, &second, NULL), TUSK_OK);
    assert_string_equal(first.sql.ptr, second.sql.ptr);
    assert_int_equal(first.param_count, second.param_count);
    return first;
}

static inline void expect(const tusk_query *query, const char *sql, const char *params)
{
    tusk_statement statement = rendered(query);
    assert_string_equal(statement.sql.ptr, sql);
    assert_string_equal(show_values(statement.params, statement.param_count), params);
}

/* The error is returned so that a test may look at more of it. Lifetime: until the next call. */
static inline const tusk_error *refuse(const tusk_query *query, tusk_status status,
                                       const char *message)
{
    static tusk_error err;
    tusk_statement statement;
    err = (tusk_error){ 0 };
    assert_int_equal(tusk_query_render(a, query, &statement, &err), status);
    HAS(err.message, message);
    return &err;
}

#define LOAN "\"loans\".\"id\", \"loans\".\"book_id\", \"loans\".\"number\", \"loans\".\"reader\""

#endif
