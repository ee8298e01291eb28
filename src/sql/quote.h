/* quote.h - the only way a name or a literal gets into SQL text */
#ifndef TUSK_SQL_QUOTE_H
#define TUSK_SQL_QUOTE_H

#include "tusk/buf.h"

/** Adds a name, always in double quotes, inner ones doubled. A zero byte cannot be written: it
 * makes the buffer fail. */
void tusk_sql_add_ident_str(tusk_buf *buf, tusk_str name);
/** Adds a literal that means the same whatever standard_conforming_strings says: '...' with inner
 * quotes doubled, E'...' when there is a backslash; "no text" is null. A zero byte makes the buffer
 * fail. For DDL and names of configurations: values of queries are bound. */
void tusk_sql_add_literal(tusk_buf *buf, tusk_str text);

static inline tusk_str tusk_sql_same_str(tusk_str name)
{
    return name;
}

/** tusk_sql_add_ident_str() of a tusk_str or of a zero-terminated string. */
#define tusk_sql_add_ident(buf, name) \
    tusk_sql_add_ident_str((buf), _Generic((name),                                                 \
                                      tusk_str: tusk_sql_same_str,                                 \
                                      char *: tusk_str_of,                                         \
                                      const char *: tusk_str_of)(name))

#endif
