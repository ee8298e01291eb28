/* cache.c - which statements are prepared on a connection: by text and parameter types, the oldest
 * go first */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/internal.h"

#include "src/base/banned.h"

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++) hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t hash_of(const tusk_wire_statement *statement)
{
    uint64_t hash = hash_bytes(0xcbf29ce484222325u, statement->sql.ptr, statement->sql.len);
    for (size_t i = 0; i < statement->param_count; i++)
        hash = hash_bytes(hash, &statement->params[i].oid, sizeof statement->params[i].oid);
    return hash ^ (hash >> 29);
}

static tusk_prepared **bucket_of(tusk_prepared_cache *cache, uint64_t hash)
{
    return &cache->buckets[hash % TUSK_WIRE_CACHE_MAX];
}

static bool matches(const tusk_prepared *entry, uint64_t hash, const tusk_wire_statement *statement)
{
    if (entry->hash != hash || entry->param_count != statement->param_count) return false;
    for (size_t i = 0; i < entry->param_count; i++)
        if (entry->oids[i] != statement->params[i].oid) return false;
    return tusk_str_eq(entry->sql, statement->sql);
}

/* The name says what the statement is, so that behind a pooler which mixes sessions a name can only
 * ever stand for the same text and types. */
static bool make_name(tusk_prepared *entry)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool made =
        context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
        EVP_DigestUpdate(context, entry->oids, entry->param_count * sizeof(uint32_t)) == 1 &&
        EVP_DigestUpdate(context, entry->sql.ptr, entry->sql.len) == 1 &&
        EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    if (!made) return false;
    memcpy(entry->name, "tusk_", 5);
    for (size_t i = 0; i < 16; i++) snprintf(entry->name + 5 + 2 * i, 3, "%02x", digest[i]);
    return true;
}

static tusk_prepared *make(const tusk_wire_statement *statement, uint64_t hash)
{
    size_t oids = statement->param_count * sizeof(uint32_t);
    tusk_prepared *entry = tusk_mem_alloc(sizeof *entry + oids + statement->sql.len + 1);
    if (!entry) return NULL;
    *entry = (tusk_prepared){ .hash = hash, .param_count = statement->param_count };
    entry->oids = (uint32_t *)(entry + 1);
    for (size_t i = 0; i < statement->param_count; i++) entry->oids[i] = statement->params[i].oid;
    char *sql = (char *)(entry + 1) + oids;
    memcpy(sql, statement->sql.ptr, statement->sql.len);
    sql[statement->sql.len] = '\0';
    entry->sql = (tusk_str){ sql, statement->sql.len };
    if (make_name(entry)) return entry;
    tusk_mem_free(entry);
    return NULL;
}

static void unlink_age(tusk_prepared_cache *cache, tusk_prepared *entry)
{
    *(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
    entry->newer = entry->older = NULL;
}

static void link_newest(tusk_prepared_cache *cache, tusk_prepared *entry)
{
    entry->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

tusk_prepared *tusk_prepared_get(tusk_prepared_cache *cache, const tusk_wire_statement *statement)
{
    uint64_t hash = hash_of(statement);
    tusk_prepared **bucket = bucket_of(cache, hash);
    for (tusk_prepared *entry = *bucket; entry; entry = entry->next_in_bucket) {
        if (!matches(entry, hash, statement)) continue;
        unlink_age(cache, entry);
        link_newest(cache, entry);
        return entry;
    }
    tusk_prepared *entry = make(statement, hash);
    if (!entry) return NULL;
    entry->next_in_bucket = *bucket;
    *bucket = entry;
    link_newest(cache, entry);
    cache->count++;
    return entry;
}

tusk_prepared *tusk_prepared_surplus(const tusk_prepared_cache *cache)
{
    return cache->count > TUSK_WIRE_CACHE_MAX ? cache->oldest : NULL;
}

tusk_prepared *tusk_prepared_named(const tusk_prepared_cache *cache, const char *name)
{
    for (tusk_prepared *entry = cache->newest; entry; entry = entry->older)
        if (strcmp(entry->name, name) == 0) return entry;
    return NULL;
}

void tusk_prepared_renew(tusk_prepared *entry)
{
    size_t stem = 5 + 32;
    entry->parsed = false;
    snprintf(entry->name + stem, sizeof entry->name - stem, "_%u", ++entry->generation);
}

void tusk_prepared_drop(tusk_prepared_cache *cache, tusk_prepared *entry)
{
    if (!entry) return;
    tusk_prepared **link = bucket_of(cache, entry->hash);
    while (*link != entry) link = &(*link)->next_in_bucket;
    *link = entry->next_in_bucket;
    unlink_age(cache, entry);
    cache->count--;
    tusk_mem_free(entry);
}

void tusk_prepared_drop_all(tusk_prepared_cache *cache)
{
    while (cache->newest) tusk_prepared_drop(cache, cache->newest);
}
