/* page.c - man pages and completions, from the same tables as --help */
#include "cli/page.h"

#include <stdio.h>
#include <string.h>

/* ---- man ---- */

/* Text for roff: a backslash, a dash and a dot or quote that starts a line have meanings there. */
static void roff(const char *text)
{
    bool start = true;
    for (; text && *text; text++) {
        if (start && (*text == '.' || *text == '\'')) fputs("\\&", stdout);
        start = *text == '\n';
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
    }
}

static void roff_upper(const char *text)
{
    for (; *text; text++) putchar(*text >= 'a' && *text <= 'z' ? *text - 'a' + 'A' : *text);
}

static void man_command(const struct cli_command *command)
{
    printf(".SS ");
    roff(command->name);
    if (command->options && command->options[0].name) printf(" [OPTIONS]");
    if (command->arguments) putchar(' ');
    roff(command->arguments);
    printf("\n");
    roff(command->help);
    printf("\n");
    if (command->more || command->show_more) {
        printf(".PP\n.nf\n");
        roff(command->more);
        fflush(stdout);
        if (command->show_more) command->show_more(stdout);
        printf(".fi\n");
    }
    for (const struct cli_option *o = command->options; o && o->name; o++) {
        printf(".TP\n\\fB");
        roff(o->name);
        printf("\\fR%s\\fI", o->value ? " " : "");
        roff(o->value);
        printf("\\fR\n");
        roff(o->help);
        printf("\n");
    }
}

void cli_show_man(const struct cli_command *commands, const char *program)
{
    const struct cli_command *end = commands;
    while (end->name) end++;
    printf(".TH ");
    roff_upper(program);
    printf(" 1 \"\" \"%s %s\" \"User Commands\"\n.SH NAME\n", program, CLI_VERSION);
    roff(program);
    printf(" \\- ");
    roff(end->help ? end->help : "commands");
    printf("\n.SH SYNOPSIS\n\\fB%s\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.SH COMMANDS\n", program);
    for (const struct cli_command *c = commands; c->name; c++) man_command(c);
    printf(".SH EXIT STATUS\n0 when it worked, 1 when it failed, 2 when the call was wrong.\n");
}

/* ---- completion ---- */

static void names(const struct cli_command *commands)
{
    for (const struct cli_command *c = commands; c->name; c++)
        printf("%s%s", c == commands ? "" : " ", c->name);
}

static void option_words(const struct cli_command *command, bool with_value_only)
{
    const char *separator = "";
    for (const struct cli_option *o = command->options; o && o->name; o++) {
        if (with_value_only && !o->value) continue;
        printf("%s%s", separator, o->name);
        separator = " ";
    }
}

static bool ends_word(char c)
{
    return c == '\0' || strchr(" |[]", c);
}

/* Of "[FILE|list|verify]" the words to type, each with a blank before it; what stands in capitals
 * is for the person to fill in. */
static void argument_words(const struct cli_command *command)
{
    const char *at = command->arguments ? command->arguments : "";
    while (*at) {
        const char *end = at;
        while (!ends_word(*end)) end++;
        if (*at >= 'a' && *at <= 'z') printf(" %.*s", (int)(end - at), at);
        at = *end ? end + 1 : end;
    }
}

static bool has_argument_words(const struct cli_command *command)
{
    for (const char *at = command->arguments; at && *at; at++)
        if (*at >= 'a' && *at <= 'z') return true;
    return false;
}

/* The line is split anew, for readline takes the ":" of db:up for the end of a word. */
static const char bash_begin[] = "    local line=${COMP_LINE:0:COMP_POINT} words= valued=\n"
                                 "    local -a typed\n"
                                 "    read -ra typed <<<\"$line\"\n"
                                 "    if [[ $line == *[[:blank:]] ]]; then typed+=(''); fi\n"
                                 "    local current=${typed[-1]} count=${#typed[@]}\n"
                                 "    if ((count == 2)); then\n"
                                 "        words='";
static const char bash_end[] =
    "        if [[ $valued == *\" ${typed[count - 2]} \"* ]]; then words=; fi\n"
    "    fi\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
    "    if ((${#COMPREPLY[@]} == 0)); then\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
    "        compopt -o filenames 2>/dev/null\n"
    "    fi\n"
    "    if [[ $COMP_WORDBREAKS == *:* ]]; then\n"
    "        COMPREPLY=(\"${COMPREPLY[@]#\"${current%\"${current##*:}\"}\"}\")\n"
    "    fi\n"
    "}\n";

/* A function's name cannot hold what a command's can. */
static void show_bash(const struct cli_command *commands, const char *program)
{
    printf("# bash completion for %s\n_%s()\n{\n%s", program, program, bash_begin);
    names(commands);
    printf(" help --version'\n    else\n        case ${typed[1]} in\n");
    for (const struct cli_command *c = commands; c->name; c++) {
        printf("        %s) words='", c->name);
        option_words(c, false);
        argument_words(c);
        printf(" --help' valued=' ");
        option_words(c, true);
        printf(" ' ;;\n");
    }
    printf("        help) words='");
    names(commands);
    printf("' ;;\n        esac\n%scomplete -F _%s %s\n", bash_end, program, program);
}

/* A text inside '...' and, in zsh's lists, before and after ":" and within [ ]. */
static void zsh(const char *text)
{
    for (; text && *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stdout);
        else if (strchr(":[]\\", *text))
            printf("\\%c", *text);
        else
            putchar(*text);
    }
}

static void show_zsh(const struct cli_command *commands, const char *program)
{
    printf("#compdef %s\n_%s() {\n    local -a commands\n    if ((CURRENT == 2)); then\n"
           "        commands=(\n",
           program, program);
    for (const struct cli_command *c = commands; c->name; c++) {
        printf("            '");
        zsh(c->name);
        putchar(':');
        zsh(c->help);
        printf("'\n");
    }
    printf("        )\n        _describe command commands\n        return\n    fi\n"
           "    case $words[2] in\n");
    for (const struct cli_command *c = commands; c->name; c++) {
        printf("    %s) _arguments", c->name);
        for (const struct cli_option *o = c->options; o && o->name; o++) {
            printf(" '%s%s[", o->name, o->value ? "=" : "");
            zsh(o->help);
            printf("]%s", o->value ? ":" : "");
            zsh(o->value);
            printf("%s'", o->value ? ":_files" : "");
        }
        if (has_argument_words(c)) {
            printf(" '2:argument:{ compadd --");
            argument_words(c);
            printf("; _files }'");
        }
        printf(" '*:argument:_files' ;;\n");
    }
    printf("    esac\n}\n_%s \"$@\"\n", program);
}

bool cli_show_completion(const struct cli_command *commands, const char *program, const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        show_bash(commands, program);
    else if (strcmp(shell, "zsh") == 0)
        show_zsh(commands, program);
    else
        return false;
    return true;
}
