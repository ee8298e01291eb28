/* answer.c - reading what the server answered: cells, fields, command, row count */
#include <libpq-fe.h>
#include <string.h>

#include "src/wire/internal.h"

#include "src/base/banned.h"

/* tusk_wire_answer is libpq's result under a name of our own; the type has no body anywhere. */
static const PGresult *result_of(const tusk_wire_answer *answer)
{
    return (const PGresult *)answer;
}

void tusk_wire_answer_free(tusk_wire_answer *answer)
{
    PQclear((PGresult *)answer);
}

size_t tusk_wire_rows(const tusk_wire_answer *answer)
{
    return (size_t)PQntuples(result_of(answer));
}

size_t tusk_wire_fields(const tusk_wire_answer *answer)
{
    return (size_t)PQnfields(result_of(answer));
}

tusk_str tusk_wire_cell(const tusk_wire_answer *answer, size_t row, size_t field)
{
    const PGresult *result = result_of(answer);
    if (PQgetisnull(result, (int)row, (int)field)) return (tusk_str){ 0, 0 };
    const char *bytes = PQgetvalue(result, (int)row, (int)field);
    return (tusk_str){ bytes, (size_t)PQgetlength(result, (int)row, (int)field) };
}

/* "INSERT 0 5" -> "INSERT", "CREATE TABLE" stays. */
static tusk_str command_words(const char *tag)
{
    tusk_str text = tusk_str_of(tag);
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.ptr[i] == ' ' && text.ptr[i + 1] >= '0' && text.ptr[i + 1] <= '9')
            return (tusk_str){ text.ptr, i };
    return text;
}

bool tusk_wire_opens_transaction(const tusk_wire_answer *answer)
{
    const char *tag = PQcmdStatus((PGresult *)result_of(answer));
    return strcmp(tag, "BEGIN") == 0 || strcmp(tag, "START TRANSACTION") == 0;
}

static int64_t row_count(const PGresult *result)
{
    long long count = -1;
    tusk_str text = tusk_str_of(PQcmdTuples((PGresult *)result));
    return tusk_str_to_int(text, 0, INT64_MAX, &count) ? count : -1;
}

static tusk_result_field describe_field(const PGresult *result, int i, tusk_arena *arena)
{
    return (tusk_result_field){
        .name = tusk_arena_str(arena, tusk_str_of(PQfname(result, i))),
        .table_oid = PQftable(result, i),
        .column = PQftablecol(result, i),
        .type_oid = PQftype(result, i),
        .size = PQfsize(result, i),
        .modifier = PQfmod(result, i),
        .format = PQfformat(result, i),
    };
}

tusk_status tusk_wire_describe(const tusk_wire_answer *answer, tusk_arena *arena, tusk_result *out,
                               tusk_error *err)
{
    const PGresult *result = result_of(answer);
    size_t count = tusk_wire_fields(answer);
    tusk_result_field *fields = TUSK_NEW_ARRAY(arena, tusk_result_field, count);
    if (!fields) return tusk_fail_nomem(err, "the fields of an answer");
    for (size_t i = 0; i < count; i++) fields[i] = describe_field(result, (int)i, arena);
    *out = (tusk_result){
        .row_count = row_count(result),
        .command = tusk_arena_str(arena, command_words(PQcmdStatus((PGresult *)result))),
        .field_count = count,
        .fields = fields,
    };
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the fields of an answer");
    return TUSK_OK;
}
