/* str.c - what one does with text that one does not own */
#include "tusk/str.h"

#include "src/base/utf8.h"

#include "src/base/banned.h"

int tusk_str_compare(tusk_str a, tusk_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common > 0 ? memcmp(a.ptr, b.ptr, common) : 0;
    if (order != 0) return order;
    return (a.len > b.len) - (a.len < b.len);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

tusk_str tusk_str_trim(tusk_str s)
{
    while (s.len > 0 && is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_space(s.ptr[s.len - 1])) s.len--;
    return s;
}

tusk_str tusk_str_cut(tusk_str *rest, char separator)
{
    tusk_str all = *rest;
    const char *at = all.len > 0 ? memchr(all.ptr, separator, all.len) : NULL;
    if (!at) {
        *rest = (tusk_str){ 0 };
        return all;
    }
    size_t before = (size_t)(at - all.ptr);
    *rest = (tusk_str){ at + 1, all.len - before - 1 };
    return (tusk_str){ all.ptr, before };
}

bool tusk_str_is_text(tusk_str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t step = s.ptr[i] != '\0' ? tusk_utf8_step(s.ptr + i, s.len - i) : 0;
        if (step == 0) return false;
        i += step;
    }
    return true;
}

bool tusk_str_to_int(tusk_str s, long long min, long long max, long long *out)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    size_t i = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+') ? 1 : 0;
    if (i == s.len) return false;
    long long value = 0;
    for (; i < s.len; i++) {
        int digit = s.ptr[i] - '0';
        if (digit < 0 || digit > 9) return false;
        if (__builtin_mul_overflow(value, 10, &value)) return false;
        /* Downwards for a negative number: LLONG_MIN has no positive twin. */
        if (__builtin_add_overflow(value, negative ? -digit : digit, &value)) return false;
    }
    if (value < min || value > max) return false;
    *out = value;
    return true;
}
