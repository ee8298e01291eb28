/* seed_value.c - a made-up value of a column's type, within its limits */
#include <stdlib.h>
#include <time.h>

#include "src/ops/seed.h"

#include "src/base/banned.h"

enum { DAY = 86400, TEXT_MAX = 4096 };

/* splitmix64 */
uint64_t tusk_dice_next(tusk_dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t tusk_dice_below(tusk_dice *dice, size_t end)
{
    return end == 0 ? 0 : (size_t)(tusk_dice_next(dice) % end);
}

typedef struct making {
    tusk_arena *arena;
    const tusk_seed_column *column;
    const tusk_seed_row *row;
    tusk_dice *dice;
} making;

static json_t *text_value(tusk_str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

static json_t *finish(const tusk_buf *buf)
{
    return buf->failed ? NULL : text_value(tusk_buf_str(buf));
}

static json_t *pick(const making *m, const tusk_names *names)
{
    return text_value(names->items[tusk_dice_below(m->dice, names->count)]);
}

/* ---- texts ---- */

/* The number in "varchar(20)", 0: none. */
static size_t size_in(tusk_str type)
{
    const char *open = memchr(type.ptr, '(', type.len);
    return open ? (size_t)strtoul(open + 1, NULL, 10) : 0;
}

static json_t *make_text(const making *m, tusk_str type)
{
    size_t most = size_in(type), limit = m->column->limit.most;
    tusk_buf buf;
    tusk_buf_init_in(&buf, m->arena, TEXT_MAX);
    if (limit > 0 && (most == 0 || limit < most)) most = limit;
    tusk_seed_text(&buf, m->column->column->name, m->row, m->column->distinct, m->dice);
    if (most > 0 && buf.len > most) { /* the end holds what makes it different */
        tusk_str whole = tusk_buf_str(&buf);
        tusk_str end = { whole.ptr + (m->column->distinct ? whole.len - most : 0), most };
        return text_value(tusk_str_trim(end));
    }
    while (buf.len < m->column->limit.shortest && !buf.failed) tusk_buf_add_char(&buf, 'x');
    return finish(&buf);
}

static json_t *make_uuid(const making *m)
{
    uint64_t a = tusk_dice_next(m->dice), b = tusk_dice_next(m->dice);
    tusk_buf buf;
    tusk_buf_init_in(&buf, m->arena, TEXT_MAX);
    tusk_buf_printf(&buf, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
                    (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
                    (unsigned)(0x8000 | (b >> 48 & 0x3fff)),
                    (unsigned long long)(b & 0xffffffffffffu));
    return finish(&buf);
}

/* ---- numbers ---- */

static void range_of(const making *m, double most, double *min, double *max)
{
    static const struct {
        const char *word;
        double min, max;
    } ranges[] = { { "age", 18, 80 },       { "year", 1990, 2025 },    { "percent", 0, 100 },
                   { "port", 1024, 65535 }, { "price", 1, 500 },       { "amount", 1, 500 },
                   { "latitude", -60, 60 }, { "longitude", -180, 180 } };
    const tusk_seed_limit *limit = &m->column->limit;
    *min = 0;
    *max = 1000;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (!tusk_seed_named(m->column->column->name, ranges[i].word)) continue;
        *min = ranges[i].min;
        *max = ranges[i].max;
        break;
    }
    if (limit->has_min && (*min < limit->min || *min > limit->min + 1000)) *min = limit->min;
    if (*max > most) *max = most;
    if (limit->has_max && *max > limit->max) *max = limit->max;
    if (*max < *min) *max = limit->has_max ? limit->max : *min + 1000;
    if (*min > *max) *min = *max;
}

static json_t *make_integer(const making *m, double most)
{
    double min, max;
    range_of(m, most, &min, &max);
    double number = min + (double)tusk_dice_below(m->dice, (size_t)(max - min) + 1);
    if (m->column->distinct) number = (double)(m->column->first + m->row->number);
    return text_value(tusk_arena_printf(m->arena, "%.0f", number));
}

/* "numeric(10, 2)": two after the point, eight before it */
static json_t *make_decimal(const making *m, tusk_str type)
{
    double min, max, most = 1e6;
    size_t precision = size_in(type), scale = 2;
    const char *comma = memchr(type.ptr, ',', type.len);
    if (precision > 0) scale = comma ? (size_t)strtoul(comma + 1, NULL, 10) : 0;
    if (precision > scale && precision < 16) {
        most = 1;
        for (size_t i = scale; i < precision; i++) most *= 10;
        most -= 1;
    }
    range_of(m, most, &min, &max);
    double part = (double)tusk_dice_below(m->dice, 10001) / 10000.0;
    double number = min + (max - min) * part;
    if (m->column->distinct) number = (double)(m->column->first + m->row->number);
    return text_value(tusk_arena_printf(m->arena, "%.*f", (int)(scale < 6 ? scale : 6), number));
}

/* ---- times ---- */

static int64_t moment(const making *m)
{
    tusk_str name = m->column->column->name;
    size_t some = tusk_dice_below(m->dice, 30 * DAY);
    if (tusk_seed_named(name, "birth")) return -10 * 365 * (int64_t)DAY + (int64_t)some * 400;
    if (tusk_seed_named(name, "created")) return m->row->at;
    if (tusk_seed_named(name, "expire") || tusk_seed_named(name, "until")) {
        return m->row->at + 365 * (int64_t)DAY;
    }
    /* what happened to a row comes after its making */
    return m->row->at + (int64_t)some + (m->column->distinct ? m->row->number : 0);
}

static struct tm parts_of(int64_t seconds)
{
    struct tm parts;
    time_t at = (time_t)seconds;
    gmtime_r(&at, &parts);
    return parts;
}

/* ---- types ---- */

static bool begins(tusk_str type, const char *word)
{
    return tusk_str_starts(type, tusk_str_of(word));
}

static json_t *make_number(const making *m, tusk_str type)
{
    if (begins(type, "smallint")) return make_integer(m, 32767);
    if (begins(type, "integer") || begins(type, "bigint")) return make_integer(m, 2147483647);
    if (begins(type, "numeric") || begins(type, "decimal")) return make_decimal(m, type);
    if (begins(type, "real") || begins(type, "double")) return make_decimal(m, TUSK_STR(""));
    return NULL;
}

static json_t *make_moment(const making *m, tusk_str type)
{
    char text[64];
    if (begins(type, "interval")) {
        return text_value(
            tusk_arena_printf(m->arena, "%zu minutes", 1 + tusk_dice_below(m->dice, 600)));
    }
    struct tm parts = parts_of(moment(m));
    if (begins(type, "timestamp")) {
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S+00", &parts);
    } else if (begins(type, "date")) {
        strftime(text, sizeof text, "%Y-%m-%d", &parts);
    } else if (begins(type, "time")) {
        strftime(text, sizeof text, "%H:%M:%S", &parts);
    } else {
        return NULL;
    }
    return text_value(tusk_str_of(text));
}

static json_t *make_rare(const making *m, tusk_str type)
{
    size_t a = tusk_dice_below(m->dice, 254) + 1, b = tusk_dice_below(m->dice, 254) + 1;
    tusk_arena *arena = m->arena;
    tusk_str text = { 0 };
    if (begins(type, "inet")) text = tusk_arena_printf(arena, "198.51.%zu.%zu", a, b);
    if (begins(type, "cidr")) text = tusk_arena_printf(arena, "10.%zu.%zu.0/24", a, b);
    if (begins(type, "macaddr")) {
        bool longer = begins(type, "macaddr8");
        text = tusk_arena_printf(arena, "02:00:00:%s00:%02zx:%02zx", longer ? "00:00:" : "", a, b);
    }
    if (begins(type, "point")) text = tusk_arena_printf(arena, "(%zu,%zu)", a, b);
    if (begins(type, "bytea")) text = tusk_arena_printf(arena, "\\x%02zx%02zx", a, b);
    if (begins(type, "tsvector")) text = tusk_arena_printf(arena, "word%zu text%zu", a, b);
    return text.ptr ? text_value(text) : json_null();
}

static json_t *make_one(const making *m, tusk_str type)
{
    const tusk_seed_column *c = m->column;
    if (c->labels) return c->labels->values.count > 0 ? pick(m, &c->labels->values) : json_null();
    if (c->limit.labels.count > 0) return pick(m, &c->limit.labels);
    if (begins(type, "boolean")) {
        return text_value(tusk_dice_below(m->dice, 2) ? TUSK_STR("true") : TUSK_STR("false"));
    }
    if (begins(type, "json")) {
        return json_pack("{s:i}", "number", (int)tusk_dice_below(m->dice, 100));
    }
    if (begins(type, "uuid")) return make_uuid(m);
    if (begins(type, "text") || begins(type, "varchar") || begins(type, "char") ||
        begins(type, "citext") || begins(type, "name")) {
        return make_text(m,
                         begins(type, "char") && size_in(type) == 0 ? TUSK_STR("char(1)") : type);
    }
    json_t *value = make_number(m, type);
    if (!value) value = make_moment(m, type);
    return value ? value : make_rare(m, type);
}

json_t *tusk_seed_value(tusk_arena *arena, const tusk_seed_column *column, const tusk_seed_row *row,
                        tusk_dice *dice)
{
    making m = { arena, column, row, dice };
    tusk_str type = column->column->type;
    const char *array = memchr(type.ptr, '[', type.len);
    if (!array) return make_one(&m, type);
    size_t dimensions = 0;
    for (const char *p = array; p < type.ptr + type.len; p++) dimensions += *p == '[';
    json_t *values = json_array();
    if (dimensions > 1) return values; /* an empty one is one of any depth */
    size_t count = 1 + tusk_dice_below(dice, 3);
    for (size_t i = 0; values && i < count; i++) {
        json_array_append_new(values,
                              make_one(&m, (tusk_str){ type.ptr, (size_t)(array - type.ptr) }));
    }
    return values;
}
