/* undef.h - between two passes over a .def file: forgets every word of the schema language, and
 * gives a meaning to those that are the same in every pass. A pass then says what ENUM, LABEL,
 * TABLE (a view is one here) and COLUMN are to it. With TUSK_SCHEMA_DONE it only forgets. */
/* clang-format off */
#undef ENUM
#undef ENUM_IN
#undef LABEL
#undef END_ENUM
#undef TABLE
#undef TABLE_IN
#undef END_TABLE
#undef VIEW
#undef VIEW_IN
#undef MATERIALIZED_VIEW
#undef MATERIALIZED_VIEW_IN
#undef END_VIEW
#undef COLUMN
#undef NULLABLE
#undef INDEX
#undef UNIQUE_INDEX
#undef CHECK
#undef KEY
#undef UNIQUE_ON
#undef FOREIGN_KEY
#undef EXCLUDE
#undef POLICY
#undef PARTITION
#undef PARTITION_IN
#undef TRIGGER
#undef SCHEMA
#undef SEQUENCE
#undef SEQUENCE_IN
#undef ROLE
#undef EXTENSION
#undef EXTENSION_IN
#undef DOMAIN
#undef DOMAIN_IN
#undef COMPOSITE
#undef COMPOSITE_IN
#undef FUNCTION
#undef FUNCTION_IN
#undef POLICY_ON
#undef COMMENT_ON
#undef TUSK_ENUM_
#undef TUSK_LABEL_
#undef TUSK_END_ENUM_
#undef TUSK_TABLE_
#undef TUSK_END_TABLE_
#ifndef TUSK_SCHEMA_DONE
#define ENUM(e, ...)                           TUSK_ENUM_(e, 0, TUSK_NAME(__VA_ARGS__))
#define ENUM_IN(schema, e, ...)                TUSK_ENUM_(e, schema, TUSK_NAME(__VA_ARGS__))
#define LABEL(e, l, ...)                       TUSK_LABEL_(e##_##l, TUSK_NAME(__VA_ARGS__))
#define END_ENUM(e)                            TUSK_END_ENUM_(e)
#define TABLE(row, t, ...)                     TUSK_TABLE_(row, t, 0, TUSK_NAME(__VA_ARGS__), false)
#define TABLE_IN(schema, row, t, ...)          TUSK_TABLE_(row, t, schema, TUSK_NAME(__VA_ARGS__), false)
#define END_TABLE(row, t)                      TUSK_END_TABLE_(row, t)
#define VIEW(row, v, ...)                      TUSK_TABLE_(row, v, 0, TUSK_NAME(__VA_ARGS__), true)
#define VIEW_IN(schema, row, v, ...)           TUSK_TABLE_(row, v, schema, TUSK_NAME(__VA_ARGS__), true)
#define MATERIALIZED_VIEW(row, v, ...)         TUSK_TABLE_(row, v, 0, TUSK_NAME(__VA_ARGS__), true)
#define MATERIALIZED_VIEW_IN(schema, row, v, ...) TUSK_TABLE_(row, v, schema, TUSK_NAME(__VA_ARGS__), true)
#define END_VIEW(row, v)                       TUSK_END_TABLE_(row, v)
#define INDEX(...)
#define UNIQUE_INDEX(...)
#define CHECK(...)
#define KEY(...)
#define UNIQUE_ON(...)
#define FOREIGN_KEY(...)
#define EXCLUDE(...)
#define POLICY(...)
#define PARTITION(...)
#define PARTITION_IN(...)
#define TRIGGER(...)
#define SCHEMA(...)
#define SEQUENCE(...)
#define SEQUENCE_IN(...)
#define ROLE(...)
#define EXTENSION(...)
#define EXTENSION_IN(...)
#define DOMAIN(...)
#define DOMAIN_IN(...)
#define COMPOSITE(...)
#define COMPOSITE_IN(...)
#define FUNCTION(...)
#define FUNCTION_IN(...)
#define POLICY_ON(...)
#define COMMENT_ON(...)
#endif
/* clang-format on */
