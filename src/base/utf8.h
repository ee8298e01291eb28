/* utf8.h - where the characters of UTF-8 text begin and end */
#ifndef TUSK_BASE_UTF8_H
#define TUSK_BASE_UTF8_H

#include <stddef.h>

/** Bytes (1 to 4) of the well-formed character at `at`, of which `left` bytes may be read; 0 when
 * there is none: a stray or missing byte, an overlong form, a surrogate, more than U+10FFFF. */
size_t tusk_utf8_step(const char *at, size_t left);
/** The length of the longest prefix of `text` that is at most `max` bytes long and does not end
 * inside a character (a malformed byte counts as one by itself). */
size_t tusk_utf8_cut(const char *text, size_t len, size_t max);

#endif
