/* info.c - health, front page and metrics: answered from memory, in any state of the database */
#include "services/backend/app/info/info.h"

#include "services/backend/app/auth/auth.h"
#include "services/backend/app/setup/setup.h"

void info_health(struct call *call)
{
    call_ok(call, 200, json_pack("{s:s}", "status", "ok"));
}

void info_root(struct call *call)
{
    if (call_wants_html(call)) {
        if (setup_is_ready(call->app->setup))
            call_page_file(call, "index.html");
        else
            call_redirect(call, "/setup");
        return;
    }
    char now[TUSK_TIME_TEXT_SIZE];
    bool ready = setup_is_ready(call->app->setup);
    call_ok(call, 200,
            json_pack(
                "{s:s, s:s, s:s, s:s}", "message", "DeployStack Backend is running.", "status",
                ready ? "Database Connected"
                      : "Database Not Configured/Connected - Use /api/db/status and /api/db/setup",
                "timestamp", tusk_time_text(tusk_now(), now), "version", DEPLOYSTACK_VERSION));
}

void info_login_page(struct call *call)
{
    if (setup_is_ready(call->app->setup))
        call_page_file(call, "login.html");
    else
        call_redirect(call, "/setup");
}

/** The frame of the administrators' pages: it holds nothing that not everybody may see. */
void info_admin_page(struct call *call)
{
    static const char *const pages[] = { "tables",     "indexes", "activity", "slow",   "plan",
                                         "migrations", "backups", "audit",    "diagram" };
    tusk_str page = call_param(call, "page");
    bool known = !page.ptr; /* /admin itself */
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (tusk_str_eq(page, tusk_str_of(pages[i]))) known = true;
    }
    if (!setup_is_ready(call->app->setup)) {
        call_redirect(call, "/setup");
    } else if (known || call_wants_html(call)) { /* the frame tells people, with the way on */
        call_page_file(call, "admin.html");
    } else {
        call_fail(call, 404, "There is nothing at this address");
    }
}

static void metric(tusk_buf *b, const char *name, const char *type, const char *help, double value)
{
    tusk_buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help, name, type, name,
                    value);
}

static void http_metrics(tusk_buf *b, const http_stats *s)
{
    metric(b, "deploystack_http_requests_total", "counter", "Requests received.",
           (double)s->requests);
    tusk_buf_add_cstr(b,
                      "# HELP deploystack_http_responses_total Answers by class of status code.\n"
                      "# TYPE deploystack_http_responses_total counter\n");
    const uint64_t counts[] = { s->responses_2xx, s->responses_3xx, s->responses_4xx,
                                s->responses_5xx };
    for (int i = 0; i < 4; i++)
        tusk_buf_printf(b, "deploystack_http_responses_total{class=\"%dxx\"} %llu\n", i + 2,
                        (unsigned long long)counts[i]);
    metric(b, "deploystack_http_connections", "gauge", "Open client connections.", s->connections);
    metric(b, "deploystack_http_requests_in_flight", "gauge", "Requests being answered.",
           s->in_flight);
}

static void pool_metrics(tusk_buf *b, const tusk_pool_stats *s)
{
    metric(b, "deploystack_pool_connections_max", "gauge", "Database connections at most.", s->max);
    metric(b, "deploystack_pool_connections_open", "gauge", "Database connections open.", s->open);
    metric(b, "deploystack_pool_connections_busy", "gauge", "Database connections in use.",
           s->busy);
    metric(b, "deploystack_pool_waiting", "gauge", "Callers waiting for a connection.", s->waiting);
    metric(b, "deploystack_pool_acquired_total", "counter", "Connections handed out.",
           (double)s->acquired);
    metric(b, "deploystack_pool_timeouts_total", "counter", "Waits that ran out of time.",
           (double)s->timeouts);
    metric(b, "deploystack_pool_failed_total", "counter", "Connection attempts that failed.",
           (double)s->failed);
}

void info_metrics(struct call *call)
{
    if (!call->request->peer_is_loopback && !auth_has(&call->caller, "system.admin")) {
        call_fail(call, 403, "Metrics are for this machine and for administrators");
        return;
    }
    http_stats http = { 0 };
    tusk_pool_stats pool = { 0 };
    http_look(call->app->http, &http);
    tusk_pool_look(call->app->pool, &pool);
    tusk_buf b;
    tusk_buf_init_in(&b, call->arena, 64 * 1024);
    http_metrics(&b, &http);
    pool_metrics(&b, &pool);
    metric(&b, "deploystack_ready", "gauge", "1 when the set-up is done.",
           setup_is_ready(call->app->setup));
    call_plain(call, "text/plain; version=0.0.4; charset=utf-8", tusk_buf_str(&b));
}
