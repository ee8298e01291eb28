/* cast.c - what it takes to make a column of one type another: PostgreSQL's own casts */
#include "src/diff/cast.h"

#include "src/base/banned.h"

/* ---- taking a type apart ---- */

static const struct {
    const char *spelled, *name;
    bool serial;
} spellings[] = {
    { "serial", "integer", true },
    { "serial4", "integer", true },
    { "bigserial", "bigint", true },
    { "serial8", "bigint", true },
    { "smallserial", "smallint", true },
    { "serial2", "smallint", true },
    { "int", "integer", false },
    { "int4", "integer", false },
    { "int8", "bigint", false },
    { "int2", "smallint", false },
    { "bool", "boolean", false },
    { "decimal", "numeric", false },
    { "float4", "real", false },
    { "float8", "double precision", false },
    { "character varying", "varchar", false },
    { "character", "char", false },
    { "bpchar", "char", false },
    { "bit varying", "varbit", false },
    { "timestamp without time zone", "timestamp", false },
    { "timestamptz", "timestamp with time zone", false },
    { "time without time zone", "time", false },
    { "timetz", "time with time zone", false },
};

static bool is(tusk_str name, const char *text)
{
    return tusk_str_eq(name, tusk_str_of(text));
}

static bool is_any(tusk_str name, const char *const *list)
{
    for (; *list; list++) {
        if (is(name, *list)) return true;
    }
    return false;
}

static const char *const numbers[] = { "smallint", "integer",          "bigint", "numeric",
                                       "real",     "double precision", NULL };
static const char *const integers[] = { "smallint", "integer", "bigint", NULL };
static const char *const texts[] = { "text", "varchar", "char", "name", NULL };
static const char *const others[] = { "boolean",   "json",
                                      "jsonb",     "uuid",
                                      "date",      "time",
                                      "timestamp", "timestamp with time zone",
                                      "interval",  "time with time zone",
                                      "inet",      "cidr",
                                      "macaddr",   "macaddr8",
                                      "bit",       "varbit",
                                      "bytea",     "money",
                                      "xml",       "oid",
                                      "point",     "line",
                                      "lseg",      "box",
                                      "path",      "polygon",
                                      "circle",    "tsvector",
                                      "tsquery",   "int4range",
                                      "int8range", "numrange",
                                      "tsrange",   "tstzrange",
                                      "daterange", NULL };

tusk_str tusk_type_base(tusk_str type)
{
    const char *end = type.len > 0 ? memchr(type.ptr, '[', type.len) : NULL;
    return end ? (tusk_str){ type.ptr, (size_t)(end - type.ptr) } : type;
}

static size_t count_brackets(tusk_str type)
{
    size_t count = 0;
    for (size_t i = 0; i < type.len; i++) count += type.ptr[i] == '[';
    return count;
}

/* "timestamp (3) with time zone": the arguments, and the name without them. */
static tusk_str without_arguments(tusk_arena *arena, tusk_str base, tusk_str *arguments)
{
    const char *open = base.len > 0 ? memchr(base.ptr, '(', base.len) : NULL;
    const char *end = open ? memchr(open, ')', (size_t)(base.ptr + base.len - open)) : NULL;
    if (!end) return base;
    *arguments = (tusk_str){ open + 1, (size_t)(end - open - 1) };
    tusk_str head = tusk_str_trim((tusk_str){ base.ptr, (size_t)(open - base.ptr) });
    tusk_str tail = { end + 1, (size_t)(base.ptr + base.len - end - 1) };
    return tusk_arena_printf(arena, "%.*s%.*s", TUSK_STR_ARG(head), TUSK_STR_ARG(tail));
}

static tusk_str lower_case(tusk_arena *arena, tusk_str s)
{
    char *copy = tusk_arena_copy(arena, s.ptr, s.len);
    for (size_t i = 0; copy && i < s.len; i++) {
        if (copy[i] >= 'A' && copy[i] <= 'Z') copy[i] = (char)(copy[i] - 'A' + 'a');
    }
    return copy ? (tusk_str){ copy, s.len } : s;
}

bool tusk_type_is_built_in(tusk_str name)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        if (is(name, spellings[i].spelled)) return true;
    }
    return is_any(name, numbers) || is_any(name, texts) || is_any(name, others);
}

tusk_type_parts tusk_type_of(tusk_arena *arena, const tusk_model_column *column)
{
    tusk_type_parts parts = { .dimensions = count_brackets(column->type) };
    tusk_str whole = tusk_type_base(column->type), base = tusk_str_trim(whole);
    parts.brackets = (tusk_str){ column->type.ptr + whole.len, column->type.len - whole.len };
    if (column->type_schema.len > 0) {
        parts.name = base;
        parts.own = true;
        parts.own_schema = tusk_model_schema(column->type_schema);
        return parts;
    }
    parts.name = lower_case(arena, without_arguments(arena, base, &parts.arguments));
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        if (!is(parts.name, spellings[i].spelled)) continue;
        parts.name = tusk_str_of(spellings[i].name);
        parts.serial = spellings[i].serial;
        break;
    }
    if (!tusk_type_is_built_in(parts.name)) parts.own = true;
    return parts;
}

/* ---- casts ---- */

/* pg_cast's implicit and assignment casts between built-in types, those to text apart; "near" ones
 * keep what an expression, an index or a foreign key means. */
static const struct {
    const char *from, *to;
    bool near;
} automatic[] = {
    { "date", "timestamp", true },
    { "date", "timestamp with time zone", false },
    { "timestamp", "date", false },
    { "timestamp", "time", false },
    { "timestamp", "timestamp with time zone", true },
    { "timestamp with time zone", "date", false },
    { "timestamp with time zone", "time", false },
    { "timestamp with time zone", "timestamp", true },
    { "timestamp with time zone", "time with time zone", false },
    { "time", "interval", false },
    { "time", "time with time zone", true },
    { "time with time zone", "time", true },
    { "interval", "time", false },
    { "inet", "cidr", true },
    { "cidr", "inet", true },
    { "macaddr", "macaddr8", true },
    { "macaddr8", "macaddr", true },
    { "bit", "varbit", true },
    { "varbit", "bit", true },
    { "json", "jsonb", false },
    { "jsonb", "json", false },
    { "integer", "money", false },
    { "bigint", "money", false },
    { "numeric", "money", false },
    { "money", "numeric", false },
    { "smallint", "oid", false },
    { "integer", "oid", false },
    { "bigint", "oid", false },
    { "oid", "integer", false },
    { "oid", "bigint", false },
    { "path", "polygon", false },
    { "polygon", "path", false },
    { "box", "polygon", false },
    { "point", "box", false },
};

/* Those that have to be asked for. */
static const struct {
    const char *from, *to;
} asked[] = {
    { "integer", "boolean" },
    { "boolean", "integer" },
    { "integer", "bit" },
    { "bigint", "bit" },
    { "bit", "integer" },
    { "bit", "bigint" },
    { "jsonb", "boolean" },
    { "jsonb", "numeric" },
    { "jsonb", "smallint" },
    { "jsonb", "integer" },
    { "jsonb", "bigint" },
    { "jsonb", "real" },
    { "jsonb", "double precision" },
    { "circle", "point" },
    { "circle", "box" },
    { "circle", "polygon" },
    { "polygon", "circle" },
    { "polygon", "point" },
    { "polygon", "box" },
    { "box", "circle" },
    { "box", "point" },
    { "box", "lseg" },
    { "point", "circle" },
    { "lseg", "point" },
    { "path", "point" },
};

static bool same_name(const tusk_type_parts *a, const tusk_type_parts *b)
{
    return tusk_str_eq(a->name, b->name) && a->own == b->own &&
           tusk_str_eq(a->own_schema, b->own_schema);
}

static tusk_cast cast_of_numbers(tusk_str from, tusk_str to)
{
    if (is(to, "boolean")) return TUSK_CAST_TRUTH;
    if (is_any(to, integers) && is_any(from, integers)) return TUSK_CAST_NEAR;
    return is_any(to, numbers) ? TUSK_CAST_NEAR : TUSK_CAST_TEXT;
}

/* Of two different built-in or other types, arrays aside. */
static tusk_cast cast_of_names(tusk_str from, tusk_str to, bool own)
{
    if (is_any(to, texts)) return is_any(from, texts) ? TUSK_CAST_NEAR : TUSK_CAST_AUTO;
    if (is_any(from, texts)) return TUSK_CAST_USING;
    if (own) return TUSK_CAST_TEXT;
    for (size_t i = 0; i < sizeof automatic / sizeof *automatic; i++) {
        if (!is(from, automatic[i].from) || !is(to, automatic[i].to)) continue;
        return automatic[i].near ? TUSK_CAST_NEAR : TUSK_CAST_AUTO;
    }
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        if (is(from, asked[i].from) && is(to, asked[i].to)) return TUSK_CAST_USING;
    }
    if (is_any(from, numbers)) return cast_of_numbers(from, to);
    if (is(from, "boolean") && is_any(to, numbers)) return TUSK_CAST_NUMBER;
    return TUSK_CAST_TEXT;
}

/* Arguments with the spaces out: "10, 2" is "10,2". */
static bool same_arguments(tusk_str a, tusk_str b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && a.ptr[i] == ' ') i++;
        while (j < b.len && b.ptr[j] == ' ') j++;
        if (i == a.len || j == b.len) return i == a.len && j == b.len;
        if (a.ptr[i++] != b.ptr[j++]) return false;
    }
}

tusk_cast tusk_cast_between(const tusk_type_parts *from, const tusk_type_parts *to)
{
    bool arrays = from->dimensions > 0 && to->dimensions > 0;
    bool same = same_name(from, to);
    if (same && from->dimensions == to->dimensions) {
        bool as_before = same_arguments(from->arguments, to->arguments) &&
                         tusk_str_eq(from->brackets, to->brackets);
        /* of a type that is not known here its arguments may say anything */
        return as_before ? TUSK_CAST_SAME : TUSK_CAST_NEAR;
    }
    if (same && arrays) return TUSK_CAST_NEAR;
    if (arrays) {
        tusk_cast cast = cast_of_names(from->name, to->name, from->own || to->own);
        bool direct = cast <= TUSK_CAST_USING;
        return !direct ? TUSK_CAST_TEXT : cast == TUSK_CAST_NEAR ? TUSK_CAST_AUTO : cast;
    }
    if (from->dimensions > 0) return is_any(to->name, texts) ? TUSK_CAST_AUTO : TUSK_CAST_TEXT;
    if (to->dimensions > 0) return is_any(from->name, texts) ? TUSK_CAST_USING : TUSK_CAST_WRAP;
    return cast_of_names(from->name, to->name, from->own || to->own);
}

/* ---- losses ---- */

/* The first number of "10, 2", or the second; -1 without. */
static long long argument(tusk_str arguments, size_t which)
{
    long long number = -1;
    tusk_str rest = arguments, part = { 0 };
    for (size_t i = 0; i <= which; i++) part = tusk_str_cut(&rest, ',');
    if (!part.ptr || !tusk_str_to_int(tusk_str_trim(part), -1000, 1 << 28, &number)) return -1;
    return number;
}

static bool is_fraction(tusk_str name)
{
    return is(name, "numeric") || is(name, "real") || is(name, "double precision");
}

static bool rounds(const tusk_type_parts *from, const tusk_type_parts *to)
{
    if (is_fraction(from->name) && is_any(to->name, integers)) return true;
    if (is(from->name, "double precision") && is(to->name, "real")) return true;
    if (is(from->name, "numeric") && (is(to->name, "real") || is(to->name, "double precision")))
        return true;
    if (is(to->name, "numeric") && is_fraction(from->name) && to->arguments.ptr) {
        long long old = argument(from->arguments, 1), now = argument(to->arguments, 1);
        return !from->arguments.ptr || (now < 0 ? 0 : now) < (old < 0 ? 0 : old);
    }
    return false;
}

static bool has_day_time(tusk_str name)
{
    return is(name, "timestamp") || is(name, "timestamp with time zone");
}

tusk_str tusk_cast_loses(const tusk_type_parts *from, const tusk_type_parts *to)
{
    if (rounds(from, to)) return TUSK_STR("values are rounded");
    if (has_day_time(from->name) && is(to->name, "date"))
        return TUSK_STR("the time of day is cut off");
    bool day_gone = is(to->name, "time") || is(to->name, "time with time zone");
    if (has_day_time(from->name) && day_gone) return TUSK_STR("the date is cut off");
    bool moment = has_day_time(from->name) || is(from->name, "time");
    if (moment && same_name(from, to) && to->arguments.ptr) {
        long long old = from->arguments.ptr ? argument(from->arguments, 0) : 6;
        if (argument(to->arguments, 0) < old) return TUSK_STR("fractions of a second are rounded");
    }
    bool truth = is(to->name, "boolean") && is_any(from->name, numbers);
    if (truth) return TUSK_STR("every number but 0 becomes true");
    if (is(from->name, "json") && is(to->name, "jsonb"))
        return TUSK_STR("repeated keys and the order of keys are lost");
    return (tusk_str){ 0 };
}
