/* lint.h - tusk lint: apart from cli.h, for it needs libtusk-lint, which no other program loads */
#ifndef TUSK_CLI_LINT_H
#define TUSK_CLI_LINT_H

#include "cli/cli.h"

/** tusk lint [FILE...]: what SQL does to a database that is in use. */
extern const struct cli_option cmd_lint_options[];
extern const char cmd_lint_more[];
int cmd_lint(struct cli_call *call);

#endif
