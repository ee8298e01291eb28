/* reason.c - turns what the server's programs print into the reason a person needs, and what to do
 * about it */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/cluster/internal.h"

#include "src/base/banned.h"

#define TAIL_BYTES 8192

/* Where `part` begins in `text`; NULL when it is not there, or there is no text. */
static const char *find(tusk_str text, const char *part)
{
    return text.ptr ? memmem(text.ptr, text.len, part, strlen(part)) : NULL;
}

static bool contains(tusk_str text, const char *part)
{
    return find(text, part) != NULL;
}

/* The part of a log line that tells why something failed, without time and process; "no text" for
 * others. */
static tusk_str why(tusk_str line)
{
    static const char *const levels[] = { "FATAL:", "PANIC:", "ERROR:", "DETAIL:" };
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        const char *at = find(line, levels[i]);
        if (at) return (tusk_str){ at, line.len - (size_t)(at - line.ptr) };
    }
    return contains(line, "error:") ? line : (tusk_str){ 0, 0 };
}

typedef struct remedy {
    const char *part; /* of the output, in the C locale */
    const char *hint;
} remedy;

/* The first that fits counts: "no space" also ends the message about shared memory. */
static const remedy remedies[] = {
    { "could not resize shared memory",
      "There is too little shared memory: a container needs a larger "
      "/dev/shm (docker run --shm-size=256m)." },
    { "could not create shared memory",
      "There is too little shared memory, or another PostgreSQL still "
      "uses this folder: end it, then start again." },
    { "could not map anonymous shared memory",
      "There is too little memory: free some, or lower shared_buffers with ALTER SYSTEM." },
    { "is too long (maximum",
      "Set TUSK_DATA_DIR or XDG_RUNTIME_DIR to a folder with a shorter name." },
    { "database files are incompatible",
      "The data were made by another version of PostgreSQL: install that "
      "version, or take a backup there and restore it here." },
    { "lock file \"postmaster.pid\" already exists",
      "Another PostgreSQL uses this folder: stop it, then start again." },
    { "has invalid permissions", "Only its owner may enter the folder of the data: chmod 0700." },
    { "has wrong ownership",
      "The folder of the data belongs to another user: give it back with chown." },
    { "No space left on device", "The disk is full: make room, then start again." },
    { "Disk quota exceeded", "The disk quota is used up: make room, then start again." },
    { "Read-only file system",
      "The file system is read-only: set TUSK_DATA_DIR to one that can be written." },
    { "Permission denied", "Check the owner and mode of that file or folder." },
    { "password authentication failed",
      "The password file is not the one this cluster was made with: bring the right one back." },
};

static void add_remedy(tusk_error *err, tusk_str output)
{
    for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++) {
        if (!contains(output, remedies[i].part)) continue;
        tusk_error_hint(err, "%s", remedies[i].hint);
        return;
    }
}

/* Adds "; line" while there is room; a whole line or nothing of it, but never nothing at all. */
static void add_line(char *text, size_t size, tusk_str line)
{
    size_t used = strlen(text);
    if (used && used + 2 + line.len >= size) return;
    snprintf(text + used, size - used, "%s%.*s", used ? "; " : "", TUSK_STR_ARG(line));
}

void tusk_reason_add(tusk_error *err, tusk_str output)
{
    char text[sizeof err->detail] = "";
    tusk_str rest = output, last = { 0, 0 };
    if (!err || !output.ptr) return;
    while (rest.ptr) {
        tusk_str line = tusk_str_trim(tusk_str_cut(&rest, '\n'));
        if (!line.len) continue;
        last = line;
        tusk_str part = why(line);
        if (part.ptr) add_line(text, sizeof text, part);
    }
    if (!text[0]) add_line(text, sizeof text, last);
    tusk_error_detail(err, "%s", text);
    add_remedy(err, output);
}

void tusk_reason_add_log(tusk_arena *arena, const char *log_file, off_t offset, tusk_error *err)
{
    struct stat info;
    int fd = open(log_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    if (fstat(fd, &info) == 0 && info.st_size > offset) {
        if (info.st_size - offset > TAIL_BYTES) offset = info.st_size - TAIL_BYTES;
        char *bytes = tusk_arena_alloc(arena, TAIL_BYTES);
        ssize_t got = bytes ? pread(fd, bytes, TAIL_BYTES, offset) : 0;
        if (got > 0) tusk_reason_add(err, (tusk_str){ bytes, (size_t)got });
    }
    close(fd);
    if (err && !err->hint[0]) tusk_error_hint(err, "The server's own words are in %s.", log_file);
}
