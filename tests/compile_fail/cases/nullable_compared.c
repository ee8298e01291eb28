/* nullable_compared.c - a nullable value compared with = */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    tusk_null_str sequel = { 0 };
    condition = tusk_eq(books.sequel_of, sequel);
}
