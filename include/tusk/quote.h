/* quote.h - names and literals in SQL text that a program puts together itself */
#ifndef TUSK_QUOTE_H
#define TUSK_QUOTE_H

#include "tusk/buf.h"

/** Adds a name (of a table, a column, a role) in double quotes, inner ones doubled: whatever it
 * holds, it ends nothing and names exactly that. A zero byte makes the buffer fail. For names that
 * are known only at run time; declared tables need none of this, and values are bound. */
TUSK_API void tusk_quote_name(tusk_buf *buf, tusk_str name);
/** Adds a literal, for statements that take no parameters (ALTER ROLE ... PASSWORD): '...' with
 * inner quotes doubled, E'...' when there is a backslash; "no text" is null. A zero byte makes the
 * buffer fail. */
TUSK_API void tusk_quote_literal(tusk_buf *buf, tusk_str text);

#endif
