/* erd_http.c - the schema as the newest migration leaves it, drawn */
#include "services/backend/app/admin/admin.h"
#include "services/backend/app/admin/tables.h"

/* Without Graphviz there is the text that other programs draw, and what to install. */
void erd_show(struct call *call, tusk_conn *conn)
{
    const char *folder = call->app->config->migrations;
    tusk_arena *a = call->arena;
    tusk_str mermaid, svg = { 0 };
    tusk_error err = { 0 };
    (void)conn;
    tusk_status st = tusk_erd(a, folder, NULL, TUSK_ERD_MERMAID, NULL, &mermaid, &err);
    if (st == TUSK_INVALID || st == TUSK_IO) { /* of the folder: what is wrong helps */
        call_fail(call, 409, tusk_arena_printf(a, "The migrations: %s", err.message).ptr);
        return;
    }
    if (st) {
        call_error(call, &err);
        return;
    }
    st = tusk_erd(a, folder, NULL, TUSK_ERD_SVG, NULL, &svg, &err);
    admin_ok(call, 200,
             json_pack("{s:o, s:o, s:o}", "svg", st ? json_null() : json_text(svg), "reason",
                       st ? json_text(tusk_str_of(err.message)) : json_null(), "mermaid",
                       json_text(mermaid)));
}
