/* hold.c - locks that die with their owner: who may start the server, who uses it, what of it is
 * alive */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/cluster/internal.h"
#include "tusk/clock.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define POLL_MS 20

static struct flock whole_file(short type)
{
    return (struct flock){ .l_type = type, .l_whence = SEEK_SET };
}

static bool lock_now(int fd)
{
    struct flock lock = whole_file(F_WRLCK);
    return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

static bool locked_by_others(int fd)
{
    struct flock lock = whole_file(F_WRLCK);
    return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

tusk_status tusk_hold_take(const char *path, int64_t deadline, int *out, tusk_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", path);
    while (!lock_now(fd)) {
        if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
            tusk_fail_errno(err, "could not lock \"%s\"", path);
            close(fd);
            return TUSK_IO;
        }
        if (tusk_wait_a_little(POLL_MS, deadline)) continue;
        close(fd);
        return tusk_fail(err, TUSK_TIMEOUT, "\"%s\" stayed locked by another process", path);
    }
    *out = fd;
    return TUSK_OK;
}

bool tusk_hold_taken(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    bool taken = locked_by_others(fd);
    close(fd);
    return taken;
}

tusk_status tusk_hold_register(tusk_arena *arena, const tusk_place *place, int *out,
                               const char **path, tusk_error *err)
{
    tusk_str name = tusk_arena_printf(arena, "%s/%ld.XXXXXX", place->holders, (long)getpid());
    if (!name.ptr) return tusk_fail_nomem(err, "the name of a lock file");
    char *writable = tusk_arena_copy(arena, name.ptr, name.len + 1);
    if (!writable) return tusk_fail_nomem(err, "the name of a lock file");
    int fd = mkostemp(writable, O_CLOEXEC);
    if (fd < 0) return tusk_fail_errno(err, "could not create \"%s\"", writable);
    if (!lock_now(fd)) {
        tusk_fail_errno(err, "could not lock \"%s\"", writable);
        unlink(writable);
        close(fd);
        return TUSK_IO;
    }
    *out = fd;
    *path = writable;
    return TUSK_OK;
}

/* One file of holders/: is its owner alive? */
static bool holder_lives(int folder, const char *name, bool tidy)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    bool lives = locked_by_others(fd);
    close(fd);
    if (!lives && tidy) unlinkat(folder, name, 0);
    return lives;
}

int tusk_hold_count(const tusk_place *place, bool tidy)
{
    DIR *folder = opendir(place->holders);
    if (!folder) return 0;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.' && holder_lives(dirfd(folder), entry->d_name, tidy)) count++;
    closedir(folder);
    return count;
}
