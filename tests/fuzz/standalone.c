/* standalone.c - a target without libFuzzer: runs every file of a folder through it once, so that
 * seeds and inputs that once broke something are ordinary tests */
#include <dirent.h>

#include "tests/fuzz/fuzz.h"

static int is_seed(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* From a copy of the exact size on the heap, so that ASan sees a read beyond it. */
static int run_file(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    printf("# %s\n", path);
    fflush(stdout); /* the last one named is the one that broke it */
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) return 1;
    long size = ftell(file);
    uint8_t *bytes = size > 0 ? malloc((size_t)size) : malloc(1);
    rewind(file);
    size_t got = size > 0 ? fread(bytes, 1, (size_t)size, file) : 0;
    fclose(file);
    int status = LLVMFuzzerTestOneInput(bytes, got);
    free(bytes);
    return status != 0 || got != (size_t)size;
}

int main(int argc, char **argv)
{
    struct dirent **entries = NULL;
    int count = argc == 2 ? scandir(argv[1], &entries, is_seed, alphasort) : -1;
    if (count <= 0) {
        fprintf(stderr, "usage: %s FOLDER (with at least one file)\n", argv[0]);
        return 2;
    }
    int failed = 0;
    for (int i = 0; i < count; i++) {
        failed |= run_file(argv[1], entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return failed;
}
