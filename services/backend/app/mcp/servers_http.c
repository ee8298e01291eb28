/* servers_http.c - the catalogue: search, filter by tag, one entry */
#include "services/backend/app/mcp/mcp.h"
#include "services/backend/app/mcp/mcp_store.h"

const struct input_field servers_list_query[] = {
    { "q", INPUT_TEXT, false, 0, 255, NULL, "words to look for" },
    { "tag", INPUT_TEXT, false, 0, 100, NULL, "only servers with this tag" },
    { "limit", INPUT_INTEGER, false, 1, 100, NULL, "entries on a page, 20 by default" },
    { "offset", INPUT_INTEGER, false, 0, 1000000000, NULL, "entries to leave out" },
    { 0 },
};

static json_t *server_json(const struct mcp_server *s)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o}", "id", json_text(s->id),
                     "name", json_text(s->name), "description", json_null_text(s->description),
                     "version", json_text(s->version), "downloads_a_month",
                     (json_int_t)s->downloads_a_month, "status", json_text(s->status), "tags",
                     json_parsed(s->tags), "created_at", json_time(s->created_at), "updated_at",
                     json_time(s->updated_at));
}

void servers_list(struct call *call)
{
    struct page page = call_page(call);
    struct server_search search = { call_query_text(call, "q"), call_query_text(call, "tag"),
                                    page.limit, page.offset };
    call_query(call, servers_search(call->arena, &search).query);
    call_query(call, servers_count(call->arena, &search));
    call_query(call, servers_tags(call->arena));
}

static json_t *tags_json(const tusk_result *result)
{
    json_t *tags = json_array();
    for (size_t i = 0; i < result->cell_rows; i++) {
        long long count = 0;
        tusk_str_to_int(tusk_result_cell(result, i, 1), 0, INT64_MAX, &count);
        json_array_append_new(tags, json_pack("{s:o, s:I}", "tag",
                                              json_text(tusk_result_cell(result, i, 0)), "count",
                                              (json_int_t)count));
    }
    return tags;
}

void servers_listed(struct call *call, const tusk_answer *answers)
{
    const struct mcp_server *rows = answers[0].items;
    json_t *list = json_array();
    for (size_t i = 0; i < answers[0].count; i++)
        json_array_append_new(list, server_json(&rows[i]));
    call_ok(call, 200,
            json_pack("{s:b, s:{s:o, s:o, s:o}}", "success", 1, "data", "servers", list, "tags",
                      tags_json(&answers[2].result), "pagination",
                      call_pagination(call_page(call), call_count(&answers[1]))));
}

void servers_get(struct call *call)
{
    call_query(call, servers_find(call->arena, call_param(call, "server")).query);
}

void servers_got(struct call *call, const tusk_answer *answers)
{
    if (answers[0].count == 0) {
        call_fail(call, 404, "Server not found");
        return;
    }
    const struct mcp_server *server = answers[0].items;
    json_t *document = server_json(server);
    if (document) json_object_set_new(document, "metadata", json_parsed(server->metadata));
    call_ok(call, 200, json_pack("{s:b, s:{s:o}}", "success", 1, "data", "server", document));
}
