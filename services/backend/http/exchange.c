/* exchange.c - one request as the handler sees it, from a sound head to the line in the access log
 */
#include <stdio.h>

#include "services/backend/http/internal.h"

#include "src/base/banned.h"

void http_make_id(http_server *server, char id[24])
{
    snprintf(id, 24, "%s-%llx", server->id_prefix, (unsigned long long)++server->number);
}

void http_count_code(http_server *server, int code)
{
    http_stats *stats = &server->stats;
    if (code < 300)
        stats->responses_2xx++;
    else if (code < 400)
        stats->responses_3xx++;
    else if (code < 500)
        stats->responses_4xx++;
    else
        stats->responses_5xx++;
}

http_exchange *http_exchange_new(http_conn *conn, tusk_arena *arena, const http_head *head)
{
    http_server *server = conn->server;
    http_exchange *exchange = TUSK_NEW(arena, http_exchange);
    if (!exchange) return NULL;
    exchange->conn = conn;
    exchange->head = *head;
    tusk_buf_init_in(&exchange->body, arena, server->limits.body_bytes + 1);
    exchange->request = (http_request){
        .arena = arena,
        .started_ms = tusk_clock_ms(),
        .method = head->method,
        .target = head->target,
        .path = head->path,
        .query = head->query,
        .query_count = head->query_count,
        .headers = head->headers,
        .header_count = head->header_count,
        .peer = tusk_arena_str(arena, conn->peer),
        .peer_is_loopback = conn->peer_is_loopback,
        .port = conn->port,
        .exchange = exchange,
    };
    http_make_id(server, exchange->request.id);
    exchange->request.number = server->number;
    server->stats.requests++;
    server->stats.in_flight++;
    return exchange;
}

void http_exchange_hand(http_exchange *exchange)
{
    http_server *server = exchange->conn->server;
    http_request *request = &exchange->request;
    exchange->handed = true;
    request->body = tusk_buf_str(&exchange->body);
    if (exchange->body.failed) {
        http_respond_error(request, 503, "there is no memory for this request", NULL);
        return;
    }
    server->options.handle(server->options.context, request);
    if (!exchange->answered && (exchange->conn->eof || exchange->conn->closing))
        http_exchange_gone(exchange);
}

void http_exchange_gone(http_exchange *exchange)
{
    const http_options *options = &exchange->conn->server->options;
    if (exchange->stream) http_stream_left(exchange->stream);
    if (!exchange->handed || exchange->answered || exchange->told_gone) return;
    exchange->told_gone = true;
    if (options->gone) options->gone(options->context, &exchange->request);
}

void http_exchange_finish(http_exchange *exchange)
{
    http_conn *conn = exchange->conn;
    http_server *server = conn->server;
    const http_request *request = &exchange->request;
    if (exchange->answered) {
        const char *message = exchange->told_gone ? "request left by its client" : "request";
        tusk_log_write(server->options.log, TUSK_LOG_INFO, message,
                       TUSK_FIELDS(tusk_field_cstr("id", request->id),
                                   tusk_field_str("method", request->method),
                                   tusk_field_str("path", request->path),
                                   tusk_field_int("code", exchange->code),
                                   tusk_field_int("ms", tusk_clock_ms() - request->started_ms),
                                   tusk_field_int("bytes", (int64_t)exchange->answer_bytes),
                                   tusk_field_str("peer", request->peer)));
    }
    if (exchange->stream) http_stream_ended(exchange->stream);
    if (exchange->response) MHD_destroy_response(exchange->response);
    conn->exchange = NULL;
    server->stats.in_flight--;
    tusk_arena_free(request->arena);
}
