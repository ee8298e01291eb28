/* fuzz_def.c - the reader of .def files: what it takes makes a snapshot that reads back equal, and
 * SQL that creates it all */
#include "tests/fuzz/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_snapshot snapshot = { .id = TUSK_STR("b"), .prev_id = TUSK_STR("a") };
    const char *path = fuzz_file(arena, "x.def", fuzz_input(data, size));
    tusk_status st = tusk_model_from_def(arena, path, &snapshot.model, &err);
    if (st == TUSK_OK) {
        tusk_model nothing = tusk_model_empty();
        tusk_plan plan = { 0 };
        fuzz_round(arena, &snapshot);
        st = tusk_diff(arena, &nothing, &snapshot.model, NULL, &plan, &err);
        if (st == TUSK_OK) {
            CLAIM(plan.steps.count >= snapshot.model.tables.count, "each table is created");
        }
    }
    /* an #include may name a folder: that is TUSK_IO */
    if (st != TUSK_OK && st != TUSK_IO) fuzz_refused(st, &err);
    tusk_arena_free(arena);
    return 0;
}
