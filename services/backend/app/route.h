/* route.h - one line of the route table: what it answers, who may call it, what it takes, and what
 * it does.
 *
 * A route is a query or a procedure. A query route describes: it checks its input and adds queries
 * (call_query), which the loop runs pipelined with everybody else's; then `answer` turns the rows
 * into JSON. A procedure is straight-line code on a worker thread with a connection. A describe
 * that answers at once (call_ok, call_fail) needs neither. */
#ifndef DEPLOYSTACK_ROUTE_H
#define DEPLOYSTACK_ROUTE_H

#include "services/backend/app/call.h"

enum access {
    ACCESS_OPEN,     /* anybody */
    ACCESS_OPTIONAL, /* anybody; who is signed in is known */
    ACCESS_USER,     /* signed in */
    ACCESS_GLOBAL,   /* signed in, and the global role has `permission` */
    ACCESS_TEAM, /* member of the team :id whose team role has `permission`, or a global role that
                    has it */
};

/** Does the caller have to prove the password again? The body then has the member "password", which
 * stands in no route's own list. A session that proved it needs not to for ten minutes where that
 * is enough. */
enum password { PASSWORD_NONE, PASSWORD_EACH, PASSWORD_RECENT };

/** What an input must be; the list ends with name == NULL. */
enum input_kind {
    INPUT_TEXT,
    INPUT_INTEGER,
    INPUT_BOOLEAN,
    INPUT_TEXTS, /* an object whose members are texts or null; not in a query string */
};
struct input_field {
    const char *name;
    enum input_kind kind;
    bool required;
    long long min, max; /* characters of a text, range of an integer, number of members */
    const char *(*check)(
        tusk_str text); /* a sentence when the text is not acceptable, else NULL; may be NULL */
    const char *about;  /* for /api/openapi.json */
};

/** A `check`: the text is more than white space. */
const char *input_not_blank(tusk_str text);

struct route {
    http_pattern pattern; /* first: http_route() walks the table by it */
    enum access access;
    const char *permission;
    const char *scope;      /* what a bearer token needs; NULL: only a session will do */
    bool before_ready;      /* answers in every state of the set-up */
    bool hashes;            /* a procedure that hashes a password: few at a time */
    enum password password; /* again, before anything is done */
    const char *audit; /* the name of the action in the audit log, whatever comes of it; or NULL */
    const struct input_field *body, *query;
    void (*describe)(struct call *call);
    void (*answer)(struct call *call, const tusk_answer *answers);
    void (*procedure)(struct call *call, tusk_conn *conn);
    const char *summary;
};

/** The members of the body that password asks for; NULL for none. */
const struct input_field *route_password_field(const struct route *route);
/** Has a request for this route a body? */
bool route_has_body(const struct route *route);

/** The table (routes.c). */
extern const struct route routes[];
extern const size_t route_count;

#endif
