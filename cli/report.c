/* report.c - a list of structs as an aligned table for people or as JSON for programs */
#include "cli/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

enum { QUERY_MIN = 20, GAP = 2 };

int cli_terminal_width(void)
{
    struct winsize size = { 0 };
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

tusk_str cli_bytes_text(tusk_arena *arena, int64_t bytes)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
    double value = (double)bytes;
    size_t unit = 0;
    while (fabs(value) >= 1000 && unit + 1 < sizeof units / sizeof *units) value /= 1024, unit++;
    const char *format = unit == 0 || fabs(value) >= 10 ? "%.0f %s" : "%.1f %s";
    return strcmp(format, "%.0f %s") == 0 ? tusk_arena_printf(arena, "%.0f %s", value, units[unit])
                                          : tusk_arena_printf(arena, "%.1f %s", value, units[unit]);
}

tusk_str cli_ms_text(tusk_arena *arena, double ms)
{
    if (ms < 10) return tusk_arena_printf(arena, "%.3g ms", ms);
    if (ms < 1000) return tusk_arena_printf(arena, "%.0f ms", ms);
    if (ms < 60e3) return tusk_arena_printf(arena, "%.1f s", ms / 1e3);
    long long seconds = (long long)(ms / 1e3);
    if (seconds < 3600)
        return tusk_arena_printf(arena, "%lld:%02lld min", seconds / 60, seconds % 60);
    if (seconds < 86400)
        return tusk_arena_printf(arena, "%lld:%02lld h", seconds / 3600, seconds / 60 % 60);
    return tusk_arena_printf(arena, "%.1f d", (double)seconds / 86400);
}

/* ---- one cell ---- */

static const void *member(const struct cli_report *report, size_t row, const struct cli_column *c)
{
    return (const char *)report->items + row * report->size + c->offset;
}

static tusk_str number_text(tusk_arena *arena, const struct cli_column *column, int64_t value)
{
    if (column->unit == CLI_BYTES) return cli_bytes_text(arena, value);
    if (column->unit == CLI_MS) {
        return value == 0 ? TUSK_STR("") : cli_ms_text(arena, (double)value);
    }
    return tusk_arena_printf(arena, "%" PRId64, value);
}

static tusk_str real_text(tusk_arena *arena, const struct cli_column *column, double value)
{
    if (column->unit == CLI_MS) return cli_ms_text(arena, value);
    if (column->unit == CLI_SHARE) return tusk_arena_printf(arena, "%.1f %%", value * 100);
    return tusk_arena_printf(arena, "%.3g", value);
}

static tusk_str cell_text(tusk_arena *arena, const struct cli_column *column, const void *at)
{
    switch (column->kind) {
    case CLI_TEXT:
        return tusk_shown(arena, *(const tusk_str *)at);
    case CLI_INT:
        return number_text(arena, column, *(const int *)at);
    case CLI_BIGINT:
        return number_text(arena, column, *(const int64_t *)at);
    case CLI_REAL:
        return real_text(arena, column, *(const double *)at);
    case CLI_BOOL:
        return *(const bool *)at ? tusk_str_of(column->name) : TUSK_STR("");
    case CLI_NULL_BIGINT: {
        const tusk_null_int64 *value = at;
        return value->has ? number_text(arena, column, value->value) : TUSK_STR("-");
    }
    case CLI_NULL_TIME: {
        const tusk_null_time *value = at;
        char text[TUSK_TIME_TEXT_SIZE];
        if (!value->has) return TUSK_STR("-");
        tusk_time_text(value->value, text);
        return strlen(text) < 16 ? tusk_arena_str(arena, tusk_str_of(text))
                                 : tusk_arena_printf(arena, "%.10s %.5s", text, text + 11);
    }
    }
    return TUSK_STR("");
}

/* Characters, each taken as one place wide. */
static int places(tusk_str text)
{
    int count = 0;
    for (size_t i = 0; i < text.len; i++) count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return count;
}

/* The first `most` places. */
static tusk_str cut(tusk_str text, int most)
{
    size_t at = 0;
    while (at < text.len && most >= 0) {
        if (((unsigned char)text.ptr[at] & 0xc0) != 0x80 && most-- == 0) break;
        at++;
    }
    return (tusk_str){ text.ptr, at };
}

/* ---- the table ---- */

static bool is_number(const struct cli_column *column)
{
    return column->kind != CLI_TEXT && column->kind != CLI_BOOL && column->kind != CLI_NULL_TIME;
}

static size_t count_columns(const struct cli_report *report)
{
    size_t count = 0;
    while (report->columns[count].name) count++;
    return count;
}

/* A column that is empty in every row is not shown at all: no marks, no space. */
static void measure(const struct cli_report *report, const tusk_str *cells, size_t columns,
                    int *widths)
{
    for (size_t j = 0; j < columns; j++) {
        bool empty = report->columns[j].kind == CLI_BOOL || report->columns[j].kind == CLI_TEXT;
        widths[j] = (int)strlen(report->columns[j].name);
        for (size_t i = 0; i < report->count; i++) {
            int width = places(cells[i * columns + j]);
            if (width > 0) empty = false;
            if (width > widths[j]) widths[j] = width;
        }
        if (report->columns[j].unit == CLI_HIDDEN || (empty && report->count > 0)) widths[j] = 0;
    }
}

static void fit(const struct cli_report *report, size_t columns, int *widths, int width)
{
    int total = -GAP;
    for (size_t j = 0; j < columns; j++) total += widths[j] ? widths[j] + GAP : 0;
    for (size_t j = 0; j < columns && width > 0 && total > width; j++) {
        if (report->columns[j].unit != CLI_QUERY || widths[j] <= QUERY_MIN) continue;
        int less = total - width;
        if (widths[j] - less < QUERY_MIN) less = widths[j] - QUERY_MIN;
        widths[j] -= less;
        total -= less;
    }
}

static void print_cell(FILE *out, const struct cli_column *column, tusk_str cell, int width,
                       bool first, bool last)
{
    int pad = width - places(cell);
    if (pad < 0) cell = cut(cell, width), pad = 0;
    if (!first) fprintf(out, "%*s", GAP, "");
    if (is_number(column)) fprintf(out, "%*s", pad, "");
    fprintf(out, "%.*s", TUSK_STR_ARG(cell));
    if (!is_number(column) && !last) fprintf(out, "%*s", pad, "");
}

static void print_row(FILE *out, const struct cli_report *report, const tusk_str *cells,
                      size_t columns, const int *widths)
{
    size_t last = 0;
    bool first = true;
    for (size_t j = 0; j < columns; j++) {
        if (widths[j] > 0) last = j;
    }
    for (size_t j = 0; j < columns; j++) {
        if (widths[j] == 0) continue;
        tusk_str cell = cells ? cells[j] : tusk_str_of(report->columns[j].name);
        print_cell(out, &report->columns[j], cell, widths[j], first, j == last);
        first = false;
    }
}

bool cli_report_table(tusk_arena *arena, FILE *out, const struct cli_report *report, int width)
{
    size_t columns = count_columns(report);
    tusk_str *cells = TUSK_NEW_ARRAY(arena, tusk_str, report->count * columns + 1);
    int *widths = TUSK_NEW_ARRAY(arena, int, columns + 1);
    if (!cells || !widths) return false;
    for (size_t i = 0; i < report->count * columns; i++) {
        const struct cli_column *column = &report->columns[i % columns];
        cells[i] = cell_text(arena, column, member(report, i / columns, column));
    }
    if (tusk_arena_failed(arena)) return false;
    measure(report, cells, columns, widths);
    fit(report, columns, widths, width);
    fputs(cli_colour("1"), out);
    print_row(out, report, NULL, columns, widths);
    fprintf(out, "%s\n", cli_colour(NULL));
    for (size_t i = 0; i < report->count; i++) {
        print_row(out, report, cells + i * columns, columns, widths);
        fputc('\n', out);
    }
    return true;
}

/* ---- JSON ---- */

/* JSON is UTF-8: a text that is not (a database in SQL_ASCII) is written as it is shown. */
static json_t *json_text(tusk_arena *arena, tusk_str text)
{
    json_t *value = text.ptr ? json_stringn(text.ptr, text.len) : json_null();
    if (value) return value;
    text = tusk_shown(arena, text);
    return text.ptr ? json_stringn(text.ptr, text.len) : NULL;
}

static json_t *json_cell(tusk_arena *arena, const struct cli_column *column, const void *at)
{
    char text[TUSK_TIME_TEXT_SIZE];
    switch (column->kind) {
    case CLI_TEXT:
        return json_text(arena, *(const tusk_str *)at);
    case CLI_INT:
        return json_integer(*(const int *)at);
    case CLI_BIGINT:
        return json_integer(*(const int64_t *)at);
    case CLI_REAL:
        return json_real(*(const double *)at);
    case CLI_BOOL:
        return json_boolean(*(const bool *)at);
    case CLI_NULL_BIGINT: {
        const tusk_null_int64 *value = at;
        return value->has ? json_integer(value->value) : json_null();
    }
    case CLI_NULL_TIME: {
        const tusk_null_time *value = at;
        return value->has ? json_string(tusk_time_text(value->value, text)) : json_null();
    }
    }
    return NULL;
}

static const char *json_key(const char *name, char key[64])
{
    snprintf(key, 64, "%s", name);
    for (char *at = key; *at; at++) {
        if (*at == ' ') *at = '_';
    }
    return key;
}

bool cli_report_json(tusk_arena *arena, FILE *out, const struct cli_report *report)
{
    json_t *rows = json_array();
    bool ok = rows != NULL;
    char key[64];
    for (size_t i = 0; ok && i < report->count; i++) {
        json_t *row = json_object();
        ok = row && json_array_append_new(rows, row) == 0;
        for (const struct cli_column *c = report->columns; ok && c->name; c++) {
            json_t *value = json_cell(arena, c, member(report, i, c));
            ok = json_object_set_new(row, json_key(c->name, key), value) == 0;
        }
    }
    ok = ok && json_dumpf(rows, out, JSON_COMPACT) == 0;
    json_decref(rows);
    return ok;
}
