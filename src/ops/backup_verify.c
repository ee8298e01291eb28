/* backup_verify.c - a backup is believed when it was restored */
#include "src/ops/restore.h"

#include "src/base/banned.h"

tusk_status tusk_backup_check(tusk_arena *arena, const char *path, tusk_backup *out,
                              tusk_error *err)
{
    const char *absolute = NULL;
    tusk_manifest manifest = { 0 };
    tusk_status st = tusk_dump_absolute(arena, path, &absolute, NULL, err);
    if (st == TUSK_OK) st = tusk_manifest_read(arena, absolute, &manifest, err);
    if (st == TUSK_NO_ROWS)
        st = tusk_fail(err, TUSK_INVALID, "\"%s\" has no manifest of Tusk beside it", path);
    if (st == TUSK_OK) st = tusk_manifest_check(arena, &manifest, 0, err);
    if (st == TUSK_OK) *out = manifest.backup;
    return st;
}

tusk_status tusk_backup_verify(tusk_arena *arena, const tusk_server *server, const char *path,
                               const tusk_backup_options *options, tusk_backup *out,
                               tusk_error *err)
{
    tusk_restore_job job = { .arena = arena, .server = server, .options = options };
    tusk_backup *b = &job.manifest.backup;
    tusk_status st = tusk_restore_open(&job, path, err);
    job.no_owner = true; /* the proof is of the data; roles may be another server's */
    job.on_base = b->content == TUSK_BACKUP_DATA_ONLY || b->chosen_count > 0;
    if (st == TUSK_OK) st = tusk_restore_fill_scratch(&job, NULL, err);
    tusk_restore_close(&job);
    if (st != TUSK_OK) return tusk_dump_conclude(job.options->stop_fd, st, err);
    if (b->has_manifest) {
        b->verified = tusk_now();
        st = tusk_manifest_write(arena, &job.manifest, err);
    }
    if (st == TUSK_OK) *out = *b;
    return st;
}
