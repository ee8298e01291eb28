/* column_type.c - a column gets another type, identity or sequence */
#include "src/base/utf8.h"
#include "src/diff/parts.h"
#include "src/diff/same.h"
#include "src/diff/statement.h"

#include "src/base/banned.h"

/* ---- SET DATA TYPE ---- */

/* drizzle-kit sets a default again after a type change, but not 0, false or null. */
static bool is_truthy(const tusk_default *value)
{
    if (value->kind == TUSK_DEFAULT_BOOLEAN) return tusk_str_eq(value->sql, TUSK_STR("true"));
    if (value->kind == TUSK_DEFAULT_NUMBER) return !tusk_str_eq(value->sql, TUSK_STR("0"));
    return value->kind == TUSK_DEFAULT_SQL && value->sql.len > 0;
}

static tusk_str type_text(tusk_differ *d, const tusk_column_change *column)
{
    return column->to.serial ? column->to.name : tusk_statement_type_str(d->arena, column->now);
}

static tusk_str using_text(tusk_differ *d, const tusk_column_change *column, tusk_cast cast,
                           tusk_str type)
{
    tusk_str name = column->old->name;
    switch (cast) {
    case TUSK_CAST_TRUTH:
        return tusk_words_str(d->arena, "%i <> 0", name);
    case TUSK_CAST_NUMBER:
        return tusk_words_str(d->arena, "%i::integer::%s", name, type);
    case TUSK_CAST_TEXT:
        return tusk_words_str(d->arena, "%i::text::%s", name, type);
    case TUSK_CAST_WRAP:
        return tusk_words_str(d->arena, "CASE WHEN %i IS NOT NULL THEN ARRAY[%i::text]::%s END",
                              name, name, type);
    default:
        return tusk_words_str(d->arena, "%i::%s", name, type);
    }
}

static void set_type(tusk_differ *d, const tusk_table_change *table,
                     const tusk_column_change *column, tusk_cast cast, bool ask)
{
    tusk_str type = type_text(d, column), loses = tusk_cast_loses(&column->from, &column->to);
    tusk_str said = type, collation = column->now->collation;
    if (collation.len > 0) said = tusk_words_str(d->arena, "%s COLLATE %i", type, collation);
    if (!ask) {
        tusk_column_alter(d, table, column, loses, "SET DATA TYPE %s", said);
        return;
    }
    tusk_column_alter(d, table, column, loses, "SET DATA TYPE %s USING %s", said,
                      using_text(d, column, cast, type));
}

/* From text: the default goes along as one of the enum. */
static bool text_to_enum(tusk_differ *d, const tusk_table_change *table,
                         const tusk_column_change *column)
{
    bool has = is_truthy(&column->now->value);
    if (has) {
        TUSK_COLUMN_ALTER(d, table, column, "SET DEFAULT %s::%s",
                          tusk_statement_default(d->arena, column->now), type_text(d, column));
    } else if (column->old->value.kind != TUSK_DEFAULT_NONE) {
        TUSK_COLUMN_ALTER(d, table, column, "DROP DEFAULT");
    }
    set_type(d, table, column, TUSK_CAST_USING, true);
    return has;
}

/* The default steps aside: PostgreSQL converts none where a cast has to be asked for. */
static bool ask_for_type(tusk_differ *d, const tusk_table_change *table,
                         const tusk_column_change *column, tusk_cast cast)
{
    bool had = column->old->value.kind != TUSK_DEFAULT_NONE;
    bool has = column->now->value.kind != TUSK_DEFAULT_NONE;
    bool enums = column->old->type_schema.len > 0 && column->now->type_schema.len > 0;
    if (had || (enums && has)) TUSK_COLUMN_ALTER(d, table, column, "DROP DEFAULT");
    set_type(d, table, column, cast, true);
    if (has) {
        TUSK_COLUMN_ALTER(d, table, column, "SET DEFAULT %s",
                          tusk_statement_default(d->arena, column->now));
    }
    return true;
}

static bool is_text_family(const tusk_type_parts *type)
{
    return tusk_str_eq(type->name, TUSK_STR("text")) ||
           tusk_str_eq(type->name, TUSK_STR("varchar")) ||
           tusk_str_eq(type->name, TUSK_STR("char"));
}

static void set_default(tusk_differ *d, const tusk_table_change *table,
                        const tusk_column_change *column)
{
    if (column->now->value.kind == TUSK_DEFAULT_NONE) return;
    TUSK_COLUMN_ALTER(d, table, column, "SET DEFAULT %s",
                      tusk_statement_default(d->arena, column->now));
}

/* It is text without a default since its enum was made anew, unless it is of that enum again. */
static bool retype_from_text(tusk_differ *d, const tusk_table_change *table,
                             const tusk_column_change *column)
{
    tusk_type_parts text = { .name = TUSK_STR("text") };
    tusk_cast cast = tusk_cast_between(&text, &column->to);
    if (column->cast <= TUSK_CAST_NEAR) return column->now->value.kind != TUSK_DEFAULT_NONE;
    if (column->now->type_schema.len > 0) return text_to_enum(d, table, column);
    if (cast != TUSK_CAST_SAME) set_type(d, table, column, cast, cast > TUSK_CAST_AUTO);
    set_default(d, table, column);
    return true;
}

bool tusk_column_retype(tusk_differ *d, const tusk_table_change *table,
                        const tusk_column_change *column)
{
    bool to_enum = column->now->type_schema.len > 0;
    bool is_text = is_text_family(&column->from) && !column->from.own &&
                   !column->from.dimensions == !column->to.dimensions;
    if (column->via_text) return retype_from_text(d, table, column);
    if (column->cast == TUSK_CAST_SAME) {
        if (column->recollated) set_type(d, table, column, column->cast, false);
        return false;
    }
    if (to_enum && is_text) return text_to_enum(d, table, column);
    if (column->cast > TUSK_CAST_AUTO) return ask_for_type(d, table, column, column->cast);
    set_type(d, table, column, column->cast, false);
    if (column->to.serial || !is_truthy(&column->now->value)) return false;
    set_default(d, table, column);
    return true;
}

/* ---- sequences of columns ---- */

tusk_str tusk_part_name(tusk_arena *arena, tusk_str table, tusk_str column, const char *suffix)
{
    size_t room = 63 - strlen(suffix) - 1 - (column.len > 0 ? 1 : 0);
    size_t a = table.len, b = column.len;
    while (a + b > room) *(a > b ? &a : &b) -= 1;
    if (table.len > 0) a = tusk_utf8_cut(table.ptr, table.len, a);
    if (column.len > 0) b = tusk_utf8_cut(column.ptr, column.len, b);
    return tusk_arena_printf(arena, "%.*s%s%.*s_%s", (int)a, table.ptr, b > 0 ? "_" : "", (int)b,
                             b > 0 ? column.ptr : "", suffix);
}

/* The sequence that PostgreSQL knows of: after renames its name may be any. */
static tusk_str own_sequence(tusk_differ *d, const tusk_table_change *table,
                             const tusk_column_change *column)
{
    tusk_str name = tusk_words_str(d->arena, "%q", table->old->schema, table->old->name);
    return tusk_words_str(d->arena, "pg_get_serial_sequence(%l, %l)", name, column->old->name);
}

static void with_own_sequence(tusk_differ *d, const tusk_table_change *table,
                              const tusk_column_change *column, const char *before, tusk_str after)
{
    tusk_str more = after.len > 0 ? tusk_words_str(d->arena, " || %l", after) : after;
    tusk_step_add(d,
                  TUSK_ABOUT(ALTER, "column", .schema = table->old->schema,
                             .name = table->old->name, .member = column->old->name),
                  "DO $$ BEGIN EXECUTE %l || %s%s; END $$;", tusk_str_of(before),
                  own_sequence(d, table, column), more);
}

/* Goes on after the values that are there. */
static void set_position(tusk_differ *d, const tusk_table_change *table,
                         const tusk_column_change *column, tusk_str sequence, tusk_str start)
{
    const tusk_identity *identity = &column->now->identity;
    bool down =
        identity->name.ptr && identity->increment.len > 0 && identity->increment.ptr[0] == '-';
    const char *extreme = down ? "min" : "max", *beyond = down ? "<=" : ">=";
    tusk_step_add(d,
                  TUSK_ABOUT(ALTER, "column", .schema = table->old->schema,
                             .name = table->old->name, .member = column->old->name),
                  "SELECT setval(%s, %z(%i)) FROM %t HAVING %z(%i) %z %s;", sequence, extreme,
                  column->old->name, table->old->schema, table->old->name, extreme,
                  column->old->name, beyond, start);
}

void tusk_column_stop_serial(tusk_differ *d, const tusk_table_change *table,
                             const tusk_column_change *column)
{
    TUSK_COLUMN_ALTER(d, table, column, "DROP DEFAULT");
    with_own_sequence(d, table, column, "DROP SEQUENCE ", TUSK_STR(""));
}

static bool sequence_exists(const tusk_differ *d, tusk_str schema, tusk_str name)
{
    return TUSK_PLACED(d->to->sequences, schema, name) ||
           TUSK_PLACED(d->from->sequences, schema, name);
}

void tusk_column_start_serial(tusk_differ *d, const tusk_table_change *table,
                              const tusk_column_change *column)
{
    tusk_str schema = table->old->schema, name = table->old->name, c = column->old->name;
    tusk_str sequence = tusk_part_name(d->arena, name, c, "seq");
    if (sequence_exists(d, schema, sequence)) sequence = tusk_part_name(d->arena, name, c, "seq1");
    tusk_str place = tusk_words_str(d->arena, "%q", schema, sequence);
    tusk_about about = TUSK_ABOUT(ALTER, "column", .schema = schema, .name = name, .member = c);
    tusk_step_add(d, about, "CREATE SEQUENCE %q AS %s;", schema, sequence, column->to.name);
    TUSK_COLUMN_ALTER(d, table, column, "SET DEFAULT nextval(%l)", place);
    tusk_step_add(d, about, "ALTER SEQUENCE %q OWNED BY %q.%i;", schema, sequence, schema, name, c);
    set_position(d, table, column, tusk_words_str(d->arena, "%l", place), TUSK_STR("1"));
    if (column->old->not_null || !column->now->not_null) return;
    tusk_step_add(d, about, "UPDATE %t SET %i = DEFAULT WHERE %i IS NULL;", schema, name, c, c);
}

/* ---- identities ---- */

static void set_identity(tusk_differ *d, const tusk_table_change *table,
                         const tusk_column_change *column)
{
    tusk_buf buf;
    tusk_str words = { 0 };
    tusk_buf_init_in(&buf, d->arena, TUSK_STATEMENT_MAX);
    tusk_statement_identity(&buf, table->now, &column->now->identity);
    if (tusk_buf_finish(&buf, &words, NULL) != TUSK_OK) d->failed = true;
    TUSK_COLUMN_ALTER(d, table, column, "ADD %s", words);
    if (!column->from.serial) return;
    set_position(d, table, column, own_sequence(d, table, column),
                 column->now->identity.start_with);
}

typedef struct identity_field {
    const char *word;
    tusk_str old, now;
} identity_field;

/* Is `value` between both, as numbers? What cannot be read is let through. */
static bool is_between(tusk_str value, tusk_str min, tusk_str max)
{
    long long v = 0, low = 0, high = 0;
    if (!tusk_str_to_int(value, INT64_MIN, INT64_MAX, &v)) return true;
    if (tusk_str_to_int(min, INT64_MIN, INT64_MAX, &low) && v < low) return false;
    return !tusk_str_to_int(max, INT64_MIN, INT64_MAX, &high) || v <= high;
}

/* One field after the other, as drizzle-kit does, when the sequence is a valid one in between. */
static bool can_go_singly(const tusk_identity *old, const tusk_identity *now)
{
    return is_between(old->start_with, now->min_value, old->max_value) &&
           is_between(old->start_with, now->min_value, now->max_value) &&
           (old->increment.len == 0 || now->increment.len == 0 ||
            (old->increment.ptr[0] == '-') == (now->increment.ptr[0] == '-'));
}

/* With the type PostgreSQL also changes a bound that was the type's own. */
static bool bound_follows(const tusk_column_change *column, tusk_str bound)
{
    static const struct {
        const char *type, *min, *max;
    } own[] = {
        { "smallint", "-32768", "32767" },
        { "integer", "-2147483648", "2147483647" },
        { "bigint", "-9223372036854775808", "9223372036854775807" },
    };
    if (tusk_str_eq(column->from.name, column->to.name)) return false;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (!tusk_str_eq(column->from.name, tusk_str_of(own[i].type))) continue;
        return tusk_str_eq(bound, tusk_str_of(own[i].min)) ||
               tusk_str_eq(bound, tusk_str_of(own[i].max));
    }
    return false;
}

static void change_identity(tusk_differ *d, const tusk_table_change *table,
                            const tusk_column_change *column)
{
    const tusk_identity *old = &column->old->identity, *now = &column->now->identity;
    const identity_field fields[] = {
        { "MINVALUE", old->min_value, now->min_value },
        { "MAXVALUE", old->max_value, now->max_value },
        { "INCREMENT BY", old->increment, now->increment },
        { "START WITH", old->start_with, now->start_with },
        { "CACHE", old->cache, now->cache },
    };
    bool singly = can_go_singly(old, now);
    tusk_buf all;
    tusk_buf_init_in(&all, d->arena, TUSK_STATEMENT_MAX);
    if (old->always != now->always) {
        TUSK_COLUMN_ALTER(d, table, column, "SET GENERATED %z",
                          now->always ? "ALWAYS" : "BY DEFAULT");
    }
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const identity_field *field = &fields[i];
        bool follows = i < 2 && bound_follows(column, field->old);
        if (tusk_str_eq(field->old, field->now) && !follows) continue;
        if (singly) {
            TUSK_COLUMN_ALTER(d, table, column, "SET %z %s", field->word, field->now);
        } else {
            tusk_words(&all, "SET %z %s ", field->word, field->now);
        }
    }
    if (!singly) {
        /* where it stands is outside of the new bounds: begin again, then after the rows */
        TUSK_COLUMN_ALTER(d, table, column, "%sRESTART", tusk_buf_str(&all));
        set_position(d, table, column, own_sequence(d, table, column), now->start_with);
    }
    if (old->cycle != now->cycle) {
        TUSK_COLUMN_ALTER(d, table, column, now->cycle ? "SET CYCLE" : "SET NO CYCLE");
    }
    if (!tusk_str_eq(old->name, now->name)) {
        tusk_step_add(
            d, TUSK_ABOUT(RENAME, "sequence", .schema = table->old->schema, .name = old->name),
            "ALTER SEQUENCE %q RENAME TO %i;", table->old->schema, old->name, now->name);
    }
}

void tusk_column_identity(tusk_differ *d, const tusk_table_change *table,
                          const tusk_column_change *column)
{
    bool was = column->old->identity.name.ptr, is = column->now->identity.name.ptr;
    if (!was && is) set_identity(d, table, column);
    if (was && !is) TUSK_COLUMN_ALTER(d, table, column, "DROP IDENTITY");
    if (was && is) change_identity(d, table, column);
    if (column->from.serial && column->to.serial &&
        !tusk_str_eq(column->from.name, column->to.name)) {
        with_own_sequence(d, table, column, "ALTER SEQUENCE ",
                          tusk_words_str(d->arena, " AS %s", column->to.name));
    }
}
