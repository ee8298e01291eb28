/* result.h - what a statement answered: row count, command, fields, and rows as text cells */
#ifndef TUSK_RESULT_H
#define TUSK_RESULT_H

#include "tusk/str.h"
#include "tusk/types.h"

/** One column of an answer. */
typedef struct tusk_result_field {
    tusk_str name;
    uint32_t table_oid; /* 0: not a plain column */
    int column;         /* attribute number in that table, 0: none */
    uint32_t type_oid;
    int size;     /* pg_type.typlen; negative: variable */
    int modifier; /* e.g. 4 + n of varchar(n); -1: none */
    int format;   /* 0 text, 1 binary, as it came from the server */
} tusk_result_field;

/** The answer to one statement. Lifetime: the arena that the call was given. */
typedef struct tusk_result {
    int64_t row_count; /* selected, inserted, changed or deleted; -1: absent (DDL and the like) */
    tusk_str command;  /* of the command tag, without numbers: "SELECT", "CREATE TABLE" */
    uint32_t oid;      /* always 0 since PostgreSQL 12; kept for readers of node-postgres results */
    size_t field_count;
    const tusk_result_field *fields;
    size_t cell_rows;      /* rows in `cells`; 0 for typed fetches, whose rows went into structs */
    const tusk_str *cells; /* row by row, each row field_count cells; text form, ptr NULL is NULL */
} tusk_result;

/** One cell; "no text" for NULL and for anything out of range. Lifetime: the result's arena. */
static inline tusk_str tusk_result_cell(const tusk_result *result, size_t row, size_t field)
{
    if (row >= result->cell_rows || field >= result->field_count) return (tusk_str){ 0, 0 };
    return result->cells[row * result->field_count + field];
}

#endif
