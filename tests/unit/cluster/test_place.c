/* test_place.c - where the private PostgreSQL keeps its data and socket, for root and for a user */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/cluster/internal.h"
#include "tusk/clock.h"
#include "tusk/file.h"

#define SOON 5000

/* A folder that belongs to an ordinary user: as root that is nobody, else oneself. */
typedef struct scene {
    tusk_arena *arena;
    char root[256];
    uid_t user;
    gid_t group;
    tusk_error err;
} scene;

static bool is_root(void)
{
    return geteuid() == 0;
}

static int set_up(void **state)
{
    scene *s = test_calloc(1, sizeof *s);
    const struct passwd *nobody = getpwnam("nobody");
    s->arena = tusk_arena_new(0);
    s->user = is_root() && nobody ? nobody->pw_uid : geteuid();
    s->group = is_root() && nobody ? nobody->pw_gid : getegid();
    const char *temporary = getenv("TMPDIR");
    snprintf(s->root, sizeof s->root, "%s/tusk-place-XXXXXX",
             temporary && temporary[0] ? temporary : "/tmp");
    *state = s;
    if (!mkdtemp(s->root) || chmod(s->root, 0755) != 0) return -1;
    unsetenv("TUSK_DATA_DIR");
    unsetenv("XDG_DATA_HOME");
    unsetenv("XDG_RUNTIME_DIR");
    return is_root() ? chown(s->root, s->user, s->group) : 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    const char *argv[] = { "/bin/rm", "-rf", "--", s->root, NULL };
    const char *env[] = { NULL };
    tusk_child rm = { .argv = argv, .env = env };
    tusk_str output;
    int code = 1;
    tusk_status st = tusk_child_run(s->arena, &rm, tusk_deadline_in(SOON), &code, &output, NULL);
    tusk_arena_free(s->arena);
    test_free(s);
    return st == TUSK_OK && code == 0 ? 0 : -1;
}

static const char *in_root(scene *s, const char *name)
{
    return tusk_path_join(s->arena, s->root, name).ptr;
}

/* From here on as the ordinary user; as_root_again() undoes it. */
static void as_user(scene *s)
{
    if (!is_root()) return;
    assert_int_equal(setresgid(s->group, s->group, 0), 0);
    assert_int_equal(setresuid(s->user, s->user, 0), 0);
}

static void as_root_again(void)
{
    uid_t real, effective, saved;
    assert_int_equal(getresuid(&real, &effective, &saved), 0);
    if (saved != 0) return;
    assert_int_equal(setresuid(0, 0, 0), 0);
    assert_int_equal(setresgid(0, 0, 0), 0);
}

/* What an ordinary user gets who asks for `data_dir`. */
static tusk_place find_as_user(scene *s, const char *data_dir)
{
    tusk_place place;
    as_user(s);
    tusk_status st = tusk_place_find(s->arena, data_dir, &place, &s->err);
    as_root_again();
    if (st != TUSK_OK) print_error("%s\n", s->err.message);
    assert_int_equal(st, TUSK_OK);
    return place;
}

static tusk_status make_as_user(scene *s, const tusk_place *place)
{
    as_user(s);
    tusk_status st = tusk_place_make(place, &s->err);
    as_root_again();
    return st;
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, mode);
}

static void a_users_data_are_in_the_users_folders(void **state)
{
    scene *s = *state;
    setenv("HOME", s->root, 1);
    tusk_place home = find_as_user(s, NULL);
    assert_string_equal(home.base, in_root(s, ".local/share/tusk"));
    assert_false(home.as_root);
    assert_int_equal(home.uid, s->user);
    setenv("XDG_DATA_HOME", "relative/names/do/not/count", 1);
    assert_string_equal(find_as_user(s, NULL).base, home.base);
    setenv("XDG_DATA_HOME", in_root(s, "xdg"), 1);
    assert_string_equal(find_as_user(s, NULL).base, in_root(s, "xdg/tusk"));
    setenv("TUSK_DATA_DIR", "", 1);
    assert_string_equal(find_as_user(s, NULL).base, in_root(s, "xdg/tusk"));
    setenv("TUSK_DATA_DIR", in_root(s, "told"), 1);
    assert_string_equal(find_as_user(s, NULL).base, in_root(s, "told"));
    assert_string_equal(find_as_user(s, in_root(s, "asked")).base, in_root(s, "asked"));
}

static void without_home_the_list_of_users_is_asked(void **state)
{
    scene *s = *state;
    const struct passwd *user = getpwuid(s->user);
    const char *home = user ? user->pw_dir : NULL;
    if (!home) fail_msg("the user %ld is not in the list of users", (long)s->user);
    const char *expected = tusk_path_join(s->arena, home, ".local/share/tusk").ptr;
    unsetenv("HOME");
    assert_string_equal(find_as_user(s, NULL).base, expected);
}

static void a_relative_name_is_made_absolute(void **state)
{
    scene *s = *state;
    char before[1024];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(s->root), 0);
    tusk_place place = find_as_user(s, "some/where/");
    assert_int_equal(chdir(before), 0);
    assert_string_equal(place.base, in_root(s, "some/where"));
}

static void the_socket_is_where_the_user_may_write(void **state)
{
    scene *s = *state;
    char deep[160], tmp[64];
    memset(deep, 'x', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    setenv("HOME", s->root, 1);
    setenv("XDG_RUNTIME_DIR", s->root, 1);
    assert_string_equal(find_as_user(s, NULL).socket_dir, in_root(s, "tusk"));
    /* two data folders, two sockets */
    tusk_place one = find_as_user(s, in_root(s, "one")), two = find_as_user(s, in_root(s, "two"));
    assert_string_not_equal(one.socket_dir, two.socket_dir);
    assert_true(one.socket_dir_is_ours);
    snprintf(tmp, sizeof tmp, "/tmp/tusk-%ld/tusk", (long)s->user);
    setenv("XDG_RUNTIME_DIR", in_root(s, "not/there"), 1);
    assert_string_equal(find_as_user(s, NULL).socket_dir, tmp);
    assert_int_equal(tusk_folder_make(in_root(s, deep), 0777, &s->err), TUSK_OK);
    setenv("XDG_RUNTIME_DIR", in_root(s, deep), 1);
    assert_string_equal(find_as_user(s, NULL).socket_dir, tmp);
}

static void a_users_folders_are_closed_to_others(void **state)
{
    scene *s = *state;
    tusk_place place = find_as_user(s, in_root(s, "data"));
    assert_int_equal(make_as_user(s, &place), TUSK_OK);
    assert_mode(place.base, 0700);
    assert_mode(place.holders, 0700);
    assert_int_equal(make_as_user(s, &place), TUSK_OK); /* and again */
}

static void a_folder_that_cannot_be_written_is_told(void **state)
{
    scene *s = *state;
    const char *closed = in_root(s, "closed");
    assert_int_equal(tusk_folder_make(closed, 0555, &s->err), TUSK_OK);
    if (is_root()) assert_int_equal(chown(closed, s->user, s->group), 0);
    tusk_place place = find_as_user(s, closed);
    assert_int_equal(make_as_user(s, &place), TUSK_IO);
    assert_non_null(strstr(s->err.message, "could not write to the data folder"));
    assert_non_null(strstr(s->err.hint, "TUSK_DATA_DIR"));
}

static void a_folder_for_the_socket_is_ours_or_none(void **state)
{
    scene *s = *state;
    tusk_place place = { .uid = s->user, .gid = s->group, .as_root = is_root(), .user = "x" };
    place.socket_dir = in_root(s, "socket");
    assert_int_equal(tusk_place_make_socket_dir(&place, &s->err), TUSK_OK);
    assert_mode(place.socket_dir, 0700);
    struct stat info;
    assert_int_equal(stat(place.socket_dir, &info), 0);
    assert_int_equal(info.st_uid, s->user);
    assert_int_equal(tusk_place_make_socket_dir(&place, &s->err), TUSK_OK);
    /* a link could lead into somebody else's folder */
    assert_int_equal(symlink(place.socket_dir, in_root(s, "link")), 0);
    place.socket_dir = in_root(s, "link");
    assert_int_equal(tusk_place_make_socket_dir(&place, &s->err), TUSK_IO);
    assert_non_null(strstr(s->err.message, "is there but is not a folder of ours"));
    place.socket_dir = in_root(s, "no/such/folder");
    assert_int_equal(tusk_place_make_socket_dir(&place, &s->err), TUSK_IO);
    char deep[160];
    snprintf(deep, sizeof deep, "/tmp/%0120d", 1);
    place.socket_dir = deep;
    assert_int_equal(tusk_place_make_socket_dir(&place, &s->err), TUSK_IO);
    assert_non_null(strstr(s->err.message, "is longer than"));
    assert_non_null(strstr(s->err.hint, "XDG_RUNTIME_DIR"));
}

/* The rest is about a server that runs as another user, which only root's does. */

static void roots_server_has_a_user_of_its_own(void **state)
{
    scene *s = *state;
    tusk_place place;
    if (!is_root()) return;
    const char *base = in_root(s, "data");
    assert_int_equal(tusk_place_find(s->arena, base, &place, &s->err), TUSK_OK);
    assert_true(place.as_root);
    assert_int_not_equal(place.uid, 0);
    /* data that exist keep their owner */
    assert_int_equal(tusk_folder_make(place.pgdata, 0700, &s->err), TUSK_OK);
    assert_int_equal(chown(place.pgdata, s->user, s->group), 0);
    assert_int_equal(tusk_place_find(s->arena, base, &place, &s->err), TUSK_OK);
    assert_int_equal(place.uid, s->user);
    assert_string_equal(place.user, "nobody");
    /* and root's are refused: PostgreSQL would */
    assert_int_equal(chown(place.pgdata, 0, 0), 0);
    assert_int_equal(tusk_place_find(s->arena, base, &place, &s->err), TUSK_IO);
    assert_non_null(strstr(s->err.message, "belongs to root or to an unknown user"));
    assert_non_null(strstr(s->err.hint, "chown"));
}

static void roots_server_is_let_through_to_its_data(void **state)
{
    scene *s = *state;
    tusk_place place;
    if (!is_root()) return;
    const char *base = in_root(s, "data");
    assert_int_equal(tusk_folder_make(base, 0700, &s->err), TUSK_OK);
    assert_int_equal(tusk_place_find(s->arena, base, &place, &s->err), TUSK_OK);
    assert_int_equal(tusk_place_make(&place, &s->err), TUSK_OK);
    assert_mode(base, 0711);
}

static void a_folder_with_other_things_in_it_is_not_opened(void **state)
{
    scene *s = *state;
    tusk_place place;
    if (!is_root()) return;
    const char *base = in_root(s, "diary");
    assert_int_equal(tusk_folder_make(base, 0700, &s->err), TUSK_OK);
    assert_int_equal(tusk_file_replace(in_root(s, "diary/monday"), TUSK_STR("rain"), 0644, &s->err),
                     TUSK_OK);
    assert_int_equal(tusk_place_find(s->arena, base, &place, &s->err), TUSK_OK);
    assert_int_equal(tusk_place_make(&place, &s->err), TUSK_IO);
    assert_non_null(strstr(s->err.message, "may not enter"));
    assert_non_null(strstr(s->err.hint, "chmod o+x"));
    assert_mode(base, 0700);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(a_users_data_are_in_the_users_folders),
        SCENE(without_home_the_list_of_users_is_asked),
        SCENE(a_relative_name_is_made_absolute),
        SCENE(the_socket_is_where_the_user_may_write),
        SCENE(a_users_folders_are_closed_to_others),
        SCENE(a_folder_that_cannot_be_written_is_told),
        SCENE(a_folder_for_the_socket_is_ours_or_none),
        SCENE(roots_server_has_a_user_of_its_own),
        SCENE(roots_server_is_let_through_to_its_data),
        SCENE(a_folder_with_other_things_in_it_is_not_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
