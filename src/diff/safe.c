/* safe.c - statement by statement: what takes its place when nobody is to be held up */
#include "src/diff/safe.h"

#include "src/diff/fate.h"
#include "src/diff/parts.h"
#include "src/diff/statement.h"
#include "src/diff/words.h"

#include "src/base/banned.h"

#define NO_TRANSACTION "-- tusk:no-transaction\n"
#define TAG            "$tusk$"

typedef struct safe {
    tusk_arena *arena;
    tusk_plan out;
    const tusk_step *step; /* that is replaced */
    bool failed;
} safe;

/* ---- statements ---- */

static void add_buf(safe *s, const tusk_buf *buf, bool outside)
{
    tusk_step step = *s->step;
    step.outside = outside;
    if (tusk_buf_finish(buf, &step.sql, NULL) != TUSK_OK ||
        !tusk_vec_push(s->arena, &s->out.steps, step))
        s->failed = true;
}

static void add(safe *s, const char *format, ...)
{
    tusk_buf buf;
    va_list args;
    tusk_buf_init_in(&buf, s->arena, TUSK_STATEMENT_MAX);
    va_start(args, format);
    tusk_words_list(&buf, format, args);
    va_end(args);
    add_buf(s, &buf, false);
}

static void add_outside(safe *s, const char *format, ...)
{
    tusk_buf buf;
    va_list args;
    tusk_buf_init_in(&buf, s->arena, TUSK_STATEMENT_MAX);
    va_start(args, format);
    tusk_words_list(&buf, format, args);
    va_end(args);
    add_buf(s, &buf, true);
}

/* Without its ";". */
static tusk_str body_of(const tusk_step *step)
{
    tusk_str sql = tusk_str_trim(step->sql);
    if (tusk_str_ends(sql, TUSK_STR(";"))) sql.len--;
    return sql;
}

static const char *deferral(tusk_deferral d)
{
    static const char *const words[] = { "", " DEFERRABLE INITIALLY IMMEDIATE",
                                         " DEFERRABLE INITIALLY DEFERRED" };
    return words[d];
}

static bool is_partitioned(const tusk_step *step)
{
    return step->table->partition_by.ptr != NULL;
}

/* ---- constraints ---- */

static bool validate_later(safe *s)
{
    const tusk_step *step = s->step;
    add(s, "%s NOT VALID;", body_of(step));
    add(s, "ALTER TABLE %t VALIDATE CONSTRAINT %i;", step->table->schema, step->table->name,
        step->member);
    return true;
}

/* That of a partitioned table cannot be NOT VALID. */
static bool add_foreign_key(safe *s)
{
    return !is_partitioned(s->step) && validate_later(s);
}

/* The name is none that PostgreSQL gives to anything. */
static void not_null(safe *s, tusk_str column)
{
    const tusk_model_table *t = s->step->table;
    tusk_str check = tusk_part_name(s->arena, t->name, column, "filled");
    if (!check.ptr) s->failed = true;
    add(s, "ALTER TABLE %t ADD CONSTRAINT %i CHECK (%i IS NOT NULL) NOT VALID;", t->schema, t->name,
        check, column);
    add(s, "ALTER TABLE %t VALIDATE CONSTRAINT %i;", t->schema, t->name, check);
    add(s, "ALTER TABLE %t ALTER COLUMN %i SET NOT NULL;", t->schema, t->name, column);
    add(s, "ALTER TABLE %t DROP CONSTRAINT %i;", t->schema, t->name, check);
}

static void using_index(safe *s, tusk_str name, const tusk_names *columns, const char *kind,
                        const tusk_model_key *key)
{
    const tusk_model_table *t = s->step->table;
    add_outside(s, "CREATE UNIQUE INDEX CONCURRENTLY %i ON %t (%n)%z;", name, t->schema, t->name,
                columns, key && key->nulls_not_distinct ? " NULLS NOT DISTINCT" : "");
    add(s, "ALTER TABLE %t ADD CONSTRAINT %i %z USING INDEX %i%z;", t->schema, t->name, name, kind,
        name, key ? deferral(key->deferral) : "");
}

static bool add_unique(safe *s)
{
    const tusk_model_key *key = TUSK_NAMED(s->step->table->uniques, s->step->member);
    if (!key || is_partitioned(s->step)) return false;
    using_index(s, key->name, &key->columns, "UNIQUE", key);
    return true;
}

static void fill_first(safe *s, const tusk_names *columns)
{
    for (size_t i = 0; i < columns->count; i++) {
        const tusk_model_column *column = tusk_model_find_column(s->step->table, columns->items[i]);
        if (column && !column->not_null) not_null(s, column->name);
    }
}

/* The unnamed one is of one column, and PostgreSQL names it. */
static bool add_primary_key(safe *s)
{
    const tusk_model_table *t = s->step->table;
    tusk_names one = { 0 };
    if (is_partitioned(s->step)) return false;
    if (t->primary_keys.count > 0) {
        const tusk_model_key *key = &t->primary_keys.items[0];
        fill_first(s, &key->columns);
        using_index(s, key->name, &key->columns, "PRIMARY KEY", key);
        return true;
    }
    for (size_t i = 0; i < t->columns.count; i++) {
        if (!t->columns.items[i].primary_key) continue;
        if (!tusk_vec_push(s->arena, &one, t->columns.items[i].name)) s->failed = true;
    }
    if (one.count != 1) return false;
    fill_first(s, &one);
    using_index(s, tusk_part_name(s->arena, t->name, (tusk_str){ 0 }, "pkey"), &one, "PRIMARY KEY",
                NULL);
    return true;
}

/* ---- indexes ---- */

static bool add_index(safe *s)
{
    const tusk_model_index *index = TUSK_NAMED(s->step->table->indexes, s->step->member);
    if (!index || index->concurrently || is_partitioned(s->step)) return false;
    tusk_model_index beside = *index;
    beside.concurrently = true;
    tusk_buf buf;
    tusk_buf_init_in(&buf, s->arena, TUSK_STATEMENT_MAX);
    tusk_statement_create_index(&buf, s->step->table, &beside);
    add_buf(s, &buf, true);
    return true;
}

static bool drop_index(safe *s)
{
    tusk_str sql = tusk_str_trim(s->step->sql), words = TUSK_STR("DROP INDEX ");
    if (is_partitioned(s->step) || !tusk_str_starts(sql, words)) return false;
    add_outside(s, "DROP INDEX CONCURRENTLY %s",
                (tusk_str){ sql.ptr + words.len, sql.len - words.len });
    return true;
}

/* ---- columns ---- */

/* A thousand pages at a time. What others change meanwhile moves behind them: the last statement.
 */
static void fill(safe *s, tusk_str column)
{
    const tusk_model_table *t = s->step->table;
    tusk_str place = tusk_words_str(s->arena, "%q", t->schema, t->name);
    add_outside(
        s,
        "-- tusk:repeatable\n"
        "DO " TAG "\n"
        "DECLARE\n"
        "    page bigint := 0;\n"
        "    pages bigint := pg_relation_size(%l) / current_setting('block_size')::bigint;\n"
        "BEGIN\n"
        "    WHILE page <= pages LOOP\n"
        "        UPDATE %t SET %i = DEFAULT WHERE %i IS NULL\n"
        "            AND ctid >= ('(' || page || ',0)')::tid\n"
        "            AND ctid < ('(' || page + 1000 || ',0)')::tid;\n"
        "        COMMIT;\n"
        "        page := page + 1000;\n"
        "    END LOOP;\n"
        "    UPDATE %t SET %i = DEFAULT WHERE %i IS NULL;\n"
        "END\n" TAG ";",
        place, t->schema, t->name, column, column, t->schema, t->name, column, column);
}

/* Without NOT NULL, default and serial. */
static void add_plain(safe *s, const tusk_model_column *column, tusk_str type)
{
    tusk_model_column plain = *column;
    plain.not_null = false;
    plain.value = (tusk_default){ 0 };
    plain.type = type;
    tusk_buf buf;
    tusk_buf_init_in(&buf, s->arena, TUSK_STATEMENT_MAX);
    tusk_statement_add_column(&buf, s->step->table, &plain);
    add_buf(s, &buf, false);
}

static bool add_required(safe *s, const tusk_model_column *column)
{
    size_t at = s->out.steps.count + 1;
    add_plain(s, column, column->type);
    not_null(s, column->name);
    if (s->failed) return true;
    tusk_step *check = &s->out.steps.items[at];
    check->sql = tusk_words_str(
        s->arena,
        "-- Rows that are there have no value yet. Fill them here, some thousand at a time, each\n"
        "-- batch a statement of its own: VALIDATE below fails while any is NULL.\n%s",
        check->sql);
    if (!check->sql.ptr) s->failed = true;
    return true;
}

/* Does the expression call anything but now()? What is then filled row by row need not have been,
 * which is slower and does no harm. */
static bool may_differ(const tusk_default *value)
{
    if (value->kind != TUSK_DEFAULT_SQL || !memchr(value->sql.ptr, '(', value->sql.len))
        return false;
    return !tusk_str_eq(tusk_str_trim(value->sql), TUSK_STR("now()"));
}

static void add_filled(safe *s, const tusk_model_column *column)
{
    const tusk_model_table *t = s->step->table;
    add_plain(s, column, column->type);
    add(s, "ALTER TABLE %t ALTER COLUMN %i SET DEFAULT %s;", t->schema, t->name, column->name,
        tusk_statement_default(s->arena, column));
    fill(s, column->name);
    if (column->not_null) not_null(s, column->name);
}

static tusk_str number_of_serial(tusk_str type)
{
    static const char *const types[][2] = { { "serial", "integer" },
                                            { "bigserial", "bigint" },
                                            { "smallserial", "smallint" } };
    for (size_t i = 0; i < 3; i++) {
        if (tusk_str_eq(type, tusk_str_of(types[i][0]))) return tusk_str_of(types[i][1]);
    }
    return (tusk_str){ 0 };
}

static void add_serial(safe *s, const tusk_model_column *column, tusk_str number)
{
    const tusk_model_table *t = s->step->table;
    tusk_str name = tusk_part_name(s->arena, t->name, column->name, "seq");
    tusk_str place = tusk_words_str(s->arena, "%q", t->schema, name);
    add(s, "CREATE SEQUENCE %q AS %s;", t->schema, name, number);
    add_plain(s, column, number);
    add(s, "ALTER SEQUENCE %q OWNED BY %q.%i;", t->schema, name, t->schema, t->name, column->name);
    add(s, "ALTER TABLE %t ALTER COLUMN %i SET DEFAULT nextval(%l);", t->schema, t->name,
        column->name, place);
    fill(s, column->name);
    not_null(s, column->name);
}

static bool holds_tag(tusk_str name)
{
    return name.len > 0 && memmem(name.ptr, name.len, TAG, strlen(TAG)) != NULL;
}

static bool add_column(safe *s)
{
    const tusk_model_table *t = s->step->table;
    const tusk_model_column *column = tusk_model_find_column(t, s->step->member);
    if (!column || column->primary_key || column->generated.ptr || column->identity.name.ptr)
        return false;
    bool fillable = !holds_tag(t->name) && !holds_tag(t->schema) && !holds_tag(column->name);
    tusk_str number = number_of_serial(column->type);
    if (number.ptr) {
        if (fillable) add_serial(s, column, number);
        return fillable;
    }
    if (column->value.kind == TUSK_DEFAULT_NONE || column->value.kind == TUSK_DEFAULT_NULL) {
        return column->not_null && add_required(s, column);
    }
    if (!fillable || !may_differ(&column->value)) return false;
    add_filled(s, column);
    return true;
}

static bool alter_column(safe *s)
{
    if (!tusk_str_ends(body_of(s->step), TUSK_STR(" SET NOT NULL"))) return false;
    not_null(s, s->step->member);
    return true;
}

/* ---- all of them ---- */

static bool replace(safe *s)
{
    static const struct {
        tusk_step_kind kind;
        const char *what;
        bool (*make)(safe *s);
    } forms[] = {
        { TUSK_STEP_CREATE, "foreign key", add_foreign_key },
        { TUSK_STEP_CREATE, "check", validate_later },
        { TUSK_STEP_CREATE, "unique constraint", add_unique },
        { TUSK_STEP_CREATE, "primary key", add_primary_key },
        { TUSK_STEP_CREATE, "index", add_index },
        { TUSK_STEP_DROP, "index", drop_index },
        { TUSK_STEP_CREATE, "column", add_column },
        { TUSK_STEP_ALTER, "column", alter_column },
    };
    const tusk_step *step = s->step;
    if (!step->table || step->fresh) return false;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (step->kind == forms[i].kind && strcmp(step->what, forms[i].what) == 0)
            return forms[i].make(s);
    }
    return false;
}

tusk_status tusk_safe_plan(tusk_arena *arena, tusk_plan *plan, tusk_error *err)
{
    safe s = { .arena = arena };
    bool changed = false;
    for (size_t i = 0; i < plan->steps.count; i++) {
        s.step = &plan->steps.items[i];
        bool replaced = replace(&s);
        changed |= replaced;
        if (!replaced && !tusk_vec_push(arena, &s.out.steps, *s.step)) s.failed = true;
    }
    if (changed && !s.failed) {
        tusk_step *first = &s.out.steps.items[0];
        first->sql = tusk_words_str(arena, NO_TRANSACTION "%s", first->sql);
        s.failed = !first->sql.ptr;
    }
    if (s.failed || tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the safe form");
    *plan = s.out;
    return TUSK_OK;
}
