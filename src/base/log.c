/* log.c - one JSON object a line, made on the stack: logging takes no memory and cannot fail */
#include "tusk/log.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "src/base/utf8.h"
#include "tusk/clock.h"

#include "src/base/banned.h"

#define LINE_MAX_BYTES 8192
#define TEXT_MAX_BYTES 2048 /* of one value, escaped */
/* What is always kept free for the end of a line. */
#define TAIL           ",\"truncated\":true}\n"

struct line {
    char bytes[LINE_MAX_BYTES];
    size_t len;
    bool cut;
};

static bool put(struct line *line, const char *bytes, size_t size)
{
    if (size > sizeof line->bytes - sizeof TAIL - line->len) return false;
    memcpy(line->bytes + line->len, bytes, size);
    line->len += size;
    return true;
}

static bool put_cstr(struct line *line, const char *text)
{
    return put(line, text, strlen(text));
}

/* True for what must not reach a terminal or a line-based tool as it is: C0 and C1 controls, DEL,
 * the line and paragraph separators. */
static bool is_unsafe(unsigned code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

static unsigned code_of(const char *at, size_t step)
{
    const unsigned char *b = (const unsigned char *)at;
    if (step == 1) return b[0];
    if (step == 2) return ((b[0] & 0x1fU) << 6) | (b[1] & 0x3fU);
    if (step == 3) return ((b[0] & 0x0fU) << 12) | ((b[1] & 0x3fU) << 6) | (b[2] & 0x3fU);
    return 0x10000; /* of those none is escaped */
}

/* One character as JSON: itself or an escape. `step` 0: a byte that is not UTF-8. */
static bool put_char(struct line *line, const char *at, size_t step)
{
    if (step == 0) return put_cstr(line, "\\ufffd");
    unsigned code = code_of(at, step);
    if (code == '"' || code == '\\') return put(line, (char[]){ '\\', (char)code }, 2);
    if (code == '\n') return put_cstr(line, "\\n");
    if (code == '\t') return put_cstr(line, "\\t");
    if (!is_unsafe(code)) return put(line, at, step);
    char escaped[8];
    snprintf(escaped, sizeof escaped, "\\u%04x", code);
    return put_cstr(line, escaped);
}

static bool put_text(struct line *line, tusk_str text)
{
    if (!put(line, "\"", 1)) return false;
    size_t most = line->len + TEXT_MAX_BYTES;
    for (size_t i = 0; i < text.len;) {
        size_t step = tusk_utf8_step(text.ptr + i, text.len - i);
        if (line->len >= most || !put_char(line, text.ptr + i, step)) {
            line->cut = true;
            put_cstr(line, "...");
            break;
        }
        i += step > 0 ? step : 1;
    }
    return put(line, "\"", 1);
}

static bool put_key(struct line *line, const char *key)
{
    return put(line, ",", 1) && put_text(line, tusk_str_of(key)) && put(line, ":", 1);
}

static bool put_field(struct line *line, const tusk_log_field *field)
{
    if (!put_key(line, field->key)) return false;
    if (field->text.ptr) return put_text(line, field->text);
    char number[24];
    snprintf(number, sizeof number, "%lld", (long long)field->number);
    return put_cstr(line, number);
}

static void put_fields(struct line *line, const tusk_log_field *fields)
{
    for (const tusk_log_field *field = fields; field && field->key; field++) {
        size_t before = line->len;
        if (put_field(line, field)) continue;
        line->len = before; /* half a field is no JSON */
        line->cut = true;
        return;
    }
}

static void put_end(struct line *line)
{
    const char *end = line->cut ? TAIL : "}\n";
    size_t size = strlen(end); /* there is room: put() left it */
    memcpy(line->bytes + line->len, end, size);
    line->len += size;
}

void tusk_log_write(const tusk_log *log, tusk_log_level level, const char *message,
                    const tusk_log_field *fields)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    if (!log || !log->write || level < log->level) return;
    int saved = errno;
    struct line line;
    line.len = 0;
    line.cut = false;
    char time[TUSK_TIME_TEXT_SIZE];
    put_cstr(&line, "{\"time\":\"");
    put_cstr(&line, tusk_time_text(tusk_now(), time));
    put_cstr(&line, "\",\"level\":\"");
    put_cstr(&line, (unsigned)level <= TUSK_LOG_ERROR ? names[level] : "error");
    put_cstr(&line, "\",\"message\":");
    put_text(&line, tusk_str_of(message ? message : ""));
    put_fields(&line, fields);
    put_end(&line);
    log->write(log->context, (tusk_str){ line.bytes, line.len });
    errno = saved;
}

void tusk_log_to_stderr(void *context, tusk_str line)
{
    while (line.len > 0) {
        ssize_t done = write(STDERR_FILENO, line.ptr, line.len);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return; /* there is nowhere left to complain */
        line.ptr += done;
        line.len -= (size_t)done;
    }
}
