/* respond.c - answers: their headers, and the hand-over to libmicrohttpd */
#include <assert.h>

#include "services/backend/http/internal.h"

#include "src/base/banned.h"

static void add_header(struct MHD_Response *response, http_exchange *exchange, const char *name,
                       const char *value)
{
    if (MHD_add_response_header(response, name, value) == MHD_YES) return;
    /* libmicrohttpd refuses line ends in values: an answer cannot be split. */
    tusk_log_write(
        exchange->conn->server->options.log, TUSK_LOG_ERROR,
        "a header of an answer was malformed and is left out",
        TUSK_FIELDS(tusk_field_cstr("id", exchange->request.id), tusk_field_cstr("name", name)));
}

static void add_headers(http_exchange *exchange, const http_answer *answer)
{
    struct MHD_Response *response = exchange->response;
    tusk_arena *arena = exchange->request.arena;
    for (size_t i = 0; i < http_fixed_header_count; i++)
        add_header(response, exchange, http_fixed_headers[i].name.ptr,
                   http_fixed_headers[i].value.ptr);
    add_header(response, exchange, "Cache-Control", answer->is_static ? "no-cache" : "no-store");
    add_header(response, exchange, "X-Request-Id", exchange->request.id);
    if (answer->content_type) add_header(response, exchange, "Content-Type", answer->content_type);
    for (size_t i = 0; i < answer->header_count; i++) {
        tusk_str name = tusk_arena_str(arena, answer->headers[i].name);
        tusk_str value = tusk_arena_str(arena, answer->headers[i].value);
        if (name.ptr && value.ptr && strlen(value.ptr) == value.len)
            add_header(response, exchange, name.ptr, value.ptr);
    }
    const http_conn *conn = exchange->conn;
    if (!conn->keep_alive || conn->server->closing)
        add_header(response, exchange, "Connection", "close");
}

void http_exchange_answer(http_exchange *exchange, const http_answer *head,
                          struct MHD_Response *response)
{
    http_conn *conn = exchange->conn;
    exchange->answered = true;
    exchange->code = head->code >= 200 && head->code <= 599 ? head->code : 500;
    if (exchange->code == 408) conn->keep_alive = false; /* libmicrohttpd closes after it */
    exchange->response = response;
    if (response) add_headers(exchange, head);
    http_count_code(conn->server, exchange->code);
    if (!exchange->suspended) return; /* still inside the handler: the caller queues the answer */
    exchange->suspended = false;
    MHD_resume_connection(exchange->mhd);
    http_lively_add(conn);
    http_pump_soon(conn->server);
}

void http_respond(http_request *request, const http_answer *answer)
{
    http_exchange *exchange = request->exchange;
    assert(!exchange->answered);
    if (exchange->answered) return;
    union {
        const char *bytes;
        void *arena_bytes;
    } body = { .bytes = answer->body.len ? answer->body.ptr : "" };
    http_exchange_answer(exchange, answer,
                         MHD_create_response_from_buffer(answer->body.len, body.arena_bytes,
                                                         MHD_RESPMEM_PERSISTENT));
}

void http_respond_error(http_request *request, int code, const char *error, json_t *details)
{
    json_t *document = json_pack("{s:b, s:s}", "success", 0, "error", error);
    if (document && details)
        json_object_set_new(document, "details", details);
    else
        json_decref(details);
    http_respond_json(request, code, document, NULL, 0);
}

void http_respond_redirect(http_request *request, int code, const char *location)
{
    http_pair header = { TUSK_STR("Location"), tusk_str_of(location) };
    http_respond(request, &(http_answer){ .code = code, .headers = &header, .header_count = 1 });
}
