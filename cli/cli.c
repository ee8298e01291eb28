/* cli.c - from argv to a command: finding it, reading its options, help from the same tables */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/page.h"

const char *cli_colour(const char *code)
{
    static const char *const known[][2] = {
        { "1", "\033[1m" },   { "2", "\033[2m" },   { "31", "\033[31m" },
        { "32", "\033[32m" }, { "33", "\033[33m" }, { "36", "\033[36m" },
    };
    const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");
    bool plain = (off && *off) || !terminal || strcmp(terminal, "dumb") == 0;
    if (plain || !isatty(STDOUT_FILENO)) return "";
    if (!code) return "\033[0m";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i][0], code) == 0) return known[i][1];
    }
    return "";
}

/* What libpq says without a code: of the network, and of encryption. */
static const char *unspoken_hint(const char *message)
{
    if (strstr(message, "does not support SSL"))
        return "POSTGRES_SSL=true asks for encryption, which that server does not have: let its "
               "administrator turn ssl on, or set POSTGRES_SSL=false where the network is trusted.";
    if (strstr(message, "certificate") || strstr(message, "SSL"))
        return "POSTGRES_SSL_CA names the file of the authority that signed the server's "
               "certificate, which has to be for the very name in POSTGRES_HOST.";
    return "Is it running there? POSTGRES_HOST and POSTGRES_PORT say where it is: "
           "in the environment, services/backend/.env or .env.";
}

void cli_hint_settings(tusk_error *err)
{
    static const struct {
        const char *sqlstate, *hint;
    } hints[] = {
        { "28P01", "POSTGRES_USER and POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE) say who signs "
                   "in: in the environment, services/backend/.env or .env." },
        { "28000", "POSTGRES_USER says who signs in; the server's pg_hba.conf says who may." },
        { "3D000", "POSTGRES_DATABASE or --database names it; `createdb` makes one." },
    };
    if (err->hint[0] != '\0') return;
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
        if (strcmp(err->sqlstate, hints[i].sqlstate) == 0)
            tusk_error_hint(err, "%s", hints[i].hint);
    }
    if (err->status == TUSK_CONNECTION && err->sqlstate[0] == '\0')
        tusk_error_hint(err, "%s", unspoken_hint(err->message));
}

int cli_fail(const struct cli_call *call, const tusk_error *err)
{
    tusk_error shown = *err;
    cli_hint_settings(&shown);
    fflush(stdout);
    fprintf(stderr, "%s %s: %s\n", call->program, call->command->name, TUSK_ERROR_TEXT(&shown));
    return CLI_FAILED;
}

bool cli_agree(const struct cli_call *call, const char *format, ...)
{
    char answer[16] = "";
    va_list args;
    bool person = isatty(STDIN_FILENO) != 0;
    FILE *out = person ? stdout : stderr;
    if (cli_value(call, "--yes")) return true;
    if (!person)
        fprintf(out, "%s %s: nobody is there to ask: ", call->program, call->command->name);
    va_start(args, format);
    vfprintf(out, format, args);
    va_end(args);
    fprintf(out, person ? "? [y/N] " : "?\n  --yes does it without asking.\n");
    fflush(out);
    if (!person) return false;
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

int cli_usage(const struct cli_call *call, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "%s %s: ", call->program, call->command->name);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n  See %s %s --help.\n", call->program, call->command->name);
    return CLI_USAGE;
}

/* ---- options ---- */

/* The option's place in the table, -1 when it has none. `length` excludes "=value". */
static int find_option(const struct cli_option *options, const char *text, size_t length)
{
    for (int i = 0; options && options[i].name; i++) {
        if (strlen(options[i].name) == length && strncmp(options[i].name, text, length) == 0)
            return i;
    }
    return -1;
}

const char *cli_value(const struct cli_call *call, const char *name)
{
    int i = find_option(call->command->options, name, strlen(name));
    return i < 0 ? NULL : call->values[i];
}

const char *const *cli_values(const struct cli_call *call, const char *name)
{
    int wanted = find_option(call->command->options, name, strlen(name));
    size_t count = 0;
    const char **values = TUSK_NEW_ARRAY(call->arena, const char *, CLI_GIVEN_MAX + 1);
    for (int i = 0; values && i < call->given_count; i++) {
        if (call->given[i].option == wanted) values[count++] = call->given[i].value;
    }
    return count > 0 ? values : NULL;
}

/* Reads one option at argv[*at] and steps over its value. */
static int read_option(struct cli_call *call, int argc, char **argv, int *at)
{
    const char *text = argv[*at], *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    int i = find_option(call->command->options, text, length);
    if (i < 0) return cli_usage(call, "there is no option %.*s", (int)length, text);
    const struct cli_option *option = &call->command->options[i];
    if (!option->value) {
        if (equals) return cli_usage(call, "%s takes no value", option->name);
        call->values[i] = "";
        return CLI_OK;
    }
    const char *value = equals ? equals + 1 : *at + 1 < argc ? argv[++*at] : NULL;
    if (!value || value[0] == '\0') {
        return cli_usage(call, "%s takes a value: %s", option->name, option->value);
    }
    if (call->given_count == CLI_GIVEN_MAX) {
        return cli_usage(call, "more than %d options", CLI_GIVEN_MAX);
    }
    call->given[call->given_count].option = i;
    call->given[call->given_count++].value = value;
    call->values[i] = value;
    return CLI_OK;
}

/* Options into call->values, what is left to the front of argv. */
static int read_arguments(struct cli_call *call, int argc, char **argv)
{
    const struct cli_command *command = call->command;
    bool only_arguments = false;
    call->argv = argv;
    for (int i = 0; i < argc; i++) {
        bool option = !only_arguments && argv[i][0] == '-' && argv[i][1] != '\0';
        if (option && strcmp(argv[i], "--") == 0) {
            only_arguments = true;
        } else if (option) {
            int code = read_option(call, argc, argv, &i);
            if (code != CLI_OK) return code;
        } else {
            call->argv[call->argc++] = argv[i];
            only_arguments = only_arguments || command->rest;
        }
    }
    if (call->argc < command->min_args) return cli_usage(call, "it needs %s", command->arguments);
    if (command->max_args >= 0 && call->argc > command->max_args) {
        return cli_usage(call, "\"%s\" is more than it takes", call->argv[command->max_args]);
    }
    return CLI_OK;
}

/* ---- help ---- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A command with arguments that is longer than this does not push the help of all others aside. */
enum { WIDE = 40 };

static int show_commands(const struct cli_command *commands, const char *program)
{
    int width = 0;
    for (const struct cli_command *c = commands; c->name; c++) {
        int length = (int)(strlen(c->name) + (c->arguments ? strlen(c->arguments) + 1 : 0));
        if (length > width && length <= WIDE) width = length;
    }
    const struct cli_command *end = commands;
    while (end->name) end++;
    if (end->help) printf("%s - %s\n\n", program, end->help);
    printf("usage: %s COMMAND [OPTIONS]\n\n", program);
    for (const struct cli_command *c = commands; c->name; c++) {
        int used = printf("  %s%s%s%s%s", cli_colour("1"), c->name, cli_colour(NULL),
                          c->arguments ? " " : "", c->arguments ? c->arguments : "");
        used -= (int)(strlen(cli_colour("1")) + strlen(cli_colour(NULL)));
        if (used > WIDE + 2) used = printf("\n") - 1; /* its help gets a line of its own */
        printf("%*s%s\n", width + 4 - used + 2, "", c->help);
    }
    printf("\n%s COMMAND --help tells its options; %s --version the version.\n", program, program);
    return CLI_OK;
}

static int show_command(const struct cli_command *command, const char *program)
{
    printf("usage: %s %s%s%s%s\n\n%s\n", program, command->name,
           command->options && command->options[0].name ? " [OPTIONS]" : "",
           command->arguments ? " " : "", command->arguments ? command->arguments : "",
           command->help);
    if (command->more) printf("\n%s", command->more);
    if (command->show_more) {
        printf("\n");
        command->show_more(stdout);
    }
    int width = 0;
    for (const struct cli_option *o = command->options; o && o->name; o++) {
        int length = (int)(strlen(o->name) + (o->value ? strlen(o->value) + 1 : 0));
        if (length > width) width = length;
    }
    if (width > 0) printf("\n");
    for (const struct cli_option *o = command->options; o && o->name; o++) {
        int used = printf("  %s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        printf("%*s%s\n", width + 4 - used, "", o->help);
    }
    return CLI_OK;
}

/* --help anywhere among a command's own arguments. */
static bool wants_help(const struct cli_command *command, int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
        if (command->rest && argv[i][0] != '-') return false;
    }
    return false;
}

static const struct cli_command *find_command(const struct cli_command *commands, const char *name)
{
    for (const struct cli_command *c = commands; c->name; c++) {
        if (strcmp(c->name, name) == 0) return c;
    }
    return NULL;
}

static int run(const struct cli_command *command, const tusk_schema *schema, const char *program,
               int argc, char **argv)
{
    struct cli_call call = { .program = program, .command = command, .schema = schema };
    int code = read_arguments(&call, argc, argv);
    if (code != CLI_OK) return code;
    call.arena = tusk_arena_new(0);
    if (!call.arena) {
        fprintf(stderr, "%s: out of memory\n", program);
        return CLI_FAILED;
    }
    code = command->run(&call);
    tusk_arena_free(call.arena);
    if (fflush(stdout) != 0 && code == CLI_OK) {
        perror(program);
        code = CLI_FAILED;
    }
    return code;
}

/* help --man, help --completion SHELL: for packages, so --help does not speak of them. */
static int show_page(const struct cli_command *commands, const char *program, int argc, char **argv)
{
    bool man = strcmp(argv[2], "--man") == 0;
    if (man) cli_show_man(commands, program);
    if (man || (argc == 4 && cli_show_completion(commands, program, argv[3]))) return CLI_OK;
    fprintf(stderr, "%s: help --completion takes bash or zsh\n", program);
    return CLI_USAGE;
}

int cli_main(const struct cli_command *commands, int argc, char **argv)
{
    return cli_main_with(commands, NULL, argc, argv);
}

int cli_main_with(const struct cli_command *commands, const tusk_schema *schema, int argc,
                  char **argv)
{
    const char *program = argc > 0 ? base_name(argv[0]) : "tusk";
    const char *name = argc > 1 ? argv[1] : "--help";
    bool help = strcmp(name, "help") == 0 && !find_command(commands, name);
    if (strcmp(name, "--version") == 0) {
        printf("%s %s\n", program, CLI_VERSION);
        return CLI_OK;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || (help && argc == 2)) {
        show_commands(commands, program);
        return argc > 1 ? CLI_OK : CLI_USAGE;
    }
    if (help && (strcmp(argv[2], "--man") == 0 || strcmp(argv[2], "--completion") == 0))
        return show_page(commands, program, argc, argv);
    if (help) name = argv[2];
    const struct cli_command *command = find_command(commands, name);
    if (!command) {
        fprintf(stderr, "%s: there is no command \"%s\"\n  See %s --help.\n", program, name,
                program);
        return CLI_USAGE;
    }
    if (help || wants_help(command, argc - 2, argv + 2)) return show_command(command, program);
    return run(command, schema, program, argc - 2, argv + 2);
}
