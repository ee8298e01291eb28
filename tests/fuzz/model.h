/* model.h - the claim that the targets of .def files and of snapshots share: a model survives being
 * written and read */
#ifndef TUSK_FUZZ_MODEL_H
#define TUSK_FUZZ_MODEL_H

#include "src/diff/diff.h"
#include "src/model/extra.h"
#include "src/model/snapshot.h"
#include "tests/fuzz/fuzz.h"

/** Writes `snapshot` (when it can be written) and the file beside it, reads them back, writes that:
 * equal texts, and no difference between the two models. */
static inline void fuzz_round(tusk_arena *arena, const tusk_snapshot *snapshot)
{
    tusk_error err = { 0 };
    tusk_str text, extra, again;
    tusk_snapshot read;
    tusk_plan plan = { 0 };
    tusk_status st = tusk_snapshot_write(arena, snapshot, &text, &err);
    if (st) {
        fuzz_refused(st, &err);
        return;
    }
    st = tusk_extra_write(arena, &snapshot->model, &extra, &err);
    CLAIM(st == TUSK_OK, "what a snapshot cannot say can be written");
    st = tusk_snapshot_read(arena, "again.json", text, &read, &err);
    if (!st && extra.ptr) st = tusk_extra_read(arena, "_again.json", extra, &read.model, &err);
    if (st) fuzz_refused(st, &err);
    CLAIM(st == TUSK_OK, "a snapshot that was written can be read");
    st = tusk_snapshot_write(arena, &read, &again, &err);
    CLAIM(st == TUSK_OK, "a snapshot that was read back can be written");
    CLAIM(tusk_str_eq(text, again), "it is the same text again");
    st = tusk_extra_write(arena, &read.model, &again, &err);
    CLAIM(st == TUSK_OK && tusk_str_eq(extra, again), "what it cannot say is the same, too");
    st = tusk_diff(arena, &snapshot->model, &read.model, NULL, &plan, &err);
    if (st) fuzz_refused(st, &err);
    CLAIM(st == TUSK_OK && plan.steps.count == 0, "nothing changed on the way");
}

#endif
