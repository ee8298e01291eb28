/* backups_download.c - backups_download.h: libuv's workers read the disk, the loop never waits for
 * it */
#include "services/backend/app/admin/backups_download.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/backend/app/admin/backups_job.h"

/** Lives until the stream has ended and no read is under way. */
struct download {
    uv_loop_t *loop;
    http_stream *stream;
    uv_fs_t read;
    bool is_reading, has_ended;
    int fd;
    int64_t at, size;
    char bytes[HTTP_STREAM_CHUNK];
};

static void free_unused(struct download *d)
{
    if (d->is_reading || !d->has_ended) return;
    close(d->fd);
    free(d);
}

static void take(uv_fs_t *request)
{
    struct download *d = request->data;
    int64_t got = request->result;
    uv_fs_req_cleanup(request);
    d->is_reading = false;
    if (d->has_ended) {
        free_unused(d);
    } else if (got <= 0) { /* unreadable, or shorter than it was */
        http_stream_abort(d->stream);
    } else {
        d->at += got;
        http_stream_write(d->stream, (tusk_str){ d->bytes, (size_t)got });
        if (d->at == d->size) http_stream_end(d->stream);
    }
}

static void ready(void *context, http_stream *stream)
{
    struct download *d = context;
    int64_t left = d->size - d->at;
    if (d->is_reading) return;
    d->stream = stream;
    if (left == 0) {
        http_stream_end(stream);
        return;
    }
    uv_buf_t buffer =
        uv_buf_init(d->bytes, left < HTTP_STREAM_CHUNK ? (unsigned)left : HTTP_STREAM_CHUNK);
    d->read.data = d;
    d->is_reading = uv_fs_read(d->loop, &d->read, d->fd, &buffer, 1, d->at, take) == 0;
    if (!d->is_reading) http_stream_abort(stream);
}

static void ended(void *context, bool whole)
{
    struct download *d = context;
    (void)whole;
    d->has_ended = true;
    free_unused(d);
}

/* ---- on a worker ---- */

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

tusk_str download_escape(tusk_arena *arena, tusk_str name)
{
    tusk_buf out;
    tusk_buf_init_in(&out, arena, 4096);
    for (size_t i = 0; i < name.len; i++) {
        if (is_plain(name.ptr[i]))
            tusk_buf_add_char(&out, name.ptr[i]);
        else
            tusk_buf_printf(&out, "%%%02X", (unsigned char)name.ptr[i]);
    }
    return out.failed ? (tusk_str){ 0, 0 } : tusk_buf_str(&out);
}

/** The name for old programs, without what they could misread, and the name as it is. */
static tusk_str disposition(tusk_arena *arena, tusk_str name)
{
    tusk_str escaped = download_escape(arena, name), safe = tusk_arena_str(arena, name);
    if (!escaped.ptr || !safe.ptr) return (tusk_str){ 0, 0 };
    for (char *c = (char *)safe.ptr; *c; c++)
        if (!is_plain(*c)) *c = '_';
    return tusk_arena_printf(arena, "attachment; filename=\"%.*s\"; filename*=UTF-8''%.*s",
                             TUSK_STR_ARG(safe), TUSK_STR_ARG(escaped));
}

/** Opened without following links: what lies in the folder is what is sent. */
static int open_file(tusk_str path, int64_t *size)
{
    struct stat info;
    int fd = open(path.ptr, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return -1;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        close(fd);
        return -1;
    }
    *size = info.st_size;
    return fd;
}

void download_open(struct call *call, tusk_str path)
{
    struct download *d = calloc(1, sizeof *d);
    tusk_str header = disposition(call->arena, tusk_str_of(backup_name(path.ptr)));
    int fd = d && header.ptr ? open_file(path, &d->size) : -1;
    if (fd < 0) {
        free(d);
        call_fail(call, 404, "The file of this backup cannot be read");
        return;
    }
    d->loop = call->app->loop;
    d->fd = fd;
    call_header(call, "Content-Disposition", header);
    call_stream(
        call, "application/octet-stream",
        &(http_streaming){ .length = d->size, .ready = ready, .ended = ended, .context = d });
}
