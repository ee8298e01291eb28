/* usage_book.c - usage_book.h's table: open addressing, so that counting takes no memory but for a
 * caller's id */
#include "services/backend/app/usage/usage_book.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++) hash = (hash ^ at[i]) * 1099511628211u;
    return hash;
}

static size_t place_of(const struct usage_line *l)
{
    uint64_t hash = mix(14695981039346656037u, &l->hour.us, sizeof l->hour.us);
    hash = mix(hash, &l->path, sizeof l->path);
    hash = mix(hash, &l->method, sizeof l->method);
    hash = mix(hash, &l->status_class, sizeof l->status_class);
    return (size_t)(mix(hash, l->user_id.ptr, l->user_id.len) % BOOK_SLOTS);
}

/** The texts of the route table are compared by address. */
static bool is_same(const struct usage_line *a, const struct usage_line *b)
{
    return a->hour.us == b->hour.us && a->path == b->path && a->method == b->method &&
           a->status_class == b->status_class && tusk_str_eq(a->user_id, b->user_id);
}

/** The line of that kind, or a free place. There always is one: the book is never full. */
static struct usage_line *find(struct usage_book *book, const struct usage_line *wanted)
{
    size_t i = place_of(wanted);
    while (book->slots[i].requests > 0 && !is_same(&book->slots[i], wanted))
        i = (i + 1) % BOOK_SLOTS;
    return &book->slots[i];
}

/** A new kind: with its caller while there is room. NULL: there is no more. */
static struct usage_line *begin(struct usage_book *book, const struct usage_line *line)
{
    struct usage_line kind = *line;
    kind.requests = 0;
    kind.ms_total = kind.ms_max = 0;
    if (!book->texts) book->texts = tusk_arena_new(0);
    tusk_str user = { 0, 0 };
    if (book->texts && book->count < BOOK_FULL) user = tusk_arena_str(book->texts, line->user_id);
    kind.user_id = user.ptr ? user : TUSK_STR("");
    struct usage_line *place = find(book, &kind);
    if (place->requests > 0) return place;
    if (book->count >= BOOK_MAX) return NULL;
    book->count++;
    *place = kind;
    return place;
}

void usage_book_add(struct usage_book *book, const struct usage_line *line)
{
    struct usage_line *place = find(book, line);
    if (place->requests == 0) place = begin(book, line);
    if (!place) return;
    place->requests += line->requests;
    place->ms_total += line->ms_total;
    if (line->ms_max > place->ms_max) place->ms_max = line->ms_max;
}

void usage_book_merge(struct usage_book *book, const struct usage_book *from)
{
    for (size_t i = 0; i < BOOK_SLOTS; i++)
        if (from->slots[i].requests > 0) usage_book_add(book, &from->slots[i]);
}

void usage_book_clear(struct usage_book *book)
{
    tusk_arena_free(book->texts);
    *book = (struct usage_book){ 0 };
}

static json_t *line_json(const struct usage_line *l)
{
    char route[200];
    snprintf(route, sizeof route, "%s%s%s", l->method ? l->method : "", l->method ? " " : "",
             l->path ? l->path : "");
    return json_pack("{s:s, s:s, s:i, s:s%, s:I, s:f, s:f}", "hour", TUSK_TIME_TEXT(l->hour),
                     "route", route, "status_class", l->status_class, "user_id", l->user_id.ptr,
                     l->user_id.len, "requests", (json_int_t)l->requests, "ms_total", l->ms_total,
                     "ms_max", l->ms_max);
}

tusk_str usage_book_json(const struct usage_book *book, tusk_arena *arena)
{
    json_t *list = json_array();
    for (size_t i = 0; i < BOOK_SLOTS; i++)
        if (book->slots[i].requests > 0) json_array_append_new(list, line_json(&book->slots[i]));
    char *text = json_dumps(list, JSON_COMPACT);
    tusk_str copy = { 0, 0 };
    if (text) copy = tusk_arena_str(arena, tusk_str_of(text));
    free(text);
    json_decref(list);
    return copy;
}
