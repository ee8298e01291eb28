/* define.h - the descriptors themselves: include it in exactly one .c file, TUSK_SCHEMA set as for
 * declare.h. With TUSK_SCHEMA_NAME set to a name it also makes `const tusk_schema NAME`, the list
 * of all tables and enums. */
/* each pass is a table of what the words mean in it, laid out by hand */
/* clang-format off */
#include "tusk/declare.h"
#include "tusk/undef.h"

/* pass 1: labels and offsets. offsetof needs the row's type, which COLUMN is not told: a function scope holds it */
#define ENUM(e, sql)        static const char *const e##_labels_[] = {
#define LABEL(e, l, sql)    sql,
#define END_ENUM(e)         };
#define TABLE(row, t, sql)                                                                         \
    static const size_t *t##_offsets(void) {                                                       \
        typedef struct row tusk_row_;                                                              \
        static const size_t list[] = {
#define COLUMN(type, ...)   offsetof(tusk_row_, TUSK_NAME(__VA_ARGS__)),
#define NULLABLE(type, ...) offsetof(tusk_row_, TUSK_NAME(__VA_ARGS__)),
#define END_TABLE(row, t)   0 }; return list; }
#include TUSK_SCHEMA
#include "tusk/undef.h"

/* pass 2: enums (the name in SQL is only in ENUM's own line, hence a pass of its own) */
#define ENUM(e, sql)        const tusk_enum e##_enum = { #e, sql, e##_labels_, sizeof e##_labels_ / sizeof *e##_labels_ };
#define LABEL(e, l, sql)
#define END_ENUM(e)
#define TABLE(row, t, sql)
#define COLUMN(type, ...)
#define NULLABLE(type, ...)
#define END_TABLE(row, t)
#include TUSK_SCHEMA
#include "tusk/undef.h"

/* pass 3: columns. Attributes are designated initialisers, so their order is free */
#define PRIMARY_KEY        .primary_key = true
#define UNIQUE             .unique = true
#define NAMED(sql)         .sql_name = sql
#define DEFAULT(literal)   .default_literal = #literal
#define DEFAULT_SQL(sql)   .default_sql = sql
#define DEFAULT_TEXT(text) .default_text = text
#define GENERATED(sql)     .generated = sql
#define REFERENCES(...)    TUSK_REFERENCES_(__VA_ARGS__, NO_ACTION, )
#define TUSK_REFERENCES_(t, col, action, ...) .references = &t.col.c, .on_delete = TUSK_##action
#define ON_UPDATE(action)  .on_update = TUSK_##action
#define TUSK_DESCRIBE(type_, is_nullable, name_, ...)                                              \
    .name_ = { { .name = TUSK_STRING(name_), .file = __FILE__, .line = __LINE__,                   \
                 TUSK_PASTE_(TUSK_D_, type_) .nullable = is_nullable, __VA_ARGS__ } },
#define ENUM(e, sql)
#define LABEL(e, l, sql)
#define END_ENUM(e)
#define TABLE(row, t, sql)  const struct t##_columns t = {
#define COLUMN(type, ...)   TUSK_DESCRIBE(type, false, __VA_ARGS__, )
#define NULLABLE(type, ...) TUSK_DESCRIBE(type, true, __VA_ARGS__, )
#define END_TABLE(row, t)   };
#include TUSK_SCHEMA
#include "tusk/undef.h"

/* pass 4: table-level items */
#undef INDEX
#undef UNIQUE_INDEX
#undef CHECK
#undef KEY
#undef UNIQUE_ON
#undef FOREIGN_KEY
#define INDEX(name_, ...)        { .kind = TUSK_ITEM_INDEX, .name = #name_, __VA_ARGS__ },
#define UNIQUE_INDEX(name_, ...) { .kind = TUSK_ITEM_UNIQUE_INDEX, .name = #name_, __VA_ARGS__ },
#define CHECK(name_, sql)        { .kind = TUSK_ITEM_CHECK, .name = #name_, .expression = sql },
#define KEY(...)                 { .kind = TUSK_ITEM_KEY, .columns = #__VA_ARGS__ },
#define UNIQUE_ON(...)           { .kind = TUSK_ITEM_UNIQUE, .columns = #__VA_ARGS__ },
#define FOREIGN_KEY(on, ...)     TUSK_FOREIGN_KEY_(on, __VA_ARGS__, NO_ACTION, )
#define TUSK_FOREIGN_KEY_(on, to_, action, ...) { .kind = TUSK_ITEM_FOREIGN_KEY, on, to_, .on_delete = TUSK_##action },
#define ON(...)                  .columns = #__VA_ARGS__
#define ON_SQL(sql)              .expression = sql
#define WHERE(sql)               .where = sql
#define USING(method_)           .method = #method_
#define TO(...)                  .to = #__VA_ARGS__
#define ENUM(e, sql)
#define LABEL(e, l, sql)
#define END_ENUM(e)
#define TABLE(row, t, sql)       static const tusk_table_item t##_items_[] = {
#define COLUMN(type, ...)
#define NULLABLE(type, ...)
#define END_TABLE(row, t)        { .name = 0 } };
#include TUSK_SCHEMA
#include "tusk/undef.h"

/* pass 5: tables */
#define ENUM(e, sql)
#define LABEL(e, l, sql)
#define END_ENUM(e)
#define TABLE(row, t, sql)                                                                         \
    const tusk_table t##_table = { sql, #t, sizeof(struct row), sizeof(t) / sizeof(tusk_column),   \
        (const tusk_column *)&t, t##_offsets, sizeof t##_items_ / sizeof *t##_items_ - 1, t##_items_ };
#define COLUMN(type, ...)
#define NULLABLE(type, ...)
#define END_TABLE(row, t)
#include TUSK_SCHEMA
#include "tusk/undef.h"

#ifdef TUSK_SCHEMA_NAME
/* pass 6: the lists */
#define TUSK_LIST_NAME_(name, what) TUSK_PASTE_(name, what)
#define ENUM(e, sql)
#define LABEL(e, l, sql)
#define END_ENUM(e)
#define TABLE(row, t, sql)  &t##_table,
#define COLUMN(type, ...)
#define NULLABLE(type, ...)
#define END_TABLE(row, t)
static const tusk_table *const TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _tables_)[] = {
#include TUSK_SCHEMA
    0
};
#include "tusk/undef.h"
#define ENUM(e, sql)        &e##_enum,
#define LABEL(e, l, sql)
#define END_ENUM(e)
#define TABLE(row, t, sql)
#define COLUMN(type, ...)
#define NULLABLE(type, ...)
#define END_TABLE(row, t)
static const tusk_enum *const TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _enums_)[] = {
#include TUSK_SCHEMA
    0
};
#include "tusk/undef.h"
extern const tusk_schema TUSK_SCHEMA_NAME;
const tusk_schema TUSK_SCHEMA_NAME = {
    TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _tables_),
    sizeof TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _tables_) / sizeof(void *) - 1,
    TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _enums_),
    sizeof TUSK_LIST_NAME_(TUSK_SCHEMA_NAME, _enums_) / sizeof(void *) - 1,
};
#endif

#undef PRIMARY_KEY
#undef UNIQUE
#undef NAMED
#undef DEFAULT
#undef DEFAULT_SQL
#undef DEFAULT_TEXT
#undef GENERATED
#undef REFERENCES
#undef ON_UPDATE
#undef ON
#undef ON_SQL
#undef WHERE
#undef USING
#undef TO
#define TUSK_SCHEMA_DONE
#include "tusk/undef.h"
#undef TUSK_SCHEMA_DONE
/* clang-format on */
