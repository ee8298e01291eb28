/* every.c - the descriptors of every.def; link it once into a test */
#include <math.h>
#include <stdio.h>

#include "tests/support/schema/spot.h"

static tusk_status read_spot(tusk_arena *arena, tusk_str text, void *value, tusk_error *err)
{
    spot *out = value;
    if (sscanf(text.ptr, "(%lf,%lf)", &out->x, &out->y) == 2) return TUSK_OK;
    return tusk_fail(err, TUSK_INVALID, "not a point: %s", text.ptr);
}

/* Nobody stands beyond all numbers. */
static tusk_status write_spot(tusk_arena *arena, const void *value, tusk_str *text, tusk_error *err)
{
    const spot *at = value;
    if (isinf(at->x)) return tusk_fail(err, TUSK_INVALID, "too far away");
    *text = tusk_arena_printf(arena, "(%.17g,%.17g)", at->x, at->y);
    return text->ptr ? TUSK_OK : tusk_fail_nomem(err, "a point");
}

const tusk_codec spot_codec = { read_spot, write_spot };

#define TUSK_SCHEMA      "tests/support/schema/every.def"
#define TUSK_SCHEMA_NAME every_schema
#include "tusk/define.h"
