/* erd_mermaid.c - a schema as Mermaid's erDiagram, which takes few characters in names */
#include "src/model/erd.h"

#include "src/base/banned.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A word of letters, digits, "_" and "-"; `more` may stand in it, too. Others become "_". */
static void add_word(tusk_buf *buf, tusk_str text, const char *more)
{
    if (text.len == 0 || !is_letter(text.ptr[0])) tusk_buf_add_char(buf, 'x');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool next = c == ' ' && i > 0 && text.ptr[i - 1] == ',';
        bool fits = is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                    (c != '\0' && strchr(more, c));
        if (!next) tusk_buf_add_char(buf, fits ? c : '_');
    }
}

/* Quoted, with no way to write a quote. */
static void add_quoted(tusk_buf *buf, tusk_str text)
{
    tusk_buf_add_char(buf, '"');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        tusk_buf_add_char(buf, c == '"' ? '\'' : (unsigned char)c < ' ' ? ' ' : c);
    }
    tusk_buf_add_char(buf, '"');
}

static void add_table_name(tusk_buf *buf, tusk_str schema, tusk_str name)
{
    schema = tusk_model_schema(schema);
    if (schema.len > 0) {
        add_word(buf, schema, "");
        tusk_buf_add_char(buf, '-');
    }
    add_word(buf, name, "");
}

static void add_labels(tusk_buf *buf, const tusk_model_enum *one)
{
    tusk_buf_add_cstr(buf, " \"");
    for (size_t i = 0; i < one->values.count; i++) {
        if (i > 0) tusk_buf_add_cstr(buf, ", ");
        for (size_t j = 0; j < one->values.items[i].len; j++) {
            char c = one->values.items[i].ptr[j];
            tusk_buf_add_char(buf, c == '"' || (unsigned char)c < ' ' ? ' ' : c);
        }
    }
    tusk_buf_add_char(buf, '"');
}

static void add_column(tusk_buf *buf, const tusk_model *model, const tusk_model_table *table,
                       const tusk_model_column *column)
{
    const char *marks[3];
    size_t count = 0;
    const tusk_model_enum *labels = tusk_erd_enum(model, column);
    if (tusk_erd_is_key(table, column->name)) marks[count++] = "PK";
    if (tusk_erd_refers(table, column->name)) marks[count++] = "FK";
    if (tusk_erd_is_unique(table, column->name)) marks[count++] = "UK";
    tusk_buf_add_cstr(buf, "        ");
    add_word(buf, column->type, "()[]");
    tusk_buf_add_char(buf, ' ');
    add_word(buf, column->name, "");
    for (size_t i = 0; i < count; i++) tusk_buf_printf(buf, "%s%s", i ? ", " : " ", marks[i]);
    if (labels) {
        add_labels(buf, labels);
    } else if (!column->not_null && !tusk_erd_is_key(table, column->name)) {
        tusk_buf_add_cstr(buf, " \"may be null\"");
    }
    tusk_buf_add_char(buf, '\n');
}

static void add_line(tusk_buf *buf, const tusk_model_table *table,
                     const tusk_model_foreign_key *key)
{
    tusk_str names = key->columns_from.count > 0 ? key->columns_from.items[0] : key->name;
    tusk_buf_add_cstr(buf, "    ");
    add_table_name(buf, key->schema_to, key->table_to);
    tusk_buf_printf(buf, " %s--o%s ", tusk_erd_is_needed(table, key) ? "||" : "|o",
                    tusk_erd_is_single(table, key) ? "|" : "{");
    add_table_name(buf, table->schema, table->name);
    tusk_buf_add_cstr(buf, " : ");
    add_quoted(buf, names);
    tusk_buf_add_char(buf, '\n');
}

void tusk_erd_mermaid(tusk_buf *buf, const tusk_model *model, const char *title)
{
    if (title) {
        tusk_buf_add_cstr(buf, "---\ntitle: ");
        add_quoted(buf, tusk_str_of(title));
        tusk_buf_add_cstr(buf, "\n---\n");
    }
    tusk_buf_add_cstr(buf, "erDiagram\n");
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *table = &model->tables.items[i];
        tusk_buf_add_cstr(buf, "    ");
        add_table_name(buf, table->schema, table->name);
        tusk_buf_add_cstr(buf, " {\n");
        for (size_t j = 0; j < table->columns.count; j++) {
            add_column(buf, model, table, &table->columns.items[j]);
        }
        tusk_buf_add_cstr(buf, "    }\n");
    }
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *table = &model->tables.items[i];
        for (size_t j = 0; j < table->foreign_keys.count; j++) {
            add_line(buf, table, &table->foreign_keys.items[j]);
        }
    }
}
