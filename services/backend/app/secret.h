/* secret.h - ids, tokens and their hashes, passwords; all of it by libsodium */
#ifndef DEPLOYSTACK_SECRET_H
#define DEPLOYSTACK_SECRET_H

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/str.h"

/** A new row id: 21 characters of [0-9A-Za-z], about 125 bits. */
tusk_str secret_id(tusk_arena *arena);
/** A new bearer secret: `prefix` and 32 random bytes in URL-safe base 64. */
tusk_str secret_token(tusk_arena *arena, const char *prefix);
/** What is stored instead of a token: BLAKE2b-256, lower-case hex. */
tusk_str secret_hash(tusk_arena *arena, tusk_str token);
/** Argon2id (19 MiB, 2 passes) as a PHC string. Slow on purpose: only on a worker thread. */
tusk_status secret_password_hash(tusk_arena *arena, tusk_str password, tusk_str *out,
                                 tusk_error *err);
/** True when the password is the one of `hash`; with "no text" for a hash it takes as long and says
 * no. */
bool secret_password_matches(tusk_str hash, tusk_str password);
/** What PostgreSQL stores for a password (of ASCII), SCRAM-SHA-256$4096:..., for ALTER ROLE: the
 * password itself then stands in no statement and no log. "no text" without memory. */
tusk_str secret_scram_verifier(tusk_arena *arena, tusk_str password);
/** A code that a person types: `length` (<= 16) of digits and letters that cannot be confused. */
void secret_code(char *out, size_t length);
/** Equal, in time that tells nothing. */
bool secret_equal(tusk_str a, tusk_str b);

#endif
