/* buf.h - text that grows up to a named ceiling; the first failure sticks and is told once, at the
 * end */
#ifndef TUSK_BUF_H
#define TUSK_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "tusk/arena.h"
#include "tusk/attr.h"
#include "tusk/error.h"
#include "tusk/str.h"

/** Bytes under construction. Fields may be read; they change only through the functions below.
 * Thread: one at a time. */
typedef struct tusk_buf {
    char *ptr; /* zero-terminated once anything was added, else NULL */
    size_t len, cap;
    size_t max;        /* ceiling in bytes */
    tusk_arena *arena; /* where it grows; NULL: the heap */
    bool failed;       /* the ceiling or memory ran out: later additions do nothing */
} tusk_buf;

/** An empty buffer on the heap that grows to at most `max` bytes. tusk_buf_clear() gives it back.
 */
TUSK_API void tusk_buf_init(tusk_buf *buf, size_t max);
/** The same inside `arena`, whose owner gives the memory back. A NULL arena makes a failed buffer.
 */
TUSK_API void tusk_buf_init_in(tusk_buf *buf, tusk_arena *arena, size_t max);
/** Gives the memory back and leaves an empty, usable buffer with the same ceiling. */
TUSK_API void tusk_buf_clear(tusk_buf *buf);
/** Forgets the content and a failure but keeps the memory. */
TUSK_API void tusk_buf_reset(tusk_buf *buf);
/** Adds a text; nothing for "no text". Never fails visibly: past the ceiling or without memory
 * `failed` is set, this and every later addition is dropped, and tusk_buf_finish() tells. */
TUSK_API void tusk_buf_add(tusk_buf *buf, tusk_str text);
/** Adds a zero-terminated text, one character, `size` bytes, or formatted text, as tusk_buf_add():
 * tusk_buf_add_cstr(), tusk_buf_add_char(), tusk_buf_add_bytes(), tusk_buf_printf(), and
 * tusk_buf_vprintf(), which takes the arguments as a list. */
TUSK_API void tusk_buf_add_cstr(tusk_buf *buf, const char *text);
TUSK_API void tusk_buf_add_char(tusk_buf *buf, char c);
TUSK_API void tusk_buf_add_bytes(tusk_buf *buf, const void *bytes, size_t size);
TUSK_API void tusk_buf_printf(tusk_buf *buf, const char *format, ...) TUSK_PRINTF(2, 3);
TUSK_API void tusk_buf_vprintf(tusk_buf *buf, const char *format, va_list args) TUSK_PRINTF(2, 0);
/** Everything so far, failed or not; empty text (never "no text") when nothing was added.
 * Lifetime: until the next addition, reset or clear. */
TUSK_API tusk_str tusk_buf_str(const tusk_buf *buf);
/** The content, when no addition had failed. Errors: TUSK_NOMEM, which names the ceiling.
 * Lifetime: as tusk_buf_str(). */
TUSK_API TUSK_NODISCARD tusk_status tusk_buf_finish(const tusk_buf *buf, tusk_str *out,
                                                    tusk_error *err);

#endif
