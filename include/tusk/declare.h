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
 * The language, read by the compiler and by tusk_generate(); docs/schema.md has it at length. A
 * file may #include others; comments as in C; names are C names, and SQL is given in double quotes,
 * as program text. The name of an index, constraint, policy, role or trigger may be either.
 *     ENUM(team_role, "team_role")         in C `enum team_role`, "..." is the name in SQL
 *         LABEL(team_role, admin, "admin") in C team_role_admin; "..." is any text
 *     END_ENUM(team_role)
 *     TABLE(team, teams, "teams")          struct team, the handle teams, the name in SQL
 *         COLUMN(text, id, PRIMARY_KEY)    never NULL
 *         NULLABLE(jsonb, metadata)        may be NULL: the field is {has, value}
 *     END_TABLE(team, teams)
 *     VIEW(member, members, "members", "select ...")  what it selects, named and typed like the
 *         COLUMN(text, name)                          columns of a table; it can only be read.
 *     END_VIEW(member, members)                       EXISTING for the text: made elsewhere
 *     MATERIALIZED_VIEW(...) ... END_VIEW(...)
 *     SCHEMA("auth")                       CREATE SCHEMA; public is there anyway
 *     SEQUENCE("tickets", "start with 1000 increment by 10")   the options may be left out
 *     ROLE(auditor, "createdb createrole noinherit")           likewise
 *     EXTENSION("pg_trgm")
 *     DOMAIN("email", "text", NOT_NULL, DEFAULT_SQL("..."), CHECK(email_at, "value like '%@%'"))
 *     COMPOSITE("address", FIELD("street", "text"), FIELD("number", "integer"))
 *     FUNCTION("touch()", "create or replace function ...")    with the types of its arguments
 *     POLICY_ON("auth", "users", name, ...)                    a policy of a table made elsewhere
 *     COMMENT_ON("INDEX \"idx\"", "text")                      what has no COMMENT of its own
 * In another schema than public: ENUM_IN, TABLE_IN, VIEW_IN, MATERIALIZED_VIEW_IN, SEQUENCE_IN,
 * EXTENSION_IN, DOMAIN_IN, COMPOSITE_IN, FUNCTION_IN, each with the schema's name first:
 * TABLE_IN("auth", user, users, "users").
 * After the names, in any order: RENAMED_FROM("old name") (ENUM, LABEL, TABLE, VIEW, SCHEMA,
 * SEQUENCE, ROLE; "schema.old" for what also moved) and COMMENT("text") (ENUM, TABLE, VIEW); of a
 * table ROW_LEVEL_SECURITY, FORCE_ROW_LEVEL_SECURITY, UNLOGGED, STORAGE("fillfactor=70"),
 * PARTITION_BY("range (created_at)"); of a view WITH("security_barrier=true"), of a materialized
 * one also USING(heap), TABLESPACE("name"), WITH_NO_DATA.
 *
 * Types: text, varchar(n), character(n), boolean, smallint, integer, bigint, smallserial, serial,
 * bigserial, real, double_precision, numeric, decimal(p, s), timestamptz, timestamp, date, time,
 * timetz, interval, uuid, json, jsonb, bytea, tsvector, inet, cidr, macaddr, macaddr8, point, line,
 * bit(n), vector(n), halfvec(n), sparsevec(n), geometry("point"), money, xml, enumeration(e),
 * custom("varbit(9)") and custom_in("schema", "type") for every other, custom_as("point", place)
 * with a C type of the program's own (custom.h); array(T) of each of them in
 * one dimension, array_of(T, "[3][]") in any. types.h has the C type of each.
 * Attributes of a column, in any order: PRIMARY_KEY, UNIQUE or UNIQUE_AS("name"),
 * NULLS_NOT_DISTINCT, NAMED("name in SQL"), DEFAULT(3) for a number, true, false or null,
 * DEFAULT_TEXT("x"), DEFAULT_SQL("now()"), GENERATED("expression") (stored; never inserted or
 * updated), IDENTITY(ALWAYS) (likewise) or IDENTITY(BY_DEFAULT), each also with the options of its
 * sequence, IDENTITY(ALWAYS, "start with 1000"), REFERENCES(table, column) or REFERENCES(table,
 * column, CASCADE) with ON_UPDATE(CASCADE), REFERENCES_AS("name"), DEFERRABLE or
 * INITIALLY_DEFERRED; PRECISION(3) of numeric and of times, FIELDS("day to second") of an interval,
 * SET_ON_UPDATE("now()") (tusk_update() sets it unless it is told a value), COMMENT("text"),
 * COLLATE("C"), RENAMED_FROM("old"). Actions are NO_ACTION, CASCADE, SET_NULL, SET_DEFAULT,
 * RESTRICT. A database makes a key by itself with COLUMN(uuid, id, PRIMARY_KEY,
 * DEFAULT_SQL("gen_random_uuid()")); an insert leaves it to that by `.defaults` (query.h).
 * Between the columns of a table, or after them:
 *     INDEX(name, ON(a, DESC(b)), WHERE("condition"), USING(gin)), or ON_SQL("lower(name)") instead
 *         of ON; UNIQUE_INDEX the same. DESC(b) is "b DESC NULLS LAST", as drizzle-kit writes it,
 *         which tusk_desc() cannot use: an index on b alone serves ascending and descending. In ON
 *         also SQL("lower(a)"), NULLS_FIRST(a), NULLS_FIRST(DESC(a)), OP(a, "gin_trgm_ops"); beside
 *         it INCLUDE(a, b), WITH("fillfactor=70"), CONCURRENTLY, NULLS_NOT_DISTINCT
 *     CHECK(name, "condition")             its name comes back in tusk_error.constraint
 *     KEY(a, b)                            a primary key of several columns
 *     UNIQUE_ON(a, b)                      also with NULLS_NOT_DISTINCT
 *     FOREIGN_KEY(ON(a, b), TO(table, x, y), CASCADE)          also with ON_UPDATE(CASCADE)
 *     EXCLUDE(name, "using gist (during with &&)")
 *     POLICY(name, RESTRICTIVE, FOR(select), TO(auditor), USING_SQL("..."), WITH_CHECK("..."))
 *         each part may be left out; also with RENAMED_FROM("old")
 *     PARTITION("calls_2026_11", "for values from ('2026-11-01') to ('2026-12-01')")
 *     TRIGGER(name, "create trigger ...")
 * KEY, UNIQUE_ON and FOREIGN_KEY take CONSTRAINT(name); these and EXCLUDE take DEFERRABLE or
 * INITIALLY_DEFERRED.
 *
 * A handle is a union, so exactly one descriptor wide: the struct of handles is the array of
 * descriptors. Its phantom members carry the C type and whether NULL may be stored; they are only
 * looked at by the compiler. */
#include "tusk/deftypes.h"
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

#include "tusk/keep.h"

#include "tusk/undef.h"
#define TUSK_ENUM_(e, schema, sql)  enum e {
#define TUSK_LABEL_(label, sql)     label,
#define TUSK_END_ENUM_(e)           }; extern const tusk_enum e##_enum;
#define TUSK_TABLE_(row, t, schema, sql, view) enum { t##_is_view_ = view }; struct row {
#define COLUMN(type, ...)           TUSK_PASTE_(TUSK_C_, type) TUSK_NAME(__VA_ARGS__);
#define NULLABLE(type, ...)         TUSK_PASTE_(TUSK_N_, type) TUSK_NAME(__VA_ARGS__);
#define TUSK_END_TABLE_(row, t)     };                                                             \
    typedef struct row t##_row;                                                                    \
    typedef struct t##_maybe { bool has; t##_row value; } t##_maybe;                               \
    typedef struct t##_rows { t##_row *items; size_t count; } t##_rows;                            \
    typedef struct t##_query { const tusk_query *query; t##_row *row_; } t##_query;
#include TUSK_SCHEMA
#include "tusk/undef.h"

#define TUSK_ENUM_(e, schema, sql)
#define TUSK_LABEL_(label, sql)
#define TUSK_END_ENUM_(e)
#define TUSK_TABLE_(row, t, schema, sql, view)                                                     \
    extern const tusk_table t##_table; extern const struct t##_columns {
#define COLUMN(type, ...)                                                                          \
    union { tusk_column c; TUSK_PASTE_(TUSK_C_, type) *value_; char (*null_)[1]; } TUSK_NAME(__VA_ARGS__);
#define NULLABLE(type, ...)                                                                        \
    union { tusk_column c; TUSK_PASTE_(TUSK_C_, type) *value_; char (*null_)[2]; } TUSK_NAME(__VA_ARGS__);
#define TUSK_END_TABLE_(row, t)     } t;
#include TUSK_SCHEMA
#define TUSK_SCHEMA_DONE
#include "tusk/undef.h"
#include "tusk/keep.h"
#undef TUSK_SCHEMA_DONE
/* clang-format on */
