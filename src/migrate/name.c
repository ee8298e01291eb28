/* name.c - naming migrations after what they change */
#include "src/migrate/name.h"

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

tusk_str tusk_migration_name(tusk_arena *arena, const tusk_model *from, const tusk_model *to)
{
    tusk_buf buf;
    tusk_str name = { 0 };
    size_t count = 0;
    tusk_buf_init_in(&buf, arena, 1024);
    const tusk_model_table *table = first_new_table(from, to, &count);
    if (count > 1 && from->tables.count == 0) {
        tusk_buf_add_cstr(&buf, "baseline");
    } else if (table) {
        tusk_buf_add_cstr(&buf, "create_");
        add_word(&buf, table->name);
        if (count > 1) tusk_buf_add_cstr(&buf, "_and_more");
    } else if (!add_change(&buf, from, to)) {
        tusk_buf_add_cstr(&buf, "change_types");
    }
    return tusk_buf_finish(&buf, &name, NULL) == TUSK_OK ? name : (tusk_str){ 0 };
}
