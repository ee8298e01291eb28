/* text.h - a text as an SQL literal the way snapshots hold it */
#ifndef TUSK_MODEL_TEXT_H
#define TUSK_MODEL_TEXT_H

#include "tusk/buf.h"

/** 'it''s': quotes doubled, backslashes kept, for standard_conforming_strings is on. Snapshots
 * compare these texts, so it is drizzle-kit's form, not the E'' of a quoting that must work with
 * any setting. */
static inline void tusk_text_add_literal(tusk_buf *buf, tusk_str text)
{
    tusk_buf_add_char(buf, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\'') tusk_buf_add_char(buf, '\'');
        tusk_buf_add_char(buf, text.ptr[i]);
    }
    tusk_buf_add_char(buf, '\'');
}

#endif
