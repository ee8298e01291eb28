/* models.c - schemas by chance */
#include "tests/pg/models.h"

#include "src/diff/words.h"

#define COUNT(array)       (sizeof(array) / sizeof *(array))
#define PUSH(m, list, ...) ((void)tusk_vec_push((m)->arena, (list), __VA_ARGS__))

typedef struct maker {
    tusk_arena *arena;
    tusk_model model;
    const tusk_model *before;
    uint64_t state;
} maker;

static unsigned below(maker *m, unsigned limit)
{
    m->state ^= m->state << 13;
    m->state ^= m->state >> 7;
    m->state ^= m->state << 17;
    return (unsigned)(m->state >> 33) % limit;
}

static bool chance(maker *m, unsigned percent)
{
    return below(m, 100) < percent;
}

static tusk_str text(maker *m, const char *format, ...) TUSK_PRINTF(2, 3);
static tusk_str text(maker *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tusk_str s = tusk_arena_vprintf(m->arena, format, args);
    va_end(args);
    return s;
}

static tusk_str pick_schema(maker *m)
{
    return m->model.schemas.count > 0 && chance(m, 30) ? m->model.schemas.items[0] : TUSK_STR("");
}

/* ---- columns ---- */

static const char *const types[] = { "smallint", "integer",     "bigint", "real",
                                     "text",     "varchar(20)", "jsonb",  "double precision" };

static bool is_integer(const tusk_model_column *column)
{
    return tusk_str_eq(column->type, TUSK_STR("smallint")) ||
           tusk_str_eq(column->type, TUSK_STR("integer")) ||
           tusk_str_eq(column->type, TUSK_STR("bigint"));
}

static tusk_identity identity(maker *m, const tusk_model_table *table, const char *column)
{
    return (tusk_identity){ .name = text(m, "%.*s_%s_seq", TUSK_STR_ARG(table->name), column),
                            .schema = table->schema,
                            .always = chance(m, 50),
                            .increment = chance(m, 30) ? TUSK_STR("2") : TUSK_STR("1"),
                            .start_with = chance(m, 30) ? TUSK_STR("5") : TUSK_STR("1"),
                            .min_value = TUSK_STR("1"),
                            .max_value = TUSK_STR("32767"),
                            .cache = TUSK_STR("1"),
                            .cycle = chance(m, 20) };
}

static tusk_model_column make_column(maker *m, const tusk_model_table *table, const char *name)
{
    tusk_model_column column = { .name = tusk_str_of(name) };
    if (m->model.enums.count > 0 && chance(m, 25)) {
        const tusk_model_enum *e = &m->model.enums.items[below(m, (unsigned)m->model.enums.count)];
        column.type = e->name;
        column.type_schema = e->schema;
    } else {
        column.type = tusk_str_of(types[below(m, COUNT(types))]);
    }
    if (is_integer(&column) && chance(m, 15)) {
        column.identity = identity(m, table, name);
        column.not_null = true;
    } else if (tusk_str_eq(column.type, TUSK_STR("integer")) && chance(m, 20)) {
        column.type = TUSK_STR("serial");
        column.not_null = true;
    } else if (chance(m, 60)) {
        column.value = (tusk_default){ TUSK_DEFAULT_SQL, TUSK_STR("'1'") };
        column.not_null = chance(m, 50);
    }
    return column;
}

static void make_columns(maker *m, tusk_model_table *table)
{
    static const char *const names[] = { "a", "b", "c", "d", "e" };
    tusk_model_column id = { .name = TUSK_STR("id"),
                             .type = chance(m, 50) ? TUSK_STR("integer") : TUSK_STR("bigint"),
                             .not_null = true,
                             .value = { TUSK_DEFAULT_NUMBER, TUSK_STR("1") } };
    PUSH(m, &table->columns, id);
    for (size_t i = 0; i < COUNT(names); i++) {
        if (chance(m, 60)) PUSH(m, &table->columns, make_column(m, table, names[i]));
    }
    const tusk_model_column *base = &table->columns.items[below(m, (unsigned)table->columns.count)];
    if (!is_integer(base) || chance(m, 60)) return;
    PUSH(m, &table->columns,
         (tusk_model_column){
             .name = TUSK_STR("g"),
             .type = TUSK_STR("bigint"),
             .generated = text(m, "\"%.*s\" + %u", TUSK_STR_ARG(base->name), below(m, 2)) });
}

static const tusk_model_column *any_column(maker *m, const tusk_model_table *table)
{
    return &table->columns.items[below(m, (unsigned)table->columns.count)];
}

/* A comparison that the row passes. */
static tusk_str about_column(maker *m, const tusk_model_table *table, const char *rest)
{
    return tusk_words_str(m->arena, "%i %z", any_column(m, table)->name, rest);
}

/* ---- members ---- */

static void make_keys(maker *m, tusk_model_table *table)
{
    const tusk_model_column *other = any_column(m, table);
    /* added to a table with a row, it needs a value */
    bool pair = chance(m, 30) && other->not_null && !tusk_str_eq(other->name, TUSK_STR("id"));
    if (!pair) {
        table->columns.items[0].primary_key = true;
        return;
    }
    tusk_model_key key = { .name = text(m, "%.*s_pk", TUSK_STR_ARG(table->name)) };
    PUSH(m, &key.columns, TUSK_STR("id"));
    PUSH(m, &key.columns, other->name);
    PUSH(m, &table->primary_keys, key);
    tusk_model_key unique = { .name = text(m, "%.*s_one", TUSK_STR_ARG(table->name)) };
    PUSH(m, &unique.columns, TUSK_STR("id"));
    PUSH(m, &table->uniques, unique);
}

static void make_index(maker *m, tusk_model_table *table, unsigned number)
{
    const tusk_model_column *column = any_column(m, table);
    tusk_model_index index = { .name = text(m, "%.*s_%u", TUSK_STR_ARG(table->name), number),
                               .unique = chance(m, 20),
                               .method = TUSK_STR("btree"),
                               .with = TUSK_STR("") };
    tusk_model_index_column one = { .expression = column->name, .descending = chance(m, 30) };
    PUSH(m, &index.columns, one);
    if (chance(m, 30)) {
        index.where = about_column(m, table, "<> '2'");
    }
    if (chance(m, 20)) PUSH(m, &index.include, TUSK_STR("id"));
    PUSH(m, &table->indexes, index);
}

static void make_policy(maker *m, tusk_model_table *table)
{
    tusk_model_policy policy = { .name = TUSK_STR("p"),
                                 .restrictive = chance(m, 30),
                                 .command = chance(m, 50) ? TUSK_STR("ALL") : TUSK_STR("SELECT") };
    PUSH(m, &policy.to, chance(m, 50) ? TUSK_STR("public") : TUSK_STR("current_user"));
    if (chance(m, 80)) {
        policy.using_ = about_column(m, table, "= '1'");
    }
    PUSH(m, &table->policies, policy);
}

static void make_members(maker *m, tusk_model_table *table)
{
    make_keys(m, table);
    for (unsigned i = below(m, 3); i > 0; i--) make_index(m, table, i);
    if (chance(m, 40)) {
        tusk_model_key unique = { .name = text(m, "%.*s_u", TUSK_STR_ARG(table->name)),
                                  .nulls_not_distinct = chance(m, 30) };
        PUSH(m, &unique.columns, any_column(m, table)->name);
        PUSH(m, &table->uniques, unique);
    }
    if (chance(m, 40)) {
        tusk_model_check check = { text(m, "%.*s_c", TUSK_STR_ARG(table->name)),
                                   about_column(m, table, "<> '3'") };
        PUSH(m, &table->checks, check);
    }
    if (chance(m, 30)) make_policy(m, table);
    table->rls = chance(m, 20);
    table->rls_forced = chance(m, 10);
}

/* Only to a table that has its row, and from a column of an integer type. */
static void make_foreign_key(maker *m, tusk_model_table *table)
{
    const tusk_model_table *to = &m->model.tables.items[below(m, (unsigned)m->model.tables.count)];
    const tusk_model_column *column = any_column(m, table);
    if (m->before && !tusk_model_find_table(m->before, to->schema, to->name)) return;
    if (!is_integer(column) || column->generated.ptr || column->identity.name.ptr) return;
    tusk_model_foreign_key key = {
        .name = text(m, "%.*s_%.*s_fk", TUSK_STR_ARG(table->name), TUSK_STR_ARG(column->name)),
        .table_from = table->name,
        .table_to = to->name,
        .schema_to = to->schema,
        .on_delete = chance(m, 50) ? TUSK_STR("cascade") : TUSK_STR("no action"),
        .on_update = TUSK_STR("no action")
    };
    PUSH(m, &key.columns_from, column->name);
    PUSH(m, &key.columns_to, TUSK_STR("id"));
    PUSH(m, &table->foreign_keys, key);
}

/* ---- what is beside tables ---- */

static void make_enums(maker *m)
{
    static const char *const labels[] = { "1", "2", "3", "4" };
    static const char *const names[] = { "mood", "text_kind" };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (chance(m, 40)) continue;
        tusk_model_enum e = { .name = tusk_str_of(names[i]), .schema = TUSK_STR("public") };
        bool turned = chance(m, 50);
        for (size_t j = 0; j < COUNT(labels); j++) {
            size_t at = turned ? COUNT(labels) - 1 - j : j;
            if (at < 3 || chance(m, 50)) PUSH(m, &e.values, tusk_str_of(labels[at]));
        }
        PUSH(m, &m->model.enums, e);
    }
}

static void make_views(maker *m)
{
    static const char *const names[] = { "v", "w", "x" };
    tusk_str last = { 0 };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (chance(m, 50)) continue;
        const tusk_model_table *of =
            &m->model.tables.items[below(m, (unsigned)m->model.tables.count)];
        tusk_model_view view = { .name = tusk_str_of(names[i]),
                                 .schema = TUSK_STR("public"),
                                 .materialized = chance(m, 30) };
        view.definition = tusk_words_str(m->arena, "select id, %i as other from %q",
                                         any_column(m, of)->name, of->schema, of->name);
        if (last.ptr && chance(m, 50)) {
            view.definition =
                tusk_words_str(m->arena, "select * from %q", TUSK_STR("public"), last);
        }
        last = view.name;
        PUSH(m, &m->model.views, view);
    }
}

static void make_sequences(maker *m)
{
    if (chance(m, 50)) return;
    tusk_model_sequence sequence = { .name = TUSK_STR("numbers"),
                                     .schema = TUSK_STR("public"),
                                     .increment = TUSK_STR("1"),
                                     .min_value = chance(m, 50) ? TUSK_STR("1") : TUSK_STR("9"),
                                     .max_value = TUSK_STR("1000"),
                                     .start_with = TUSK_STR("9"),
                                     .cache = TUSK_STR("1"),
                                     .cycle = chance(m, 50) };
    PUSH(m, &m->model.sequences, sequence);
}

tusk_model models_random(tusk_arena *arena, unsigned seed, const tusk_model *before)
{
    static const char *const names[] = { "t1", "t2", "t3", "t4" };
    maker m = { .arena = arena, .before = before };
    m.state = (uint64_t)(seed + 1) * 0x9e3779b97f4a7c15u;
    for (int i = 0; i < 8; i++) below(&m, 2);
    if (chance(&m, 50)) PUSH(&m, &m.model.schemas, TUSK_STR("s"));
    make_enums(&m);
    make_sequences(&m);
    for (size_t i = 0; i < COUNT(names); i++) {
        if (i > 0 && chance(&m, 40)) continue;
        tusk_model_table table = { .name = tusk_str_of(names[i]), .schema = pick_schema(&m) };
        make_columns(&m, &table);
        make_members(&m, &table);
        PUSH(&m, &m.model.tables, table);
    }
    for (size_t i = 0; i < m.model.tables.count; i++) {
        if (chance(&m, 60)) make_foreign_key(&m, &m.model.tables.items[i]);
    }
    make_views(&m);
    return m.model;
}

/* ---- rows ---- */

tusk_str models_rows(tusk_arena *arena, const tusk_model *model)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, TUSK_STATEMENT_MAX);
    tusk_words(&buf, "set session_replication_role = replica;");
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *table = &model->tables.items[i];
        tusk_names columns = { 0 };
        for (size_t j = 0; j < table->columns.count; j++) {
            bool given = !table->columns.items[j].generated.ptr;
            if (given) (void)tusk_vec_push(arena, &columns, table->columns.items[j].name);
        }
        tusk_words(&buf, "insert into %q (%n) overriding system value values (", table->schema,
                   table->name, &columns);
        for (size_t j = 0; j < columns.count; j++) tusk_words(&buf, j > 0 ? ", '1'" : "'1'");
        tusk_words(&buf, ");");
    }
    tusk_words(&buf, "reset session_replication_role;");
    return tusk_buf_str(&buf);
}

tusk_str models_lost(tusk_arena *arena, const tusk_model *before, const tusk_model *after)
{
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, TUSK_STATEMENT_MAX);
    tusk_words(&buf, "select 0");
    for (size_t i = 0; i < after->tables.count; i++) {
        const tusk_model_table *table = &after->tables.items[i];
        const tusk_model_table *was = tusk_model_find_table(before, table->schema, table->name);
        for (size_t j = 0; was && j < table->columns.count; j++) {
            const tusk_model_column *column = &table->columns.items[j];
            const tusk_model_column *old = tusk_model_find_column(was, column->name);
            if (!old || old->generated.ptr || column->generated.ptr) continue;
            tusk_words(&buf, " + (select (count(*) <> 1)::int from %q where %i::text = '1')",
                       table->schema, table->name, column->name);
        }
    }
    return tusk_buf_str(&buf);
}
