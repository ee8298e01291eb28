/* dispatch.c - the stages of a call, in order: route, state of the set-up, origin, caller,
 * permission, input, work; each either goes on or has answered */
#include "services/backend/app/call.h"

#include <strings.h>

#include "services/backend/app/admin/audit.h"
#include "services/backend/app/auth/auth.h"
#include "services/backend/app/auth/origin.h"
#include "services/backend/app/auth/prove.h"
#include "services/backend/app/input.h"
#include "services/backend/app/route.h"
#include "services/backend/app/setup/setup.h"
#include "services/backend/app/usage/usage.h"

enum { QUERY_TIMEOUT_MS = 10000, HASHES_MAX = 8 };

/* ---- the end of a call ---- */

static void respond(void *context)
{
    struct call *call = context;
    http_request *request = call->request;
    usage_count(call->app->usage, call);
    json_decref(call->body); /* the only thing of a call that is not in its arena */
    if (call->redirect)
        http_respond_redirect(request, call->code, call->redirect);
    else if (call->file.ptr && http_files_respond(call->app->files, request, call->file))
        return;
    else if (call->stream_type)
        http_stream_begin(request,
                          &(http_answer){ .code = call->code,
                                          .content_type = call->stream_type,
                                          .headers = call->headers,
                                          .header_count = call->header_count },
                          &call->stream);
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

/** The end of every call: has the audit log written where the route asks for it, then answers
 * (which ends the arena too). */
static void finish(struct call *call)
{
    if (call->code == 0) call_fail(call, 500, "Internal server error");
    audit_write(call, respond);
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

/** Sends the call's queries; `done` goes on with their answers. */
static void submit(struct call *call, tusk_async_done *done)
{
    tusk_error err;
    tusk_status st =
        tusk_async_submit(call->app->async, call->arena, call->queries, call->query_count,
                          QUERY_TIMEOUT_MS, done, call, &call->ticket, &err);
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
    if (status) call_busy(call, "The server is stopping");
    finish(call);
}

static void run_procedure(struct call *call)
{
    struct app *app = call->app;
    if (call->route->hashes && app->hashing >= HASHES_MAX) {
        call_busy(call, "Too many sign-ins at once, try again in a moment");
        finish(call);
        return;
    }
    if (call->route->hashes) app->hashing++;
    call->work.data = call;
    uv_queue_work(app->loop, &call->work, work, worked);
}

/** Everything is settled: the route's own work. */
static void perform(struct call *call)
{
    if (call->route->procedure) {
        run_procedure(call);
        return;
    }
    call->route->describe(call);
    if (call->code || call->query_count == 0)
        finish(call);
    else
        submit(call, answered);
}

/* ---- the password again ---- */

static void prove_work(uv_work_t *request)
{
    struct call *call = request->data;
    call->proved = prove_matches(call);
}

static void prove_worked(uv_work_t *request, int status)
{
    struct call *call = request->data;
    call->app->hashing--;
    if (status) call_busy(call, "The server is stopping");
    if (!status && prove_settle(call))
        perform(call);
    else
        finish(call);
}

/** The caller may call: check the input and, where the route asks for it, the password. */
static void prove(struct call *call)
{
    struct app *app = call->app;
    bool wanted = false;
    if (!input_query(call) || !input_body(call) || !prove_allows(call, &wanted)) {
        finish(call);
    } else if (!wanted) {
        perform(call);
    } else if (app->hashing >= HASHES_MAX) {
        call_busy(call, "Too many passwords to check at once, try again in a moment");
        finish(call);
    } else {
        app->hashing++;
        call->work.data = call;
        uv_queue_work(app->loop, &call->work, prove_work, prove_worked);
    }
}

/* ---- who is calling ---- */

static void authorised(struct call *call)
{
    if (auth_allows(call))
        prove(call);
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
    submit(call, identified);
}

/* ---- before that: path, state, origin ---- */

static bool is_change(tusk_str method)
{
    return !tusk_str_eq(method, TUSK_STR("GET")) && !tusk_str_eq(method, TUSK_STR("HEAD"));
}

/** While the set-up is not done only a few routes answer; a browser is led to the wizard. */
static bool state_allows(struct call *call)
{
    if (setup_is_ready(call->app->setup) || (call->route && call->route->before_ready)) return true;
    if (call_wants_html(call) && !is_change(call->request->method)) {
        call_redirect(call, "/setup");
        return false;
    }
    call_busy(call, setup_reason(call->app->setup));
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
