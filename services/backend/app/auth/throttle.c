/* throttle.c - a small table of failures, keyed by a hash of what was tried */
#include "services/backend/app/auth/throttle.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "tusk/clock.h"

enum {
    SLOTS = 4096,
    PROBES = 8,
    ACCOUNT_FREE = 5,
    ADDRESS_FREE = 20,
    PAUSE_MAX_S = 900,
    FORGET_MS = 900 * 1000,
};

struct slot {
    uint64_t key;
    int failures;
    int64_t last_ms; /* of the last failure; 0: empty */
};

struct throttle {
    pthread_mutex_t lock;
    unsigned char secret[crypto_shorthash_KEYBYTES];
    struct slot slots[SLOTS];
};

struct throttle *throttle_new(void)
{
    struct throttle *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    pthread_mutex_init(&t->lock, NULL);
    randombytes_buf(t->secret, sizeof t->secret);
    return t;
}

void throttle_free(struct throttle *t)
{
    if (!t) return;
    pthread_mutex_destroy(&t->lock);
    free(t);
}

/** An account is the same in upper and lower case; an account never has the key of an address. */
static uint64_t key_of(const struct throttle *t, tusk_str text, char kind)
{
    unsigned char bytes[257] = { (unsigned char)kind }, hash[crypto_shorthash_BYTES];
    size_t length = text.len < sizeof bytes - 1 ? text.len : sizeof bytes - 1;
    for (size_t i = 0; i < length; i++) {
        char c = text.ptr[i];
        bytes[i + 1] = (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    crypto_shorthash(hash, bytes, length + 1, t->secret);
    uint64_t key;
    memcpy(&key, hash, sizeof key);
    return key;
}

/** Who has one IPv6 address has 2^64 of them: only the network counts. */
static uint64_t key_of_address(const struct throttle *t, tusk_str address)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr v6;
    if (address.len >= sizeof text) return key_of(t, address, 'a');
    memcpy(text, address.ptr, address.len);
    text[address.len] = 0;
    if (inet_pton(AF_INET6, text, &v6) != 1) return key_of(t, address, 'a');
    size_t start = IN6_IS_ADDR_V4MAPPED(&v6) ? 12 : 0, length = start ? 4 : 8;
    char hex[2 * sizeof v6 + 1];
    sodium_bin2hex(hex, sizeof hex, v6.s6_addr + start, length);
    return key_of(t, tusk_str_of(hex), '6');
}

/** The entry of a key; with `make`, in the place of the oldest of the few where it may stand. */
static struct slot *find(struct throttle *t, uint64_t key, bool make)
{
    struct slot *oldest = NULL;
    int64_t now = tusk_clock_ms();
    for (uint64_t i = 0; i < PROBES; i++) {
        struct slot *slot = &t->slots[(key + i) % SLOTS];
        if (slot->last_ms && now - slot->last_ms > FORGET_MS) *slot = (struct slot){ 0 };
        if (slot->last_ms && slot->key == key) return slot;
        if (!oldest || slot->last_ms < oldest->last_ms) oldest = slot;
    }
    if (make) *oldest = (struct slot){ .key = key };
    return make ? oldest : NULL;
}

static int pause_of(struct throttle *t, uint64_t key, int free_failures)
{
    const struct slot *slot = find(t, key, false);
    if (!slot || slot->failures < free_failures) return 0;
    int over = slot->failures - free_failures;
    int64_t pause_ms = 1000LL * (over >= 10 ? PAUSE_MAX_S : 1 << over);
    int64_t left = slot->last_ms + pause_ms - tusk_clock_ms();
    return left > 0 ? (int)((left + 999) / 1000) : 0;
}

int throttle_wait(struct throttle *t, tusk_str account, tusk_str address)
{
    pthread_mutex_lock(&t->lock);
    int by_account = pause_of(t, key_of(t, account, 'u'), ACCOUNT_FREE);
    int by_address = pause_of(t, key_of_address(t, address), ADDRESS_FREE);
    pthread_mutex_unlock(&t->lock);
    return by_account > by_address ? by_account : by_address;
}

static void count(struct throttle *t, uint64_t key)
{
    struct slot *slot = find(t, key, true);
    slot->failures++;
    slot->last_ms = tusk_clock_ms();
}

void throttle_failed(struct throttle *t, tusk_str account, tusk_str address)
{
    pthread_mutex_lock(&t->lock);
    count(t, key_of(t, account, 'u'));
    count(t, key_of_address(t, address));
    pthread_mutex_unlock(&t->lock);
}

void throttle_passed(struct throttle *t, tusk_str account)
{
    pthread_mutex_lock(&t->lock);
    struct slot *slot = find(t, key_of(t, account, 'u'), false);
    if (slot) *slot = (struct slot){ 0 };
    pthread_mutex_unlock(&t->lock);
}
