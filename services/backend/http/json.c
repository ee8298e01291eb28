/* json.c - JSON bodies, in and out, within limits */
#include <jansson.h>

#include "services/backend/http/internal.h"

#include "src/base/banned.h"

enum { DEPTH_MAX = 32 };

/* Counts brackets outside strings, so that the parser never recurses deeper than is allowed. */
static bool is_too_deep(tusk_str text)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > DEPTH_MAX) return true;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

static bool is_json_type(tusk_str type)
{
    tusk_str rest = type, media = tusk_str_trim(tusk_str_cut(&rest, ';'));
    if (!http_same_name(media, TUSK_STR("application/json"))) return false;
    while (rest.ptr) {
        tusk_str value = tusk_str_trim(tusk_str_cut(&rest, ';'));
        tusk_str name = tusk_str_cut(&value, '=');
        if (!http_same_name(tusk_str_trim(name), TUSK_STR("charset"))) continue;
        value = tusk_str_trim(value);
        if (!http_same_name(value, TUSK_STR("utf-8")) &&
            !http_same_name(value, TUSK_STR("\"utf-8\"")))
            return false;
    }
    return true;
}

static json_t *refuse(int *code, tusk_str *why, int refused_code, tusk_str reason)
{
    *code = refused_code;
    *why = reason;
    return NULL;
}

json_t *http_json_body(const http_request *request, int *code, tusk_str *why)
{
    if (!is_json_type(http_header(request, "content-type")))
        return refuse(code, why, 415, TUSK_STR("the body has to be application/json in UTF-8"));
    if (request->body.len == 0) return refuse(code, why, 400, TUSK_STR("the body is empty"));
    if (!tusk_str_is_text(request->body))
        return refuse(code, why, 400, TUSK_STR("the body is not UTF-8"));
    if (is_too_deep(request->body))
        return refuse(code, why, 400, TUSK_STR("the body is nested more than 32 levels deep"));
    json_error_t error;
    json_t *value = json_loadb(request->body.ptr, request->body.len,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (value) return value;
    tusk_str text =
        json_error_code(&error) == json_error_duplicate_key
            ? TUSK_STR("the body has a key twice in one object")
            : tusk_arena_printf(request->arena, "the body is not JSON: line %d, column %d",
                                error.line, error.column);
    return refuse(code, why, 400, text);
}

static int add_piece(const char *bytes, size_t size, void *buf)
{
    tusk_buf_add_bytes(buf, bytes, size);
    return 0;
}

void http_respond_json(http_request *request, int code, json_t *document, const http_pair *headers,
                       size_t header_count)
{
    tusk_buf out;
    tusk_buf_init_in(&out, request->arena, (size_t)32 << 20);
    bool ok = document &&
              json_dump_callback(document, add_piece, &out, JSON_COMPACT | JSON_ENCODE_ANY) == 0;
    json_decref(document);
    http_answer answer = { .code = code,
                           .content_type = "application/json; charset=utf-8",
                           .body = tusk_buf_str(&out),
                           .headers = headers,
                           .header_count = header_count };
    if (!ok || out.failed) {
        answer.code = 500;
        answer.body = TUSK_STR("{\"success\":false,\"error\":\"the answer could not be written\"}");
    }
    http_respond(request, &answer);
}
