/* undef.h - between two passes over a .def file: forgets every word of the schema language and
 * gives the table-level items their empty meaning, so that a pass defines only the words it uses;
 * with TUSK_SCHEMA_DONE it only forgets */
#undef ENUM
#undef LABEL
#undef END_ENUM
#undef TABLE
#undef COLUMN
#undef NULLABLE
#undef END_TABLE
#undef INDEX
#undef UNIQUE_INDEX
#undef CHECK
#undef KEY
#undef UNIQUE_ON
#undef FOREIGN_KEY
#ifndef TUSK_SCHEMA_DONE
#define INDEX(name, ...)
#define UNIQUE_INDEX(name, ...)
#define CHECK(name, sql)
#define KEY(...)
#define UNIQUE_ON(...)
#define FOREIGN_KEY(...)
#endif
