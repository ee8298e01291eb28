/* other_enum.c - a value of another enum */
/* expect: value type does not fit the column type */
#include "tests/compile_fail/common.h"

void try(tusk_arena *a)
{
    enum author_kind kind = author_kind_person;
    condition = tusk_eq(authors.mood, kind);
}
