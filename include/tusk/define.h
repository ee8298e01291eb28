/* define.h - the descriptors themselves: include it in exactly one .c file, TUSK_SCHEMA set as for
 * declare.h. With TUSK_SCHEMA_NAME set to a name it also makes `const tusk_schema NAME`: the lists
 * of all tables and enums, and every declaration as it is written, from which a program knows its
 * whole schema. */
/* each pass is a table of what the words mean in it, laid out by hand */
/* clang-format off */
#include "tusk/declare.h"

#include "tusk/keep.h"
#include "tusk/undef.h"

/* pass 1: labels and offsets. offsetof needs the row's type, which COLUMN is not told: a function scope holds it */
#define TUSK_ENUM_(e, schema, sql) static const char *const e##_labels_[] = {
#define TUSK_LABEL_(label, sql)    sql,
#define TUSK_END_ENUM_(e)          };
#define TUSK_TABLE_(row, t, schema, sql, view)                                                     \
    static const size_t *t##_offsets(void) {                                                       \
        typedef struct row tusk_row_;                                                              \
        static const size_t list[] = {
#define COLUMN(type, ...)          offsetof(tusk_row_, TUSK_NAME(__VA_ARGS__)),
#define NULLABLE(type, ...)        offsetof(tusk_row_, TUSK_NAME(__VA_ARGS__)),
#define TUSK_END_TABLE_(row, t)    0 }; return list; }
#include TUSK_SCHEMA
#include "tusk/undef.h"

/* pass 2: enums (the name in SQL is only in ENUM's own line, hence a pass of its own) */
#define TUSK_ENUM_(e, schema, sql)                                                                 \
    const tusk_enum e##_enum = { #e, sql, e##_labels_, sizeof e##_labels_ / sizeof *e##_labels_, schema };
#define TUSK_LABEL_(label, sql)
#define TUSK_END_ENUM_(e)
#define TUSK_TABLE_(row, t, schema, sql, view)
#define COLUMN(type, ...)
#define NULLABLE(type, ...)
#define TUSK_END_TABLE_(row, t)
#include TUSK_SCHEMA
#include "tusk/undef.h"

/* pass 3: columns. Attributes are designated initialisers, so their order is free */
#define PRIMARY_KEY         .primary_key = true
#define UNIQUE              .unique = true
#define UNIQUE_AS(name)     .unique = true, .noted[0] = true
#define NULLS_NOT_DISTINCT  .noted[1] = true
#define NAMED(sql)          .sql_name = sql
#define DEFAULT(literal)    .default_literal = #literal
#define DEFAULT_SQL(sql)    .default_sql = sql
#define DEFAULT_TEXT(text)  .default_text = text
#define GENERATED(sql)      .generated = sql
#define IDENTITY(...)       TUSK_ALWAYS_OR_(__VA_ARGS__, ~)
#define TUSK_ALWAYS_OR_(when, ...) .identity = TUSK_IDENTITY_##when
#define REFERENCES(...)     TUSK_REFERENCES_(__VA_ARGS__, NO_ACTION, )
#define TUSK_REFERENCES_(t, col, action, ...) .references = &t.col.c, .on_delete = TUSK_##action
#define REFERENCES_AS(name) .noted[2] = true
#define ON_UPDATE(action)   .on_update = TUSK_##action
#define DEFERRABLE          .noted[3] = true
#define INITIALLY_DEFERRED  .noted[4] = true
#define PRECISION(n)        .precision = n
#define FIELDS(fields)      .noted[5] = true
#define SET_ON_UPDATE(sql)  .set_on_update = sql
#define COMMENT(text)       .noted[6] = true
#define RENAMED_FROM(name)  .noted[7] = true
#define COLLATE(name)       .noted[8] = true
#define TUSK_DESCRIBE(type_, is_nullable, name_, ...)                                              \
    .name_ = { { .name = TUSK_STRING(name_), .file = __FILE__, .line = __LINE__,                   \
                 TUSK_PASTE_(TUSK_D_, type_) .nullable = is_nullable, __VA_ARGS__ } },
#define TUSK_ENUM_(e, schema, sql)
#define TUSK_LABEL_(label, sql)
#define TUSK_END_ENUM_(e)
#define TUSK_TABLE_(row, t, schema, sql, view) const struct t##_columns t = {
#define COLUMN(type, ...)   TUSK_DESCRIBE(type, false, __VA_ARGS__, )
#define NULLABLE(type, ...) TUSK_DESCRIBE(type, true, __VA_ARGS__, )
#define TUSK_END_TABLE_(row, t) };
#include TUSK_SCHEMA
#include "tusk/undef.h"

/* pass 4: tables and views */
#define TUSK_ENUM_(e, schema, sql)
#define TUSK_LABEL_(label, sql)
#define TUSK_END_ENUM_(e)
#define TUSK_TABLE_(row, t, schema, sql, view)                                                     \
    const tusk_table t##_table = { sql, #t, sizeof(struct row), sizeof(t) / sizeof(tusk_column),   \
        (const tusk_column *)&t, t##_offsets, schema, view };
#define COLUMN(type, ...)
#define NULLABLE(type, ...)
#define TUSK_END_TABLE_(row, t)
#include TUSK_SCHEMA
#include "tusk/undef.h"

#ifdef TUSK_SCHEMA_NAME
/* pass 5: the lists */
#define TUSK_LIST_NAME_(name, what) TUSK_PASTE_(name, what)
#define TUSK_LIST_COUNT_(what)                                                                     \
    sizeof TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, what) / sizeof *TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, what) - 1
#define TUSK_ENUM_(e, schema, sql)
#define TUSK_LABEL_(label, sql)
#define TUSK_END_ENUM_(e)
#define TUSK_TABLE_(row, t, schema, sql, view) &t##_table,
#define COLUMN(type, ...)
#define NULLABLE(type, ...)
#define TUSK_END_TABLE_(row, t)
static const tusk_table *const TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _tables_)[] = {
#include TUSK_SCHEMA
    0
};
#include "tusk/undef.h"
#define TUSK_ENUM_(e, schema, sql)  &e##_enum,
#define TUSK_LABEL_(label, sql)
#define TUSK_END_ENUM_(e)
#define TUSK_TABLE_(row, t, schema, sql, view)
#define COLUMN(type, ...)
#define NULLABLE(type, ...)
#define TUSK_END_TABLE_(row, t)
static const tusk_enum *const TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _enums_)[] = {
#include TUSK_SCHEMA
    0
};
/* pass 6: every line as it is written, which may be longer than the 4095 bytes that C asks for */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#define TUSK_SCHEMA_DONE
#include "tusk/undef.h"
#undef TUSK_SCHEMA_DONE
#define ENUM(...)                  { __FILE__, __LINE__, "ENUM(" #__VA_ARGS__ ")" },
#define ENUM_IN(...)               { __FILE__, __LINE__, "ENUM_IN(" #__VA_ARGS__ ")" },
#define LABEL(...)                 { __FILE__, __LINE__, "LABEL(" #__VA_ARGS__ ")" },
#define END_ENUM(...)              { __FILE__, __LINE__, "END_ENUM(" #__VA_ARGS__ ")" },
#define TABLE(...)                 { __FILE__, __LINE__, "TABLE(" #__VA_ARGS__ ")" },
#define TABLE_IN(...)              { __FILE__, __LINE__, "TABLE_IN(" #__VA_ARGS__ ")" },
#define END_TABLE(...)             { __FILE__, __LINE__, "END_TABLE(" #__VA_ARGS__ ")" },
#define VIEW(...)                  { __FILE__, __LINE__, "VIEW(" #__VA_ARGS__ ")" },
#define VIEW_IN(...)               { __FILE__, __LINE__, "VIEW_IN(" #__VA_ARGS__ ")" },
#define MATERIALIZED_VIEW(...)     { __FILE__, __LINE__, "MATERIALIZED_VIEW(" #__VA_ARGS__ ")" },
#define MATERIALIZED_VIEW_IN(...)  { __FILE__, __LINE__, "MATERIALIZED_VIEW_IN(" #__VA_ARGS__ ")" },
#define END_VIEW(...)              { __FILE__, __LINE__, "END_VIEW(" #__VA_ARGS__ ")" },
#define COLUMN(...)                { __FILE__, __LINE__, "COLUMN(" #__VA_ARGS__ ")" },
#define NULLABLE(...)              { __FILE__, __LINE__, "NULLABLE(" #__VA_ARGS__ ")" },
#define INDEX(...)                 { __FILE__, __LINE__, "INDEX(" #__VA_ARGS__ ")" },
#define UNIQUE_INDEX(...)          { __FILE__, __LINE__, "UNIQUE_INDEX(" #__VA_ARGS__ ")" },
#define CHECK(...)                 { __FILE__, __LINE__, "CHECK(" #__VA_ARGS__ ")" },
#define KEY(...)                   { __FILE__, __LINE__, "KEY(" #__VA_ARGS__ ")" },
#define UNIQUE_ON(...)             { __FILE__, __LINE__, "UNIQUE_ON(" #__VA_ARGS__ ")" },
#define FOREIGN_KEY(...)           { __FILE__, __LINE__, "FOREIGN_KEY(" #__VA_ARGS__ ")" },
#define EXCLUDE(...)               { __FILE__, __LINE__, "EXCLUDE(" #__VA_ARGS__ ")" },
#define POLICY(...)                { __FILE__, __LINE__, "POLICY(" #__VA_ARGS__ ")" },
#define PARTITION(...)             { __FILE__, __LINE__, "PARTITION(" #__VA_ARGS__ ")" },
#define PARTITION_IN(...)          { __FILE__, __LINE__, "PARTITION_IN(" #__VA_ARGS__ ")" },
#define TRIGGER(...)               { __FILE__, __LINE__, "TRIGGER(" #__VA_ARGS__ ")" },
#define SCHEMA(...)                { __FILE__, __LINE__, "SCHEMA(" #__VA_ARGS__ ")" },
#define SEQUENCE(...)              { __FILE__, __LINE__, "SEQUENCE(" #__VA_ARGS__ ")" },
#define SEQUENCE_IN(...)           { __FILE__, __LINE__, "SEQUENCE_IN(" #__VA_ARGS__ ")" },
#define ROLE(...)                  { __FILE__, __LINE__, "ROLE(" #__VA_ARGS__ ")" },
#define EXTENSION(...)             { __FILE__, __LINE__, "EXTENSION(" #__VA_ARGS__ ")" },
#define EXTENSION_IN(...)          { __FILE__, __LINE__, "EXTENSION_IN(" #__VA_ARGS__ ")" },
#define DOMAIN(...)                { __FILE__, __LINE__, "DOMAIN(" #__VA_ARGS__ ")" },
#define DOMAIN_IN(...)             { __FILE__, __LINE__, "DOMAIN_IN(" #__VA_ARGS__ ")" },
#define COMPOSITE(...)             { __FILE__, __LINE__, "COMPOSITE(" #__VA_ARGS__ ")" },
#define COMPOSITE_IN(...)          { __FILE__, __LINE__, "COMPOSITE_IN(" #__VA_ARGS__ ")" },
#define FUNCTION(...)              { __FILE__, __LINE__, "FUNCTION(" #__VA_ARGS__ ")" },
#define FUNCTION_IN(...)           { __FILE__, __LINE__, "FUNCTION_IN(" #__VA_ARGS__ ")" },
#define POLICY_ON(...)             { __FILE__, __LINE__, "POLICY_ON(" #__VA_ARGS__ ")" },
#define COMMENT_ON(...)            { __FILE__, __LINE__, "COMMENT_ON(" #__VA_ARGS__ ")" },
static const tusk_schema_line TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _lines_)[] = {
#include TUSK_SCHEMA
    { 0, 0, 0 }
};
#pragma GCC diagnostic pop
extern const tusk_schema TUSK_SCHEMA_NAME;
const tusk_schema TUSK_SCHEMA_NAME = {
    TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _tables_), TUSK_LIST_COUNT_(_tables_),
    TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _enums_),  TUSK_LIST_COUNT_(_enums_),
    TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _lines_),  TUSK_LIST_COUNT_(_lines_),
};
#undef TUSK_LIST_NAME_
#undef TUSK_LIST_COUNT_
#endif

#define TUSK_SCHEMA_DONE
#include "tusk/undef.h"

#include "tusk/keep.h"
#undef TUSK_SCHEMA_DONE
#undef TUSK_ALWAYS_OR_
#undef TUSK_REFERENCES_
#undef TUSK_DESCRIBE
/* clang-format on */
