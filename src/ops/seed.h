/* seed.h - the parts of making rows up: numbers by chance, limits of a column, its values */
#ifndef TUSK_OPS_SEED_H
#define TUSK_OPS_SEED_H

#include <jansson.h>
#include <stdint.h>

#include "src/model/model.h"
#include "tusk/buf.h"

/* ---- seed_limit.c ---- */

/** What the checks of a table say of one column, as far as they are simple. */
typedef struct tusk_seed_limit {
    bool has_min, has_max;
    double min, max;       /* of a number */
    size_t shortest, most; /* characters of a text; most 0: any */
    tusk_names labels;     /* one of these, as text */
} tusk_seed_limit;
/** Pure. False without memory. */
bool tusk_seed_limits(tusk_arena *arena, const tusk_model_table *table, tusk_str column,
                      tusk_seed_limit *out);

/* ---- seed_value.c ---- */

/** Numbers that look like chance and are the same for the same beginning. */
typedef struct tusk_dice {
    uint64_t state;
} tusk_dice;
uint64_t tusk_dice_next(tusk_dice *dice);
/** At least 0, below `end`; 0 for an `end` of 0. */
size_t tusk_dice_below(tusk_dice *dice, size_t end);

typedef struct tusk_seed_column {
    const tusk_model_column *column;
    const tusk_model_enum *labels; /* NULL: no enum */
    tusk_seed_limit limit;
    bool distinct; /* part of something unique: it carries the number of its row */
    int64_t first; /* of a number that is a key: the first one */
} tusk_seed_column;
/** Where a row is. */
typedef struct tusk_seed_row {
    int64_t number; /* from 0 */
    int64_t at;     /* seconds since the epoch: when it was made, as it says */
    bool person;    /* its table is about people */
} tusk_seed_row;
/** A value as JSON: a text PostgreSQL reads, an array, an object for json; JSON null where the type
 * is not one that can be made up. NULL without memory. */
json_t *tusk_seed_value(tusk_arena *arena, const tusk_seed_column *column, const tusk_seed_row *row,
                        tusk_dice *dice);

/* ---- seed_text.c ---- */

/** A text by the name of its column. */
void tusk_seed_text(tusk_buf *buf, tusk_str column, const tusk_seed_row *row, bool distinct,
                    tusk_dice *dice);
/** Is a lower-case word part of the name? */
bool tusk_seed_named(tusk_str name, const char *word);

#endif
