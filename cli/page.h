/* page.h - what installing a program puts beside it, made from its table of commands */
#ifndef TUSK_CLI_PAGE_H
#define TUSK_CLI_PAGE_H

#include "cli/cli.h"

/** The man page, as roff on stdout. */
void cli_show_man(const struct cli_command *commands, const char *program);
/** The completion for "bash" or "zsh" on stdout; false for another shell. */
bool cli_show_completion(const struct cli_command *commands, const char *program,
                         const char *shell);

#endif
