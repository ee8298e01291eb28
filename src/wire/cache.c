/* cache.c - which statements are prepared on a connection: by text and parameter types, the oldest
 * go first */
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/base/mem.h"
#include "src/wire/internal.h"

#include "src/base/banned.h"

/* Eight bytes a step: this is done for every statement that is sent. */
static uint64_t hash_bytes(uint64_t hash, const char *at, size_t size)
{
    uint64_t word = 0;
    for (; size >= sizeof word; at += sizeof word, size -= sizeof word) {
        memcpy(&word, at, sizeof word);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 32;
    }
    word = size;
    if (size > 0) memcpy(&word, at, size);
    hash = (hash ^ word ^ (uint64_t)size << 56) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 32);
}

static uint64_t hash_of(const tusk_wire_statement *statement)
{
    uint64_t hash = hash_bytes(0xcbf29ce484222325u, statement->sql.ptr, statement->sql.len);
    for (size_t i = 0; i < statement->param_count; i++)
        hash = (hash ^ statement->params[i].oid) * 0x100000001b3u;
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

/* The fields of a FETCH or an EXECUTE are those of something else that has the same name by then;
 * the planner's statements keep theirs, or fail. */
static bool is_steady(tusk_str sql)
{
    static const char *const words[] = { "select", "insert", "update", "delete", "with", NULL };
    size_t at = 0;
    while (at < sql.len && strchr(" \t\r\n(", sql.ptr[at])) at++;
    for (const char *const *word = words; *word; word++)
        if (strncasecmp(sql.ptr + at, *word, strlen(*word)) == 0) return true;
    return false;
}

static tusk_prepared *make(const tusk_wire_statement *statement, uint64_t hash)
{
    size_t oids = statement->param_count * sizeof(uint32_t);
    tusk_prepared *entry = tusk_mem_alloc(sizeof *entry + oids + statement->sql.len + 1);
    if (!entry) return NULL;
    *entry = (tusk_prepared){ .shares = 1, .hash = hash, .param_count = statement->param_count };
    entry->oids = (uint32_t *)(entry + 1);
    for (size_t i = 0; i < statement->param_count; i++) entry->oids[i] = statement->params[i].oid;
    char *sql = (char *)(entry + 1) + oids;
    memcpy(sql, statement->sql.ptr, statement->sql.len);
    sql[statement->sql.len] = '\0';
    entry->sql = (tusk_str){ sql, statement->sql.len };
    entry->steady = is_steady(entry->sql);
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

void tusk_prepared_forget(tusk_prepared *entry)
{
    entry->parsed = entry->described = false;
    entry->executed = 0;
    tusk_fields_release(entry->fields);
    entry->fields = NULL;
}

void tusk_prepared_renew(tusk_prepared *entry)
{
    size_t stem = 5 + 32;
    tusk_prepared_forget(entry);
    snprintf(entry->name + stem, sizeof entry->name - stem, "_%u", ++entry->generation);
}

void tusk_prepared_describe(tusk_prepared *entry, tusk_fields *fields)
{
    tusk_fields_release(entry->fields);
    entry->fields = tusk_fields_share(fields);
    entry->described = true;
}

void tusk_prepared_release(tusk_prepared *entry)
{
    if (!entry || --entry->shares > 0) return;
    tusk_fields_release(entry->fields);
    tusk_mem_free(entry);
}

void tusk_prepared_drop(tusk_prepared_cache *cache, tusk_prepared *entry)
{
    tusk_prepared **link = bucket_of(cache, entry->hash);
    while (*link != entry) link = &(*link)->next_in_bucket;
    *link = entry->next_in_bucket;
    unlink_age(cache, entry);
    cache->count--;
    tusk_prepared_release(entry);
}

void tusk_prepared_drop_all(tusk_prepared_cache *cache)
{
    while (cache->newest) tusk_prepared_drop(cache, cache->newest);
}
