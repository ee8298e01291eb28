/* declare.h - from TUSK_SCHEMA: enums, row structs, typed column handles. Include it from a header:
 *     #define TUSK_SCHEMA "db/schema.def"
 *     #include <tusk/declare.h>
 * TABLE(team, teams, "teams") gives
 *     struct team (also teams_row)   a row
 *     teams.name                     a typed handle of each column
 *     teams_table                    the descriptor
 *     teams_maybe                    {has, value}: a row that a left join may leave empty
 *     teams_rows                     {items, count}: what a fetch fills
 *     teams_query                    a query whose rows are teams
 * A handle is a union, so exactly one descriptor wide: the struct of handles is the array of
 * descriptors. Its phantom members carry the C type and whether NULL may be stored; they are only
 * looked at by the compiler. */
#include "tusk/expr.h"
#include "tusk/schema.h"

/* each pass is a table of what the words mean in it, laid out by hand */
/* clang-format off */
#ifndef TUSK_DECLARE_ONCE
#define TUSK_DECLARE_ONCE
#define TUSK_FIRST_(x, ...) x
#define TUSK_NAME(...)      TUSK_FIRST_(__VA_ARGS__, ~) /* a name with or without attributes after it */
#define TUSK_PASTE_(a, b)   a##b
#define TUSK_STRING_(x)     #x
#define TUSK_STRING(x)      TUSK_STRING_(x)
#endif

#include "tusk/undef.h"
#define ENUM(e, sql)           enum e {
#define LABEL(e, l, sql)       e##_##l,
#define END_ENUM(e)            }; extern const tusk_enum e##_enum;
#define TABLE(row, t, sql)     struct row {
#define COLUMN(type, ...)      TUSK_PASTE_(TUSK_C_, type) TUSK_NAME(__VA_ARGS__);
#define NULLABLE(type, ...)    TUSK_PASTE_(TUSK_N_, type) TUSK_NAME(__VA_ARGS__);
#define END_TABLE(row, t)      };                                                                  \
    typedef struct row t##_row;                                                                    \
    typedef struct t##_maybe { bool has; t##_row value; } t##_maybe;                               \
    typedef struct t##_rows { t##_row *items; size_t count; } t##_rows;                            \
    typedef struct t##_query { const tusk_query *query; t##_row *row_; } t##_query;
#include TUSK_SCHEMA
#include "tusk/undef.h"

#define ENUM(e, sql)
#define LABEL(e, l, sql)
#define END_ENUM(e)
#define TABLE(row, t, sql)     extern const tusk_table t##_table; extern const struct t##_columns {
#define COLUMN(type, ...)                                                                          \
    union { tusk_column c; TUSK_PASTE_(TUSK_C_, type) *value_; char (*null_)[1]; } TUSK_NAME(__VA_ARGS__);
#define NULLABLE(type, ...)                                                                        \
    union { tusk_column c; TUSK_PASTE_(TUSK_C_, type) *value_; char (*null_)[2]; } TUSK_NAME(__VA_ARGS__);
#define END_TABLE(row, t)      } t;
#include TUSK_SCHEMA
#define TUSK_SCHEMA_DONE
#include "tusk/undef.h"
#undef TUSK_SCHEMA_DONE
/* clang-format on */
