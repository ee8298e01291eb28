/* files.c - static files: read once into memory, answered with their type and ETag */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "services/backend/http/internal.h"
#include "tusk/file.h"

#include "src/base/banned.h"

enum { DEPTH_MAX = 8, FILES_MAX_BYTES = 8 << 20 };

typedef struct static_file {
    struct static_file *next;
    tusk_str name, content, etag;
    const char *type;
} static_file;

struct http_files {
    static_file *first;
    size_t bytes;
};

static const struct {
    const char *ending, *type;
} types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".mjs", "text/javascript; charset=utf-8" },
    { ".json", "application/json; charset=utf-8" },
    { ".map", "application/json; charset=utf-8" },
    { ".webmanifest", "application/manifest+json" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".jpg", "image/jpeg" },
    { ".webp", "image/webp" },
    { ".ico", "image/x-icon" },
    { ".woff2", "font/woff2" },
    { ".txt", "text/plain; charset=utf-8" },
};

static const char *type_of(tusk_str name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        tusk_str ending = tusk_str_of(types[i].ending);
        if (name.len <= ending.len) continue;
        tusk_str tail = { name.ptr + name.len - ending.len, ending.len };
        if (tusk_str_eq(tail, ending)) return types[i].type;
    }
    return "application/octet-stream";
}

/* FNV-1a: tells versions of our own files apart, nothing more. */
static tusk_str make_etag(tusk_arena *arena, tusk_str content)
{
    uint64_t hash = 14695981039346656037ULL;
    for (size_t i = 0; i < content.len; i++)
        hash = (hash ^ (unsigned char)content.ptr[i]) * 1099511628211ULL;
    return tusk_arena_printf(arena, "\"%zx-%016llx\"", content.len, (unsigned long long)hash);
}

static tusk_status load_file(tusk_arena *arena, const char *path, tusk_str name, http_files *files,
                             tusk_error *err)
{
    static_file *file = TUSK_NEW(arena, static_file);
    if (!file) return tusk_fail_nomem(err, "static files");
    tusk_status status =
        tusk_file_read(arena, path, FILES_MAX_BYTES - files->bytes, &file->content, err);
    if (status != TUSK_OK) return status;
    files->bytes += file->content.len;
    file->name = name;
    file->type = type_of(name);
    file->etag = make_etag(arena, file->content);
    file->next = files->first;
    files->first = file;
    return file->etag.ptr ? TUSK_OK : tusk_fail_nomem(err, "static files");
}

static tusk_status load_folder(tusk_arena *arena, const char *folder, tusk_str prefix, int depth,
                               http_files *files, tusk_error *err);

static tusk_status load_entry(tusk_arena *arena, const char *folder, tusk_str prefix, int depth,
                              const char *entry, http_files *files, tusk_error *err)
{
    tusk_str path = tusk_path_join(arena, folder, entry);
    tusk_str name = prefix.len ? tusk_path_join(arena, prefix.ptr, entry)
                               : tusk_arena_str(arena, tusk_str_of(entry));
    if (!path.ptr || !name.ptr) return tusk_fail_nomem(err, "static files");
    struct stat info;
    if (stat(path.ptr, &info) != 0) return tusk_fail_errno(err, "cannot read \"%s\"", path.ptr);
    if (S_ISDIR(info.st_mode)) return load_folder(arena, path.ptr, name, depth + 1, files, err);
    return S_ISREG(info.st_mode) ? load_file(arena, path.ptr, name, files, err) : TUSK_OK;
}

static tusk_status load_folder(tusk_arena *arena, const char *folder, tusk_str prefix, int depth,
                               http_files *files, tusk_error *err)
{
    if (depth > DEPTH_MAX)
        return tusk_fail(err, TUSK_INVALID, "folder \"%s\" is nested too deep", folder);
    DIR *dir = opendir(folder);
    if (!dir) return tusk_fail_errno(err, "cannot read folder \"%s\"", folder);
    tusk_status status = TUSK_OK;
    for (struct dirent *entry; status == TUSK_OK && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.') continue; /* ".", ".." and hidden files */
        status = load_entry(arena, folder, prefix, depth, entry->d_name, files, err);
    }
    closedir(dir);
    return status;
}

tusk_status http_files_load(tusk_arena *arena, const char *folder, http_files **out,
                            tusk_error *err)
{
    http_files *files = TUSK_NEW(arena, http_files);
    if (!files) return tusk_fail_nomem(err, "static files");
    tusk_status status = load_folder(arena, folder, TUSK_STR(""), 0, files, err);
    if (status == TUSK_OK) *out = files;
    return status;
}

static bool etag_matches(tusk_str wanted, tusk_str etag)
{
    for (tusk_str rest = wanted; rest.ptr;) {
        tusk_str tag = tusk_str_trim(tusk_str_cut(&rest, ','));
        if (tusk_str_starts(tag, TUSK_STR("W/"))) tag = (tusk_str){ tag.ptr + 2, tag.len - 2 };
        if (tusk_str_eq(tag, etag) || tusk_str_eq(tag, TUSK_STR("*"))) return true;
    }
    return false;
}

bool http_files_respond(const http_files *files, http_request *request, tusk_str name)
{
    const static_file *file = files->first;
    while (file && !tusk_str_eq(file->name, name)) file = file->next;
    if (!file) return false;
    http_pair etag = { TUSK_STR("ETag"), file->etag };
    http_answer answer = { .code = 200,
                           .content_type = file->type,
                           .body = file->content,
                           .headers = &etag,
                           .header_count = 1,
                           .is_static = true };
    if (etag_matches(http_header(request, "if-none-match"), file->etag)) {
        answer.code = 304;
        answer.content_type = NULL;
        answer.body = TUSK_STR("");
    }
    http_respond(request, &answer);
    return true;
}
