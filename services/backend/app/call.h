/* call.h - one request on its way: match, state, origin, caller, permission, input, then the
 * route's own work */
#ifndef DEPLOYSTACK_CALL_H
#define DEPLOYSTACK_CALL_H

#include "services/backend/app/app.h"
#include "services/backend/db/schema.h"

/** Who is calling. Texts live in the call's arena. */
struct caller {
    bool signed_in;
    bool by_cookie;
    auth_users_row user;
    roles_row role;
    bool member;              /* of the team in the path */
    enum team_role team_role; /* when member */
    tusk_str session_id;      /* stored id (a hash) of the session, "no text" with a token */
    tusk_str token_team;      /* a token works for one team only */
    tusk_str token_scope;
};

enum { CALL_QUERIES_MAX = 4, CALL_HEADERS_MAX = 4 };

struct call {
    struct app *app;
    http_request *request;
    tusk_arena *arena; /* the request's */
    const struct route *route;
    http_pair params[4];
    size_t param_count;
    bool https; /* the client reaches us by https */
    struct caller caller;
    json_t *body; /* validated against route->body; freed with the call */
    /* queries described */
    const tusk_query *queries[CALL_QUERIES_MAX];
    size_t query_count;
    uint64_t ticket; /* under way on the loop's connections, 0: none */
    bool gone;       /* the client left */
    void *note;      /* the route's own, from describe to answer */
    /* the answer */
    int code;             /* 0: not answered yet */
    const char *redirect; /* instead of a document */
    tusk_str file;        /* instead: a page, e.g. "index.html" */
    tusk_str plain;       /* instead: text of `plain_type` */
    const char *plain_type;
    const char *stream_type; /* instead: a stream of this content type */
    http_streaming stream;
    json_t *answer;
    const char *error;
    json_t *details;
    http_pair headers[CALL_HEADERS_MAX];
    size_t header_count;
    tusk_str audit_target; /* what the audit log names; "no text": the parameters of the path */
    bool proved;           /* the password in the body is the caller's */
    uv_work_t work;
};

/** Entry point: http_options.handle and .gone. */
void call_handle(void *app, http_request *request);
void call_gone(void *app, http_request *request);

/* ---- for routes ---- */

/** Adds a query; the answers come in the order of adding. */
void call_query(struct call *call, const tusk_query *query);
/** Answers with a JSON document (taken over). NULL: out of memory, 500. */
void call_ok(struct call *call, int code, json_t *document);
/** Answers with {success:false, error}. The text has to be static or in the call's arena. */
void call_fail(struct call *call, int code, const char *error);
/** 503 with Retry-After: not now. */
void call_busy(struct call *call, const char *error);
/** 400 "Validation error" with one {field, message}. */
void call_invalid(struct call *call, const char *field, const char *message);
/** Answers for a failed database call: 409 for a conflict, 503 when the server cannot be reached,
 * else 500 and a log line. */
void call_error(struct call *call, const tusk_error *err);
/** Answers with a page of web/, a redirect, or plain text (in the arena). */
void call_page_file(struct call *call, const char *name);
void call_redirect(struct call *call, const char *location);
void call_plain(struct call *call, const char *content_type, tusk_str text);
/** Answers with a stream (http.h), begun by the loop's thread once the route is done; the call and
 * its arena live until `stream->ended`, which always comes. Nothing else may be answered after it.
 */
void call_stream(struct call *call, const char *content_type, const http_streaming *stream);
void call_header(struct call *call, const char *name, tusk_str value);
/** Does the client prefer a page over JSON? */
bool call_wants_html(const struct call *call);
/** Names what was acted on for the audit log, instead of the parameters of the path. The text has
 * to be static or in the call's arena. */
void call_audit_target(struct call *call, tusk_str target);
/** A parameter of the path (":id" without the colon). */
tusk_str call_param(const struct call *call, const char *name);
/** A validated member of the body; "no text" when it was left out. */
tusk_str call_text(const struct call *call, const char *name);
bool call_flag(const struct call *call, const char *name);
long long call_number(const struct call *call, const char *name, long long fallback);
/** A validated query parameter. */
tusk_str call_query_text(const struct call *call, const char *name);
long long call_query_number(const struct call *call, const char *name, long long fallback);

/** The page asked for: limit 1..100 (20), offset >= 0 (0). Its two fields stand in every paged
 * route's `query`. */
struct page {
    long long limit, offset;
};
struct page call_page(const struct call *call);
/** The number that a tusk_count() answered. */
int64_t call_count(const tusk_answer *answer);
/** {total, limit, offset, has_more} */
json_t *call_pagination(struct page page, int64_t total);

/* ---- JSON from database values ---- */
json_t *json_text(tusk_str text); /* null for "no text" */
json_t *json_null_text(tusk_null_str text);
json_t *json_time(tusk_time time);    /* ISO 8601 in UTC with milliseconds */
json_t *json_parsed(tusk_json value); /* jsonb as JSON */

#endif
