/* protocol.c - PostgreSQL's messages read out of bytes and written into them */
#include "src/wire/protocol.h"

#include "src/base/mem.h"

#include "src/base/banned.h"

/* ---- the head ---- */

/* The longest body of a message of this type; 0 with `*exact` false: there is no such type. */
static size_t longest(char type, bool *exact)
{
    *exact = true;
    switch (type) {
    case '1': /* ParseComplete */
    case '2': /* BindComplete */
    case '3': /* CloseComplete */
    case 'n': /* NoData */
    case 'I': /* EmptyQueryResponse */
        return 0;
    case 'Z': /* ReadyForQuery */
        return 1;
    default:
        break;
    }
    *exact = false;
    switch (type) {
    case 'D': /* DataRow */
    case 'E': /* ErrorResponse */
    case 'N': /* NoticeResponse */
        return TUSK_MESSAGE_MAX;
    case 'A': /* NotificationResponse */
    case 'C': /* CommandComplete */
    case 'G': /* CopyInResponse */
    case 'H': /* CopyOutResponse */
    case 'S': /* ParameterStatus */
    case 'T': /* RowDescription */
    case 'W': /* CopyBothResponse */
        return TUSK_MESSAGE_SMALL;
    default:
        return 0;
    }
}

bool tusk_message_head(const char *at, tusk_message *message)
{
    bool exact;
    uint32_t size = tusk_get32(at + 1);
    if (size < 4) return false;
    *message = (tusk_message){ .type = *at, .size = size - 4 };
    size_t most = longest(*at, &exact);
    return exact ? message->size == most : message->size <= most && most > 0;
}

/* ---- texts ---- */

tusk_str tusk_message_text(tusk_str *rest)
{
    const char *zero = rest->len > 0 ? memchr(rest->ptr, '\0', rest->len) : NULL;
    if (!zero) return (tusk_str){ 0, 0 };
    tusk_str text = { rest->ptr, (size_t)(zero - rest->ptr) };
    *rest = (tusk_str){ zero + 1, rest->len - text.len - 1 };
    return text;
}

static tusk_str *word_of(tusk_words *words, char code)
{
    switch (code) {
    case 'S':
        return &words->shown;
    case 'V':
        return &words->severity;
    case 'C':
        return &words->sqlstate;
    case 'M':
        return &words->message;
    case 'D':
        return &words->detail;
    case 'H':
        return &words->hint;
    case 'P':
        return &words->position;
    case 'W':
        return &words->context;
    case 't':
        return &words->table;
    case 'c':
        return &words->column;
    case 'n':
        return &words->constraint;
    case 'R':
        return &words->routine;
    default: /* others may come with new versions */
        return NULL;
    }
}

bool tusk_words_read(tusk_str body, tusk_words *out)
{
    const tusk_str none = TUSK_STR("");
    *out = (tusk_words){ none, none, none, none, none, none, none, none, none, none, none, none };
    while (body.len > 0 && *body.ptr != '\0') {
        tusk_str *word = word_of(out, *body.ptr);
        body = (tusk_str){ body.ptr + 1, body.len - 1 };
        tusk_str rest = body;
        tusk_str text = tusk_message_text(&rest);
        if (word) *word = text.ptr ? text : body; /* the last one of a message that was cut */
        if (!text.ptr) return false;
        body = rest;
    }
    if (out->severity.len == 0) out->severity = out->shown; /* before PostgreSQL 9.6 */
    return body.len == 1;
}

/* ---- fields ---- */

/* After its name: table, column, type, size, modifier, format. */
#define FIELD_SIZE ((size_t)18)

static bool read_field(tusk_str *rest, tusk_result_field *field)
{
    field->name = tusk_message_text(rest);
    if (!field->name.ptr || rest->len < FIELD_SIZE) return false;
    const char *at = rest->ptr;
    field->table_oid = tusk_get32(at);
    field->column = (int16_t)tusk_get16(at + 4);
    field->type_oid = tusk_get32(at + 6);
    field->size = (int16_t)tusk_get16(at + 10);
    field->modifier = (int32_t)tusk_get32(at + 12);
    *rest = (tusk_str){ at + FIELD_SIZE, rest->len - FIELD_SIZE };
    return true;
}

/* The message twice behind the struct: as it came, and for the names, which are fewer bytes. */
static tusk_fields *fields_new(size_t count, const tusk_message *message)
{
    size_t list = count * sizeof(tusk_result_field);
    tusk_fields *fields = tusk_mem_alloc(sizeof *fields + list + 2 * message->size);
    if (!fields) return NULL;
    *fields = (tusk_fields){ .shares = 1, .count = count, .raw_size = message->size };
    fields->list = (tusk_result_field *)(fields + 1);
    char *raw = (char *)(fields->list + count);
    memcpy(raw, message->body, message->size);
    fields->raw = raw;
    fields->names = raw + message->size;
    return fields;
}

static void gather_names(tusk_fields *fields)
{
    char *at = (char *)(fields->list + fields->count) + fields->raw_size;
    for (size_t i = 0; i < fields->count; i++) {
        tusk_str *name = &fields->list[i].name;
        memcpy(at, name->ptr, name->len + 1);
        name->ptr = at;
        at += name->len + 1;
    }
    fields->names_size = (size_t)(at - fields->names);
}

tusk_read tusk_fields_read(const tusk_message *message, tusk_fields **out)
{
    if (message->size < 2) return TUSK_READ_BAD;
    size_t count = tusk_get16(message->body);
    if (count * (FIELD_SIZE + 1) > message->size) return TUSK_READ_BAD;
    tusk_fields *fields = fields_new(count, message);
    if (!fields) return TUSK_READ_NOMEM;
    tusk_str rest = { fields->raw + 2, message->size - 2 };
    size_t i = 0;
    while (i < count && read_field(&rest, &fields->list[i])) i++;
    if (i < count || rest.len > 0) {
        tusk_mem_free(fields);
        return TUSK_READ_BAD;
    }
    gather_names(fields);
    *out = fields;
    return TUSK_READ_OK;
}

tusk_fields *tusk_fields_share(tusk_fields *fields)
{
    if (fields) fields->shares++;
    return fields;
}

void tusk_fields_release(tusk_fields *fields)
{
    if (fields && --fields->shares == 0) tusk_mem_free(fields);
}

/* ---- rows ---- */

bool tusk_row_mark(char *body, size_t size, size_t count)
{
    if (size < 2 || tusk_get16(body) != count) return false;
    char *at = body + 2, *end = body + size;
    for (size_t i = 0; i < count; i++) {
        if (end - at < 4) return false;
        uint32_t length = tusk_get32(at);
        if (length == UINT32_MAX) {
            tusk_put32(at, TUSK_CELL_NULL);
            length = 0;
        }
        at += 4;
        if (length > (size_t)(end - at)) return false;
        at += length;
    }
    return at == end;
}

size_t tusk_row_copy(char *out, const char *body, size_t size, size_t count)
{
    if (size < 2 || tusk_get16(body) != count) return 0;
    const char *at = body + 2, *end = body + size;
    char *to = tusk_put16(out, count);
    for (size_t i = 0; i < count; i++) {
        if (end - at < 4) return 0;
        uint32_t length = tusk_get32(at);
        at += 4;
        if (length == UINT32_MAX) {
            to = tusk_put32(to, TUSK_CELL_NULL);
            continue;
        }
        if (length > (size_t)(end - at)) return 0;
        if (length >= TUSK_CELL_LONG) to = tusk_put32(to, TUSK_CELL_LONG);
        to = tusk_put32(to, length);
        memcpy(to, at, length);
        to += length;
        at += length;
    }
    return at == end ? (size_t)(to - out) : 0;
}

/* ---- out ---- */

static char *put_bytes(char *at, const char *bytes, size_t size)
{
    if (size > 0) memcpy(at, bytes, size);
    return at + size;
}

static char *put_text(char *at, tusk_str text)
{
    at = put_bytes(at, text.ptr, text.len);
    *at = '\0';
    return at + 1;
}

/* `size`: of the whole message */
static char *put_head(char *at, char type, size_t size)
{
    *at = type;
    return tusk_put32(at + 1, size - 1);
}

size_t tusk_parse_size(tusk_str name, const tusk_wire_statement *statement)
{
    return TUSK_HEAD_SIZE + name.len + 1 + statement->sql.len + 1 + 2 + 4 * statement->param_count;
}

char *tusk_parse_write(char *at, tusk_str name, const tusk_wire_statement *statement)
{
    at = put_head(at, 'P', tusk_parse_size(name, statement));
    at = put_text(put_text(at, name), statement->sql);
    at = tusk_put16(at, statement->param_count);
    for (size_t i = 0; i < statement->param_count; i++)
        at = tusk_put32(at, statement->params[i].oid);
    return at;
}

size_t tusk_bind_size(tusk_str name, const tusk_wire_statement *statement)
{
    size_t size = TUSK_HEAD_SIZE + 1 + name.len + 1 + 2 + 2 + 4 + 6 * statement->param_count;
    for (size_t i = 0; i < statement->param_count; i++)
        if (statement->params[i].bytes.ptr) size += statement->params[i].bytes.len;
    return size;
}

static char *put_param(char *at, const tusk_param *param)
{
    if (!param->bytes.ptr) return tusk_put32(at, UINT32_MAX);
    at = tusk_put32(at, param->bytes.len);
    return put_bytes(at, param->bytes.ptr, param->bytes.len);
}

char *tusk_bind_write(char *at, tusk_str name, const tusk_wire_statement *statement)
{
    size_t count = statement->param_count;
    at = put_head(at, 'B', tusk_bind_size(name, statement));
    *at++ = '\0'; /* the unnamed portal */
    at = put_text(at, name);
    at = tusk_put16(at, count);
    for (size_t i = 0; i < count; i++) at = tusk_put16(at, (size_t)statement->params[i].format);
    at = tusk_put16(at, count);
    for (size_t i = 0; i < count; i++) at = put_param(at, &statement->params[i]);
    at = tusk_put16(at, 1); /* one format for all results */
    return tusk_put16(at, statement->binary);
}

size_t tusk_close_size(tusk_str name)
{
    return TUSK_HEAD_SIZE + 1 + name.len + 1;
}

char *tusk_close_write(char *at, tusk_str name)
{
    at = put_head(at, 'C', tusk_close_size(name));
    *at++ = 'S';
    return put_text(at, name);
}

char *tusk_describe_write(char *at)
{
    at = put_head(at, 'D', TUSK_DESCRIBE_SIZE);
    return put_bytes(at, "P", 2);
}

char *tusk_execute_write(char *at)
{
    at = put_head(at, 'E', TUSK_EXECUTE_SIZE);
    return put_bytes(at, "\0\0\0\0", 5);
}

char *tusk_empty_write(char *at, char type)
{
    return put_head(at, type, TUSK_HEAD_SIZE);
}

size_t tusk_text_size(tusk_str text)
{
    return TUSK_HEAD_SIZE + text.len + 1;
}

char *tusk_text_write(char *at, char type, tusk_str text)
{
    return put_text(put_head(at, type, tusk_text_size(text)), text);
}
