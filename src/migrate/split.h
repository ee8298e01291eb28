/* split.h - a migration file cut into chunks and statements, with their lines */
#ifndef TUSK_MIGRATE_SPLIT_H
#define TUSK_MIGRATE_SPLIT_H

#include "src/base/vec.h"
#include "tusk/arena.h"
#include "tusk/str.h"

typedef struct tusk_chunk {
    tusk_str sql; /* zero-terminated */
    int line;     /* of its first byte in the file, from 1 */
} tusk_chunk;
typedef TUSK_VEC(tusk_chunk) tusk_chunks;

/** Plain text cut at every statement-breakpoint marker, as drizzle-kit does; blank chunks are left
 * out. */
bool tusk_split_breakpoints(tusk_arena *arena, tusk_str file, tusk_chunks *out);
/** A chunk cut at each ";" that ends a statement: not in quotes, dollar quotes, comments or
 * parentheses. */
bool tusk_split_statements(tusk_arena *arena, const tusk_chunk *chunk, tusk_chunks *out);
/** True when one of the statements cannot run in a transaction block (CREATE INDEX CONCURRENTLY,
 * VACUUM, ...), or ends the block itself (COMMIT), or a comment asks for none: --
 * tusk:no-transaction
 */
bool tusk_split_needs_no_transaction(tusk_arena *arena, const tusk_chunks *chunks);
/** The first words, signs and quoted things of a statement, comments left out; enough for CREATE
 * UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY a.b and ALTER TABLE a.b DETACH PARTITION c.d
 * CONCURRENTLY. They point into it. */
enum { TUSK_WORDS_MAX = 16 };
typedef struct tusk_words {
    tusk_str list[TUSK_WORDS_MAX];
    size_t count;
} tusk_words;
void tusk_split_words(tusk_str sql, tusk_words *out);
/** Is the i-th this one (in capitals), in any case? False past the end. */
bool tusk_word_is(const tusk_words *words, size_t i, const char *word);
/** The line, counted from 1, of the `position`-th character (from 1) of `sql`; 0 (unknown) gives
 * the line of its first word. */
int tusk_split_line(tusk_str sql, int position);

/** Is there a comment "-- word", alone or followed by more? */
bool tusk_split_says(tusk_str sql, const char *word);
/** Past whatever begins at `at`: a comment, a quoted thing, a word, or one character. */
size_t tusk_split_token(tusk_str s, size_t at);

#endif
