/* dump_files.c - the files of a backup: their names, hashes, removal, and who may write there */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "src/base/vec.h"
#include "src/ops/dump.h"
#include "tusk/buf.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define READ_SIZE 65536
#define FILES_MAX 1000000

tusk_status tusk_dump_absolute(tusk_arena *arena, const char *path, const char **absolute,
                               const char **folder, tusk_error *err)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/') len--;
    const char *text = tusk_arena_str(arena, (tusk_str){ path, len }).ptr;
    const char *slash = text ? strrchr(text, '/') : NULL;
    const char *name = slash ? slash + 1 : text;
    if (!text) return tusk_fail_nomem(err, "the path of a backup");
    if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return tusk_fail(err, TUSK_MISUSE, "\"%s\" cannot be a backup's name", path);
    tusk_str parent = slash ? tusk_arena_str(arena, (tusk_str){ text, (size_t)(slash - text) + 1 })
                            : TUSK_STR(".");
    char *real = parent.ptr ? realpath(parent.ptr, NULL) : NULL;
    if (!real) return tusk_fail_errno(err, "could not find the folder of \"%s\"", path);
    const char *kept = tusk_arena_str(arena, tusk_str_of(real)).ptr;
    free(real); /* realpath() takes it from the heap itself */
    if (kept) *absolute = tusk_path_join(arena, kept, name).ptr;
    if (!kept || !*absolute) return tusk_fail_nomem(err, "the path of a backup");
    if (folder) *folder = kept;
    return TUSK_OK;
}

static bool sync_fd(int fd)
{
    int result;
    do result = fsync(fd);
    while (result != 0 && errno == EINTR);
    return result == 0 || errno == EINVAL; /* some file systems cannot sync a folder */
}

tusk_status tusk_dump_sync_folder(const char *folder, tusk_error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", folder);
    bool done = sync_fd(fd);
    int reason = errno;
    close(fd);
    errno = reason;
    return done ? TUSK_OK : tusk_fail_errno(err, "could not sync \"%s\"", folder);
}

tusk_status tusk_dump_lock(const char *folder, int *fd, tusk_error *err)
{
    *fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", folder);
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0) return TUSK_OK;
    int reason = errno;
    close(*fd);
    *fd = -1;
    errno = reason;
    if (reason != EWOULDBLOCK) return tusk_fail_errno(err, "could not lock \"%s\"", folder);
    return tusk_fail(err, TUSK_BUSY, "another backup is being written in \"%s\"", folder);
}

/* ---- hashes ---- */

static bool hash_fd(int fd, int stop_fd, EVP_MD_CTX *context, int64_t *size)
{
    char bytes[READ_SIZE];
    for (*size = 0; !tusk_dump_is_stopped(stop_fd);) {
        ssize_t got = read(fd, bytes, sizeof bytes);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got == 0;
        *size += got;
        if (EVP_DigestUpdate(context, bytes, (size_t)got) != 1) return false;
    }
    return false;
}

static tusk_str hex_of(tusk_arena *arena, const unsigned char *bytes, size_t size)
{
    tusk_buf text;
    tusk_buf_init_in(&text, arena, size * 2 + 1);
    for (size_t i = 0; i < size; i++) tusk_buf_printf(&text, "%02x", bytes[i]);
    return tusk_buf_str(&text);
}

static tusk_status hash_file(tusk_arena *arena, const char *path, bool sync, int stop_fd,
                             tusk_dump_file *out, tusk_error *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    tusk_status st = TUSK_OK;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", path);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        st = tusk_fail_nomem(err, "a hash");
    else if ((sync && !sync_fd(fd)) || !hash_fd(fd, stop_fd, context, &out->size))
        st = tusk_fail_errno(err, "could not read \"%s\"", path);
    else if (EVP_DigestFinal_ex(context, digest, &size) != 1)
        st = tusk_fail(err, TUSK_IO, "could not hash \"%s\"", path);
    EVP_MD_CTX_free(context);
    close(fd);
    if (st != TUSK_OK) return st;
    out->sha256 = hex_of(arena, digest, size);
    return out->sha256.len == 64 ? TUSK_OK : tusk_fail_nomem(err, "a hash");
}

typedef TUSK_VEC(tusk_dump_file) files;

static int by_name(const void *a, const void *b)
{
    const tusk_dump_file *x = a, *y = b;
    return tusk_str_compare(x->name, y->name);
}

static tusk_status hash_folder(tusk_arena *arena, const char *path, bool sync, int stop_fd,
                               files *out, tusk_error *err)
{
    DIR *folder = opendir(path);
    if (!folder) return tusk_fail_errno(err, "could not open \"%s\"", path);
    tusk_status st = TUSK_OK;
    for (struct dirent *entry; st == TUSK_OK && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        tusk_dump_file file = { .name = tusk_arena_str(arena, tusk_str_of(entry->d_name)) };
        tusk_str full = tusk_path_join(arena, path, entry->d_name);
        struct stat info;
        if (!full.ptr || !file.name.ptr || out->count == FILES_MAX)
            st = tusk_fail_nomem(err, "the files of a backup");
        else if (lstat(full.ptr, &info) != 0 || !S_ISREG(info.st_mode))
            st = tusk_fail(err, TUSK_INVALID, "\"%s\" is no file: it does not belong to a backup",
                           full.ptr);
        else
            st = hash_file(arena, full.ptr, sync, stop_fd, &file, err);
        if (st == TUSK_OK && !tusk_vec_push(arena, out, file))
            st = tusk_fail_nomem(err, "the files of a backup");
    }
    closedir(folder);
    if (st == TUSK_OK && sync) st = tusk_dump_sync_folder(path, err);
    return st;
}

tusk_status tusk_dump_hash(tusk_arena *arena, const char *path, bool sync, int stop_fd,
                           tusk_manifest *out, tusk_error *err)
{
    files found = { 0 };
    struct stat info;
    tusk_status st;
    if (lstat(path, &info) != 0) return tusk_fail_errno(err, "could not find \"%s\"", path);
    if (S_ISDIR(info.st_mode)) {
        st = hash_folder(arena, path, sync, stop_fd, &found, err);
    } else if (S_ISREG(info.st_mode)) {
        tusk_dump_file file = { .name = TUSK_STR("") };
        st = hash_file(arena, path, sync, stop_fd, &file, err);
        if (st == TUSK_OK && !tusk_vec_push(arena, &found, file))
            st = tusk_fail_nomem(err, "the files of a backup");
    } else {
        return tusk_fail(err, TUSK_INVALID, "\"%s\" is neither a file nor a folder", path);
    }
    if (st != TUSK_OK) return tusk_dump_conclude(stop_fd, st, err);
    if (found.count > 1) qsort(found.items, found.count, sizeof *found.items, by_name);
    out->files = found.items;
    out->file_count = found.count;
    out->backup.bytes = 0;
    for (size_t i = 0; i < found.count; i++) out->backup.bytes += found.items[i].size;
    return TUSK_OK;
}

/* ---- removal ---- */

static tusk_status remove_content(tusk_arena *arena, const char *path, tusk_error *err)
{
    DIR *folder = opendir(path);
    if (!folder) return tusk_fail_errno(err, "could not open \"%s\"", path);
    tusk_status st = TUSK_OK;
    for (struct dirent *entry; st == TUSK_OK && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (unlinkat(dirfd(folder), entry->d_name, 0) != 0)
            st = tusk_fail_errno(err, "could not remove \"%s/%s\"", path, entry->d_name);
    }
    closedir(folder);
    return st;
}

tusk_status tusk_dump_remove(tusk_arena *arena, const char *path, tusk_error *err)
{
    struct stat info;
    if (lstat(path, &info) != 0) {
        if (errno == ENOENT) return TUSK_OK;
        return tusk_fail_errno(err, "could not find \"%s\"", path);
    }
    bool is_folder = S_ISDIR(info.st_mode);
    tusk_status st = is_folder ? remove_content(arena, path, err) : TUSK_OK;
    if (st != TUSK_OK) return st;
    if ((is_folder ? rmdir(path) : unlink(path)) == 0) return TUSK_OK;
    return tusk_fail_errno(err, "could not remove \"%s\"", path);
}

/* ---- what is it? ---- */

tusk_status tusk_dump_guess_format(tusk_arena *arena, const char *path, tusk_backup_format *out,
                                   tusk_error *err)
{
    unsigned char first[262] = { 0 }; /* a tar says what it is at 257 */
    struct stat info;
    if (lstat(path, &info) != 0) return tusk_fail_errno(err, "could not find \"%s\"", path);
    if (S_ISDIR(info.st_mode)) {
        tusk_str toc = tusk_path_join(arena, path, "toc.dat");
        *out = TUSK_BACKUP_DIRECTORY;
        if (toc.ptr && tusk_file_exists(toc.ptr)) return TUSK_OK;
        return tusk_fail(err, TUSK_INVALID, "the folder \"%s\" holds no toc.dat of pg_dump", path);
    }
    if (!S_ISREG(info.st_mode))
        return tusk_fail(err, TUSK_INVALID, "\"%s\" is neither a file nor a folder", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return tusk_fail_errno(err, "could not open \"%s\"", path);
    ssize_t got = pread(fd, first, sizeof first, 0);
    close(fd);
    if (got < 0) return tusk_fail_errno(err, "could not read \"%s\"", path);
    if (got == 0) return tusk_fail(err, TUSK_INVALID, "\"%s\" is empty", path);
    *out = TUSK_BACKUP_PLAIN;
    if (first[0] == 0x1f && first[1] == 0x8b) *out = TUSK_BACKUP_GZIP;
    if (memcmp(first, "PGDMP", 5) == 0 || memcmp(first + 257, "ustar", 5) == 0)
        *out = TUSK_BACKUP_CUSTOM;
    return TUSK_OK;
}
