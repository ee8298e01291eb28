/* test_file.c - whole files: ceilings, replacing without ever losing the old content, folders */
#include "unit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tusk/file.h"

static tusk_str content_of(tusk_arena *arena, const char *path)
{
    tusk_str content = { 0 };
    tusk_error err;
    assert_ok(tusk_file_read(arena, path, 1 << 20, &content, &err), err);
    return content;
}

static void a_file_is_read_whole_up_to_the_ceiling(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    const char *path = unit_path(*state, "f");
    unit_write(path, TUSK_STR("12345"));
    tusk_str out = TUSK_STR("untouched");
    tusk_error err;
    assert_ok(tusk_file_read(arena, path, 5, &out, &err), err);
    assert_text(out, "12345");
    assert_int_equal(out.ptr[5], '\0');
    out = TUSK_STR("untouched");
    assert_int_equal(tusk_file_read(arena, path, 4, &out, &err), TUSK_INVALID);
    assert_text(out, "untouched");
    assert_non_null(strstr(err.message, path));
    assert_non_null(strstr(err.message, "larger than 4 bytes"));

    unit_write(path, TUSK_STR(""));
    assert_text(content_of(arena, path), "");
    tusk_arena_free(arena);
}

static void a_file_that_tells_no_size_is_read_too(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str maps = content_of(arena, "/proc/self/maps");
    assert_true(maps.len > 1000);
    tusk_str out;
    tusk_error err;
    assert_int_equal(tusk_file_read(arena, "/proc/self/maps", 10, &out, &err), TUSK_INVALID);
    assert_int_equal(tusk_file_read(arena, "/dev/zero", 100000, &out, &err), TUSK_INVALID);
    tusk_arena_free(arena);
}

static void what_cannot_be_read_is_named_with_the_reason(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str out;
    tusk_error err;
    const char *missing = unit_path(*state, "missing");
    assert_int_equal(tusk_file_read(arena, missing, 10, &out, &err), TUSK_IO);
    assert_non_null(strstr(err.message, missing));
    assert_non_null(strstr(err.message, "No such file"));
    assert_int_equal(tusk_file_read(arena, *state, 10, &out, &err), TUSK_IO);
    assert_non_null(strstr(err.message, "directory"));
    tusk_arena_free(arena);
}

static void replacing_makes_and_replaces_with_the_mode_asked_for(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    const char *path = unit_path(*state, "f");
    tusk_error err;
    mode_t umask_before = umask(077);
    assert_ok(tusk_file_replace(path, TUSK_STR("one"), 0644, &err), err);
    umask(umask_before);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0644);
    assert_text(content_of(arena, path), "one");
    assert_ok(tusk_file_replace(path, TUSK_STR("a secret"), 0600, &err), err);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_text(content_of(arena, path), "a secret");
    assert_ok(tusk_file_replace(path, TUSK_STR(""), 0600, &err), err);
    assert_text(content_of(arena, path), "");
    assert_int_equal(unit_entries(*state), 1); /* no temporary file stays */
    tusk_arena_free(arena);
}

static void a_reader_of_the_old_file_keeps_it(void **state)
{
    const char *path = unit_path(*state, "f");
    unit_write(path, TUSK_STR("old"));
    FILE *reader = fopen(path, "rb");
    assert_non_null(reader);
    tusk_error err;
    assert_ok(tusk_file_replace(path, TUSK_STR("new content"), 0644, &err), err);
    char got[32] = "";
    assert_int_equal(fread(got, 1, sizeof got - 1, reader), 3);
    assert_string_equal(got, "old");
    fclose(reader);
}

static void a_bare_name_and_a_very_long_one_work(void **state)
{
    char *home = realpath(".", NULL);
    assert_non_null(home);
    assert_int_equal(chdir(*state), 0);
    tusk_error err;
    tusk_status bare = tusk_file_replace("bare", TUSK_STR("x"), 0644, &err);
    assert_int_equal(chdir(home), 0);
    free(home);
    assert_ok(bare, err);
    char name[256];
    memset(name, 'n', 255); /* NAME_MAX: a temporary name made from it would be too long */
    name[255] = '\0';
    assert_ok(tusk_file_replace(unit_path(*state, name), TUSK_STR("x"), 0644, &err), err);
    assert_int_equal(unit_entries(*state), 2);
}

static void what_cannot_be_replaced_is_an_error(void **state)
{
    tusk_error err;
    const char *nowhere = unit_path(*state, "missing/f");
    assert_int_equal(tusk_file_replace(nowhere, TUSK_STR("x"), 0644, &err), TUSK_IO);
    assert_non_null(strstr(err.message, nowhere));
    assert_non_null(strstr(err.message, "No such file"));
    const char *folder = unit_path(*state, "folder");
    assert_int_equal(mkdir(folder, 0755), 0);
    assert_int_equal(tusk_file_replace(folder, TUSK_STR("x"), 0644, &err), TUSK_IO);
    assert_int_equal(unit_entries(*state), 1);
}

/* Runs tusk_file_replace() in a child that `limit` has made poor; returns its status. */
static int replace_in_child(const char *path, size_t size, void (*limit)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        limit();
        char *content = calloc(1, size);
        tusk_error err;
        tusk_status status = tusk_file_replace(path, (tusk_str){ content, size }, 0644, &err);
        free(content);
        bool told = strstr(err.message, path) != NULL;
        _exit(status != TUSK_OK && !told ? 100 : (int)status);
    }
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFEXITED(result));
    return WEXITSTATUS(result);
}

/* The disk is full after 1000 bytes, as far as this process can tell. */
static void limit_file_size(void)
{
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit most = { 1000, 1000 };
    if (setrlimit(RLIMIT_FSIZE, &most) != 0) _exit(101);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    const char *path = unit_path(*state, "f");
    unit_write(path, TUSK_STR("old"));
    assert_int_equal(replace_in_child(path, 5000, limit_file_size), TUSK_IO);
    assert_text(content_of(arena, path), "old");
    assert_int_equal(unit_entries(*state), 1);
    assert_int_equal(replace_in_child(path, 1000, limit_file_size), TUSK_OK);
    assert_int_equal(content_of(arena, path).len, 1000);
    tusk_arena_free(arena);
}

/* Root may write everywhere: be somebody else. */
static void limit_rights(void)
{
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(101);
}

static void a_read_only_folder_leaves_the_old_file(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    const char *path = unit_path(*state, "f");
    unit_write(path, TUSK_STR("old"));
    assert_int_equal(chmod(*state, 0555), 0);
    int status = replace_in_child(path, 10, limit_rights);
    assert_int_equal(chmod(*state, 0755), 0);
    assert_int_equal(status, TUSK_IO);
    assert_text(content_of(arena, path), "old");
    assert_int_equal(unit_entries(*state), 1);
    tusk_arena_free(arena);
}

static void folders_are_made_all_the_way_down(void **state)
{
    tusk_error err;
    const char *deep = unit_path(*state, "a//b/c/");
    mode_t umask_before = umask(077);
    tusk_status status = tusk_folder_make(deep, 0755, &err);
    umask(umask_before);
    assert_ok(status, err);
    struct stat info;
    assert_int_equal(stat(unit_path(*state, "a/b"), &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    assert_int_equal(info.st_mode & 0777, 0755);

    assert_ok(tusk_folder_make(deep, 0700, &err), err); /* there already: left as it is */
    assert_int_equal(stat(deep, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0755);
    assert_ok(tusk_folder_make("/", 0755, &err), err);
    assert_ok(tusk_folder_make(".", 0755, &err), err);
    assert_int_equal(tusk_folder_make("", 0755, &err), TUSK_MISUSE);
}

static void a_file_in_the_way_of_a_folder_is_named(void **state)
{
    tusk_error err;
    const char *file = unit_path(*state, "f");
    unit_write(file, TUSK_STR("x"));
    assert_int_equal(tusk_folder_make(file, 0755, &err), TUSK_IO);
    assert_non_null(strstr(err.message, file));
    assert_int_equal(tusk_folder_make(unit_path(*state, "f/below"), 0755, &err), TUSK_IO);
    assert_non_null(strstr(err.message, file));
    assert_null(strstr(err.message, "below"));
}

static void anything_counts_as_being_there(void **state)
{
    const char *link = unit_path(*state, "link");
    assert_false(tusk_file_exists(link));
    assert_int_equal(symlink("nowhere", link), 0);
    assert_true(tusk_file_exists(link));
    assert_true(tusk_file_exists(*state));
}

static void paths_are_joined_with_one_slash(void **state)
{
    tusk_arena *arena = tusk_arena_new(0);
    assert_text(tusk_path_join(arena, "a", "b"), "a/b");
    assert_text(tusk_path_join(arena, "a/", "b"), "a/b");
    assert_text(tusk_path_join(arena, "/", "b"), "/b");
    assert_text(tusk_path_join(arena, "", "b"), "b");
    assert_null(tusk_path_join(NULL, "a", "b").ptr);
    tusk_arena_free(arena);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, unit_folder_make, unit_folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_file_is_read_whole_up_to_the_ceiling),
        cmocka_unit_test(a_file_that_tells_no_size_is_read_too),
        IN_FOLDER(what_cannot_be_read_is_named_with_the_reason),
        IN_FOLDER(replacing_makes_and_replaces_with_the_mode_asked_for),
        IN_FOLDER(a_reader_of_the_old_file_keeps_it),
        IN_FOLDER(a_bare_name_and_a_very_long_one_work),
        IN_FOLDER(what_cannot_be_replaced_is_an_error),
        IN_FOLDER(a_full_disk_leaves_the_old_file),
        IN_FOLDER(a_read_only_folder_leaves_the_old_file),
        IN_FOLDER(folders_are_made_all_the_way_down),
        IN_FOLDER(a_file_in_the_way_of_a_folder_is_named),
        IN_FOLDER(anything_counts_as_being_there),
        cmocka_unit_test(paths_are_joined_with_one_slash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
