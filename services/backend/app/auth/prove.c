/* prove.c - the password again: asked for, checked against the caller's hash, remembered for the
 * session */
#include "services/backend/app/auth/prove.h"

#include <stdio.h>
#include <stdlib.h>

#include "services/backend/app/auth/throttle.h"
#include "services/backend/app/secret.h"

enum { PROOFS = 256, PROOF_MS = 10 * 60 * 1000, SESSION_ID_SIZE = 65 };

struct proof {
    char session[SESSION_ID_SIZE]; /* the stored id, a hash; "": a free place */
    int64_t until;                 /* tusk_clock_ms() */
};

struct proofs {
    struct proof items[PROOFS];
};

struct proofs *proofs_new(void)
{
    return calloc(1, sizeof(struct proofs));
}

void proofs_free(struct proofs *proofs)
{
    free(proofs);
}

static struct proof *find(struct proofs *proofs, tusk_str session)
{
    for (size_t i = 0; session.len > 0 && i < PROOFS; i++)
        if (tusk_str_eq(tusk_str_of(proofs->items[i].session), session)) return &proofs->items[i];
    return NULL;
}

/** The place of this session, or the one whose time ends first. */
static struct proof *place_for(struct proofs *proofs, tusk_str session)
{
    struct proof *oldest = find(proofs, session);
    if (oldest) return oldest;
    oldest = &proofs->items[0];
    for (size_t i = 1; i < PROOFS; i++)
        if (proofs->items[i].until < oldest->until) oldest = &proofs->items[i];
    return oldest;
}

static bool is_proved(struct proofs *proofs, tusk_str session)
{
    const struct proof *proof = find(proofs, session);
    return proof && tusk_clock_ms() < proof->until;
}

static void remember(struct proofs *proofs, tusk_str session)
{
    if (session.len == 0 || session.len >= SESSION_ID_SIZE) return;
    struct proof *proof = place_for(proofs, session);
    snprintf(proof->session, sizeof proof->session, "%.*s", TUSK_STR_ARG(session));
    proof->until = tusk_clock_ms() + PROOF_MS;
}

static void forget(struct proofs *proofs, tusk_str session)
{
    struct proof *proof = find(proofs, session);
    if (proof) *proof = (struct proof){ 0 };
}

/* ---- a route's body ---- */

const struct input_field *route_password_field(const struct route *route)
{
    static const struct input_field each[] = {
        { "password", INPUT_TEXT, true, 1, 128, NULL, "the caller's own password, again" }, { 0 }
    };
    static const struct input_field recent[] = {
        { "password", INPUT_TEXT, false, 1, 128, NULL,
          "the caller's own password, again; for ten minutes it needs not be repeated" },
        { 0 }
    };
    if (route->password == PASSWORD_NONE) return NULL;
    return route->password == PASSWORD_EACH ? each : recent;
}

bool route_has_body(const struct route *route)
{
    return route->body || route->password != PASSWORD_NONE;
}

/* ---- a call ---- */

bool prove_allows(struct call *call, bool *wanted)
{
    const struct caller *caller = &call->caller;
    *wanted = false;
    if (call->route->password == PASSWORD_NONE) return true;
    if (!call_text(call, "password").ptr) {
        if (is_proved(call->app->proofs, caller->session_id)) return true;
        call_fail(call, 403, "password needed");
        return false;
    }
    int seconds = throttle_wait(call->app->throttle, caller->user.username, call->request->peer);
    if (seconds > 0) {
        call_fail(call, 429, "Too many wrong passwords, try again later");
        call_header(call, "Retry-After", tusk_arena_printf(call->arena, "%d", seconds));
        return false;
    }
    *wanted = true;
    return true;
}

bool prove_matches(const struct call *call)
{
    tusk_null_str hash = call->caller.user.hashed_password;
    return secret_password_matches(hash.has ? hash.value : (tusk_str){ 0, 0 },
                                   call_text(call, "password"));
}

bool prove_settle(struct call *call)
{
    const struct caller *caller = &call->caller;
    if (call->proved) {
        throttle_passed(call->app->throttle, caller->user.username);
        remember(call->app->proofs, caller->session_id);
        return true;
    }
    throttle_failed(call->app->throttle, caller->user.username, call->request->peer);
    forget(call->app->proofs, caller->session_id);
    call_fail(call, 403, "Wrong password");
    return false;
}
