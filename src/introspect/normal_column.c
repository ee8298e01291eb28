/* normal_column.c - types, defaults and columns in one spelling */
#include <ctype.h>

#include "src/diff/scan.h"
#include "src/introspect/catalog.h"
#include "src/introspect/normal.h"
#include "src/model/json.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define TEXT_MAX ((size_t)1 << 20)

/* ---- types ---- */

static bool starts_word(tusk_str text, tusk_str word)
{
    if (!tusk_str_starts(text, word)) return false;
    if (text.len == word.len) return true;
    char c = text.ptr[word.len];
    return !isalnum((unsigned char)c) && c != '_' && c != '.';
}

/* The first words in one spelling; longer ones stand before those that they begin with. */
static tusk_str one_spelling(tusk_arena *arena, tusk_str type)
{
    static const struct {
        tusk_str from, to;
    } names[] = {
        { TUSK_STR_INIT("character varying"), TUSK_STR_INIT("varchar") },
        { TUSK_STR_INIT("character"), TUSK_STR_INIT("char") },
        { TUSK_STR_INIT("int"), TUSK_STR_INIT("integer") },
        { TUSK_STR_INIT("int4"), TUSK_STR_INIT("integer") },
        { TUSK_STR_INIT("int8"), TUSK_STR_INIT("bigint") },
        { TUSK_STR_INIT("int2"), TUSK_STR_INIT("smallint") },
        { TUSK_STR_INIT("bool"), TUSK_STR_INIT("boolean") },
        { TUSK_STR_INIT("float4"), TUSK_STR_INIT("real") },
        { TUSK_STR_INIT("float8"), TUSK_STR_INIT("double precision") },
        { TUSK_STR_INIT("decimal"), TUSK_STR_INIT("numeric") },
        { TUSK_STR_INIT("varbit"), TUSK_STR_INIT("bit varying") },
        { TUSK_STR_INIT("serial4"), TUSK_STR_INIT("serial") },
        { TUSK_STR_INIT("serial8"), TUSK_STR_INIT("bigserial") },
        { TUSK_STR_INIT("serial2"), TUSK_STR_INIT("smallserial") },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!starts_word(type, names[i].from)) continue;
        tusk_str rest = { type.ptr + names[i].from.len, type.len - names[i].from.len };
        return tusk_arena_printf(arena, "%s%.*s", names[i].to.ptr, TUSK_STR_ARG(rest));
    }
    return type;
}

/* Small letters, no blank beside "(" and ",", no array's size. */
static tusk_str tidy(tusk_arena *arena, tusk_str type)
{
    tusk_buf buf;
    tusk_str out = type;
    bool quoted = false;
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    for (size_t i = 0; i < type.len; i++) {
        char c = type.ptr[i], next = i + 1 < type.len ? type.ptr[i + 1] : 0;
        if (c == '"') quoted = !quoted;
        if (!quoted && c == '[') break;
        bool blank = c == ' ' && (next == '(' || next == ' ' || next == ',' ||
                                  (buf.len > 0 && strchr(" ,(", buf.ptr[buf.len - 1])));
        if (!quoted && blank) continue;
        tusk_buf_add_char(&buf, quoted ? c : (char)tolower((unsigned char)c));
    }
    if (buf.len == 0 || tusk_buf_finish(&buf, &out, NULL) != TUSK_OK) return type;
    return out;
}

/* timestamptz(3) as "timestamp(3) with time zone" */
static tusk_str with_zone(tusk_arena *arena, tusk_str type)
{
    static const tusk_str names[] = { TUSK_STR_INIT("timestamptz"), TUSK_STR_INIT("timetz") };
    static const tusk_str tail = TUSK_STR_INIT(" without time zone");
    for (size_t i = 0; i < 2; i++) {
        if (!starts_word(type, names[i])) continue;
        tusk_str rest = { type.ptr + names[i].len, type.len - names[i].len };
        return tusk_arena_printf(arena, "%.*s%.*s with time zone", (int)names[i].len - 2, type.ptr,
                                 TUSK_STR_ARG(rest));
    }
    if (type.len > tail.len && memcmp(type.ptr + type.len - tail.len, tail.ptr, tail.len) == 0) {
        type.len -= tail.len;
    }
    return type;
}

/* What says the default: "(10,0)", "char(1)" */
static tusk_str without_default(tusk_arena *arena, tusk_str type)
{
    if (tusk_str_eq(type, TUSK_STR("char(1)"))) return TUSK_STR("char");
    if (tusk_str_eq(type, TUSK_STR("bit(1)"))) return TUSK_STR("bit");
    bool scale = starts_word(type, TUSK_STR("numeric")) && type.len > 3 &&
                 memcmp(type.ptr + type.len - 3, ",0)", 3) == 0;
    return scale ? tusk_arena_printf(arena, "%.*s)", (int)type.len - 3, type.ptr) : type;
}

/* "shop.cents" apart; a name in quotes loses them. */
static tusk_str cut_schema(tusk_arena *arena, tusk_str type, tusk_str *schema)
{
    tusk_sql_tokens tokens = tusk_sql_tokenize(arena, type);
    bool two = tokens.count == 3 && tokens.items[0].kind == TUSK_SQL_NAME &&
               tusk_str_eq(tokens.items[1].text, TUSK_STR(".")) &&
               tokens.items[2].kind == TUSK_SQL_NAME;
    if (!two && tokens.count != 1) return type;
    if (two) *schema = tokens.items[0].text;
    tusk_str name = tokens.items[two ? 2 : 0].text;
    if (name.len > 2 && name.ptr[0] == '"' && !tusk_str_eq(name, TUSK_STR("\"char\""))) {
        name = (tusk_str){ name.ptr + 1, name.len - 2 };
    }
    return name;
}

#define HAS_TYPE(list, schema_, name_)                                                          \
    for (size_t i = 0; i < (list).count; i++) {                                                 \
        if (tusk_str_eq((list).items[i].name, (name_)) &&                                       \
            tusk_str_eq(tusk_model_schema((list).items[i].schema), tusk_model_schema(schema_))) \
            return true;                                                                        \
    }

/* The bare name of a type that the schema holds is a name, not SQL. */
static bool is_own(const tusk_normal *n, tusk_str schema, tusk_str name)
{
    if (schema.len > 0 && tusk_model_find_enum(n->model, schema, name)) return true;
    HAS_TYPE(n->model->domains, schema, name)
    HAS_TYPE(n->model->composites, schema, name)
    return false;
}

tusk_str tusk_normal_type(const tusk_normal *n, tusk_str type, tusk_str *schema)
{
    tusk_str bare = type;
    bool array = type.len > 1 && type.ptr[type.len - 1] == ']';
    while (array && bare.len > 0 && bare.ptr[bare.len - 1] == ']') {
        while (bare.len > 0 && bare.ptr[bare.len - 1] != '[') bare.len--;
        if (bare.len > 0) bare.len--;
    }
    if (is_own(n, *schema, bare)) {
        bare = tusk_sql_cut_name(bare);
    } else {
        bare = tidy(n->arena, bare);
        bare = with_zone(n->arena, one_spelling(n->arena, bare));
        bare = cut_schema(n->arena, without_default(n->arena, bare), schema);
    }
    /* types of public are found without it; of an enum it is always said */
    *schema = tusk_model_schema(*schema);
    if (tusk_model_find_enum(n->model, *schema, bare)) *schema = tusk_normal_schema(*schema);
    if (schema->len == 0) *schema = (tusk_str){ 0 };
    return array ? tusk_arena_printf(n->arena, "%.*s[]", TUSK_STR_ARG(bare)) : bare;
}

/* ---- defaults ---- */

static bool is_json(tusk_str type)
{
    return tusk_str_eq(type, TUSK_STR("json")) || tusk_str_eq(type, TUSK_STR("jsonb"));
}

/* '{"a": 1}'::jsonb: keys sorted, no blanks; "no text" for what is no literal of JSON. */
static tusk_str json_default(tusk_arena *arena, tusk_str sql)
{
    tusk_sql_tokens tokens = tusk_sql_tokenize(arena, sql);
    bool literal = tokens.count > 0 && tokens.items[0].kind == TUSK_SQL_TEXT &&
                   (tokens.count == 1 || tokens.count == 3);
    json_t *root = NULL;
    tusk_buf buf;
    tusk_str out = { 0 };
    if (!literal || tusk_json_parse("default", tokens.items[0].text, &root, NULL) != TUSK_OK) {
        return (tusk_str){ 0 };
    }
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    tusk_json_add_canonical(&buf, root);
    json_decref(root);
    return tusk_buf_finish(&buf, &out, NULL) == TUSK_OK ? out : (tusk_str){ 0 };
}

static bool is_digits(tusk_str text)
{
    size_t start = text.len > 1 && text.ptr[0] == '-';
    for (size_t i = start; i < text.len; i++) {
        if (!isdigit((unsigned char)text.ptr[i]) && text.ptr[i] != '.') return false;
    }
    return text.len > start;
}

tusk_default tusk_normal_default(const tusk_normal *n, tusk_str type, tusk_default value,
                                 tusk_str table)
{
    if (value.kind == TUSK_DEFAULT_NULL || value.kind == TUSK_DEFAULT_NONE) {
        return (tusk_default){ 0 };
    }
    if (value.kind == TUSK_DEFAULT_NUMBER && tusk_str_starts(type, TUSK_STR("numeric"))) {
        value = (tusk_default){ TUSK_DEFAULT_SQL, value.sql };
    }
    if (value.kind != TUSK_DEFAULT_SQL) return value;
    bool array = type.len > 0 && type.ptr[type.len - 1] == ']';
    value.sql = tusk_scan_mend_default(n->arena, value.sql, array);
    value = tusk_catalog_default(n->arena, type, value.sql);
    if (value.kind != TUSK_DEFAULT_SQL) return value;
    tusk_str json = is_json(type) ? json_default(n->arena, value.sql) : (tusk_str){ 0 };
    value.sql = json.ptr ? json : tusk_sql_canonical(n->arena, value.sql, table);
    if (is_digits(value.sql)) value.kind = TUSK_DEFAULT_NUMBER; /* of a domain */
    return value;
}

/* ---- columns ---- */

/* integer DEFAULT nextval('table_column_seq'): a serial that was written out. */
static void recognise_serial(tusk_arena *arena, tusk_str table, tusk_model_column *column)
{
    tusk_str serial = tusk_str_eq(column->type, TUSK_STR("integer"))    ? TUSK_STR("serial")
                      : tusk_str_eq(column->type, TUSK_STR("bigint"))   ? TUSK_STR("bigserial")
                      : tusk_str_eq(column->type, TUSK_STR("smallint")) ? TUSK_STR("smallserial")
                                                                        : (tusk_str){ 0 };
    if (!serial.ptr || !column->not_null || column->value.kind != TUSK_DEFAULT_SQL) return;
    tusk_str name = tusk_arena_printf(arena, "nextval('%.*s_%.*s_seq')", TUSK_STR_ARG(table),
                                      TUSK_STR_ARG(column->name));
    if (!name.ptr || !tusk_str_eq(column->value.sql, name)) return;
    column->type = serial;
    column->value = (tusk_default){ 0 };
}

static bool is_serial(tusk_str type)
{
    return tusk_str_eq(type, TUSK_STR("serial")) || tusk_str_eq(type, TUSK_STR("bigserial")) ||
           tusk_str_eq(type, TUSK_STR("smallserial"));
}

tusk_model_column tusk_normal_column(const tusk_normal *n, const tusk_model_column *column,
                                     tusk_str table)
{
    tusk_model_column out = *column;
    out.name = tusk_sql_cut_name(column->name);
    out.renamed_from = (tusk_str){ 0 };
    out.type = tusk_normal_type(n, column->type, &out.type_schema);
    out.value = tusk_normal_default(n, out.type, column->value, table);
    out.generated = tusk_sql_canonical(n->arena, column->generated, table);
    if (out.primary_key || out.identity.name.ptr || is_serial(out.type)) out.not_null = true;
    recognise_serial(n->arena, table, &out);
    if (!out.identity.name.ptr) return out;
    out.identity.name = tusk_sql_cut_name(out.identity.name);
    out.identity.schema = tusk_normal_schema(out.identity.schema);
    return out;
}
