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
 *
 * The language, read by the compiler and by tusk_generate(). A file may #include others; comments
 * as in C; every name is a C name, and SQL is given in double quotes, as program text.
 *     ENUM(team_role, "team_role")         in C `enum team_role`, "..." is the name in SQL
 *         LABEL(team_role, admin, "admin") in C team_role_admin
 *     END_ENUM(team_role)
 *     TABLE(team, teams, "teams")          struct team, the handle teams, the name in SQL
 *         COLUMN(text, id, PRIMARY_KEY)    never NULL
 *         NULLABLE(jsonb, metadata)        may be NULL: the field is {has, value}
 *     END_TABLE(team, teams)
 * Types: text, varchar(n), boolean, smallint, integer, bigint, real, double_precision, numeric,
 * decimal(p, s), timestamptz, timestamp, date, uuid, jsonb, bytea, tsvector,
 * enumeration(team_role), array(text), array(integer); types.h has the C type of each. Attributes
 * of a column, in any order: PRIMARY_KEY, UNIQUE, NAMED("name in SQL"), DEFAULT(3) for a number,
 * true or false, DEFAULT_TEXT("x"), DEFAULT_SQL("now()"), GENERATED("expression") (stored; never
 * inserted or updated), REFERENCES(table, column) or REFERENCES(table, column, CASCADE) with
 * ON_UPDATE(CASCADE); actions are NO_ACTION, CASCADE, SET_NULL, SET_DEFAULT, RESTRICT.
 * A database makes a key by itself with COLUMN(uuid, id, PRIMARY_KEY,
 * DEFAULT_SQL("gen_random_uuid()")); an insert leaves it to that by `.defaults` (query.h).
 * Between the columns, or after them:
 *     INDEX(name, ON(a, DESC(b)), WHERE("condition"), USING(gin)), or ON_SQL("lower(name)") instead
 *         of ON; UNIQUE_INDEX the same. DESC(b) is "b DESC NULLS LAST", as drizzle-kit writes it,
 *         which tusk_desc() cannot use: an index on b alone serves ascending and descending.
 *     CHECK(name, "condition")             its name comes back in tusk_error.constraint
 *     KEY(a, b)                            a primary key of several columns
 *     UNIQUE_ON(a, b)
 *     FOREIGN_KEY(ON(a, b), TO(table, x, y), CASCADE)
 *
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
