/* receive.c - what the server says, message by message, into the statements that wait for it. A
 * message that nobody waits for, or that is not as the protocol has it, ends the connection. */
#include <string.h>

#include "src/base/mem.h"
#include "src/wire/internal.h"

#include "src/base/banned.h"

/* Bytes read in one call at most, so that a server that never ends does not keep us from looking at
 * the clock. */
#define TURN_MAX ((size_t)1 << 20)

/* ---- endings ---- */

void tusk_wire_break(tusk_conn *conn)
{
    conn->broken = true;
    conn->stream.out.start = conn->stream.out.end = 0;
}

static void violated(tusk_conn *conn, char type, const char *what)
{
    if (conn->broken) return;
    if (conn->fatal.status == TUSK_OK)
        tusk_fail(&conn->fatal, TUSK_CONNECTION,
                  "the server broke the protocol (message 0x%02x): %s", (unsigned char)type, what);
    tusk_wire_break(conn);
}

static void give_up(tusk_conn *conn)
{
    tusk_fail(&conn->fatal, TUSK_INVALID, "the answer is larger than %zu bytes", conn->answer_max);
    tusk_wire_break(conn);
}

static void out_of_memory(tusk_conn *conn)
{
    tusk_fail_nomem(&conn->fatal, "a message of the server");
    tusk_wire_break(conn);
}

void tusk_wire_item_clear(tusk_wire_item *item)
{
    tusk_wire_answer_free(item->answer);
    tusk_fields_release(item->fields);
    tusk_prepared_release(item->prepared);
    tusk_mem_free(item->failure);
    *item = (tusk_wire_item){ .done = false };
}

/* The rest of its answer is passed over. */
static void no_room(tusk_wire_item *item)
{
    tusk_wire_answer_free(item->answer);
    item->answer = NULL;
    item->no_room = true;
}

/* ---- what comes without having been asked for ---- */

static void take_notice(tusk_conn *conn, const tusk_message *message, bool cut)
{
    tusk_words words;
    bool whole = tusk_words_read((tusk_str){ message->body, message->size }, &words);
    if (!whole && !cut) {
        violated(conn, message->type, "a notice that cannot be read");
    } else if (conn->notice) {
        conn->notice(conn->notice_context, words.shown, words.message);
    }
}

/* "15.20 (Debian ...)" -> 150020, "9.6.24" -> 90624 */
static int version_number(tusk_str version)
{
    int parts[3] = { 0, 0, 0 }, count = 0;
    for (size_t i = 0; i < version.len && count < 3; i++) {
        char c = version.ptr[i];
        if (c >= '0' && c <= '9' && parts[count] < 10000) {
            parts[count] = parts[count] * 10 + (c - '0');
        } else if (c == '.') {
            count++;
        } else {
            break;
        }
    }
    if (parts[0] >= 10) return parts[0] * 10000 + parts[1];
    return parts[0] * 10000 + parts[1] * 100 + parts[2];
}

static void take_parameter(tusk_conn *conn, const tusk_message *message)
{
    tusk_str rest = { message->body, message->size };
    tusk_str name = tusk_message_text(&rest), value = tusk_message_text(&rest);
    if (!name.ptr || !value.ptr || rest.len > 0) {
        violated(conn, message->type, "a parameter without name or value");
        return;
    }
    if (!tusk_str_eq(name, TUSK_STR("server_version"))) return;
    if (value.len >= sizeof conn->version) value.len = sizeof conn->version - 1;
    memcpy(conn->version, value.ptr, value.len);
    conn->version[value.len] = '\0';
    conn->version_number = version_number(value);
}

/* ---- errors ---- */

static bool is_dead_plan(const tusk_words *words)
{
    return tusk_str_eq(words->sqlstate, TUSK_STR("0A000")) &&
           tusk_str_eq(words->routine, TUSK_STR("RevalidateCachedQuery"));
}

static void keep_failure(tusk_wire_item *item, const tusk_words *words)
{
    item->failed = item->ended = true;
    item->copying = false;
    tusk_wire_answer_free(item->answer); /* a commit at the end can still fail */
    item->answer = NULL;
    if (item->failure) return; /* the first one counts */
    item->failure = tusk_mem_alloc(sizeof *item->failure);
    if (!item->failure) {
        item->no_room = true;
        return;
    }
    tusk_wire_fail_words(&item->failure->error, words);
    item->failure->dead_plan = is_dead_plan(words);
}

static void take_error(tusk_conn *conn, tusk_wire_item *item, const tusk_message *message, bool cut)
{
    tusk_words words;
    bool whole = tusk_words_read((tusk_str){ message->body, message->size }, &words);
    if ((!whole && !cut) || words.sqlstate.len != 5) {
        violated(conn, message->type, "an error that cannot be read");
        return;
    }
    if (tusk_words_are_fatal(&words)) {
        if (conn->fatal.status == TUSK_OK) tusk_wire_fail_words(&conn->fatal, &words);
        tusk_wire_break(conn);
    } else if (!item) {
        violated(conn, message->type, "an error of nothing");
    } else {
        keep_failure(item, &words);
    }
}

/* ---- a segment: answers to Close, Parse, Bind, Describe, Execute, Sync ---- */

/* Nothing that was sent before Execute is unanswered. */
static bool is_executing(const tusk_wire_item *item)
{
    return item->closing == 0 && !item->parsing && !item->binding && !item->describing &&
           !item->ended;
}

static bool take_fields(tusk_wire_item *item, const tusk_message *message)
{
    const tusk_prepared *entry = item->prepared;
    const tusk_fields *known = entry ? entry->fields : NULL;
    if (known && known->raw_size == message->size && item->parses == entry->parses &&
        memcmp(known->raw, message->body, message->size) == 0) {
        item->fields = tusk_fields_share(entry->fields);
        return true;
    }
    tusk_read read = tusk_fields_read(message, &item->fields);
    if (read == TUSK_READ_NOMEM) no_room(item);
    return read != TUSK_READ_BAD;
}

static bool take_description(tusk_wire_item *item, const tusk_message *message)
{
    if (item->closing > 0 || item->parsing || item->binding || !item->describing) return false;
    if (message->type == 'T' && !take_fields(item, message)) return false;
    item->describing = false;
    tusk_prepared *entry = item->prepared;
    bool news = entry && item->parses == entry->parses && !item->no_room &&
                (!entry->described || entry->fields != item->fields);
    /* the format is the statement's, whatever was told before it */
    if (news) tusk_prepared_describe(entry, item->fields);
    return true;
}

static bool take_row(tusk_conn *conn, tusk_wire_item *item, const tusk_message *message)
{
    if (!is_executing(item)) return false;
    if (item->no_room) return true;
    if (!item->fields) return false;
    if (!item->answer) {
        size_t room = tusk_answer_row_room(item->fields, message->size);
        item->answer = tusk_answer_new(item->fields, item->binary, room);
    }
    tusk_read read = TUSK_READ_NOMEM;
    if (item->answer)
        read = tusk_answer_add_row(&item->answer, message, tusk_stream_held(&conn->stream));
    if (read == TUSK_READ_NOMEM) no_room(item);
    return read != TUSK_READ_BAD;
}

static bool is_one_of(tusk_str tag, const char *const *tags)
{
    for (; *tags; tags++)
        if (tusk_str_eq(tag, tusk_str_of(*tags))) return true;
    return false;
}

/* Remembers what changes the session for the next borrower. */
static void note_command(tusk_conn *conn, tusk_str tag)
{
    static const char *const dirty[] = { "SET", "RESET", "LISTEN", "LOAD", "PREPARE", NULL };
    static const char *const forgetful[] = { "DISCARD ALL", "DEALLOCATE ALL", NULL };
    char last = tag.ptr[tag.len - 1];
    if (last >= '0' && last <= '9') return; /* a number of rows, as nearly all have */
    if (is_one_of(tag, dirty)) conn->dirty = true;
    if (!is_one_of(tag, forgetful)) return;
    for (tusk_prepared *entry = conn->cache.newest; entry; entry = entry->older)
        tusk_prepared_forget(entry);
}

static bool take_command(tusk_conn *conn, tusk_wire_item *item, const tusk_message *message)
{
    tusk_str rest = { message->body, message->size }, tag = tusk_message_text(&rest);
    if (!tag.ptr || tag.len == 0 || rest.len > 0) return false;
    note_command(conn, tag);
    item->copying = false;
    if (item->simple) {
        int64_t rows = tusk_command_rows(tag);
        if (rows >= 0) item->count = rows;
        item->ended = true;
        return true;
    }
    if (!is_executing(item)) return false;
    item->ended = true;
    if (!item->answer && !item->no_room)
        item->answer = tusk_answer_new(item->fields, item->binary, 0);
    if (!item->answer) item->no_room = true;
    if (item->answer) tusk_answer_set_command(item->answer, tag);
    return true;
}

static bool take_nothing(tusk_wire_item *item)
{
    if (!is_executing(item) || item->answer) return false;
    item->ended = true;
    item->answer = tusk_answer_new(NULL, item->binary, 0);
    item->no_room = !item->answer;
    return true;
}

static bool take_ready(tusk_conn *conn, tusk_wire_item *item, const tusk_message *message)
{
    if (!item->ended || item->copying || !strchr("ITE", *message->body)) return false;
    conn->transaction = *message->body;
    conn->answered = 0;
    item->done = true;
    conn->done++;
    return true;
}

static bool refuse_copy(tusk_conn *conn)
{
    tusk_fail(&conn->fatal, TUSK_CONNECTION, "COPY was run as a plain statement");
    tusk_error_hint(&conn->fatal, "Use tusk_copy_start() for it.");
    tusk_wire_break(conn);
    return true;
}

static bool take_answer(tusk_conn *conn, tusk_wire_item *item, const tusk_message *message)
{
    bool first = item->closing == 0;
    switch (message->type) {
    case '3':
        if (!first) item->closing--;
        return !first;
    case '1':
        if (!first || !item->parsing) return false;
        item->parsing = false;
        return true;
    case '2':
        if (!first || item->parsing || !item->binding) return false;
        item->binding = false;
        return true;
    case 'T':
    case 'n':
        return take_description(item, message);
    case 'D':
        return take_row(conn, item, message);
    case 'C':
        return take_command(conn, item, message);
    case 'I':
        return take_nothing(item);
    case 'G':
    case 'H':
    case 'W':
        return refuse_copy(conn);
    default:
        return false;
    }
}

/* ---- a script or a COPY: any number of commands, whose rows are nobody's ---- */

static bool refuse_copy_out(tusk_conn *conn)
{
    tusk_fail(&conn->fatal, TUSK_MISUSE, "COPY TO STDOUT is not possible here");
    tusk_wire_break(conn);
    return true;
}

static bool take_simple(tusk_conn *conn, tusk_wire_item *item, const tusk_message *message)
{
    switch (message->type) {
    case 'T':
    case 'D':
        return true;
    case 'C':
        return take_command(conn, item, message);
    case 'I':
        item->ended = true;
        return true;
    case 'G':
        item->copying = true;
        return true;
    case 'H':
    case 'W':
        return refuse_copy_out(conn);
    default:
        return false;
    }
}

/* ---- messages ---- */

/* The one that is answered now; NULL: none. */
static tusk_wire_item *current(tusk_conn *conn)
{
    return conn->done < conn->count ? tusk_wire_item_at(conn, conn->done) : NULL;
}

static void take(tusk_conn *conn, const tusk_message *message, bool cut)
{
    tusk_wire_item *item = current(conn);
    bool taken = false;
    switch (message->type) {
    case 'N':
        take_notice(conn, message, cut);
        return;
    case 'S':
        take_parameter(conn, message);
        return;
    case 'A': /* a notification; nobody can ask for them here */
        return;
    case 'E':
        take_error(conn, item, message, cut);
        return;
    case 'Z':
        taken = item && take_ready(conn, item, message);
        break;
    default:
        if (item && !item->failed)
            taken =
                item->simple ? take_simple(conn, item, message) : take_answer(conn, item, message);
    }
    if (!taken) violated(conn, message->type, "it was not expected, or cannot be read");
}

static void skip(tusk_conn *conn)
{
    size_t held = tusk_stream_held(&conn->stream);
    size_t size = conn->skip < held ? conn->skip : held;
    conn->skip -= size;
    tusk_stream_use(&conn->stream, size);
}

/* Looks at the head of the next message before any memory is taken for the rest. False when it is
 * not to be read. */
static bool look(tusk_conn *conn, tusk_message *message)
{
    if (!tusk_message_head(conn->stream.in.at + conn->stream.in.start, message)) {
        violated(conn, conn->stream.in.at[conn->stream.in.start], "no such message, or its length");
        return false;
    }
    size_t size = TUSK_HEAD_SIZE + message->size;
    if (conn->answer_max == 0 || size <= conn->answer_max - conn->answered) return true;
    give_up(conn);
    return false;
}

/* How much of a message is to be in the buffer before it is taken; the rest is passed over. */
static size_t needed(tusk_conn *conn, const tusk_message *message)
{
    const tusk_wire_item *item = current(conn);
    size_t size = message->size;
    if (message->type == 'D' && item && (item->simple || item->no_room)) size = 0;
    bool words = message->type == 'E' || message->type == 'N';
    if (words && size > TUSK_MESSAGE_WORDS) size = TUSK_MESSAGE_WORDS;
    return TUSK_HEAD_SIZE + size;
}

/* True when a message was taken. */
static bool take_next(tusk_conn *conn)
{
    tusk_stream *stream = &conn->stream;
    tusk_message message;
    if (conn->skip > 0) skip(conn);
    if (conn->skip > 0 || tusk_stream_held(stream) < TUSK_HEAD_SIZE || !look(conn, &message))
        return false;
    size_t size = TUSK_HEAD_SIZE + message.size;
    size_t wanted = needed(conn, &message);
    conn->wanted = wanted;
    if (tusk_stream_held(stream) < wanted) return false;
    message.body = stream->in.at + stream->in.start + TUSK_HEAD_SIZE;
    message.size = wanted - TUSK_HEAD_SIZE;
    if (conn->answer_max > 0) conn->answered += size;
    tusk_stream_use(stream, wanted);
    conn->skip = size - wanted;
    conn->wanted = 0;
    bool cut = size > wanted;
    if (cut && message.size > 0) message.body[message.size - 1] = '\0'; /* the last word's end */
    take(conn, &message, cut);
    return true;
}

/* There is no memory for the message at hand: a row can be passed over, which its statement is
 * told.
 */
static bool do_without(tusk_conn *conn)
{
    tusk_wire_item *item = current(conn);
    bool is_row = conn->wanted > 0 && conn->stream.in.at[conn->stream.in.start] == 'D';
    if (!is_row || !item) return false;
    no_room(item);
    return true;
}

void tusk_wire_receive(tusk_conn *conn)
{
    tusk_stream *stream = &conn->stream;
    tusk_received received = TUSK_RECEIVED_MORE;
    for (size_t taken = 0; received == TUSK_RECEIVED_MORE && !conn->broken;) {
        size_t before = tusk_stream_held(stream);
        received = tusk_stream_receive(stream, conn->wanted, taken >= TURN_MAX);
        taken += tusk_stream_held(stream) - before;
        if (received == TUSK_RECEIVED_NOMEM) {
            if (!do_without(conn)) out_of_memory(conn);
            received = TUSK_RECEIVED_MORE;
        }
        while (!conn->broken && take_next(conn)) continue;
    }
    if (stream->ended || stream->cut) tusk_wire_break(conn);
}
