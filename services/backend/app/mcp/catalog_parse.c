/* catalog_parse.c - catalog_parse.h's reader: columns, fields, tags, names that stand twice */
#include "services/backend/app/mcp/catalog_parse.h"

#include <stdlib.h>

#include "tusk/buf.h"

#include "src/base/banned.h"

enum column { NAME, VERSION, DOWNLOADS, SUMMARY, TAGS, COLUMNS };

static const struct {
    tusk_str name, other;
    bool optional;
} columns[COLUMNS] = {
    [NAME] = { TUSK_STR_INIT("name"), { 0 }, false },
    [VERSION] = { TUSK_STR_INIT("version"), { 0 }, false },
    [DOWNLOADS] = { TUSK_STR_INIT("downloads a month"), TUSK_STR_INIT("downloads_a_month"), false },
    [SUMMARY] = { TUSK_STR_INIT("summary"), { 0 }, false },
    [TAGS] = { TUSK_STR_INIT("tags"), { 0 }, true },
};

/* The columns of this file, in its order. */
struct header {
    enum column at[COLUMNS];
    size_t count;
    bool seen[COLUMNS];
};

struct reader {
    tusk_arena *arena;
    struct header header;
    tusk_error *err;
};

/* ---- text ---- */

static size_t characters(tusk_str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.ptr[i] & 0xC0) != 0x80) count++;
    return count;
}

static bool has_control(tusk_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7F) return true;
    return false;
}

/* The next line without its end; false when there is none. A last line needs no end. */
static bool next_line(tusk_str *rest, tusk_str *line)
{
    if (!rest->ptr || rest->len == 0) return false;
    *line = tusk_str_cut(rest, '\n');
    if (line->len > 0 && line->ptr[line->len - 1] == '\r') line->len--;
    return true;
}

static tusk_status check_line(const struct reader *r, tusk_str line)
{
    if (line.len > 0 && memchr(line.ptr, 0, line.len))
        return tusk_fail(r->err, TUSK_INVALID, "the line holds a NUL byte");
    if (!tusk_str_is_text(line)) return tusk_fail(r->err, TUSK_INVALID, "the line is not UTF-8");
    return TUSK_OK;
}

static tusk_status check_length(const struct reader *r, tusk_str text, size_t max, const char *what)
{
    size_t length = characters(text);
    if (length <= max) return TUSK_OK;
    return tusk_fail(r->err, TUSK_INVALID, "%s has %zu characters; at most %zu are taken", what,
                     length, max);
}

/* For texts that people see as one word: no control characters, no space around. */
static tusk_status check_word(const struct reader *r, tusk_str text, size_t max, const char *what)
{
    if (has_control(text))
        return tusk_fail(r->err, TUSK_INVALID, "%s holds a control character", what);
    if (tusk_str_trim(text).len != text.len)
        return tusk_fail(r->err, TUSK_INVALID, "%s begins or ends with a space", what);
    return check_length(r, text, max, what);
}

/* ---- the first line ---- */

static bool find_column(tusk_str name, enum column *out)
{
    for (int i = 0; i < COLUMNS; i++) {
        bool other = columns[i].other.ptr && tusk_str_eq(name, columns[i].other);
        if (!other && !tusk_str_eq(name, columns[i].name)) continue;
        *out = (enum column)i;
        return true;
    }
    return false;
}

static tusk_status add_column(struct reader *r, tusk_str name)
{
    struct header *h = &r->header;
    enum column column = NAME;
    if (!find_column(name, &column)) {
        tusk_fail(r->err, TUSK_INVALID, "unknown column \"%.*s\"", TUSK_STR_ARG(name));
        tusk_error_hint(r->err, "The first line names the columns, divided by tabs: name, version, "
                                "downloads a month, summary and, if wanted, tags.");
        return TUSK_INVALID;
    }
    if (h->seen[column])
        return tusk_fail(r->err, TUSK_INVALID, "column \"%.*s\" stands twice", TUSK_STR_ARG(name));
    h->seen[column] = true;
    h->at[h->count++] = column;
    return TUSK_OK;
}

static tusk_status read_header(struct reader *r, tusk_str line)
{
    tusk_status st = check_line(r, line);
    for (tusk_str rest = line; !st && rest.ptr;) st = add_column(r, tusk_str_cut(&rest, '\t'));
    for (int i = 0; !st && i < COLUMNS; i++)
        if (!r->header.seen[i] && !columns[i].optional)
            st = tusk_fail(r->err, TUSK_INVALID, "column \"%s\" is missing", columns[i].name.ptr);
    return st;
}

/* ---- tags ---- */

static void add_json_text(tusk_buf *json, tusk_str text)
{
    tusk_buf_add_char(json, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') tusk_buf_add_char(json, '\\');
        tusk_buf_add_char(json, text.ptr[i]);
    }
    tusk_buf_add_char(json, '"');
}

static bool holds(const tusk_str *tags, size_t count, tusk_str tag)
{
    for (size_t i = 0; i < count; i++)
        if (tusk_str_eq(tags[i], tag)) return true;
    return false;
}

/* Cuts "a, b" into `tags`; a tag that stands twice counts once. */
static tusk_status split_tags(const struct reader *r, tusk_str field, tusk_str *tags, size_t *count)
{
    for (tusk_str rest = field; rest.ptr && field.len > 0;) {
        tusk_str tag = tusk_str_trim(tusk_str_cut(&rest, ','));
        if (tag.len == 0) return tusk_fail(r->err, TUSK_INVALID, "a tag is empty");
        tusk_status st = check_word(r, tag, CATALOG_TAG_MAX, "a tag");
        if (st) return st;
        if (holds(tags, *count, tag)) continue;
        if (*count == CATALOG_TAGS_MAX)
            return tusk_fail(r->err, TUSK_INVALID, "there are more than %d tags", CATALOG_TAGS_MAX);
        tags[(*count)++] = tag;
    }
    return TUSK_OK;
}

static tusk_status read_tags(const struct reader *r, tusk_str field, tusk_str *out)
{
    tusk_str tags[CATALOG_TAGS_MAX];
    size_t count = 0;
    tusk_status st = split_tags(r, field, tags, &count);
    if (st) return st;
    if (count == 0) {
        *out = TUSK_STR("[]");
        return TUSK_OK;
    }
    tusk_buf json; /* a tag has at most 4 bytes a character */
    tusk_buf_init_in(&json, r->arena, CATALOG_TAGS_MAX * (CATALOG_TAG_MAX * 4 + 4) + 2);
    for (size_t i = 0; i < count; i++) {
        tusk_buf_add_char(&json, i == 0 ? '[' : ',');
        add_json_text(&json, tags[i]);
    }
    tusk_buf_add_char(&json, ']');
    return tusk_buf_finish(&json, out, r->err);
}

/* ---- a server ---- */

static tusk_status read_name(const struct reader *r, tusk_str field, struct catalog_entry *entry)
{
    if (tusk_str_trim(field).len == 0) return tusk_fail(r->err, TUSK_INVALID, "the name is empty");
    entry->name = field;
    return check_word(r, field, CATALOG_NAME_MAX, "the name");
}

static tusk_status read_downloads(const struct reader *r, tusk_str field,
                                  struct catalog_entry *entry)
{
    long long number = 0;
    bool digit = field.len > 0 && field.ptr[0] >= '0' && field.ptr[0] <= '9';
    if (!digit || !tusk_str_to_int(field, 0, INT64_MAX, &number))
        return tusk_fail(r->err, TUSK_INVALID,
                         "the downloads a month are \"%.*s\", not a whole number from 0 up",
                         TUSK_STR_ARG(field));
    entry->downloads_a_month = number;
    return TUSK_OK;
}

static tusk_status read_field(const struct reader *r, enum column column, tusk_str field,
                              struct catalog_entry *entry)
{
    switch (column) {
    case NAME:
        return read_name(r, field, entry);
    case VERSION:
        entry->version = field;
        return check_word(r, field, CATALOG_VERSION_MAX, "the version");
    case DOWNLOADS:
        return read_downloads(r, field, entry);
    case SUMMARY:
        if (field.len > 0) entry->summary = field;
        return check_length(r, field, CATALOG_SUMMARY_MAX, "the summary");
    case TAGS:
        return read_tags(r, field, &entry->tags);
    case COLUMNS:
        break;
    }
    return TUSK_OK;
}

static size_t count_of(tusk_str s, char c)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == c) count++;
    return count;
}

static tusk_status read_entry(const struct reader *r, tusk_str line, struct catalog_entry *entry)
{
    tusk_status st = check_line(r, line);
    if (st) return st;
    if (line.len == 0) return tusk_fail(r->err, TUSK_INVALID, "the line is empty");
    size_t fields = count_of(line, '\t') + 1;
    if (fields != r->header.count)
        return tusk_fail(r->err, TUSK_INVALID, "%zu field%s where the first line names %zu columns",
                         fields, fields == 1 ? "" : "s", r->header.count);
    tusk_str rest = line;
    for (size_t i = 0; !st && i < fields; i++)
        st = read_field(r, r->header.at[i], tusk_str_cut(&rest, '\t'), entry);
    return st;
}

/* ---- names that stand twice ---- */

static int by_name_then_line(const void *left, const void *right)
{
    const struct catalog_entry *a = *(const struct catalog_entry *const *)left;
    const struct catalog_entry *b = *(const struct catalog_entry *const *)right;
    int order = tusk_str_compare(a->name, b->name);
    return order != 0 ? order : (a > b) - (a < b);
}

/* Fills `first` and `again` with the entries of the first line that repeats a name; false when none
 * does. */
static bool find_repeated(const struct catalog_entry **sorted, size_t count,
                          const struct catalog_entry **first, const struct catalog_entry **again)
{
    *again = NULL;
    qsort(sorted, count, sizeof *sorted, by_name_then_line);
    for (size_t i = 1; i < count; i++) {
        if (!tusk_str_eq(sorted[i - 1]->name, sorted[i]->name)) continue;
        if (*again && *again < sorted[i]) continue;
        *first = sorted[i - 1];
        *again = sorted[i];
    }
    return *again != NULL;
}

static tusk_status check_names(const struct reader *r, const char *file, const struct catalog *c)
{
    if (c->count < 2) return TUSK_OK;
    const struct catalog_entry **sorted =
        TUSK_NEW_ARRAY(r->arena, const struct catalog_entry *, c->count);
    if (!sorted) return tusk_fail_nomem(r->err, "the names of a catalogue");
    for (size_t i = 0; i < c->count; i++) sorted[i] = &c->entries[i];
    const struct catalog_entry *first = NULL, *again = NULL;
    if (!find_repeated(sorted, c->count, &first, &again)) return TUSK_OK;
    return tusk_fail(r->err, TUSK_INVALID,
                     "%s, line %zu: the name \"%.*s\" stands in line %zu already", file,
                     (size_t)(again - c->entries) + 2, TUSK_STR_ARG(again->name),
                     (size_t)(first - c->entries) + 2);
}

/* ---- the file ---- */

static tusk_status at_line(const struct reader *r, tusk_status st, const char *file, size_t line)
{
    if (st == TUSK_INVALID) tusk_error_prefix(r->err, "%s, line %zu", file, line);
    return st;
}

static tusk_status read_entries(const struct reader *r, const char *file, tusk_str content,
                                tusk_str rest, struct catalog *out)
{
    struct catalog_entry *entries =
        TUSK_NEW_ARRAY(r->arena, struct catalog_entry, count_of(rest, '\n') + 1);
    if (!entries) return tusk_fail_nomem(r->err, "the lines of a catalogue");
    out->entries = entries;
    for (tusk_str line; next_line(&rest, &line);) {
        struct catalog_entry *entry = &entries[out->count];
        tusk_status st = read_entry(r, line, entry);
        if (st) return at_line(r, st, file, out->count + 2);
        entry->end = rest.ptr ? (size_t)(rest.ptr - content.ptr) : content.len;
        out->count++;
    }
    return check_names(r, file, out);
}

/* Some editors begin a UTF-8 file with a mark. */
static tusk_str without_mark(tusk_str content)
{
    tusk_str mark = TUSK_STR("\xEF\xBB\xBF");
    if (!tusk_str_starts(content, mark)) return content;
    return (tusk_str){ content.ptr + mark.len, content.len - mark.len };
}

tusk_status catalog_parse(tusk_arena *arena, const char *file, tusk_str content,
                          struct catalog *out, tusk_error *err)
{
    struct reader r = { .arena = arena, .err = err };
    tusk_str rest = without_mark(content), line;
    *out = (struct catalog){ 0 };
    if (!next_line(&rest, &line))
        return tusk_fail(err, TUSK_INVALID, "%s: the file is empty", file);
    tusk_status st = read_header(&r, line);
    if (st) return at_line(&r, st, file, 1);
    out->has_tags = r.header.seen[TAGS];
    return read_entries(&r, file, content, rest, out);
}
