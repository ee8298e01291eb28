/* param.h - one bound parameter as it goes over the wire: codec makes it, wire sends it */
#ifndef TUSK_PARAM_H
#define TUSK_PARAM_H

#include <stdint.h>

#include "tusk/str.h"

typedef struct tusk_param {
    uint32_t oid;   /* 0: the server infers it */
    int format;     /* 0 text, 1 binary */
    tusk_str bytes; /* ptr NULL: NULL; text form has a zero after it */
} tusk_param;

#endif
