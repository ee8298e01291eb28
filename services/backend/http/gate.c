/* gate.c - what may pass: every byte of a client is read strictly here, within limits and absolute
 * deadlines */
#include "services/backend/http/internal.h"

#include "src/base/banned.h"

static tusk_str input(const http_conn *conn)
{
    if (conn->in.len == conn->start) return TUSK_STR("");
    return (tusk_str){ conn->in.ptr + conn->start, conn->in.len - conn->start };
}

static void write_refusal(http_conn *conn, http_fault fault, const char *id, bool with_body)
{
    tusk_buf out;
    tusk_buf_init(&out, 4096);
    static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    time_t now = (time_t)(tusk_now().us / 1000000);
    struct tm t;
    gmtime_r(&now, &t);
    tusk_buf_printf(&out, "HTTP/1.1 %d %s\r\nDate: %s, %02d %s %d %02d:%02d:%02d GMT\r\n",
                    fault.code, MHD_get_reason_phrase_for((unsigned)fault.code), days[t.tm_wday],
                    t.tm_mday, months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    for (size_t i = 0; i < http_fixed_header_count; i++)
        tusk_buf_printf(&out, "%s: %s\r\n", http_fixed_headers[i].name.ptr,
                        http_fixed_headers[i].value.ptr);
    if (fault.code == 405)
        tusk_buf_add(&out, TUSK_STR("Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"));
    if (fault.code == 503) tusk_buf_add(&out, TUSK_STR("Retry-After: 1\r\n"));
    size_t length = strlen(fault.why) + strlen("{\"success\":false,\"error\":\"\"}");
    tusk_buf_printf(&out,
                    "Cache-Control: no-store\r\nX-Request-Id: %s\r\n"
                    "Content-Type: application/json; charset=utf-8\r\n"
                    "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                    id, length);
    if (with_body) tusk_buf_printf(&out, "{\"success\":false,\"error\":\"%s\"}", fault.why);
    http_conn_write(conn, tusk_buf_str(&out));
    tusk_buf_clear(&out);
}

void http_gate_refuse(http_conn *conn, http_fault fault)
{
    if (conn->closing || conn->state == HTTP_CONN_LINGER) return;
    http_server *server = conn->server;
    char id[24];
    bool is_head = tusk_str_starts(input(conn), TUSK_STR("HEAD "));
    if (conn->exchange) {
        memcpy(id, conn->exchange->request.id, sizeof id);
        is_head = tusk_str_eq(conn->exchange->request.method, TUSK_STR("HEAD"));
        conn->exchange->code = fault.code;
    } else {
        http_make_id(server, id);
        server->stats.requests++;
    }
    http_count_code(server, fault.code);
    tusk_log_write(server->options.log, TUSK_LOG_INFO, "request refused",
                   TUSK_FIELDS(tusk_field_cstr("id", id), tusk_field_str("peer", conn->peer),
                               tusk_field_int("code", fault.code),
                               tusk_field_cstr("reason", fault.why)));
    write_refusal(conn, fault, id, !is_head);
    http_lane_close(conn);
    http_conn_end(conn);
}

/* ---- a head ---- */

static bool begin_request(http_conn *conn, tusk_arena *arena, const http_head *head)
{
    http_exchange *exchange = http_exchange_new(conn, arena, head);
    if (!exchange) {
        tusk_arena_free(arena);
        http_gate_refuse(conn, (http_fault){ 503, "there is no memory for this request" });
        return false;
    }
    conn->exchange = exchange;
    conn->served = true;
    conn->begun = false;
    conn->seen = 0;
    conn->keep_alive = head->keep_alive;
    conn->body_left = head->content_length;
    conn->chunks = (http_chunks){ 0 };
    if (head->content_length > conn->server->limits.body_bytes) {
        http_gate_refuse(conn, (http_fault){ 413, "the body is too large" });
        http_exchange_finish(exchange);
        return false;
    }
    if (!http_lane_begin(conn)) {
        http_gate_refuse(conn,
                         (http_fault){ 503, "there are no descriptors left for this request" });
        http_exchange_finish(exchange);
        return false;
    }
    return true;
}

/* No deadline of ours while the handler works; one for a client that does not read what was written
 * before. */
static void await_answer(http_conn *conn)
{
    conn->state = HTTP_CONN_ANSWER;
    http_conn_timer(conn, conn->writes > 0 ? conn->server->limits.idle_timeout_ms : 0);
}

static void enter_body(http_conn *conn)
{
    const http_head *head = &conn->exchange->head;
    bool has_body = head->chunked || head->content_length > 0;
    conn->state = HTTP_CONN_BODY;
    if (has_body)
        http_conn_timer(conn, conn->server->limits.body_timeout_ms);
    else
        await_answer(conn);
    if (has_body && head->expects_continue && input(conn).len == 0)
        http_conn_write(conn, TUSK_STR("HTTP/1.1 100 Continue\r\n\r\n"));
}

static http_fault too_long(const http_conn *conn, tusk_str bytes)
{
    if (bytes.len <= conn->server->limits.head_bytes) return (http_fault){ 0, NULL };
    size_t line_max = conn->server->limits.head_bytes / 2;
    if (!memchr(bytes.ptr, '\r', line_max))
        return (http_fault){ 414, "the request line is too long" };
    return (http_fault){ 431, "the headers are too large" };
}

/* True when a head was taken and there may be more to do. */
static bool read_head(http_conn *conn)
{
    tusk_str bytes = input(conn);
    if (bytes.len == 0) return false;
    if (!conn->begun) http_conn_timer(conn, conn->server->limits.head_timeout_ms);
    conn->begun = true;
    http_fault fault;
    size_t end = http_head_end(bytes, &conn->seen, &fault);
    if (!fault.code) fault = too_long(conn, (tusk_str){ bytes.ptr, end ? end : bytes.len });
    if (fault.code) {
        http_gate_refuse(conn, fault);
        return false;
    }
    if (end == 0) return false;

    tusk_arena *arena = tusk_arena_new((size_t)64 << 20);
    http_head head;
    fault = http_head_parse(arena, (tusk_str){ bytes.ptr, end },
                            conn->server->limits.head_bytes / 2, &head);
    if (fault.code) {
        tusk_arena_free(arena);
        http_gate_refuse(conn, fault);
        return false;
    }
    conn->start += end;
    if (!begin_request(conn, arena, &head)) return false;
    enter_body(conn);
    return true;
}

/* ---- a body ---- */

static void body_done(http_conn *conn)
{
    http_lane_end_body(conn);
    await_answer(conn);
}

static bool read_plain(http_conn *conn)
{
    tusk_str bytes = input(conn);
    size_t n = bytes.len < conn->body_left ? bytes.len : (size_t)conn->body_left;
    http_lane_body(conn, (tusk_str){ bytes.ptr, n });
    conn->start += n;
    conn->body_left -= n;
    if (conn->body_left > 0) return false;
    body_done(conn);
    return true;
}

static bool read_chunked(http_conn *conn)
{
    while (input(conn).len > 0 && conn->chunks.state != HTTP_CHUNK_DONE) {
        size_t used;
        tusk_str data;
        http_fault fault = http_chunks_step(&conn->chunks, input(conn),
                                            conn->server->limits.body_bytes, &used, &data);
        if (fault.code) {
            http_gate_refuse(conn, fault);
            return false;
        }
        http_lane_body(conn, data);
        conn->start += used;
    }
    if (conn->chunks.state != HTTP_CHUNK_DONE) return false;
    body_done(conn);
    return true;
}

void http_gate_input(http_conn *conn)
{
    bool more = true;
    while (more && !conn->closing) {
        switch (conn->state) {
        case HTTP_CONN_HEAD:
            more = !conn->exchange && read_head(conn);
            break;
        case HTTP_CONN_BODY:
            more = conn->exchange->head.chunked ? read_chunked(conn) : read_plain(conn);
            break;
        case HTTP_CONN_ANSWER:
        case HTTP_CONN_LINGER:
            more = false;
            break;
        }
    }
}

/* ---- the end of input, and of patience ---- */

/* A client that ends its direction has most likely closed: its work is cancelled, but what is
 * answered all the same is written. */
void http_gate_eof(http_conn *conn)
{
    switch (conn->state) {
    case HTTP_CONN_LINGER:
        http_conn_close(conn);
        return;
    case HTTP_CONN_ANSWER:
        if (conn->exchange) http_exchange_gone(conn->exchange);
        return;
    case HTTP_CONN_BODY:
        http_gate_refuse(conn, (http_fault){ 400, "the body ends too early" });
        return;
    case HTTP_CONN_HEAD:
        if (input(conn).len == 0)
            http_conn_end(conn);
        else
            http_gate_refuse(conn, (http_fault){ 400, "the head ends too early" });
    }
}

void http_gate_late(http_conn *conn)
{
    if (conn->state == HTTP_CONN_BODY) {
        http_gate_refuse(conn, (http_fault){ 408, "the body did not arrive in time" });
    } else if (conn->state == HTTP_CONN_HEAD && conn->begun) {
        http_gate_refuse(conn, (http_fault){ 408, "the head did not arrive in time" });
    } else {
        http_conn_close(conn); /* idle, or not reading its answer */
    }
}

void http_gate_next(http_conn *conn, bool well)
{
    http_server *server = conn->server;
    if (conn->closing) {
        http_lane_close(conn);
        http_conn_free_if_done(conn);
        return;
    }
    if (conn->state == HTTP_CONN_LINGER) return;
    if (!well || !conn->keep_alive || server->closing) {
        http_lane_close(conn);
        http_conn_end(conn);
        return;
    }
    if (conn->lane && (conn->lane->over || server->lanes > HTTP_LANES_KEPT)) http_lane_close(conn);
    conn->state = HTTP_CONN_HEAD;
    if (conn->writes == 0) http_conn_timer(conn, server->limits.idle_timeout_ms);
    http_gate_input(conn);
    http_conn_resume(conn);
    if (conn->closing || conn->state != HTTP_CONN_HEAD) return;
    if (conn->eof)
        http_gate_eof(conn);
    else if (input(conn).len == 0)
        tusk_buf_clear(&conn->in), conn->start = 0;
}
