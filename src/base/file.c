/* file.c - whole files and folders; a crash never leaves half of one */
#include "tusk/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/grow.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define PATH_BYTES_MAX ((size_t)64 << 10)
#define READ_FIRST     ((size_t)16 << 10)

/* Reads until the end, or until more than `max` bytes came. The size told by the system is only a
 * first guess: some files (/proc, pipes) tell none. */
static tusk_status read_all(tusk_arena *arena, int fd, size_t guess, size_t max, tusk_str *out,
                            const char *path, tusk_error *err)
{
    if (max > SIZE_MAX / 4) max = SIZE_MAX / 4;
    size_t cap = (guess < max ? guess : max) + 2; /* the byte that is too much, and the zero */
    char *bytes = tusk_arena_alloc(arena, cap);
    for (size_t len = 0; bytes;) {
        ssize_t got = read(fd, bytes + len, cap - 1 - len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return tusk_fail_errno(err, "could not read \"%s\"", path);
        len += (size_t)got;
        if (len > max)
            return tusk_fail(err, TUSK_INVALID, "\"%s\" is larger than %zu bytes", path, max);
        bytes[len] = '\0';
        *out = (tusk_str){ bytes, len };
        if (got == 0) return TUSK_OK;
        if (len < cap - 1) continue;
        size_t more = cap < READ_FIRST ? READ_FIRST : cap * 2;
        bytes = tusk_arena_grow(arena, bytes, cap, more);
        cap = more;
    }
    return tusk_fail(err, TUSK_NOMEM, "out of memory for the content of \"%s\"", path);
}

tusk_status tusk_file_read(tusk_arena *arena, const char *path, size_t max, tusk_str *out,
                           tusk_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", path);
    struct stat info;
    bool known = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
    size_t guess = known ? (size_t)info.st_size : READ_FIRST;
    tusk_str content = { 0 };
    tusk_status status = read_all(arena, fd, guess, max, &content, path, err);
    close(fd);
    if (status == TUSK_OK) *out = content;
    return status;
}

static bool write_all(int fd, tusk_str content)
{
    while (content.len > 0) {
        ssize_t done = write(fd, content.ptr, content.len);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return false;
        content.ptr += done;
        content.len -= (size_t)done;
    }
    return true;
}

static bool sync_fd(int fd)
{
    int result;
    do result = fsync(fd);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

/* Closes and keeps the errno of what failed before. */
static void close_quietly(int fd)
{
    int reason = errno;
    close(fd);
    errno = reason;
}

/* The new content under the name made from `template` (as for mkstemp), safely on the disk. */
static bool write_temporary(char *template, tusk_str content, mode_t mode)
{
    int fd = mkostemp(template, O_CLOEXEC);
    if (fd < 0) return false;
    bool done = fchmod(fd, mode) == 0 && write_all(fd, content) && sync_fd(fd);
    if (!done) {
        close_quietly(fd);
    } else if (close(fd) == 0) {
        return true;
    }
    int reason = errno;
    unlink(template);
    errno = reason;
    return false;
}

/* Makes a rename last through a crash. File systems that cannot do that say EINVAL: there is no
 * more to do. */
static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    bool done = sync_fd(fd) || errno == EINVAL;
    close_quietly(fd);
    return done;
}

/* The folder part of a path with its slash: "" for a bare name. */
static tusk_str folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return (tusk_str){ path, slash ? (size_t)(slash - path) + 1 : 0 };
}

static tusk_status replace_with(const char *path, char *temporary, tusk_str content, mode_t mode,
                                tusk_error *err)
{
    if (!write_temporary(temporary, content, mode))
        return tusk_fail_errno(err, "could not write \"%s\"", path);
    if (rename(temporary, path) == 0) return TUSK_OK;
    tusk_status status = tusk_fail_errno(err, "could not replace \"%s\"", path);
    unlink(temporary);
    return status;
}

tusk_status tusk_file_replace(const char *path, tusk_str content, mode_t mode, tusk_error *err)
{
    tusk_buf name, folder;
    tusk_buf_init(&name, PATH_BYTES_MAX);
    tusk_buf_init(&folder, PATH_BYTES_MAX);
    tusk_str folder_part = folder_of(path);
    tusk_buf_add(&name, folder_part);
    tusk_buf_add_cstr(
        &name, ".tusk-XXXXXX"); /* short: a long name of the file must not make it too long */
    tusk_buf_add(&folder, folder_part.len > 0 ? folder_part : TUSK_STR("."));
    tusk_status status;
    if (name.failed || folder.failed)
        status = tusk_fail_nomem(err, "the name of a temporary file");
    else
        status = replace_with(path, name.ptr, content, mode, err);
    if (status == TUSK_OK && !sync_folder(folder.ptr))
        status = tusk_fail_errno(err, "could not sync the folder of \"%s\"", path);
    tusk_buf_clear(&name);
    tusk_buf_clear(&folder);
    return status;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static tusk_status make_one(const char *path, mode_t mode, tusk_error *err)
{
    if (mkdir(path, mode) == 0) {
        /* The umask may have taken bits that the caller asked for. */
        if (chmod(path, mode) == 0) return TUSK_OK;
        return tusk_fail_errno(err, "could not set the permissions of folder \"%s\"", path);
    }
    int reason = errno; /* EEXIST mostly, but also EROFS or EACCES for one that is there */
    if (is_folder(path)) return TUSK_OK;
    if (reason == EEXIST || reason == ENOTDIR)
        return tusk_fail(err, TUSK_IO, "\"%s\" cannot be a folder: something else is there", path);
    errno = reason;
    return tusk_fail_errno(err, "could not make folder \"%s\"", path);
}

tusk_status tusk_folder_make(const char *path, mode_t mode, tusk_error *err)
{
    if (path[0] == '\0') return tusk_fail(err, TUSK_MISUSE, "the name of the folder is empty");
    tusk_buf part;
    tusk_buf_init(&part, PATH_BYTES_MAX);
    tusk_status status = TUSK_OK;
    tusk_buf_add_cstr(&part, path);
    if (part.failed) status = tusk_fail_nomem(err, "the name of a folder");
    for (size_t i = 1; status == TUSK_OK && i <= part.len; i++) {
        if (part.ptr[i] != '/' && part.ptr[i] != '\0') continue;
        if (part.ptr[i - 1] == '/') continue;
        char kept = part.ptr[i];
        part.ptr[i] = '\0';
        status = make_one(part.ptr, mode, err);
        part.ptr[i] = kept;
    }
    tusk_buf_clear(&part);
    return status;
}

bool tusk_file_exists(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

tusk_str tusk_path_join(tusk_arena *arena, const char *folder, const char *name)
{
    size_t len = strlen(folder);
    const char *slash = len == 0 || folder[len - 1] == '/' ? "" : "/";
    return tusk_arena_printf(arena, "%s%s%s", folder, slash, name);
}
