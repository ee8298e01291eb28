/* fuzz_wire.c - messages of a server: heads, errors, fields, rows; nothing outside of a message is
 * read, and what was taken reads back as it was */
#include "src/wire/protocol.h"
#include "tests/fuzz/fuzz.h"

static void read_words(const tusk_message *message)
{
    tusk_words words;
    tusk_str body = { message->body, message->size };
    bool whole = tusk_words_read(body, &words);
    const char *end = body.ptr + body.len;
    CLAIM(words.message.len <= body.len, "a word is within its message");
    if (whole && words.message.len > 0)
        CLAIM(words.message.ptr + words.message.len < end, "and its zero, too");
}

/* The last ones read are those of the rows that follow. */
static void read_fields(const tusk_message *message, tusk_fields **fields)
{
    tusk_fields *read;
    if (tusk_fields_read(message, &read) != TUSK_READ_OK) return;
    tusk_fields_release(*fields);
    *fields = read;
    size_t names = 0;
    for (size_t i = 0; i < read->count; i++) {
        CLAIM(strlen(read->list[i].name.ptr) == read->list[i].name.len, "a name has its zero");
        names += read->list[i].name.len + 1;
    }
    CLAIM(names == read->names_size, "and all have the size that is told");
}

static size_t add_up(const char *row, size_t count)
{
    size_t sum = 0;
    const char *at = row + 2;
    for (size_t i = 0; i < count; i++) {
        tusk_str cell;
        at = tusk_cell_read(at, &cell);
        if (!cell.ptr) continue;
        CLAIM(cell.ptr[cell.len] == '\0', "a zero stands behind a cell");
        for (size_t k = 0; k < cell.len; k++) sum += (unsigned char)cell.ptr[k] + cell.len;
    }
    return sum;
}

static void read_row(const tusk_message *message, const tusk_fields *fields)
{
    size_t count = fields ? fields->count : 1, size = message->size;
    char *copied = malloc(size + 4 * count + 1), *marked = malloc(size + 1);
    CLAIM(copied && marked, "there is memory");
    memcpy(marked, message->body, size);
    size_t written = tusk_row_copy(copied, message->body, size, count);
    bool good = tusk_row_mark(marked, size, count);
    CLAIM(good == (written > 0), "both ways agree on what a row is");
    if (good) {
        copied[written] = marked[size] = '\0';
        CLAIM(add_up(copied, count) == add_up(marked, count), "and on what is in it");
    }
    free(copied);
    free(marked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_fields *fields = NULL;
    const char *at = (const char *)data;
    tusk_message message;
    while (size >= TUSK_HEAD_SIZE && tusk_message_head(at, &message)) {
        if (message.size > size - TUSK_HEAD_SIZE) break;
        char *body = malloc(message.size + 1); /* of its own, so that the sanitizer sees its end */
        CLAIM(body, "there is memory");
        message.body = memcpy(body, at + TUSK_HEAD_SIZE, message.size);
        if (message.type == 'E' || message.type == 'N') read_words(&message);
        if (message.type == 'T') read_fields(&message, &fields);
        if (message.type == 'D') read_row(&message, fields);
        free(body);
        at += TUSK_HEAD_SIZE + message.size;
        size -= TUSK_HEAD_SIZE + message.size;
    }
    tusk_fields_release(fields);
    return 0;
}
