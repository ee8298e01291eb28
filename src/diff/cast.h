/* cast.h - what it takes to make a column of one type another */
#ifndef TUSK_DIFF_CAST_H
#define TUSK_DIFF_CAST_H

#include "src/model/model.h"

/** How PostgreSQL gets the values over. */
typedef enum tusk_cast {
    TUSK_CAST_SAME,   /* the same type, written otherwise */
    TUSK_CAST_NEAR,   /* by itself, within a family: what is said about the column still holds */
    TUSK_CAST_AUTO,   /* by itself (an implicit or assignment cast) */
    TUSK_CAST_USING,  /* there is a cast, to be asked for: USING "c"::type */
    TUSK_CAST_TEXT,   /* none: by way of text */
    TUSK_CAST_TRUTH,  /* a number to a boolean: <> 0 */
    TUSK_CAST_NUMBER, /* a boolean to a number: by way of integer */
    TUSK_CAST_WRAP,   /* a value to an array of one */
} tusk_cast;

/** A type as a snapshot spells it, taken apart. */
typedef struct tusk_type_parts {
    tusk_str name;       /* "numeric", spelled the way PostgreSQL does; of an enum: its name */
    tusk_str arguments;  /* "10, 2", or no text */
    size_t dimensions;   /* of an array */
    tusk_str brackets;   /* "[][]", "[3]": PostgreSQL reads them and makes nothing of them */
    bool serial;         /* then name is the integer type */
    bool own;            /* an enum, domain or anything else that is not built in */
    tusk_str own_schema; /* of it */
} tusk_type_parts;

tusk_type_parts tusk_type_of(tusk_arena *arena, const tusk_model_column *column);
/** Is it the name of a type that PostgreSQL brings along? */
bool tusk_type_is_built_in(tusk_str name);
/** "text[]" without its brackets. */
tusk_str tusk_type_base(tusk_str type);
tusk_cast tusk_cast_between(const tusk_type_parts *from, const tusk_type_parts *to);
/** What the values lose on the way, half a sentence; "no text": nothing (they arrive, or PostgreSQL
 * refuses). */
tusk_str tusk_cast_loses(const tusk_type_parts *from, const tusk_type_parts *to);

#endif
