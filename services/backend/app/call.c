/* call.c - the stages of a call, in order; each either goes on or has answered */
#include "services/backend/app/call.h"

#include "services/backend/app/auth/auth.h"
#include "services/backend/app/auth/origin.h"
#include "services/backend/app/input.h"
#include "services/backend/app/route.h"
#include "services/backend/app/setup/setup.h"

enum { QUERY_TIMEOUT_MS = 10000, HASHES_MAX = 8 };

/* ---- answering ---- */

static void respond(struct call *call)
{
    http_request *request = call->request;
    if (call->redirect)
        http_respond_redirect(request, call->code, call->redirect);
    else if (call->file.ptr && http_files_respond(call->app->files, request, call->file))
        return;
    else if (call->plain_type)
        http_respond(request, &(http_answer){ .code = call->code,
                                              .content_type = call->plain_type,
                                              .body = call->plain });
    else if (call->answer)
        http_respond_json(request, call->code, call->answer, call->headers, call->header_count);
    else if (call->header_count > 0) {
        json_t *document = json_pack("{s:b, s:s}", "success", 0, "error", call->error);
        if (call->details) json_object_set_new(document, "details", call->details);
        http_respond_json(request, call->code, document, call->headers, call->header_count);
    } else
        http_respond_error(request, call->code, call->error, call->details);
}

/** The end of every call: frees what is not in the arena, then answers (which ends the arena too).
 */
static void finish(struct call *call)
{
    json_decref(call->body);
    call->body = NULL;
    if (call->code == 0) call_fail(call, 500, "Internal server error");
    respond(call);
}

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

void call_header(struct call *call, const char *name, tusk_str value)
{
    if (call->header_count == CALL_HEADERS_MAX || !value.ptr) return;
    call->headers[call->header_count++] = (http_pair){ tusk_str_of(name), value };
}

static void busy(struct call *call, const char *error)
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
    if (is_passing(err)) {
        busy(call, "The database is not answering, try again in a moment");
        return;
    }
    switch (err->status) {
    case TUSK_CONNECTION:
    case TUSK_TIMEOUT:
    case TUSK_BUSY:
    case TUSK_CANCELLED:
        busy(call, "The database is not answering, try again in a moment");
        return;
    case TUSK_NOMEM:
        busy(call, "The server is out of memory for this request");
        return;
    default:
        call_fail(call, err->sqlstate[0] == '2' && err->sqlstate[1] == '2' ? 400 : 500,
                  err->sqlstate[0] == '2' && err->sqlstate[1] == '2'
                      ? "The database refused a value"
                      : "Internal server error");
    }
}

/* ---- the route's own work ---- */

static void answered(void *context, tusk_status status, const tusk_answer *answers,
                     const tusk_error *err)
{
    struct call *call = context;
    call->ticket = 0;
    if (status)
        call_error(call, err);
    else
        call->route->answer(call, answers);
    finish(call);
}

static void run_queries(struct call *call)
{
    tusk_error err;
    tusk_status st =
        tusk_async_submit(call->app->async, call->arena, call->queries, call->query_count,
                          QUERY_TIMEOUT_MS, answered, call, &call->ticket, &err);
    if (!st) return;
    call_error(call, &err);
    finish(call);
}

static void work(uv_work_t *request)
{
    struct call *call = request->data;
    tusk_conn *conn = NULL;
    tusk_error err;
    tusk_status st = tusk_pool_acquire(call->app->pool, &conn, &err);
    if (st)
        call_error(call, &err);
    else
        call->route->procedure(call, conn);
    tusk_pool_release(call->app->pool, conn);
}

static void worked(uv_work_t *request, int status)
{
    struct call *call = request->data;
    if (call->route->hashes) call->app->hashing--;
    if (status) busy(call, "The server is stopping");
    finish(call);
}

static void run_procedure(struct call *call)
{
    struct app *app = call->app;
    if (call->route->hashes && app->hashing >= HASHES_MAX) {
        busy(call, "Too many sign-ins at once, try again in a moment");
        finish(call);
        return;
    }
    if (call->route->hashes) app->hashing++;
    call->work.data = call;
    uv_queue_work(app->loop, &call->work, work, worked);
}

/** Everything about the caller is settled: check the input, then do the work. */
static void perform(struct call *call)
{
    if (!input_query(call) || !input_body(call)) {
        finish(call);
        return;
    }
    if (call->route->procedure) {
        run_procedure(call);
        return;
    }
    call->route->describe(call);
    if (call->code || call->query_count == 0)
        finish(call);
    else
        run_queries(call);
}

/* ---- who is calling ---- */

static void authorised(struct call *call)
{
    if (auth_allows(call))
        perform(call);
    else
        finish(call);
}

static void identified(void *context, tusk_status status, const tusk_answer *answers,
                       const tusk_error *err)
{
    struct call *call = context;
    call->ticket = 0;
    call->query_count = 0;
    if (status) {
        call_error(call, err);
        finish(call);
        return;
    }
    auth_recognise(call, answers);
    authorised(call);
}

static void identify(struct call *call)
{
    if (call->route->access == ACCESS_OPEN || !setup_is_ready(call->app->setup) ||
        !auth_question(call)) {
        authorised(call);
        return;
    }
    tusk_error err;
    tusk_status st =
        tusk_async_submit(call->app->async, call->arena, call->queries, call->query_count,
                          QUERY_TIMEOUT_MS, identified, call, &call->ticket, &err);
    if (!st) return;
    call_error(call, &err);
    finish(call);
}

/* ---- before that: path, state, origin ---- */

static bool is_change(tusk_str method)
{
    return !tusk_str_eq(method, TUSK_STR("GET")) && !tusk_str_eq(method, TUSK_STR("HEAD"));
}

bool call_wants_html(const struct call *call)
{
    tusk_str accept = http_header(call->request, "accept");
    return accept.ptr && memmem(accept.ptr, accept.len, "text/html", 9);
}

/** While the set-up is not done only a few routes answer; a browser is led to the wizard. */
static bool state_allows(struct call *call)
{
    if (setup_is_ready(call->app->setup) || (call->route && call->route->before_ready)) return true;
    if (call_wants_html(call) && !is_change(call->request->method)) {
        call_redirect(call, "/setup");
        return false;
    }
    busy(call, setup_reason(call->app->setup));
    call->details =
        json_pack("{s:s, s:s}", "state", setup_state_name(call->app->setup), "setup", "/setup");
    return false;
}

static void no_route(struct call *call, const http_match *match)
{
    if (!match->path_known) {
        call_fail(call, 404, "There is nothing at this address");
        return;
    }
    call_fail(call, 405, "This address does not take that method");
    call_header(call, "Allow", match->allow);
}

static bool answer_file(struct call *call)
{
    tusk_str path = call->request->path;
    if (is_change(call->request->method)) return false;
    if (!tusk_str_starts(path, TUSK_STR("/assets/")) &&
        !tusk_str_eq(path, TUSK_STR("/favicon.ico")))
        return false;
    tusk_str name = { path.ptr + 1, path.len - 1 };
    if (tusk_str_eq(name, TUSK_STR("favicon.ico"))) name = TUSK_STR("assets/favicon.svg");
    return http_files_respond(call->app->files, call->request, name);
}

static void start(struct call *call)
{
    http_match match = http_route(call->arena, routes, route_count, sizeof routes[0],
                                  call->request->method, call->request->path);
    if (match.entry >= 0) call->route = &routes[match.entry];
    memcpy(call->params, match.params, sizeof call->params);
    call->param_count = match.param_count;
    if (!state_allows(call)) {
        finish(call);
    } else if (!call->route) {
        no_route(call, &match);
        finish(call);
    } else if (!origin_allows(call)) {
        finish(call);
    } else {
        identify(call);
    }
}

void call_handle(void *context, http_request *request)
{
    struct call *call = TUSK_NEW(request->arena, struct call);
    if (!call) {
        http_respond_error(request, 503, "The server is out of memory", NULL);
        return;
    }
    *call = (struct call){ .app = context, .request = request, .arena = request->arena };
    call->https = call->app->config->https;
    proxy_look(&call->app->config->proxies, request, &call->https);
    request->user = call;
    if (!answer_file(call)) start(call);
}

void call_gone(void *context, http_request *request)
{
    struct call *call = request->user;
    (void)context;
    if (!call) return;
    call->gone = true;
    if (call->ticket) tusk_async_cancel(call->app->async, call->ticket);
}

/* ---- what routes ask ---- */

void call_query(struct call *call, const tusk_query *query)
{
    if (call->query_count < CALL_QUERIES_MAX) call->queries[call->query_count++] = query;
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

json_t *json_text(tusk_str text)
{
    return text.ptr ? json_stringn(text.ptr, text.len) : json_null();
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
