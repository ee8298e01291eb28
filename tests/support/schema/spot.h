/* spot.h - a C type of the tests' own for PostgreSQL's point: "(1.5,-2)" */
#ifndef TUSK_TESTS_SPOT_H
#define TUSK_TESTS_SPOT_H

#include "tusk/custom.h"

typedef struct spot {
    double x, y;
} spot;
extern const tusk_codec spot_codec;

#endif
