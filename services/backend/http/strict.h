/* strict.h - the strict reading of HTTP/1.1: pure functions over bytes, no sockets, no server */
#ifndef DEPLOYSTACK_HTTP_STRICT_H
#define DEPLOYSTACK_HTTP_STRICT_H

#include <stdint.h>

#include "services/backend/http/http.h"

/** Why a request is refused: the code of the answer and a sentence. `code == 0`: nothing is wrong.
 */
typedef struct http_fault {
    int code;
    const char *why;
} http_fault;

/** A head that was found sound. Text points into the arena. */
typedef struct http_head {
    tusk_str method;
    tusk_str target; /* as sent */
    tusk_str origin; /* the target in origin form: "/path?query", or "*" for OPTIONS */
    tusk_str path;   /* decoded, see http_request */
    tusk_str host;   /* "no text" only in HTTP/1.0 */
    const http_pair *query;
    size_t query_count;
    const http_pair *headers;
    size_t header_count;
    uint64_t content_length; /* 0 when chunked or without a body */
    bool has_length;
    bool chunked;
    bool is_1_0;
    bool keep_alive;
    bool expects_continue;
} http_head;

enum {
    HTTP_HEADERS_MAX = 100,
    HTTP_QUERY_MAX = 100,
};

/** Looks for the empty line that ends a head. `*seen` is how far earlier calls looked (0 at first).
 * Returns the length of the head, its empty line included, or 0 when more bytes are needed. A bare
 * LF, bare CR or NUL, and a first byte that cannot begin a request, are told as soon as they are
 * there, so that nobody waits for the rest. */
size_t http_head_end(tusk_str bytes, size_t *seen, http_fault *fault);
/** Reads a whole head (as http_head_end() measured it). `line_max`: the longest request line (414).
 */
http_fault http_head_parse(tusk_arena *arena, tusk_str bytes, size_t line_max, http_head *out);
/** Reads the headers between the request line and the empty line. For http_head_parse(). */
http_fault http_fields_parse(tusk_arena *arena, tusk_str bytes, bool is_http_1_0, http_head *out);
/** Reads a target in origin form into path and query. For http_head_parse(). */
http_fault http_target_parse(tusk_arena *arena, tusk_str origin, http_head *out);
/** Percent-decodes; `plus_is_space` for queries. False for a bad escape, NUL or bytes that are not
 * UTF-8. */
bool http_percent_decode(tusk_arena *arena, tusk_str s, bool plus_is_space, tusk_str *out);
/** True when `s` is a non-empty token (RFC 9110 5.6.2). */
bool http_is_token(tusk_str s);
/** Equal but for the case of ASCII letters. */
bool http_same_name(tusk_str a, tusk_str b);

/** A chunked body on its way. Starts zeroed. */
typedef struct http_chunks {
    enum {
        HTTP_CHUNK_SIZE,
        HTTP_CHUNK_SIZE_LF,
        HTTP_CHUNK_DATA,
        HTTP_CHUNK_DATA_CR,
        HTTP_CHUNK_DATA_LF,
        HTTP_CHUNK_END_CR,
        HTTP_CHUNK_END_LF,
        HTTP_CHUNK_DONE,
    } state;
    int digits;
    uint64_t left;  /* of the chunk under way */
    uint64_t total; /* of all chunks announced so far */
} http_chunks;

/** Takes the next step: consumes up to `*used` of `bytes` and gives the body bytes among them (a
 * view, perhaps empty). Extensions and trailers are refused: nobody needs them here, and peers
 * disagree on them. 413 once the body exceeds `max`. Call until everything is used or the state is
 * HTTP_CHUNK_DONE. */
http_fault http_chunks_step(http_chunks *chunks, tusk_str bytes, uint64_t max, size_t *used,
                            tusk_str *data);

#endif
