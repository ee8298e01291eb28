/* report.h - a list of structs as an aligned table for people or as JSON for programs */
#ifndef TUSK_CLI_REPORT_H
#define TUSK_CLI_REPORT_H

#include <stdio.h>

#include "tusk/tusk.h"

/** How a column is read and shown; the first seven follow from the member's C type. */
enum cli_kind {
    CLI_TEXT,
    CLI_INT,
    CLI_BIGINT,
    CLI_REAL,
    CLI_BOOL, /* as text: the column's header, or nothing */
    CLI_NULL_BIGINT,
    CLI_NULL_TIME,
};
enum cli_unit {
    CLI_PLAIN,
    CLI_BYTES,  /* 12 MB */
    CLI_MS,     /* 3.2 s */
    CLI_SHARE,  /* of 1: 97.5 % */
    CLI_QUERY,  /* cut to fit the line */
    CLI_HIDDEN, /* only in JSON */
};

/** One column. `name` is the header and, with _ for spaces, the key in JSON. */
struct cli_column {
    const char *name;
    enum cli_kind kind;
    size_t offset;
    enum cli_unit unit;
};
/* clang-format off */
#define CLI_KIND(m) _Generic((m), tusk_str: CLI_TEXT, int: CLI_INT, int64_t: CLI_BIGINT,           \
        double: CLI_REAL, bool: CLI_BOOL, tusk_null_int64: CLI_NULL_BIGINT,                        \
        tusk_null_time: CLI_NULL_TIME)
/* clang-format on */
#define CLI_COLUMN(S, member, name, unit)                           \
    {                                                               \
        name, CLI_KIND(((S *)0)->member), offsetof(S, member), unit \
    }

/** `columns` ends with an entry without a name. */
struct cli_report {
    const struct cli_column *columns;
    const void *items;
    size_t count, size; /* of an item */
};
#define CLI_REPORT(columns, list)                                      \
    (struct cli_report)                                                \
    {                                                                  \
        (columns), (list)->items, (list)->count, sizeof *(list)->items \
    }

/** A header line and a line an item. Lines are not wider than `width` where a CLI_QUERY column can
 * be cut (0: as wide as they are). Returns false without memory. */
bool cli_report_table(tusk_arena *arena, FILE *out, const struct cli_report *report, int width);
/** An array of objects on one line, without a newline. */
bool cli_report_json(tusk_arena *arena, FILE *out, const struct cli_report *report);
/** The width of the terminal behind stdout, 0 when it is none. */
int cli_terminal_width(void);

/** 12 MB, 3.2 s: Lifetime of the text: the arena. */
tusk_str cli_bytes_text(tusk_arena *arena, int64_t bytes);
tusk_str cli_ms_text(tusk_arena *arena, double ms);

#endif
