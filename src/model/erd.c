/* erd.c - a schema as a drawing for Graphviz: a box a table, a line a foreign key */
#include "src/model/erd.h"

#include "src/base/banned.h"

/* ---- what is drawn ---- */

static bool is_only(const tusk_names *names, tusk_str column)
{
    return names->count == 1 && tusk_str_eq(names->items[0], column);
}

bool tusk_erd_is_key(const tusk_model_table *table, tusk_str column)
{
    const tusk_model_column *own = tusk_model_find_column(table, column);
    if (own && own->primary_key) return true;
    return table->primary_keys.count > 0 &&
           tusk_names_have(&table->primary_keys.items[0].columns, column);
}

static bool index_is(const tusk_model_index *index, const tusk_names *columns)
{
    if (!index->unique || index->where.ptr || index->columns.count != columns->count) return false;
    for (size_t i = 0; i < index->columns.count; i++) {
        const tusk_model_index_column *column = &index->columns.items[i];
        if (column->is_expression || !tusk_names_have(columns, column->expression)) return false;
    }
    return true;
}

static bool same_set(const tusk_names *a, const tusk_names *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!tusk_names_have(b, a->items[i])) return false;
    }
    return true;
}

bool tusk_erd_is_unique(const tusk_model_table *table, tusk_str column)
{
    tusk_names alone = { .items = &column, .count = 1, .cap = 1 };
    for (size_t i = 0; i < table->uniques.count; i++) {
        if (is_only(&table->uniques.items[i].columns, column)) return true;
    }
    for (size_t i = 0; i < table->indexes.count; i++) {
        if (index_is(&table->indexes.items[i], &alone)) return true;
    }
    return false;
}

bool tusk_erd_refers(const tusk_model_table *table, tusk_str column)
{
    for (size_t i = 0; i < table->foreign_keys.count; i++) {
        if (tusk_names_have(&table->foreign_keys.items[i].columns_from, column)) return true;
    }
    return false;
}

bool tusk_erd_is_single(const tusk_model_table *table, const tusk_model_foreign_key *key)
{
    const tusk_names *columns = &key->columns_from;
    if (columns->count == 1) {
        const tusk_model_column *own = tusk_model_find_column(table, columns->items[0]);
        if (own && own->primary_key) return true;
    }
    for (size_t i = 0; i < table->primary_keys.count; i++) {
        if (same_set(&table->primary_keys.items[i].columns, columns)) return true;
    }
    for (size_t i = 0; i < table->uniques.count; i++) {
        if (same_set(&table->uniques.items[i].columns, columns)) return true;
    }
    for (size_t i = 0; i < table->indexes.count; i++) {
        if (index_is(&table->indexes.items[i], columns)) return true;
    }
    return false;
}

bool tusk_erd_is_needed(const tusk_model_table *table, const tusk_model_foreign_key *key)
{
    for (size_t i = 0; i < key->columns_from.count; i++) {
        tusk_str name = key->columns_from.items[i];
        const tusk_model_column *column = tusk_model_find_column(table, name);
        if (!column) return false;
        if (!column->not_null && !tusk_erd_is_key(table, name)) return false;
    }
    return true;
}

const tusk_model_enum *tusk_erd_enum(const tusk_model *model, const tusk_model_column *column)
{
    if (!column->type_schema.ptr) return NULL;
    const char *bracket = memchr(column->type.ptr, '[', column->type.len);
    tusk_str name = { column->type.ptr,
                      bracket ? (size_t)(bracket - column->type.ptr) : column->type.len };
    return tusk_model_find_enum(model, column->type_schema, name);
}

/* ---- Graphviz ---- */

static void add_html(tusk_buf *buf, tusk_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '&') {
            tusk_buf_add_cstr(buf, "&amp;");
        } else if (c == '<') {
            tusk_buf_add_cstr(buf, "&lt;");
        } else if (c == '>') {
            tusk_buf_add_cstr(buf, "&gt;");
        } else if (c == '"') {
            tusk_buf_add_cstr(buf, "&quot;");
        } else {
            tusk_buf_add_char(buf, (unsigned char)c < ' ' ? ' ' : c);
        }
    }
}

/* A quoted text: of one that begins or ends it, or stands for something, a backslash is left. */
static void add_text(tusk_buf *buf, tusk_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"' || c == '\\') tusk_buf_add_char(buf, '\\');
        tusk_buf_add_char(buf, (unsigned char)c < ' ' ? ' ' : c);
    }
}

/* "teams", or "audit.entries" outside of public */
static void add_id(tusk_buf *buf, tusk_str schema, tusk_str name)
{
    schema = tusk_model_schema(schema);
    tusk_buf_add_char(buf, '"');
    add_text(buf, schema);
    if (schema.len > 0) tusk_buf_add_char(buf, '.');
    add_text(buf, name);
    tusk_buf_add_char(buf, '"');
}

static void add_title_row(tusk_buf *buf, tusk_str schema, tusk_str name, const char *colour)
{
    schema = tusk_model_schema(schema);
    tusk_buf_printf(buf, "<tr><td colspan=\"3\" bgcolor=\"%s\"><b>", colour);
    add_html(buf, schema);
    if (schema.len > 0) tusk_buf_add_char(buf, '.');
    add_html(buf, name);
    tusk_buf_add_cstr(buf, "</b></td></tr>");
}

/* "PK FK U" */
static void add_marks(tusk_buf *buf, const tusk_model_table *table, tusk_str column)
{
    size_t before = buf->len;
    if (tusk_erd_is_key(table, column)) tusk_buf_add_cstr(buf, "PK");
    if (tusk_erd_refers(table, column)) {
        tusk_buf_add_cstr(buf, buf->len > before ? " FK" : "FK");
    }
    if (tusk_erd_is_unique(table, column)) {
        tusk_buf_add_cstr(buf, buf->len > before ? " U" : "U");
    }
    if (buf->len == before) tusk_buf_add_char(buf, ' ');
}

static void add_column(tusk_buf *buf, const tusk_model_table *table,
                       const tusk_model_column *column)
{
    tusk_buf_add_cstr(buf, "<tr><td align=\"left\" port=\"to ");
    add_html(buf, column->name);
    tusk_buf_add_cstr(buf, "\">");
    add_marks(buf, table, column->name);
    tusk_buf_add_cstr(buf, "</td><td align=\"left\">");
    add_html(buf, column->name);
    tusk_buf_add_cstr(buf, "</td><td align=\"left\" port=\"of ");
    add_html(buf, column->name);
    tusk_buf_add_cstr(buf, "\"><font color=\"#667085\">");
    add_html(buf, column->type);
    bool nullable = !column->not_null && !tusk_erd_is_key(table, column->name);
    tusk_buf_printf(buf, "%s</font></td></tr>", nullable ? "?" : "");
}

static const char head[] =
    "<table border=\"0\" cellborder=\"1\" cellspacing=\"0\" cellpadding=\"4\" color=\"#98a2b3\">";

static void add_table(tusk_buf *buf, const tusk_model_table *table)
{
    tusk_buf_add_cstr(buf, "  ");
    add_id(buf, table->schema, table->name);
    tusk_buf_printf(buf, " [label=<%s", head);
    add_title_row(buf, table->schema, table->name, "#d6e4ff");
    for (size_t i = 0; i < table->columns.count; i++) {
        add_column(buf, table, &table->columns.items[i]);
    }
    tusk_buf_add_cstr(buf, "</table>>];\n");
}

static void add_enum(tusk_buf *buf, const tusk_model_enum *one)
{
    tusk_buf_add_cstr(buf, "  \"enum ");
    add_text(buf, tusk_model_schema(one->schema));
    tusk_buf_add_char(buf, ' ');
    add_text(buf, one->name);
    tusk_buf_printf(buf, "\" [label=<%s", head);
    add_title_row(buf, one->schema, one->name, "#e7f6e7");
    for (size_t i = 0; i < one->values.count; i++) {
        tusk_buf_add_cstr(buf, "<tr><td colspan=\"3\" align=\"left\">");
        add_html(buf, one->values.items[i].len > 0 ? one->values.items[i] : TUSK_STR(" "));
        tusk_buf_add_cstr(buf, "</td></tr>");
    }
    tusk_buf_add_cstr(buf, "</table>>];\n");
}

/* From the right of the first column to the left of the other, crow's feet at the ends. */
static void add_line(tusk_buf *buf, const tusk_model_table *table,
                     const tusk_model_foreign_key *key)
{
    if (key->columns_from.count == 0 || key->columns_to.count == 0) return;
    tusk_buf_add_cstr(buf, "  ");
    add_id(buf, table->schema, table->name);
    tusk_buf_add_cstr(buf, ":\"of ");
    add_text(buf, key->columns_from.items[0]);
    tusk_buf_add_cstr(buf, "\":e -> ");
    add_id(buf, key->schema_to, key->table_to);
    tusk_buf_add_cstr(buf, ":\"to ");
    add_text(buf, key->columns_to.items[0]);
    tusk_buf_printf(buf, "\":w [dir=both, arrowtail=%s, arrowhead=%s, tooltip=\"",
                    tusk_erd_is_single(table, key) ? "teeodot" : "crowodot",
                    tusk_erd_is_needed(table, key) ? "teetee" : "teeodot");
    add_text(buf, key->name);
    tusk_buf_add_cstr(buf, "\"];\n");
}

void tusk_erd_dot(tusk_buf *buf, const tusk_model *model, const char *title)
{
    tusk_buf_add_cstr(buf, "digraph schema {\n"
                           "  graph [rankdir=LR, bgcolor=\"transparent\", pad=0.3, nodesep=0.4, "
                           "ranksep=1.0, fontname=\"sans-serif\"");
    if (title) {
        tusk_buf_add_cstr(buf, ", labelloc=t, label=\"");
        add_text(buf, tusk_str_of(title));
        tusk_buf_add_char(buf, '"');
    }
    tusk_buf_add_cstr(buf, "];\n"
                           "  node [shape=plain, fontname=\"sans-serif\", fontsize=10, "
                           "style=filled, fillcolor=white];\n"
                           "  edge [color=\"#475467\"];\n");
    for (size_t i = 0; i < model->tables.count; i++) add_table(buf, &model->tables.items[i]);
    for (size_t i = 0; i < model->enums.count; i++) add_enum(buf, &model->enums.items[i]);
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *table = &model->tables.items[i];
        for (size_t j = 0; j < table->foreign_keys.count; j++) {
            add_line(buf, table, &table->foreign_keys.items[j]);
        }
    }
    tusk_buf_add_cstr(buf, "}\n");
}
