/* cmd_config.h - deploystack config: the settings in force, where each was set */
#ifndef DEPLOYSTACK_CMD_CONFIG_H
#define DEPLOYSTACK_CMD_CONFIG_H

#include "cli/cli.h"

extern const struct cli_option cmd_config_options[];
int cmd_config(struct cli_call *call);
/** For serve --help and the man page. */
void config_show_help(FILE *out);

#endif
