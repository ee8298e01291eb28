/* secret.c - the few cryptographic steps of the backend */
#include "services/backend/app/secret.h"

#include <sodium.h>
#include <string.h>

enum { ID_LENGTH = 21, TOKEN_BYTES = 32, PASSWORD_PASSES = 2, PASSWORD_MEMORY = 19456 * 1024 };

/* the hash of a password nobody has: an unknown user costs as much time as a known one */
static const char NOBODY[] = "$argon2id$v=19$m=19456,t=2,p=1$uXQ1hWzUyLSJUcV6n1tSzg$"
                             "bjkEHkS3IGZ3SaTNBNmNgLHBmt2mZbZzkTn5pXPjKDQ";

static void fill(char *out, size_t length, const char *alphabet, uint32_t size)
{
    for (size_t i = 0; i < length; i++) out[i] = alphabet[randombytes_uniform(size)];
    out[length] = 0;
}

tusk_str secret_id(tusk_arena *arena)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    char id[ID_LENGTH + 1];
    fill(id, ID_LENGTH, alphabet, sizeof alphabet - 1);
    return tusk_arena_str(arena, tusk_str_of(id));
}

void secret_code(char *out, size_t length)
{
    static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    fill(out, length, alphabet, sizeof alphabet - 1);
}

tusk_str secret_token(tusk_arena *arena, const char *prefix)
{
    unsigned char bytes[TOKEN_BYTES];
    char text[sodium_base64_ENCODED_LEN(TOKEN_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(text, sizeof text, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    tusk_str token = tusk_arena_printf(arena, "%s%s", prefix, text);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text, sizeof text);
    return token;
}

tusk_str secret_hash(tusk_arena *arena, tusk_str token)
{
    unsigned char hash[crypto_generichash_BYTES];
    char hex[2 * sizeof hash + 1];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)token.ptr, token.len, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return tusk_arena_str(arena, tusk_str_of(hex));
}

tusk_status secret_password_hash(tusk_arena *arena, tusk_str password, tusk_str *out,
                                 tusk_error *err)
{
    char hash[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str_alg(hash, password.ptr, password.len, PASSWORD_PASSES, PASSWORD_MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return tusk_fail_nomem(err, "hashing a password");
    *out = tusk_arena_str(arena, tusk_str_of(hash));
    return out->ptr ? TUSK_OK : tusk_fail_nomem(err, "a password's hash");
}

bool secret_password_matches(tusk_str hash, tusk_str password)
{
    const char *against = hash.ptr ? hash.ptr : NOBODY;
    bool same = crypto_pwhash_str_verify(against, password.ptr, password.len) == 0;
    return same && hash.ptr;
}

/* ---- SCRAM-SHA-256 (RFC 5802, RFC 7677) ---- */

enum { SCRAM_ROUNDS = 4096, SCRAM_SALT = 16, SCRAM_KEY = crypto_hash_sha256_BYTES };
#define SCRAM_TEXT(bytes) sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_ORIGINAL)

static void hmac(unsigned char out[SCRAM_KEY], tusk_str key, const void *bytes, size_t size,
                 const void *more, size_t more_size)
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.ptr, key.len);
    crypto_auth_hmacsha256_update(&state, bytes, size);
    crypto_auth_hmacsha256_update(&state, more, more_size);
    crypto_auth_hmacsha256_final(&state, out);
}

/** Hi() of the RFC: the first block of PBKDF2. */
static void salt_password(unsigned char out[SCRAM_KEY], tusk_str password,
                          const unsigned char salt[SCRAM_SALT])
{
    static const unsigned char block[4] = { 0, 0, 0, 1 };
    unsigned char round[SCRAM_KEY];
    hmac(round, password, salt, SCRAM_SALT, block, sizeof block);
    memcpy(out, round, SCRAM_KEY);
    for (int i = 1; i < SCRAM_ROUNDS; i++) {
        hmac(round, password, round, sizeof round, "", 0);
        for (int k = 0; k < SCRAM_KEY; k++) out[k] ^= round[k];
    }
    sodium_memzero(round, sizeof round);
}

static void base64(char *out, size_t size, const unsigned char *bytes, size_t length)
{
    sodium_bin2base64(out, size, bytes, length, sodium_base64_VARIANT_ORIGINAL);
}

tusk_str secret_scram_verifier(tusk_arena *arena, tusk_str password)
{
    unsigned char salt[SCRAM_SALT], salted[SCRAM_KEY], client[SCRAM_KEY], stored[SCRAM_KEY],
        server[SCRAM_KEY];
    char salt_text[SCRAM_TEXT(SCRAM_SALT)], stored_text[SCRAM_TEXT(SCRAM_KEY)],
        server_text[SCRAM_TEXT(SCRAM_KEY)];
    randombytes_buf(salt, sizeof salt);
    salt_password(salted, password, salt);
    tusk_str key = { (const char *)salted, sizeof salted };
    hmac(client, key, "Client Key", 10, "", 0);
    crypto_hash_sha256(stored, client, sizeof client);
    hmac(server, key, "Server Key", 10, "", 0);
    base64(salt_text, sizeof salt_text, salt, sizeof salt);
    base64(stored_text, sizeof stored_text, stored, sizeof stored);
    base64(server_text, sizeof server_text, server, sizeof server);
    sodium_memzero(salted, sizeof salted);
    sodium_memzero(client, sizeof client);
    return tusk_arena_printf(arena, "SCRAM-SHA-256$%d:%s$%s:%s", SCRAM_ROUNDS, salt_text,
                             stored_text, server_text);
}

bool secret_equal(tusk_str a, tusk_str b)
{
    return a.len == b.len && a.len > 0 && sodium_memcmp(a.ptr, b.ptr, a.len) == 0;
}
