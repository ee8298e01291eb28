/* numeric.c - PostgreSQL's binary numeric (digits of base 10,000) to its exact decimal text */
#include "src/base/bytes.h"
#include "src/codec/codec.h"

#include "src/base/banned.h"

#define HEADER_SIZE    8
#define GROUP_DIGITS   4 /* decimal digits in one of base 10,000 */
#define GROUP_MAX      9999
#define SCALE_MAX      0x3fff
#define POSITIVE       0x0000
#define NEGATIVE       0x4000
#define NOT_A_NUMBER   0xc000
#define PLUS_INFINITY  0xd000
#define MINUS_INFINITY 0xf000

typedef struct numeric {
    int count;  /* groups that were sent; those before and after are 0 */
    int weight; /* of the first group: its value counts 10,000^weight */
    int sign;
    int scale; /* decimal digits after the point */
    const char *groups;
} numeric;

/* The group that counts 10,000^weight. */
static int group(const numeric *n, int weight)
{
    int i = n->weight - weight;
    return i < 0 || i >= n->count ? 0 : tusk_get16(n->groups + 2 * (size_t)i);
}

static char *put_group(char *at, int value)
{
    for (int i = GROUP_DIGITS - 1; i >= 0; i--, value /= 10) at[i] = (char)('0' + value % 10);
    return at + GROUP_DIGITS;
}

/* Digits before the point without leading zeros, at least one. */
static char *put_whole(char *at, const numeric *n)
{
    int weight = n->weight;
    while (weight > 0 && group(n, weight) == 0) weight--;
    char first[GROUP_DIGITS];
    put_group(first, weight >= 0 ? group(n, weight) : 0);
    int zeros = 0;
    while (zeros < GROUP_DIGITS - 1 && first[zeros] == '0') zeros++;
    for (int i = zeros; i < GROUP_DIGITS; i++) *at++ = first[i];
    while (--weight >= 0) at = put_group(at, group(n, weight));
    return at;
}

static char *put_fraction(char *at, const numeric *n)
{
    if (n->scale == 0) return at;
    *at++ = '.';
    char *start = at;
    for (int weight = -1; at - start < n->scale; weight--) at = put_group(at, group(n, weight));
    return start + n->scale; /* the last group may reach past it */
}

static const char *special(int sign)
{
    if (sign == NOT_A_NUMBER) return "NaN";
    if (sign == PLUS_INFINITY) return "Infinity";
    return sign == MINUS_INFINITY ? "-Infinity" : NULL;
}

static tusk_status parse(const tusk_column *column, tusk_str bytes, numeric *n, tusk_error *err)
{
    if (bytes.len < HEADER_SIZE) return tusk_malformed(column, "a numeric without a header", err);
    *n = (numeric){ .count = (int16_t)tusk_get16(bytes.ptr),
                    .weight = (int16_t)tusk_get16(bytes.ptr + 2),
                    .sign = tusk_get16(bytes.ptr + 4),
                    .scale = tusk_get16(bytes.ptr + 6),
                    .groups = bytes.ptr + HEADER_SIZE };
    if (n->count < 0 || bytes.len - HEADER_SIZE != 2 * (size_t)n->count) {
        return tusk_malformed(column, "a numeric whose digits are not as many as it says", err);
    }
    if (n->sign != POSITIVE && n->sign != NEGATIVE && !special(n->sign)) {
        return tusk_malformed(column, "a numeric with an unknown sign", err);
    }
    if (special(n->sign)) return TUSK_OK; /* its scale means nothing */
    if (n->scale > SCALE_MAX) return tusk_malformed(column, "a numeric with a wrong scale", err);
    for (int i = 0; i < n->count; i++) {
        if (tusk_get16(n->groups + 2 * (size_t)i) > GROUP_MAX) {
            return tusk_malformed(column, "a numeric with a digit over 9999", err);
        }
    }
    return TUSK_OK;
}

tusk_status tusk_decode_numeric(tusk_arena *arena, const tusk_column *column, tusk_str bytes,
                                tusk_str *out, tusk_error *err)
{
    numeric n = { 0 };
    tusk_status status = parse(column, bytes, &n, err);
    if (status != TUSK_OK) return status;
    if (special(n.sign)) {
        *out = tusk_str_of(special(n.sign));
        return TUSK_OK;
    }
    size_t whole = n.weight < 0 ? 1 : (size_t)(n.weight + 1) * GROUP_DIGITS;
    size_t room = 1 + whole + 1 + (size_t)n.scale + GROUP_DIGITS; /* sign, point, past the scale */
    char *text = tusk_arena_alloc(arena, room + 1);
    if (!text) return tusk_fail_nomem(err, "a numeric");
    char *at = text;
    if (n.sign == NEGATIVE) *at++ = '-';
    at = put_whole(at, &n);
    at = put_fraction(at, &n);
    *at = '\0';
    *out = (tusk_str){ text, (size_t)(at - text) };
    return TUSK_OK;
}
