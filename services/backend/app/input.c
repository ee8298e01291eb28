/* input.c - one walk over a list of fields for bodies and query strings; all complaints come at
 * once */
#include "services/backend/app/input.h"

#include <stdarg.h>
#include <stdio.h>

/* A body can hold thousands of unknown members: naming the first few is enough. */
enum { DETAILS_MAX = 32 };

static void complain(json_t **details, const char *field, const char *format, ...)
    TUSK_PRINTF(3, 4);
static void complain(json_t **details, const char *field, const char *format, ...)
{
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (!*details) *details = json_array();
    if (json_array_size(*details) >= DETAILS_MAX) return;
    json_array_append_new(*details, json_pack("{s:s, s:s}", "field", field, "message", message));
}

/** Characters, not bytes: what a person counts. */
static long long characters(tusk_str text)
{
    long long count = 0;
    for (size_t i = 0; i < text.len; i++) count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return count;
}

static void check_text(const struct input_field *f, tusk_str text, json_t **details)
{
    if (!tusk_str_is_text(text)) {
        complain(details, f->name, "has to be UTF-8 text without NUL");
        return;
    }
    long long length = characters(text);
    if (length < f->min && f->min == 1)
        complain(details, f->name, "must not be empty");
    else if (length < f->min || length > f->max)
        complain(details, f->name, "has to have %lld to %lld characters", f->min, f->max);
    else if (f->check && f->check(text))
        complain(details, f->name, "%s", f->check(text));
}

static void check_integer(const struct input_field *f, long long value, json_t **details)
{
    if (value < f->min || value > f->max)
        complain(details, f->name, "has to be between %lld and %lld", f->min, f->max);
}

static void check_texts(const struct input_field *f, json_t *object, json_t **details)
{
    long long count = (long long)json_object_size(object);
    const char *key;
    json_t *value;
    if (count < f->min || count > f->max)
        complain(details, f->name, "has to have %lld to %lld members", f->min, f->max);
    json_object_foreach(object, key, value)
    {
        bool text =
            json_is_string(value) &&
            tusk_str_is_text((tusk_str){ json_string_value(value), json_string_length(value) });
        if (!text && !json_is_null(value))
            complain(details, f->name, "has a member that is neither text without NUL nor null");
    }
}

static void check_member(const struct input_field *f, json_t *value, json_t **details)
{
    if (!value || json_is_null(value)) {
        if (f->required) complain(details, f->name, "is required");
        return;
    }
    switch (f->kind) {
    case INPUT_TEXT:
        if (!json_is_string(value))
            complain(details, f->name, "has to be a string");
        else
            check_text(f, (tusk_str){ json_string_value(value), json_string_length(value) },
                       details);
        return;
    case INPUT_INTEGER:
        if (!json_is_integer(value))
            complain(details, f->name, "has to be a whole number");
        else
            check_integer(f, json_integer_value(value), details);
        return;
    case INPUT_BOOLEAN:
        if (!json_is_boolean(value)) complain(details, f->name, "has to be true or false");
        return;
    case INPUT_TEXTS:
        if (!json_is_object(value))
            complain(details, f->name, "has to be an object");
        else
            check_texts(f, value, details);
        return;
    }
}

static bool is_listed(const struct input_field *fields, tusk_str name)
{
    for (const struct input_field *f = fields; f && f->name; f++)
        if (tusk_str_eq(tusk_str_of(f->name), name)) return true;
    return false;
}

static bool refuse(struct call *call, json_t *details)
{
    call_fail(call, 400, "Validation error");
    call->details = details;
    return false;
}

static void check_members(const struct input_field *fields, const json_t *body, json_t **details)
{
    for (const struct input_field *f = fields; f && f->name; f++)
        check_member(f, json_object_get(body, f->name), details);
}

bool input_body(struct call *call)
{
    const struct input_field *fields = call->route->body;
    const struct input_field *password = route_password_field(call->route);
    if (!route_has_body(call->route)) return true;
    int code = 400;
    tusk_str why = { 0, 0 };
    call->body = http_json_body(call->request, &code, &why);
    if (!call->body) {
        call_fail(call, code, why.ptr ? why.ptr : "the body is not valid JSON");
        return false;
    }
    if (!json_is_object(call->body)) {
        call_fail(call, 400, "the body has to be a JSON object");
        return false;
    }
    json_t *details = NULL;
    const char *key;
    json_t *value;
    json_object_foreach(call->body, key, value)
    {
        if (!is_listed(fields, tusk_str_of(key)) && !is_listed(password, tusk_str_of(key)))
            complain(&details, key, "is not known here");
    }
    check_members(fields, call->body, &details);
    check_members(password, call->body, &details);
    return details ? refuse(call, details) : true;
}

/** A parameter given twice is read in one way by us and in another by whoever stands before us. */
static bool is_doubled(const http_request *request, const char *name)
{
    int count = 0;
    for (size_t i = 0; i < request->query_count; i++)
        count += tusk_str_eq(request->query[i].name, tusk_str_of(name));
    return count > 1;
}

bool input_query(struct call *call)
{
    const struct input_field *fields = call->route->query;
    if (!fields) return true;
    json_t *details = NULL;
    for (const struct input_field *f = fields; f->name; f++) {
        tusk_str value = http_query(call->request, f->name);
        long long number = 0;
        if (!value.ptr) {
            if (f->required) complain(&details, f->name, "is required");
        } else if (is_doubled(call->request, f->name)) {
            complain(&details, f->name, "is given more than once");
        } else if (f->kind == INPUT_TEXT) {
            check_text(f, value, &details);
        } else if (!tusk_str_to_int(value, f->min, f->max, &number)) {
            complain(&details, f->name, "has to be a whole number between %lld and %lld", f->min,
                     f->max);
        }
    }
    return details ? refuse(call, details) : true;
}

const char *input_not_blank(tusk_str text)
{
    return tusk_str_trim(text).len == 0 ? "must not be blank" : NULL;
}
