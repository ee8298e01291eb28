/* fuzz_snapshot.c - the reader of snapshots: what it takes is written and read back equal */
#include "tests/fuzz/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_snapshot snapshot;
    tusk_status st = tusk_snapshot_read(arena, "x.json", fuzz_input(data, size), &snapshot, &err);
    if (st) {
        fuzz_refused(st, &err);
    } else {
        fuzz_round(arena, &snapshot);
    }
    tusk_arena_free(arena);
    return 0;
}
