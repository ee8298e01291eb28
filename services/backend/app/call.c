/* call.c - what a route may say and ask: the answer under construction, input, JSON from database
 * values */
#include "services/backend/app/call.h"

#include "services/backend/app/setup/setup.h"

/* ---- answering ---- */

void call_ok(struct call *call, int code, json_t *document)
{
    if (!document) {
        call_fail(call, 500, "Internal server error");
        return;
    }
    call->code = code;
    call->answer = document;
}

void call_fail(struct call *call, int code, const char *error)
{
    call->code = code;
    call->error = error;
}

void call_invalid(struct call *call, const char *field, const char *message)
{
    call_fail(call, 400, "Validation error");
    call->details = json_pack("[{s:s, s:s}]", "field", field, "message", message);
}

void call_page_file(struct call *call, const char *name)
{
    call_fail(call, 404, "There is no such page");
    call->file = tusk_str_of(name);
}

void call_redirect(struct call *call, const char *location)
{
    call->code = 302;
    call->redirect = location;
}

void call_plain(struct call *call, const char *content_type, tusk_str text)
{
    call->code = 200;
    call->plain_type = content_type;
    call->plain = text;
}

void call_stream(struct call *call, const char *content_type, const http_streaming *stream)
{
    call->code = 200;
    call->stream_type = content_type;
    call->stream = *stream;
}

void call_header(struct call *call, const char *name, tusk_str value)
{
    if (call->header_count == CALL_HEADERS_MAX || !value.ptr) return;
    call->headers[call->header_count++] = (http_pair){ tusk_str_of(name), value };
}

void call_busy(struct call *call, const char *error)
{
    call_fail(call, 503, error);
    call_header(call, "Retry-After", TUSK_STR("2"));
}

/** What the server refuses now and may take later: who connects, too many of them, a shutdown, a
 * deadlock. */
static bool is_passing(const tusk_error *err)
{
    static const char *const classes[] = { "08", "28", "3D", "40", "53", "57" };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strncmp(err->sqlstate, classes[i], 2) == 0) return true;
    return err->retry == TUSK_RETRY_YES;
}

/** A name or a password that waiting does not make right. */
static bool is_about_settings(const tusk_error *err)
{
    return strncmp(err->sqlstate, "28", 2) == 0 || strncmp(err->sqlstate, "3D", 2) == 0;
}

/** As /api/db/status says it to everybody, while nobody has signed in yet. */
static bool tell_why(struct call *call, const tusk_error *err)
{
    if (setup_is_ready(call->app->setup)) return false;
    tusk_str why =
        tusk_arena_printf(call->arena, "The database is not usable yet: %s", err->message);
    if (why.ptr) call_busy(call, why.ptr);
    return why.ptr != NULL;
}

void call_error(struct call *call, const tusk_error *err)
{
    if (call->gone) { /* nobody reads the answer, and giving up is no fault of ours: not a 5xx */
        call_fail(call, 499, "The client left");
        return;
    }
    bool conflict = strcmp(err->sqlstate, "23505") == 0 || strcmp(err->sqlstate, "23503") == 0;
    if (conflict) {
        call_fail(call, 409, "This conflicts with what is already there");
        return;
    }
    tusk_log_write(call->app->log, TUSK_LOG_ERROR, "a request failed in the database",
                   TUSK_FIELDS(tusk_field_cstr("request", call->request->id),
                               tusk_field_cstr("status", tusk_status_name(err->status)),
                               tusk_field_cstr("sqlstate", err->sqlstate),
                               tusk_field_cstr("error", err->message)));
    if (is_about_settings(err) && tell_why(call, err)) return;
    if (is_passing(err)) {
        call_busy(call, "The database is not answering, try again in a moment");
        return;
    }
    switch (err->status) {
    case TUSK_CONNECTION:
    case TUSK_TIMEOUT:
    case TUSK_BUSY:
    case TUSK_CANCELLED:
        call_busy(call, "The database is not answering, try again in a moment");
        return;
    case TUSK_NOMEM:
        call_busy(call, "The server is out of memory for this request");
        return;
    default:
        break;
    }
    bool value = strncmp(err->sqlstate, "22", 2) == 0; /* the class "data exception" */
    call_fail(call, value ? 400 : 500,
              value ? "The database refused a value" : "Internal server error");
}

/* ---- what routes ask ---- */

bool call_wants_html(const struct call *call)
{
    tusk_str accept = http_header(call->request, "accept");
    return accept.ptr && memmem(accept.ptr, accept.len, "text/html", 9);
}

void call_query(struct call *call, const tusk_query *query)
{
    if (call->query_count < CALL_QUERIES_MAX) call->queries[call->query_count++] = query;
}

void call_audit_target(struct call *call, tusk_str target)
{
    call->audit_target = target;
}

tusk_str call_param(const struct call *call, const char *name)
{
    for (size_t i = 0; i < call->param_count; i++)
        if (tusk_str_eq(call->params[i].name, tusk_str_of(name))) return call->params[i].value;
    return (tusk_str){ 0, 0 };
}

tusk_str call_text(const struct call *call, const char *name)
{
    const json_t *value = json_object_get(call->body, name);
    if (!json_is_string(value)) return (tusk_str){ 0, 0 };
    return (tusk_str){ json_string_value(value), json_string_length(value) };
}

bool call_flag(const struct call *call, const char *name)
{
    return json_is_true(json_object_get(call->body, name));
}

long long call_number(const struct call *call, const char *name, long long fallback)
{
    const json_t *value = json_object_get(call->body, name);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

tusk_str call_query_text(const struct call *call, const char *name)
{
    return http_query(call->request, name);
}

long long call_query_number(const struct call *call, const char *name, long long fallback)
{
    long long value = fallback;
    tusk_str_to_int(http_query(call->request, name), -(1LL << 53), 1LL << 53, &value);
    return value;
}

struct page call_page(const struct call *call)
{
    return (struct page){ call_query_number(call, "limit", 20),
                          call_query_number(call, "offset", 0) };
}

int64_t call_count(const tusk_answer *answer)
{
    long long count = 0;
    tusk_str_to_int(tusk_result_cell(&answer->result, 0, 0), 0, INT64_MAX, &count);
    return count;
}

json_t *call_pagination(struct page page, int64_t total)
{
    return json_pack("{s:I, s:I, s:I, s:b}", "total", (json_int_t)total, "limit",
                     (json_int_t)page.limit, "offset", (json_int_t)page.offset, "has_more",
                     page.offset + page.limit < total);
}

/** How many bytes the character at the beginning has; 0: it is none. */
static size_t character(tusk_str text)
{
    for (size_t n = 1; n <= 4 && n <= text.len; n++)
        if (tusk_str_is_text((tusk_str){ text.ptr, n })) return n;
    return 0;
}

/** A database in SQL_ASCII hands out any bytes: those that are no text become U+FFFD. */
static json_t *repaired(tusk_str text)
{
    tusk_buf out;
    tusk_buf_init(&out, text.len * 3 + 1);
    for (tusk_str rest = text; rest.len > 0;) {
        size_t n = character(rest);
        tusk_buf_add(&out, n ? (tusk_str){ rest.ptr, n } : TUSK_STR("\xef\xbf\xbd"));
        rest = (tusk_str){ rest.ptr + (n ? n : 1), rest.len - (n ? n : 1) };
    }
    json_t *json = out.failed ? NULL : json_stringn(tusk_buf_str(&out).ptr, out.len);
    tusk_buf_clear(&out);
    return json;
}

json_t *json_text(tusk_str text)
{
    if (!text.ptr) return json_null();
    json_t *json = json_stringn(text.ptr, text.len);
    return json ? json : repaired(text);
}

json_t *json_null_text(tusk_null_str text)
{
    return text.has ? json_text(text.value) : json_null();
}

json_t *json_time(tusk_time time)
{
    char text[TUSK_TIME_TEXT_SIZE];
    return json_string(tusk_time_text(time, text));
}

json_t *json_parsed(tusk_json value)
{
    json_t *parsed = json_loadb(value.text.ptr, value.text.len, JSON_DECODE_ANY, NULL);
    return parsed ? parsed : json_null();
}
