/* def_table.c - a table as .def text: its columns with all that they say themselves */
#include "src/introspect/def_writer.h"

#include "src/base/banned.h"

enum { TYPE_WIDTH_MAX = 30 };

/* ---- constraints that a column says ---- */

static tusk_str unique_name(tusk_def_writer *w, const tusk_model_table *table, tusk_str column)
{
    return tusk_arena_printf(w->arena, "%.*s_%.*s_unique", TUSK_STR_ARG(table->name),
                             TUSK_STR_ARG(column));
}

/* The first over this column alone that is checked at once. */
static const tusk_model_key *unique_of(const tusk_model_table *table, tusk_str column)
{
    for (size_t i = 0; i < table->uniques.count; i++) {
        const tusk_model_key *key = &table->uniques.items[i];
        if (key->columns.count != 1 || key->deferral != TUSK_NOT_DEFERRABLE) continue;
        if (tusk_str_eq(key->columns.items[0], column)) return key;
    }
    return NULL;
}

bool tusk_def_is_unique_at_column(const tusk_model_table *table, const tusk_model_key *key)
{
    return key->columns.count == 1 && unique_of(table, key->columns.items[0]) == key;
}

static const tusk_model_foreign_key *reference_of(const tusk_def_writer *w,
                                                  const tusk_model_table *table, tusk_str column)
{
    for (size_t i = 0; i < table->foreign_keys.count; i++) {
        const tusk_model_foreign_key *key = &table->foreign_keys.items[i];
        if (key->columns_from.count != 1 || key->columns_to.count != 1) continue;
        if (!tusk_str_eq(key->columns_from.items[0], column)) continue;
        size_t to = tusk_def_table_place(w, key->schema_to, key->table_to);
        if (tusk_def_column_called(w, to, key->columns_to.items[0]).ptr) return key;
    }
    return NULL;
}

bool tusk_def_is_reference_at_column(const tusk_def_writer *w, const tusk_model_table *table,
                                     const tusk_model_foreign_key *key)
{
    return key->columns_from.count == 1 &&
           reference_of(w, table, key->columns_from.items[0]) == key;
}

void tusk_def_add_deferral(tusk_def_writer *w, tusk_deferral deferral)
{
    if (deferral == TUSK_INITIALLY_IMMEDIATE) tusk_def_add(w, ", DEFERRABLE");
    if (deferral == TUSK_INITIALLY_DEFERRED) tusk_def_add(w, ", INITIALLY_DEFERRED");
}

/* "set null" as SET_NULL; NULL for none. */
static const char *action_word(tusk_str action)
{
    static const struct {
        const char *sql, *word;
    } actions[] = { { "cascade", "CASCADE" },
                    { "set null", "SET_NULL" },
                    { "set default", "SET_DEFAULT" },
                    { "restrict", "RESTRICT" } };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (tusk_str_eq(action, tusk_str_of(actions[i].sql))) return actions[i].word;
    }
    return NULL;
}

void tusk_def_add_actions(tusk_def_writer *w, const tusk_model_foreign_key *key,
                          const char *between)
{
    const char *delete_ = action_word(key->on_delete), *update = action_word(key->on_update);
    if (delete_) tusk_def_add(w, ", %s", delete_);
    tusk_buf_add_cstr(&w->out, between);
    if (update) tusk_def_add(w, ", ON_UPDATE(%s)", update);
}

static void add_unique(tusk_def_writer *w, const tusk_model_table *table, tusk_str column)
{
    const tusk_model_key *key = unique_of(table, column);
    if (!key) return;
    if (tusk_str_eq(key->name, unique_name(w, table, column))) {
        tusk_def_add(w, ", UNIQUE");
    } else {
        tusk_def_add(w, ", UNIQUE_AS(");
        tusk_def_add_text(w, key->name, 0);
        tusk_def_add(w, ")");
    }
    if (key->nulls_not_distinct) tusk_def_add(w, ", NULLS_NOT_DISTINCT");
}

static void add_reference(tusk_def_writer *w, const tusk_model_table *table, tusk_str column)
{
    const tusk_model_foreign_key *key = reference_of(w, table, column);
    if (!key) return;
    size_t to = tusk_def_table_place(w, key->schema_to, key->table_to);
    tusk_str target = key->columns_to.items[0];
    tusk_def_add(w, ", REFERENCES(%.*s, %.*s", TUSK_STR_ARG(w->tables[to].handle),
                 TUSK_STR_ARG(tusk_def_column_called(w, to, target)));
    tusk_def_add_actions(w, key, ")");
    tusk_str name =
        tusk_arena_printf(w->arena, "%.*s_%.*s_%.*s_%.*s_fk", TUSK_STR_ARG(table->name),
                          TUSK_STR_ARG(column), TUSK_STR_ARG(key->table_to), TUSK_STR_ARG(target));
    if (!tusk_str_eq(name, key->name)) {
        tusk_def_add(w, ", REFERENCES_AS(");
        tusk_def_add_text(w, key->name, 0);
        tusk_def_add(w, ")");
    }
    tusk_def_add_deferral(w, key->deferral);
}

/* ---- defaults ---- */

/* The content of 'x' (or 'x'::jsonb) for DEFAULT_TEXT; false when it is something else. */
static bool text_of(tusk_def_writer *w, const tusk_model_column *column, tusk_str *out)
{
    static const char *const types[] = { "text", "varchar", "char", "json", "jsonb" };
    tusk_str sql = column->value.sql, base = column->type;
    tusk_buf buf;
    size_t i = 1;
    base = tusk_str_cut(&(tusk_str){ column->type.ptr, column->type.len }, '(');
    bool fits = column->type_schema.len > 0 && memchr(base.ptr, '[', base.len) == NULL &&
                tusk_model_find_enum(w->model, column->type_schema, column->type);
    for (size_t k = 0; k < sizeof types / sizeof *types; k++) {
        fits = fits || tusk_str_eq(base, tusk_str_of(types[k]));
    }
    if (column->type.ptr[column->type.len - 1] == ']') fits = false;
    if (!fits || sql.len < 2 || sql.ptr[0] != '\'') return false;
    tusk_buf_init_in(&buf, w->arena, sql.len + 1);
    for (; i < sql.len; i++) {
        if (sql.ptr[i] == '\'' && (i + 1 == sql.len || sql.ptr[i + 1] != '\'')) break;
        if (sql.ptr[i] == '\'') i++;
        tusk_buf_add_char(&buf, sql.ptr[i]);
    }
    bool is_json = tusk_str_starts(base, TUSK_STR("json"));
    tusk_str rest = i < sql.len ? (tusk_str){ sql.ptr + i + 1, sql.len - i - 1 } : sql;
    tusk_str tail =
        is_json ? tusk_arena_printf(w->arena, "::%.*s", TUSK_STR_ARG(base)) : TUSK_STR("");
    *out = TUSK_STR("");
    if (!tusk_str_eq(rest, tail)) return false;
    return buf.len == 0 || tusk_buf_finish(&buf, out, NULL) == TUSK_OK;
}

/* The digits of '1.50', as the default of a numeric is kept; "no text" for anything else. */
static tusk_str exact_number(const tusk_model_column *column)
{
    tusk_str sql = column->value.sql;
    bool numeric = tusk_str_starts(column->type, TUSK_STR("numeric")) &&
                   column->type.ptr[column->type.len - 1] != ']';
    if (!numeric || sql.len < 3 || sql.ptr[0] != '\'' || sql.ptr[sql.len - 1] != '\'') {
        return (tusk_str){ 0 };
    }
    tusk_str digits = { sql.ptr + 1, sql.len - 2 };
    for (size_t i = digits.ptr[0] == '-'; i < digits.len; i++) {
        if (digits.ptr[i] == '.' && i > 0 && i + 1 < digits.len) continue;
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9') return (tusk_str){ 0 };
    }
    return digits;
}

static void add_default(tusk_def_writer *w, const tusk_model_column *column)
{
    tusk_str text = { 0 };
    switch (column->value.kind) {
    case TUSK_DEFAULT_NONE:
        return;
    case TUSK_DEFAULT_NULL:
        tusk_def_add(w, ", DEFAULT(null)");
        return;
    case TUSK_DEFAULT_NUMBER:
    case TUSK_DEFAULT_BOOLEAN:
        tusk_def_add(w, ", DEFAULT(%.*s)", TUSK_STR_ARG(column->value.sql));
        return;
    case TUSK_DEFAULT_SQL:
        break;
    }
    tusk_str digits = exact_number(column);
    if (digits.ptr) {
        tusk_def_add(w, ", DEFAULT(%.*s)", TUSK_STR_ARG(digits));
        return;
    }
    bool is_text = text_of(w, column, &text);
    tusk_def_add(w, is_text ? ", DEFAULT_TEXT(" : ", DEFAULT_SQL(");
    tusk_def_add_text(w, is_text ? text : column->value.sql, 8);
    tusk_def_add(w, ")");
}

/* ---- columns ---- */

static void add_identity(tusk_def_writer *w, const tusk_model_table *table,
                         const tusk_model_column *column)
{
    const tusk_identity *identity = &column->identity;
    if (!identity->name.ptr) return;
    tusk_model_sequence sequence = { .increment = identity->increment,
                                     .start_with = identity->start_with,
                                     .min_value = identity->min_value,
                                     .max_value = identity->max_value,
                                     .cache = identity->cache,
                                     .cycle = identity->cycle };
    tusk_str options = tusk_def_sequence_options(w, &sequence, column->type);
    tusk_str usual = tusk_arena_printf(w->arena, "%.*s_%.*s_seq", TUSK_STR_ARG(table->name),
                                       TUSK_STR_ARG(column->name));
    if (!tusk_str_eq(usual, identity->name)) {
        options = tusk_arena_printf(w->arena, "sequence name \"%.*s\"%s%.*s",
                                    TUSK_STR_ARG(identity->name), options.len > 0 ? " " : "",
                                    TUSK_STR_ARG(options));
    }
    tusk_def_add(w, ", IDENTITY(%s", identity->always ? "ALWAYS" : "BY_DEFAULT");
    if (options.len > 0) {
        tusk_def_add(w, ", ");
        tusk_def_add_text(w, options, 8);
    }
    tusk_def_add(w, ")");
}

/* The columns of a key cannot be said to be NULLABLE, nor can they be. */
static bool is_not_null(const tusk_model_table *table, const tusk_model_column *column)
{
    bool in_key = column->primary_key;
    for (size_t i = 0; i < table->primary_keys.count; i++) {
        in_key = in_key || tusk_names_have(&table->primary_keys.items[i].columns, column->name);
    }
    return column->not_null || in_key;
}

static tusk_str column_head(tusk_def_writer *w, const tusk_model_table *table,
                            const tusk_model_column *column, tusk_str *attributes)
{
    return tusk_arena_printf(w->arena, "%s(%.*s,",
                             is_not_null(table, column) ? "COLUMN" : "NULLABLE",
                             TUSK_STR_ARG(tusk_def_type(w, column, attributes)));
}

static void write_column(tusk_def_writer *w, size_t place, size_t i, int width)
{
    const tusk_model_table *table = &w->model->tables.items[place];
    const tusk_model_column *column = &table->columns.items[i];
    tusk_str called = w->tables[place].columns.items[i], attributes;
    tusk_str head = column_head(w, table, column, &attributes);
    tusk_def_add(w, "    %-*s %.*s", width, head.ptr ? head.ptr : "", TUSK_STR_ARG(called));
    if (!tusk_str_eq(called, column->name)) {
        tusk_def_add(w, ", NAMED(");
        tusk_def_add_text(w, column->name, 0);
        tusk_def_add(w, ")");
    }
    tusk_buf_add(&w->out, attributes);
    if (column->primary_key) tusk_def_add(w, ", PRIMARY_KEY");
    add_identity(w, table, column);
    add_unique(w, table, column->name);
    add_default(w, column);
    if (column->generated.ptr) {
        tusk_def_add(w, ", GENERATED(");
        tusk_def_add_text(w, column->generated, 8);
        tusk_def_add(w, ")");
    }
    if (column->collation.len > 0) {
        tusk_def_add(w, ", COLLATE(");
        tusk_def_add_text(w, column->collation, 0);
        tusk_def_add(w, ")");
    }
    add_reference(w, table, column->name);
    tusk_def_add_comment(
        w, tusk_def_comment_on(w, "COLUMN", table->schema, table->name, column->name));
    tusk_def_add(w, ")\n");
}

static int column_width(tusk_def_writer *w, const tusk_model_table *table)
{
    size_t width = 0;
    for (size_t i = 0; i < table->columns.count; i++) {
        tusk_str attributes;
        size_t length = column_head(w, table, &table->columns.items[i], &attributes).len;
        if (length > width && length <= TYPE_WIDTH_MAX) width = length;
    }
    return (int)width;
}

/* ---- the table ---- */

static void add_storage(tusk_def_writer *w, const tusk_model_options *storage)
{
    for (size_t i = 0; i < storage->count; i++) {
        tusk_def_add(w, "%s%.*s=%.*s", i == 0 ? ", STORAGE(\"" : ", ",
                     TUSK_STR_ARG(storage->items[i].name), TUSK_STR_ARG(storage->items[i].value));
    }
    if (storage->count > 0) tusk_def_add(w, "\")");
}

static void write_head(tusk_def_writer *w, size_t place)
{
    const tusk_model_table *table = &w->model->tables.items[place];
    const tusk_def_called *called = &w->tables[place];
    bool outside = tusk_model_schema(table->schema).len > 0;
    tusk_def_add(w, outside ? "\nTABLE_IN(" : "\nTABLE(");
    if (outside) {
        tusk_def_add_text(w, table->schema, 0);
        tusk_def_add(w, ", ");
    }
    tusk_def_add(w, "%.*s, %.*s, ", TUSK_STR_ARG(called->row), TUSK_STR_ARG(called->handle));
    tusk_def_add_text(w, table->name, 0);
    if (table->rls) tusk_def_add(w, ", ROW_LEVEL_SECURITY");
    if (table->rls_forced) tusk_def_add(w, ", FORCE_ROW_LEVEL_SECURITY");
    if (table->unlogged) tusk_def_add(w, ", UNLOGGED");
    add_storage(w, &table->storage);
    if (table->partition_by.ptr) {
        tusk_def_add(w, ", PARTITION_BY(");
        tusk_def_add_text(w, table->partition_by, 8);
        tusk_def_add(w, ")");
    }
    tusk_def_add_comment(
        w, tusk_def_comment_on(w, "TABLE", table->schema, table->name, (tusk_str){ 0 }));
    tusk_def_add(w, ")\n");
}

void tusk_def_write_table(tusk_def_writer *w, size_t place)
{
    const tusk_model_table *table = &w->model->tables.items[place];
    const tusk_def_called *called = &w->tables[place];
    int width = column_width(w, table);
    write_head(w, place);
    for (size_t i = 0; i < table->columns.count; i++) write_column(w, place, i, width);
    tusk_def_write_items(w, place);
    tusk_def_add(w, "END_TABLE(%.*s, %.*s)\n", TUSK_STR_ARG(called->row),
                 TUSK_STR_ARG(called->handle));
}
