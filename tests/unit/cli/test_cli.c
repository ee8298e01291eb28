/* test_cli.c - a table of commands, and what each way of calling it does: output, exit code, what
 * the command was given */
#include "tests/unit/base/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "cli/cli.h"

static char seen[256]; /* what the command was given */

static int show(struct cli_call *call)
{
    int at = snprintf(seen, sizeof seen, "%s", call->command->name);
    for (const struct cli_option *o = call->command->options; o && o->name; o++) {
        const char *value = cli_value(call, o->name);
        if (value) at += snprintf(seen + at, sizeof seen - (size_t)at, " %s=%s", o->name, value);
    }
    for (int i = 0; i < call->argc; i++) {
        at += snprintf(seen + at, sizeof seen - (size_t)at, " [%s]", call->argv[i]);
    }
    return CLI_OK;
}

static int break_down(struct cli_call *call)
{
    tusk_error err;
    tusk_fail(&err, TUSK_INVALID, "it broke");
    tusk_error_detail(&err, "a detail");
    tusk_error_hint(&err, "A hint.");
    return cli_fail(call, &err);
}

static const struct cli_option options[] = {
    { "--folder", "PATH", "where" },
    { "--custom", NULL, "a flag" },
    { 0 },
};
static const struct cli_command commands[] = {
    { .name = "make", .help = "make something", .options = options, .run = show },
    { .name = "pg",
      .help = "has words",
      .arguments = "start|stop",
      .min_args = 1,
      .max_args = -1,
      .rest = true,
      .options = options,
      .run = show,
      .more = "  start  more words\n" },
    { .name = "fail", .help = "always fails", .run = break_down },
    { 0 },
};

/* Runs with `line` cut at spaces; everything printed goes to `output`. */
static int call(const char *line, char output[4096])
{
    static char copy[256];
    char *argv[16] = { (char[]){ "/usr/bin/thing" } }, *rest = copy;
    int argc = 1;
    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strsep(&rest, " "); word; word = strsep(&rest, " ")) {
        if (*word) argv[argc++] = word;
    }
    FILE *file = tmpfile();
    fflush(stdout);
    int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    seen[0] = '\0';
    int code = cli_main(commands, argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    rewind(file);
    output[fread(output, 1, 4095, file)] = '\0';
    fclose(file);
    return code;
}

static void test_calls(void **state)
{
    static const struct {
        const char *line;
        int code;
        const char *seen, *output; /* output: a part of it, NULL: there must be none */
    } cases[] = {
        { "make", CLI_OK, "make", NULL },
        { "make --folder a/b --custom", CLI_OK, "make --folder=a/b --custom=", NULL },
        { "make --folder=--x", CLI_OK, "make --folder=--x", NULL },
        { "make --folder", CLI_USAGE, "", "thing make: --folder takes a value: PATH" },
        { "make --folder=", CLI_USAGE, "", "--folder takes a value: PATH" },
        { "make --custom=1", CLI_USAGE, "", "--custom takes no value" },
        { "make --fold x", CLI_USAGE, "", "there is no option --fold" },
        { "make extra", CLI_USAGE, "", "\"extra\" is more than it takes" },
        { "pg", CLI_USAGE, "", "it needs start|stop" },
        { "pg --custom psql -c --help x", CLI_OK, "pg --custom= [psql] [-c] [--help] [x]", NULL },
        { "pg -- --custom", CLI_OK, "pg [--custom]", NULL },
        { "nothing", CLI_USAGE, "", "thing: there is no command \"nothing\"\n  See thing --help." },
        { "", CLI_USAGE, "", "usage: thing COMMAND" },
        { "--help", CLI_OK, "", "  pg start|stop    has words\n" },
        { "help", CLI_OK, "", "  make             make something\n" },
        { "help pg", CLI_OK, "", "  start  more words\n" },
        { "make -h", CLI_OK, "", "  --folder PATH  where\n  --custom       a flag\n" },
        { "pg --help", CLI_OK, "", "usage: thing pg [OPTIONS] start|stop" },
        { "--version", CLI_OK, "", "thing " },
        { "fail", CLI_FAILED, "", "thing fail: it broke\n  a detail\n  A hint.\n" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char output[4096];
        int code = call(cases[i].line, output);
        bool said = cases[i].output ? strstr(output, cases[i].output) != NULL : output[0] == '\0';
        if (code == cases[i].code && said && strcmp(seen, cases[i].seen) == 0) continue;
        fail_msg("\"%s\": exit %d, given \"%s\", printed:\n%s", cases[i].line, code, seen, output);
    }
}

/* Not a terminal: no escape sequences, whatever the environment says. */
static void test_plain_output(void **state)
{
    char output[4096];
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    assert_int_equal(call("--help", output), CLI_OK);
    assert_null(strchr(output, '\033'));
}

/* Who cannot sign in is told which setting says otherwise. */
static void test_settings_to_look_at(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate, *message, *hint;
    } cases[] = {
        { "28P01", "password authentication failed", "POSTGRES_PASSWORD" },
        { "3D000", "database \"deploystack\" does not exist", "createdb" },
        { "", "Connection refused", "Is it running there?" },
        { "", "server does not support SSL, but SSL was required", "POSTGRES_SSL=false" },
        { "", "SSL error: certificate verify failed", "POSTGRES_SSL_CA" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tusk_error err;
        tusk_fail(&err, TUSK_CONNECTION, "%s", cases[i].message);
        memcpy(err.sqlstate, cases[i].sqlstate, strlen(cases[i].sqlstate) + 1);
        cli_hint_settings(&err);
        assert_non_null(strstr(err.hint, cases[i].hint));
        tusk_error_hint(&err, "Another one.");
        cli_hint_settings(&err);
        assert_string_equal(err.hint, "Another one.");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_calls),
                                        cmocka_unit_test(test_settings_to_look_at),
                                        cmocka_unit_test(test_plain_output) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
