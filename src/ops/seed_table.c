/* seed_table.c - one table filled with made-up rows: what it refers to is there, what is unique is
 */
#include "src/ops/seed_table.h"

#include "src/model/json.h"
#include "tusk/quote.h"

#include "src/base/banned.h"

enum { BATCH = 500, KEYS_MAX = 10000, TRIES = 2000 };
#define BASE_TIME 1704067200 /* 2024-01-01: made-up rows are of the two years from then on */

/* ---- its columns ---- */

/* What the database fills by itself. */
static bool is_automatic(const tusk_model_column *column)
{
    tusk_str sql = column->value.sql;
    bool number = tusk_str_starts(column->type, TUSK_STR("serial")) ||
                  tusk_str_starts(column->type, TUSK_STR("bigserial")) ||
                  tusk_str_starts(column->type, TUSK_STR("smallserial"));
    bool next = sql.ptr && memmem(sql.ptr, sql.len, "nextval", 7);
    return number || next || column->identity.name.ptr || column->generated.ptr;
}

/* A literal is as good a value as any that would be made up. */
static bool has_literal(const tusk_model_column *column)
{
    const tusk_default *value = &column->value;
    if (value->kind == TUSK_DEFAULT_NUMBER) return true;
    return value->kind == TUSK_DEFAULT_SQL && value->sql.len > 0 && value->sql.ptr[0] == '\'' &&
           !column->type_schema.ptr;
}

static bool is_linked(const tusk_filling *f, tusk_str column)
{
    for (size_t i = 0; i < f->links.count; i++) {
        if (tusk_names_have(&f->links.items[i].key->columns_from, column)) return true;
    }
    for (size_t i = 0; i < f->later.count; i++) {
        if (tusk_names_have(&f->later.items[i]->columns_from, column)) return true;
    }
    return false;
}

static const tusk_model_enum *labels_of(const tusk_seeder *s, const tusk_model_column *column)
{
    if (!column->type_schema.ptr) return NULL;
    tusk_str name = column->type;
    return tusk_model_find_enum(&s->model, column->type_schema, tusk_str_cut(&name, '['));
}

static bool is_in_rule(const tusk_filling *f, tusk_str column)
{
    for (size_t i = 0; i < f->rules.count; i++) {
        if (tusk_names_have(f->rules.items[i].columns, column)) return true;
    }
    return false;
}

/* An expression of a unique index speaks of it: lower(email). */
static bool is_in_index(const tusk_model_table *table, tusk_str column)
{
    for (size_t i = 0; i < table->indexes.count; i++) {
        const tusk_model_index *index = &table->indexes.items[i];
        for (size_t j = 0; index->unique && j < index->columns.count; j++) {
            tusk_str text = index->columns.items[j].expression;
            if (memmem(text.ptr, text.len, column.ptr, column.len)) return true;
        }
    }
    return false;
}

static bool is_whole(const tusk_model_column *column)
{
    return tusk_str_starts(column->type, TUSK_STR("integer")) ||
           tusk_str_starts(column->type, TUSK_STR("bigint")) ||
           tusk_str_starts(column->type, TUSK_STR("smallint")) ||
           tusk_str_starts(column->type, TUSK_STR("numeric"));
}

/* The number after the largest one that is there. */
static tusk_status find_first(tusk_seeder *s, const tusk_filling *f, tusk_seed_column *column)
{
    tusk_buf sql;
    tusk_result result;
    long long number = 1;
    column->first = 1;
    if (!column->distinct || !is_whole(column->column) || f->before == 0) return TUSK_OK;
    tusk_buf_init_in(&sql, s->arena, TUSK_SEED_SQL_MAX);
    tusk_buf_add_cstr(&sql, "select (coalesce(max(");
    tusk_quote_name(&sql, column->column->name);
    tusk_buf_add_cstr(&sql, "), 0)::bigint + 1)::text from ");
    tusk_seed_add_table(&sql, f->table->schema, f->table->name);
    tusk_status st = tusk_seed_ask(s, &sql, NULL, &result);
    if (st != TUSK_OK) return st;
    if (tusk_str_to_int(tusk_result_cell(&result, 0, 0), INT64_MIN, INT64_MAX, &number)) {
        column->first = number - f->before;
    }
    return TUSK_OK;
}

static tusk_status add_columns(tusk_seeder *s, tusk_filling *f)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < f->table->columns.count; i++) {
        const tusk_model_column *column = &f->table->columns.items[i];
        tusk_seed_column one = { .column = column, .labels = labels_of(s, column) };
        one.distinct = is_in_rule(f, column->name) || is_in_index(f->table, column->name);
        bool left = is_automatic(column) || (has_literal(column) && !one.distinct);
        if (left || is_linked(f, column->name)) continue;
        if (!tusk_seed_limits(s->arena, f->table, column->name, &one.limit)) {
            return tusk_fail_nomem(s->err, "the rows");
        }
        st = find_first(s, f, &one);
        if (st == TUSK_OK && !tusk_vec_push(s->arena, &f->columns, one)) {
            st = tusk_fail_nomem(s->err, "the rows");
        }
    }
    return st;
}

/* ---- what is unique ---- */

static void add_rule(tusk_seeder *s, tusk_filling *f, const tusk_names *columns)
{
    tusk_seed_rule one = { .columns = columns };
    for (size_t i = 0; i < columns->count; i++) {
        const tusk_model_column *column = tusk_model_find_column(f->table, columns->items[i]);
        if (!column || is_automatic(column)) return;
    }
    tusk_map_init(&one.seen, s->arena);
    tusk_vec_push(s->arena, &f->rules, one);
}

static void add_rules(tusk_seeder *s, tusk_filling *f)
{
    const tusk_model_table *table = f->table;
    for (size_t i = 0; i < table->columns.count; i++) {
        tusk_names *alone = TUSK_NEW(s->arena, tusk_names);
        if (!table->columns.items[i].primary_key || !alone) continue;
        tusk_vec_push(s->arena, alone, table->columns.items[i].name);
        add_rule(s, f, alone);
    }
    for (size_t i = 0; i < table->primary_keys.count; i++) {
        add_rule(s, f, &table->primary_keys.items[i].columns);
    }
    for (size_t i = 0; i < table->uniques.count; i++) {
        add_rule(s, f, &table->uniques.items[i].columns);
    }
    for (size_t i = 0; i < table->indexes.count; i++) {
        const tusk_model_index *index = &table->indexes.items[i];
        tusk_names *names = TUSK_NEW(s->arena, tusk_names);
        if (!index->unique || !names) continue;
        for (size_t j = 0; j < index->columns.count; j++) {
            tusk_vec_push(s->arena, names, index->columns.items[j].expression);
        }
        add_rule(s, f, names);
    }
}

/* The values of a rule's columns in one text; no text where one is null or left to the database. */
static tusk_str rule_key(tusk_seeder *s, const tusk_seed_rule *r, const json_t *row)
{
    tusk_buf key;
    tusk_buf_init_in(&key, s->arena, TUSK_SEED_SQL_MAX);
    for (size_t i = 0; i < r->columns->count; i++) {
        const json_t *value = json_object_get(row, r->columns->items[i].ptr);
        if (!value || json_is_null(value)) return (tusk_str){ 0 };
        tusk_json_add_canonical(&key, value);
        tusk_buf_add_char(&key, '\n');
    }
    return tusk_buf_str(&key);
}

/* Takes the row where nothing is there twice. */
static bool take_row(tusk_seeder *s, tusk_filling *f, const json_t *row)
{
    for (size_t i = 0; i < f->rules.count; i++) {
        tusk_str key = rule_key(s, &f->rules.items[i], row);
        if (key.ptr && tusk_map_has(&f->rules.items[i].seen, key)) return false;
    }
    for (size_t i = 0; i < f->rules.count; i++) {
        tusk_str key = rule_key(s, &f->rules.items[i], row);
        if (key.ptr) tusk_map_put(&f->rules.items[i].seen, key, s);
    }
    return true;
}

/* What is there already counts, too. */
static tusk_status read_seen(tusk_seeder *s, tusk_filling *f, tusk_seed_rule *r)
{
    tusk_buf sql;
    tusk_result result;
    tusk_buf_init_in(&sql, s->arena, TUSK_SEED_SQL_MAX);
    tusk_buf_add_cstr(&sql, "select ");
    for (size_t i = 0; i < r->columns->count; i++) {
        if (i > 0) tusk_buf_add_cstr(&sql, ", ");
        tusk_quote_name(&sql, r->columns->items[i]);
        tusk_buf_add_cstr(&sql, "::text");
    }
    tusk_buf_add_cstr(&sql, " from ");
    tusk_seed_add_table(&sql, f->table->schema, f->table->name);
    tusk_status st = tusk_seed_ask(s, &sql, NULL, &result);
    for (size_t row = 0; st == TUSK_OK && row < result.cell_rows; row++) {
        json_t *values = json_object();
        bool failed = false;
        for (size_t i = 0; i < r->columns->count; i++) {
            tusk_str cell = tusk_result_cell(&result, row, i);
            if (!cell.ptr) continue;
            tusk_json_set_str(values, r->columns->items[i].ptr, cell, &failed);
        }
        tusk_str key = rule_key(s, r, values);
        if (key.ptr) tusk_map_put(&r->seen, key, s);
        json_decref(values);
        if (failed) return tusk_fail_nomem(s->err, "the rows");
    }
    return st;
}

/* ---- what it refers to ---- */

static tusk_status read_parents(tusk_seeder *s, const tusk_model_table *table, tusk_seed_link *one)
{
    tusk_buf sql;
    tusk_buf_init_in(&sql, s->arena, TUSK_SEED_SQL_MAX);
    tusk_buf_add_cstr(&sql, "select ");
    for (size_t i = 0; i < one->key->columns_to.count; i++) {
        if (i > 0) tusk_buf_add_cstr(&sql, ", ");
        tusk_quote_name(&sql, one->key->columns_to.items[i]);
        tusk_buf_add_cstr(&sql, "::text collate \"C\"");
    }
    tusk_buf_add_cstr(&sql, " from ");
    tusk_seed_add_table(&sql, one->key->schema_to, one->key->table_to);
    tusk_buf_add_cstr(&sql, " order by 1");
    for (size_t i = 1; i < one->key->columns_to.count; i++) tusk_buf_printf(&sql, ", %zu", i + 1);
    tusk_buf_printf(&sql, " limit %d", KEYS_MAX);
    tusk_status st = tusk_seed_ask(s, &sql, NULL, &one->parents);
    if (st != TUSK_OK || one->parents.cell_rows > 0 || tusk_seed_optional(table, one->key))
        return st;
    tusk_fail(s->err, TUSK_INVALID, "\"%.*s\" refers to \"%.*s\", which has no rows",
              TUSK_STR_ARG(table->name), TUSK_STR_ARG(one->key->table_to));
    tusk_error_hint(s->err, "Seed that table, too.");
    return TUSK_INVALID;
}

static tusk_status add_links(tusk_seeder *s, tusk_filling *f)
{
    tusk_status st = TUSK_OK;
    for (size_t i = 0; st == TUSK_OK && i < f->table->foreign_keys.count; i++) {
        const tusk_model_foreign_key *key = &f->table->foreign_keys.items[i];
        bool own = tusk_model_find_table(&s->model, key->schema_to, key->table_to) == f->table;
        if (own || tusk_seed_waits(s, key)) {
            tusk_vec_push(s->arena, &f->later, key);
            continue;
        }
        tusk_seed_link one = { .key = key };
        st = read_parents(s, f->table, &one);
        if (st == TUSK_OK) tusk_vec_push(s->arena, &f->links, one);
    }
    return st;
}

/* The `attempt`-th choice of each: all pairs come up in the end. */
static void set_links(const tusk_filling *f, tusk_dice dice, size_t attempt, json_t *row,
                      bool *failed)
{
    for (size_t i = 0; i < f->links.count; i++) {
        const tusk_seed_link *one = &f->links.items[i];
        size_t count = one->parents.cell_rows;
        size_t start = tusk_dice_below(&dice, count);
        if (count == 0) continue;
        size_t at = (start + attempt) % count;
        attempt /= count;
        for (size_t j = 0; j < one->key->columns_from.count; j++) {
            tusk_json_set_str(row, one->key->columns_from.items[j].ptr,
                              tusk_result_cell(&one->parents, at, j), failed);
        }
    }
}

/* ---- rows ---- */

static tusk_status refuse_type(tusk_seeder *s, const tusk_filling *f,
                               const tusk_seed_column *column)
{
    tusk_fail(s->err, TUSK_INVALID, "\"%.*s\".\"%.*s\": values of type %.*s cannot be made up",
              TUSK_STR_ARG(f->table->name), TUSK_STR_ARG(column->column->name),
              TUSK_STR_ARG(column->column->type));
    tusk_error_hint(s->err, "Name the tables that are to be seeded, without this one.");
    return TUSK_INVALID;
}

static tusk_status make_values(tusk_seeder *s, const tusk_filling *f, const tusk_seed_row *place,
                               tusk_dice *dice, json_t *row)
{
    bool failed = false;
    for (size_t i = 0; i < f->columns.count; i++) {
        const tusk_seed_column *column = &f->columns.items[i];
        json_t *value = tusk_seed_value(s->arena, column, place, dice);
        if (value && json_is_null(value) && column->column->not_null) {
            return refuse_type(s, f, column);
        }
        bool optional = !column->column->not_null && !column->distinct;
        if (optional && tusk_dice_below(dice, 6) == 0) {
            json_decref(value);
            value = json_null();
        }
        tusk_json_set(row, column->column->name.ptr, value, &failed);
    }
    return failed ? tusk_fail_nomem(s->err, "the rows") : TUSK_OK;
}

/* NULL with TUSK_OK: there is no room for another one. */
static tusk_status make_row(tusk_seeder *s, tusk_filling *f, int64_t number, json_t **out)
{
    *out = NULL;
    tusk_seed_row place = { .number = f->before + number };
    place.at = BASE_TIME + (int64_t)tusk_dice_below(&s->dice, (size_t)2 * 365 * 86400);
    place.person = tusk_model_find_column(f->table, TUSK_STR("email")) != NULL;
    tusk_dice links = { tusk_dice_next(&s->dice) };
    for (size_t attempt = 0; attempt < TRIES; attempt++) {
        json_t *row = json_object();
        bool failed = false;
        tusk_status st = make_values(s, f, &place, &s->dice, row);
        set_links(f, links, attempt, row, &failed);
        if (st == TUSK_OK && failed) st = tusk_fail_nomem(s->err, "the rows");
        if (st == TUSK_OK && take_row(s, f, row)) {
            *out = row;
            return TUSK_OK;
        }
        json_decref(row);
        if (st != TUSK_OK) return st;
    }
    return TUSK_OK;
}

static void add_names(tusk_buf *sql, json_t *row)
{
    bool first = true;
    for (void *at = json_object_iter(row); at; at = json_object_iter_next(row, at)) {
        if (!first) tusk_buf_add_cstr(sql, ", ");
        tusk_quote_name(sql, tusk_str_of(json_object_iter_key(at)));
        first = false;
    }
}

/* One parameter holds all of them: PostgreSQL reads each value as its column's type. */
static tusk_status insert(tusk_seeder *s, const tusk_filling *f, const json_t *rows)
{
    tusk_buf sql, json;
    tusk_str text;
    json_t *first = json_array_get(rows, 0);
    if (!first) return TUSK_OK;
    tusk_buf_init_in(&sql, s->arena, TUSK_SEED_SQL_MAX);
    tusk_buf_init_in(&json, s->arena, TUSK_SEED_SQL_MAX);
    tusk_json_add_canonical(&json, rows);
    tusk_status st = tusk_buf_finish(&json, &text, s->err);
    if (st != TUSK_OK) return st;
    tusk_buf_add_cstr(&sql, "insert into ");
    tusk_seed_add_table(&sql, f->table->schema, f->table->name);
    tusk_buf_add_cstr(&sql, " (");
    add_names(&sql, first);
    tusk_buf_add_cstr(&sql, ") select ");
    add_names(&sql, first);
    tusk_buf_add_cstr(&sql, " from json_populate_recordset(null::");
    tusk_seed_add_table(&sql, f->table->schema, f->table->name);
    tusk_buf_add_cstr(&sql, ", $1::text::json)");
    return tusk_seed_ask(s, &sql, TUSK_PARAMS(tusk_val(text)), NULL);
}

/* Every column is the database's. */
static tusk_status insert_defaults(tusk_seeder *s, tusk_filling *f)
{
    tusk_buf sql;
    tusk_buf_init_in(&sql, s->arena, TUSK_SEED_SQL_MAX);
    tusk_buf_add_cstr(&sql, "insert into ");
    tusk_seed_add_table(&sql, f->table->schema, f->table->name);
    tusk_buf_add_cstr(&sql, " default values");
    tusk_status st = TUSK_OK;
    for (; st == TUSK_OK && f->rows < s->options.rows; f->rows++)
        st = tusk_seed_ask(s, &sql, NULL, NULL);
    return st;
}

static tusk_status insert_batch(tusk_seeder *s, tusk_filling *f, bool *room)
{
    json_t *rows = json_array();
    tusk_status st = rows ? TUSK_OK : tusk_fail_nomem(s->err, "the rows");
    for (int i = 0; st == TUSK_OK && *room && i < BATCH && f->rows < s->options.rows; i++) {
        json_t *row = NULL;
        st = make_row(s, f, f->rows, &row);
        *room = row != NULL;
        if (row && json_array_append_new(rows, row) != 0) st = tusk_fail_nomem(s->err, "the rows");
        if (row) f->rows++;
    }
    if (st == TUSK_OK) st = insert(s, f, rows);
    json_decref(rows);
    return st;
}

/* A beginning of its own, so that another table more changes nothing here. */
static uint64_t beginning(const tusk_seeder *s, const tusk_model_table *table)
{
    uint64_t hash = 14695981039346656037u ^ s->options.seed;
    for (size_t i = 0; i < table->name.len; i++) {
        hash = (hash ^ (unsigned char)table->name.ptr[i]) * 1099511628211u;
    }
    return hash;
}

static tusk_status count_rows(tusk_seeder *s, tusk_filling *f)
{
    tusk_buf sql;
    tusk_result result;
    long long count = 0;
    tusk_buf_init_in(&sql, s->arena, TUSK_SEED_SQL_MAX);
    tusk_buf_add_cstr(&sql, "select count(*)::text from ");
    tusk_seed_add_table(&sql, f->table->schema, f->table->name);
    tusk_status st = tusk_seed_ask(s, &sql, NULL, &result);
    if (st != TUSK_OK) return st;
    if (tusk_str_to_int(tusk_result_cell(&result, 0, 0), 0, INT64_MAX, &count)) f->before = count;
    if (count == 0 || s->options.append) return TUSK_OK;
    tusk_fail(s->err, TUSK_MISUSE, "\"%.*s\" has %lld row%s: nothing was added",
              TUSK_STR_ARG(f->table->name), count, count == 1 ? "" : "s");
    tusk_error_hint(s->err, "Say that rows may be added all the same, or name other tables.");
    return TUSK_MISUSE;
}

tusk_status tusk_seed_fill(tusk_seeder *s, const tusk_model_table *table)
{
    tusk_filling f = { .table = table };
    bool room = true;
    tusk_status st = count_rows(s, &f);
    s->dice.state = beginning(s, table) + (uint64_t)f.before;
    if (st == TUSK_OK) st = add_links(s, &f);
    if (st == TUSK_OK) {
        add_rules(s, &f);
        st = add_columns(s, &f);
    }
    for (size_t i = 0; st == TUSK_OK && f.before > 0 && i < f.rules.count; i++) {
        st = read_seen(s, &f, &f.rules.items[i]);
    }
    if (st == TUSK_OK && f.columns.count + f.links.count == 0) st = insert_defaults(s, &f);
    while (st == TUSK_OK && room && f.rows < s->options.rows) st = insert_batch(s, &f, &room);
    if (st == TUSK_OK && !tusk_vec_push(s->arena, &s->fillings, f)) {
        st = tusk_fail_nomem(s->err, "the rows");
    }
    return st == TUSK_OK || st == TUSK_MISUSE ? st : tusk_seed_fail(s, table, st);
}
