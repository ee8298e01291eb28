/* openapi.c - /api/openapi.json, made from the route table: what dispatches is what is documented
 */
#include "services/backend/app/info/info.h"

static json_t *schema_of(const struct input_field *f)
{
    switch (f->kind) {
    case INPUT_INTEGER:
        return json_pack("{s:s, s:I, s:I, s:s}", "type", "integer", "minimum", (json_int_t)f->min,
                         "maximum", (json_int_t)f->max, "description", f->about);
    case INPUT_BOOLEAN:
        return json_pack("{s:s, s:s}", "type", "boolean", "description", f->about);
    case INPUT_TEXTS:
        return json_pack("{s:s, s:{s:s, s:b}, s:I, s:I, s:s}", "type", "object",
                         "additionalProperties", "type", "string", "nullable", 1, "minProperties",
                         (json_int_t)f->min, "maxProperties", (json_int_t)f->max, "description",
                         f->about);
    case INPUT_TEXT:
        break;
    }
    return json_pack("{s:s, s:I, s:I, s:s}", "type", "string", "minLength", (json_int_t)f->min,
                     "maxLength", (json_int_t)f->max, "description", f->about);
}

static void add_members(json_t *properties, json_t *required, const struct input_field *fields)
{
    for (const struct input_field *f = fields; f && f->name; f++) {
        json_object_set_new(properties, f->name, schema_of(f));
        if (f->required) json_array_append_new(required, json_string(f->name));
    }
}

static json_t *body_of(const struct route *route)
{
    json_t *properties = json_object(), *required = json_array();
    add_members(properties, required, route->body);
    add_members(properties, required, route_password_field(route));
    return json_pack("{s:b, s:{s:{s:{s:s, s:o, s:o, s:b}}}}", "required", 1, "content",
                     "application/json", "schema", "type", "object", "properties", properties,
                     "required", required, "additionalProperties", 0);
}

static void add_parameter(json_t *list, const char *name, size_t length, const char *in,
                          json_t *schema)
{
    json_array_append_new(list, json_pack("{s:s%, s:s, s:b, s:o}", "name", name, length, "in", in,
                                          "required", in[0] == 'p', "schema", schema));
}

/** "/api/teams/:id" -> "/api/teams/{id}", each parameter added to the list. */
static tusk_str path_of(struct call *call, const char *pattern, json_t *parameters)
{
    tusk_buf path;
    tusk_buf_init_in(&path, call->arena, 256);
    for (const char *at = pattern; *at;) {
        if (*at != ':') {
            tusk_buf_add_char(&path, *at++);
            continue;
        }
        size_t length = strcspn(at + 1, "/");
        tusk_buf_printf(&path, "{%.*s}", (int)length, at + 1);
        add_parameter(parameters, at + 1, length, "path", json_pack("{s:s}", "type", "string"));
        at += 1 + length;
    }
    return tusk_buf_str(&path);
}

static json_t *answers_of(const struct route *route)
{
    json_t *answers = json_pack("{s:{s:s}}", "200", "description", "done");
    if (route->procedure && !route->before_ready)
        json_object_set_new(answers, "201", json_pack("{s:s}", "description", "made"));
    if (route_has_body(route) || route->query)
        json_object_set_new(answers, "400",
                            json_pack("{s:s}", "description", "input is not acceptable"));
    if (route->access >= ACCESS_USER)
        json_object_set_new(answers, "401", json_pack("{s:s}", "description", "not signed in"));
    if (route->permission)
        json_object_set_new(answers, "403", json_pack("{s:s}", "description", "not permitted"));
    return answers;
}

static void add_route(struct call *call, json_t *paths, const struct route *route)
{
    json_t *parameters = json_array();
    tusk_str path = path_of(call, route->pattern.path, parameters);
    for (const struct input_field *f = route->query; f && f->name; f++)
        add_parameter(parameters, f->name, strlen(f->name), "query", schema_of(f));
    json_t *operation = json_pack("{s:s, s:o, s:o}", "summary", route->summary, "parameters",
                                  parameters, "responses", answers_of(route));
    if (route_has_body(route)) json_object_set_new(operation, "requestBody", body_of(route));
    if (route->access >= ACCESS_USER)
        json_object_set_new(operation, "security",
                            json_pack("[{s:[]}, {s:[]}]", "session", "bearer"));
    if (route->permission)
        json_object_set_new(operation, "x-permission", json_string(route->permission));
    if (route->scope) json_object_set_new(operation, "x-scope", json_string(route->scope));
    json_t *item = json_object_get(paths, path.ptr);
    if (!item) {
        item = json_object();
        json_object_set_new(paths, path.ptr, item);
    }
    char method[16] = { 0 };
    for (size_t i = 0; i + 1 < sizeof method && route->pattern.method[i]; i++)
        method[i] = (char)(route->pattern.method[i] | 0x20);
    json_object_set_new(item, method, operation);
}

void info_openapi(struct call *call)
{
    json_t *paths = json_object();
    for (size_t i = 0; i < route_count; i++) add_route(call, paths, &routes[i]);
    call_ok(call, 200,
            json_pack("{s:s, s:{s:s, s:s}, s:o, s:{s:{s:{s:s, s:s, s:s}, s:{s:s, s:s}}}}",
                      "openapi", "3.0.3", "info", "title", "DeployStack Backend", "version",
                      DEPLOYSTACK_VERSION, "paths", paths, "components", "securitySchemes",
                      "session", "type", "apiKey", "in", "cookie", "name", "session", "bearer",
                      "type", "http", "scheme", "bearer"));
}
