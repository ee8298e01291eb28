/* unit.c - a folder for one test */
#include "unit.h"

#include <dirent.h>
#include <ftw.h>
#include <unistd.h>

int unit_folder_make(void **state)
{
    const char *base = getenv("TMPDIR");
    char path[512];
    snprintf(path, sizeof path, "%s/tusk-unit-XXXXXX", base && base[0] ? base : "/tmp");
    if (!mkdtemp(path)) return -1;
    *state = strdup(path);
    return *state ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    return remove(path);
}

int unit_folder_remove(void **state)
{
    int result = nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return result;
}

const char *unit_path(const char *folder, const char *name)
{
    static char ring[8][1024];
    static unsigned turn;
    char *path = ring[turn++ % COUNT(ring)];
    snprintf(path, sizeof ring[0], "%s/%s", folder, name);
    return path;
}

void unit_write(const char *path, tusk_str content)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content.ptr, 1, content.len, file), content.len);
    assert_int_equal(fclose(file), 0);
}

int unit_entries(const char *folder)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int count = 0;
    while (readdir(dir)) count++;
    closedir(dir);
    return count - 2;
}
