/* answer.c - what the server answered to a statement: rows as the bytes that came, in one block;
 * fields, command, row count */
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/internal.h"

#include "src/base/banned.h"

/* A row is kept as its message had it (the count of fields, then the cells: protocol.h) and a zero
 * behind it. */
struct tusk_wire_answer {
    tusk_fields *fields; /* a share; NULL: a statement without rows */
    bool binary;
    char command[TUSK_WIRE_COMMAND_SIZE];
    size_t count; /* rows */
    size_t size, cap;
    size_t *offsets; /* where each row begins, from the second on */
    size_t offsets_cap;
    char bytes[];
};

tusk_wire_answer *tusk_answer_new(tusk_fields *fields, bool binary, size_t room)
{
    tusk_wire_answer *answer = tusk_mem_alloc(sizeof *answer + room);
    if (!answer) return NULL;
    *answer = (tusk_wire_answer){ .fields = tusk_fields_share(fields), .binary = binary };
    answer->cap = room;
    return answer;
}

void tusk_wire_answer_free(tusk_wire_answer *answer)
{
    if (!answer) return;
    tusk_fields_release(answer->fields);
    tusk_mem_free(answer->offsets);
    tusk_mem_free(answer);
}

size_t tusk_answer_row_room(const tusk_fields *fields, size_t size)
{
    return size + 1 + (tusk_row_is_plain(size) ? 0 : 4 * fields->count);
}

/* Room for a row in the block, which may move. `coming`: what else has come, rows presumably. */
static bool make_room(tusk_wire_answer **at, size_t size, size_t coming)
{
    tusk_wire_answer *answer = *at;
    if (answer->cap - answer->size >= size) return true;
    size_t cap = answer->cap * 2;
    if (answer->count > 1 && cap < answer->size + coming) cap = answer->size + coming;
    if (cap < answer->size + size) cap = answer->size + size;
    answer = tusk_mem_resize(answer, sizeof *answer + cap);
    if (!answer) return false;
    answer->cap = cap;
    *at = answer;
    return true;
}

static bool note_offset(tusk_wire_answer *answer)
{
    if (answer->count == 0) return true; /* the first one is where all begins */
    if (answer->count > answer->offsets_cap) {
        size_t cap = answer->offsets_cap ? answer->offsets_cap * 2 : 16;
        size_t *grown = tusk_mem_resize(answer->offsets, cap * sizeof *grown);
        if (!grown) return false;
        answer->offsets = grown;
        answer->offsets_cap = cap;
    }
    answer->offsets[answer->count - 1] = answer->size;
    return true;
}

tusk_read tusk_answer_add_row(tusk_wire_answer **at, const tusk_message *message, size_t coming)
{
    size_t count = (*at)->fields->count, size = message->size;
    if (!make_room(at, tusk_answer_row_room((*at)->fields, size), coming)) return TUSK_READ_NOMEM;
    tusk_wire_answer *answer = *at;
    char *row = answer->bytes + answer->size;
    if (tusk_row_is_plain(size)) {
        if (!tusk_row_mark(message->body, size, count)) return TUSK_READ_BAD;
        memcpy(row, message->body, size);
    } else {
        size = tusk_row_copy(row, message->body, size, count);
        if (size == 0) return TUSK_READ_BAD;
    }
    if (!note_offset(answer)) return TUSK_READ_NOMEM;
    row[size] = '\0';
    answer->size += size + 1;
    answer->count++;
    return TUSK_READ_OK;
}

void tusk_answer_set_command(tusk_wire_answer *answer, tusk_str tag)
{
    size_t len = tag.len < sizeof answer->command ? tag.len : sizeof answer->command - 1;
    memcpy(answer->command, tag.ptr, len);
    answer->command[len] = '\0';
}

/* ---- reading ---- */

size_t tusk_wire_rows(const tusk_wire_answer *answer)
{
    return answer->count;
}

size_t tusk_wire_fields(const tusk_wire_answer *answer)
{
    return answer->fields ? answer->fields->count : 0;
}

static const char *row_at(const tusk_wire_answer *answer, size_t row)
{
    return answer->bytes + (row > 0 ? answer->offsets[row - 1] : 0) + 2;
}

void tusk_wire_row(const tusk_wire_answer *answer, size_t row, tusk_str *cells)
{
    const char *at = row_at(answer, row);
    size_t count = answer->fields->count;
    for (size_t i = 0; i < count; i++) at = tusk_cell_read(at, &cells[i]);
}

tusk_str tusk_wire_cell(const tusk_wire_answer *answer, size_t row, size_t field)
{
    tusk_str cell;
    const char *at = tusk_cell_read(row_at(answer, row), &cell);
    while (field-- > 0) at = tusk_cell_read(at, &cell);
    return cell;
}

/* "INSERT 0 5" -> "INSERT", "CREATE TABLE" stays. */
static tusk_str command_words(const char *tag)
{
    tusk_str text = tusk_str_of(tag);
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.ptr[i] == ' ' && text.ptr[i + 1] >= '0' && text.ptr[i + 1] <= '9')
            return (tusk_str){ text.ptr, i };
    return text;
}

bool tusk_wire_opens_transaction(const tusk_wire_answer *answer)
{
    const char *tag = answer->command;
    return strcmp(tag, "BEGIN") == 0 || strcmp(tag, "START TRANSACTION") == 0;
}

int64_t tusk_command_rows(tusk_str tag)
{
    long long count = -1;
    tusk_str last = tag;
    for (size_t i = 0; i < tag.len; i++)
        if (tag.ptr[i] == ' ') last = (tusk_str){ tag.ptr + i + 1, tag.len - i - 1 };
    if (last.len == tag.len) return -1;
    return tusk_str_to_int(last, 0, INT64_MAX, &count) ? count : -1;
}

static bool copy_fields(const tusk_wire_answer *answer, tusk_arena *arena, tusk_result_field *list)
{
    const tusk_fields *fields = answer->fields;
    const char *names = tusk_arena_copy(arena, fields->names, fields->names_size);
    if (!names) return false;
    for (size_t i = 0; i < fields->count; i++) {
        list[i] = fields->list[i];
        list[i].name.ptr = names + (fields->list[i].name.ptr - fields->names);
        list[i].format = answer->binary;
    }
    return true;
}

tusk_status tusk_wire_describe(const tusk_wire_answer *answer, tusk_arena *arena, tusk_result *out,
                               tusk_error *err)
{
    size_t count = tusk_wire_fields(answer);
    tusk_result_field *fields = TUSK_NEW_ARRAY(arena, tusk_result_field, count);
    if (!fields || (count > 0 && !copy_fields(answer, arena, fields)))
        return tusk_fail_nomem(err, "the fields of an answer");
    *out = (tusk_result){
        .row_count = tusk_command_rows(tusk_str_of(answer->command)),
        .command = tusk_arena_str(arena, command_words(answer->command)),
        .field_count = count,
        .fields = fields,
    };
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the fields of an answer");
    return TUSK_OK;
}
