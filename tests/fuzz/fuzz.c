/* fuzz.c - fuzz.h's helpers */
#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tusk/file.h"

/* The last refusal, shown with a claim that does not hold. */
static char said[sizeof((tusk_error *)0)->message];

_Noreturn void fuzz_broken(const char *file, int line, const char *sentence)
{
    fprintf(stderr, "%s:%d: this does not hold: %s\n", file, line, sentence);
    fprintf(stderr, "the last refusal seen: %s\n", said);
    abort();
}

tusk_str fuzz_input(const uint8_t *data, size_t size)
{
    return size > 0 ? (tusk_str){ (const char *)data, size } : TUSK_STR("");
}

void fuzz_refused(tusk_status status, const tusk_error *err)
{
    size_t len = strlen(err->message);
    memcpy(said, err->message, sizeof said);
    CLAIM(err->status == status, "the error has the status that was returned");
    CLAIM(status == TUSK_INVALID, "bad input is TUSK_INVALID and nothing else");
    CLAIM(len > 0, "a refusal says why");
    CLAIM(tusk_str_is_text((tusk_str){ err->message, len }), "the message is UTF-8");
    for (size_t i = 0; i < len; i++) {
        CLAIM((unsigned char)err->message[i] >= 0x20, "the message has no control characters");
    }
}

static char scratch[512];
static pid_t owner;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    return remove(path);
}

static void remove_scratch(void)
{
    if (getpid() == owner) nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_folder(void)
{
    if (scratch[0]) return scratch;
    const char *base = getenv("TMPDIR");
    snprintf(scratch, sizeof scratch, "%s/tusk-fuzz-XXXXXX", base && base[0] ? base : "/tmp");
    CLAIM(mkdtemp(scratch), "there is a folder for temporary files");
    owner = getpid();
    atexit(remove_scratch);
    return scratch;
}

const char *fuzz_file(tusk_arena *arena, const char *name, tusk_str content)
{
    const char *path = tusk_path_join(arena, fuzz_folder(), name).ptr;
    const char *slash = strchr(name, '/');
    if (slash) {
        mkdir(tusk_arena_printf(arena, "%s/%.*s", scratch, (int)(slash - name), name).ptr, 0700);
    }
    FILE *file = fopen(path, "wb");
    CLAIM(file && fwrite(content.ptr, 1, content.len, file) == content.len && fclose(file) == 0,
          "a temporary file can be written");
    return path;
}
