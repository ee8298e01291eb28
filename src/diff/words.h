/* words.h - wording SQL: a format with names and literals in it, each quoted as it has to be */
#ifndef TUSK_DIFF_WORDS_H
#define TUSK_DIFF_WORDS_H

#include "src/model/model.h"
#include "tusk/buf.h"

/** A statement's text may be this long. */
#define TUSK_STATEMENT_MAX ((size_t)4 << 20)

/** Adds `format`, in which stand for what follows:
 *   %i  a name (tusk_str), quoted             %n  names (const tusk_names *): "a","b"
 *   %t  a schema and a name: "name", with its schema when that is not public
 *   %q  the same, public spelled out          %l  a literal (tusk_str)
 *   %s  SQL as it is (tusk_str)               %z  SQL as it is (const char *) */
void tusk_words(tusk_buf *buf, const char *format, ...);
void tusk_words_list(tusk_buf *buf, const char *format, va_list args);
/** The same as a text of its own; "no text" without memory. */
tusk_str tusk_words_str(tusk_arena *arena, const char *format, ...);

#endif
