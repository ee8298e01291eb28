/* swap.c - another data folder takes the place of the one that is there; a crash half-way is
 * finished, or undone, at the next start */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/cluster/internal.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define JOURNAL_MAX ((size_t)4096)

/* BASE/swap says which two folders of BASE a swap is about; while it is there one is under way. */
typedef struct journal {
    const char *path, *fresh, *before;
} journal;

static journal name_journal(tusk_arena *arena, const tusk_place *place, tusk_str fresh,
                            tusk_str before)
{
    return (journal){ tusk_path_join(arena, place->base, "swap").ptr,
                      tusk_arena_printf(arena, "%s/%.*s", place->base, TUSK_STR_ARG(fresh)).ptr,
                      tusk_arena_printf(arena, "%s/%.*s", place->base, TUSK_STR_ARG(before)).ptr };
}

static bool is_name(tusk_str name)
{
    return name.len > 0 && name.ptr[0] != '.' && !memchr(name.ptr, '/', name.len);
}

static tusk_status sync_base(const tusk_place *place, tusk_error *err)
{
    int fd = open(place->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", place->base);
    tusk_status st = TUSK_OK;
    if (fsync(fd) != 0 && errno != EINVAL)
        st = tusk_fail_errno(err, "could not sync \"%s\"", place->base);
    close(fd);
    return st;
}

static tusk_status move(const char *from, const char *to, const tusk_place *place, tusk_error *err)
{
    if (rename(from, to) != 0)
        return tusk_fail_errno(err, "could not rename \"%s\" to \"%s\"", from, to);
    return sync_base(place, err);
}

static tusk_status end_journal(const journal *j, const tusk_place *place, tusk_error *err)
{
    if (unlink(j->path) != 0 && errno != ENOENT)
        return tusk_fail_errno(err, "could not remove \"%s\"", j->path);
    return sync_base(place, err);
}

tusk_status tusk_swap_data(tusk_arena *arena, const tusk_place *place, const char *fresh,
                           const char *before, tusk_error *err)
{
    journal j = name_journal(arena, place, tusk_str_of(fresh), tusk_str_of(before));
    tusk_str text = tusk_arena_printf(arena, "%s\n%s\n", fresh, before);
    if (!j.path || !j.fresh || !j.before || !text.ptr) return tusk_fail_nomem(err, "a swap");
    if (tusk_file_exists(j.before))
        return tusk_fail(err, TUSK_IO, "\"%s\" is there already", j.before);
    tusk_status st = tusk_file_replace(j.path, text, 0600, err);
    if (st == TUSK_OK && tusk_file_exists(place->pgdata))
        st = move(place->pgdata, j.before, place, err);
    if (st == TUSK_OK) st = move(j.fresh, place->pgdata, place, err);
    if (st == TUSK_OK) return end_journal(&j, place, err);
    /* back to what was there, as far as that goes */
    if (!tusk_file_exists(place->pgdata) && tusk_file_exists(j.before))
        tusk_ignore(move(j.before, place->pgdata, place, NULL));
    if (tusk_file_exists(place->pgdata)) tusk_ignore(end_journal(&j, place, NULL));
    return st;
}

static tusk_status read_journal(tusk_arena *arena, const tusk_place *place, journal *out,
                                tusk_error *err)
{
    tusk_str text;
    tusk_status st = tusk_file_read(arena, out->path, JOURNAL_MAX, &text, err);
    if (st) return st;
    tusk_str rest = text, fresh = tusk_str_cut(&rest, '\n'), before = tusk_str_cut(&rest, '\n');
    if (!is_name(fresh) || !is_name(before)) {
        tusk_fail(err, TUSK_INVALID, "\"%s\" does not name two folders", out->path);
        tusk_error_hint(err, "Remove it when \"%s\" holds the data.", place->pgdata);
        return TUSK_INVALID;
    }
    *out = name_journal(arena, place, fresh, before);
    return out->fresh && out->before ? TUSK_OK : tusk_fail_nomem(err, "a swap");
}

tusk_status tusk_swap_settle(tusk_arena *arena, tusk_place *place, bool *found, tusk_error *err)
{
    journal j = name_journal(arena, place, TUSK_STR("x"), TUSK_STR("x"));
    if (!j.path) return tusk_fail_nomem(err, "a swap");
    *found = tusk_file_exists(j.path);
    if (!*found) return TUSK_OK;
    tusk_status st = read_journal(arena, place, &j, err);
    if (st) return st;
    if (!tusk_file_exists(place->pgdata)) {
        /* the fresh one was proven before the swap began, so it may as well be finished */
        const char *from = tusk_file_exists(j.fresh) ? j.fresh : j.before;
        st = move(from, place->pgdata, place, err);
        if (st == TUSK_OK) st = tusk_place_choose_user(arena, place, err);
    }
    return st ? st : end_journal(&j, place, err);
}

tusk_status tusk_swap_copy_place(tusk_arena *arena, const tusk_place *place, tusk_place *out,
                                 tusk_error *err)
{
    *out = *place;
    out->pgdata = tusk_path_join(arena, place->base, "pg.restored").ptr;
    out->server_lock = tusk_path_join(arena, place->base, "restore.lock").ptr;
    out->log_file = tusk_path_join(arena, place->base, "restore.log").ptr;
    out->socket_dir = out->pgdata; /* anywhere but where the real one listens */
    out->socket_dir_is_ours = false;
    if (out->pgdata && out->server_lock && out->log_file) return TUSK_OK;
    return tusk_fail_nomem(err, "the names of a copy");
}

tusk_status tusk_swap_end_copy(tusk_arena *arena, const tusk_place *place, tusk_error *err)
{
    tusk_place copy;
    tusk_status st = tusk_swap_copy_place(arena, place, &copy, err);
    if (st || !tusk_hold_taken(copy.server_lock)) return st;
    return tusk_postmaster_stop(arena, &copy, NULL, err);
}
