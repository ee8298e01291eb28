/* name.c - naming migrations after what they change */
#include "src/migrate/name.h"

#include <time.h>

#include "tusk/buf.h"

#include "src/base/banned.h"

#define NAME_MAX_LEN 60

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool tusk_migration_name_ok(tusk_str name)
{
    if (name.len == 0 || name.len > 100) return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!is_letter(c) && !is_digit(c) && c != '_' && c != '-') return false;
    }
    return true;
}

/* ---- prefixes ---- */

#define DATE_DIGITS 14 /* YYYYMMDDHHMMSS */
#define UNIX_DIGITS 10

/* The digits before the first "_". */
static tusk_str digits_of(tusk_str tag)
{
    size_t len = 0;
    while (len < tag.len && is_digit(tag.ptr[len])) len++;
    return (tusk_str){ tag.ptr, len < tag.len && tag.ptr[len] == '_' ? len : 0 };
}

static int64_t seconds_of_date(long long date)
{
    struct tm tm = { .tm_year = (int)(date / 10000000000) - 1900,
                     .tm_mon = (int)(date / 100000000 % 100) - 1,
                     .tm_mday = (int)(date / 1000000 % 100),
                     .tm_hour = (int)(date / 10000 % 100),
                     .tm_min = (int)(date / 100 % 100),
                     .tm_sec = (int)(date % 100) };
    return timegm(&tm);
}

tusk_str tusk_migration_prefix(tusk_arena *arena, tusk_str last, int idx, int64_t when)
{
    long long number = 0;
    tusk_str digits = digits_of(last);
    bool dated = digits.len == DATE_DIGITS;
    if ((!dated && digits.len != UNIX_DIGITS) || !tusk_str_to_int(digits, 1, INT64_MAX, &number)) {
        return tusk_arena_printf(arena, "%04d", idx);
    }
    int64_t before = dated ? seconds_of_date(number) : number;
    time_t seconds = when / 1000 > before ? when / 1000 : before + 1;
    if (!dated) return tusk_arena_printf(arena, "%lld", (long long)seconds);
    struct tm tm;
    char text[DATE_DIGITS + 1];
    if (!gmtime_r(&seconds, &tm) || strftime(text, sizeof text, "%Y%m%d%H%M%S", &tm) == 0) {
        return tusk_arena_printf(arena, "%04d", idx);
    }
    return tusk_arena_str(arena, tusk_str_of(text));
}

/* ---- names ---- */

/* mcpServers -> mcp_servers; anything else that is no letter or digit -> _ */
static void add_word(tusk_buf *buf, tusk_str word)
{
    for (size_t i = 0; i < word.len && buf->len < NAME_MAX_LEN; i++) {
        char c = word.ptr[i];
        bool upper = c >= 'A' && c <= 'Z';
        bool after_lower = i > 0 && word.ptr[i - 1] >= 'a' && word.ptr[i - 1] <= 'z';
        if (upper && after_lower) tusk_buf_add_char(buf, '_');
        bool plain = is_letter(c) || is_digit(c);
        tusk_buf_add_char(buf, upper ? (char)(c - 'A' + 'a') : plain ? c : '_');
    }
}

static const tusk_model_table *first_new_table(const tusk_model *from, const tusk_model *to,
                                               size_t *count)
{
    const tusk_model_table *first = NULL;
    *count = 0;
    for (size_t i = 0; i < to->tables.count; i++) {
        const tusk_model_table *table = &to->tables.items[i];
        if (tusk_model_find_table(from, table->schema, table->name)) continue;
        if (!first) first = table;
        ++*count;
    }
    return first;
}

static size_t member_count(const tusk_model_table *table)
{
    return table->columns.count + table->indexes.count + table->foreign_keys.count +
           table->uniques.count + table->checks.count;
}

/* "add_COLUMN_to_TABLE", or "change_TABLE" when it gets other things; of the first table that
 * differs. */
static bool add_change(tusk_buf *buf, const tusk_model *from, const tusk_model *to)
{
    for (size_t i = 0; i < to->tables.count; i++) {
        const tusk_model_table *table = &to->tables.items[i];
        const tusk_model_table *old = tusk_model_find_table(from, table->schema, table->name);
        if (!old || member_count(old) == member_count(table)) continue;
        const tusk_model_column *added = NULL;
        for (size_t j = 0; j < table->columns.count && !added; j++) {
            const tusk_model_column *column = &table->columns.items[j];
            if (!tusk_model_find_column(old, column->name)) added = column;
        }
        tusk_buf_add_cstr(buf, added ? "add_" : "change_");
        if (added) {
            add_word(buf, added->name);
            tusk_buf_add_cstr(buf, "_to_");
        }
        add_word(buf, table->name);
        return true;
    }
    return false;
}

static const tusk_model_table *first_gone_table(const tusk_model *from, const tusk_model *to)
{
    size_t count = 0;
    return first_new_table(to, from, &count);
}

tusk_str tusk_migration_name(tusk_arena *arena, const tusk_model *from, const tusk_model *to)
{
    tusk_buf buf;
    tusk_str name = { 0 };
    size_t count = 0;
    tusk_buf_init_in(&buf, arena, 1024);
    const tusk_model_table *table = first_new_table(from, to, &count);
    const tusk_model_table *gone = first_gone_table(from, to);
    if (count > 1 && from->tables.count == 0) {
        tusk_buf_add_cstr(&buf, "baseline");
    } else if (table) {
        tusk_buf_add_cstr(&buf, "create_");
        add_word(&buf, table->name);
        if (count > 1) tusk_buf_add_cstr(&buf, "_and_more");
    } else if (add_change(&buf, from, to)) {
        /* said */
    } else if (gone) {
        tusk_buf_add_cstr(&buf, "drop_");
        add_word(&buf, gone->name);
    } else {
        tusk_buf_add_cstr(&buf, "change_types");
    }
    return tusk_buf_finish(&buf, &name, NULL) == TUSK_OK ? name : (tusk_str){ 0 };
}
