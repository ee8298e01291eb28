/* cmd_catalog.h - `deploystack catalog import FILE` */
#ifndef DEPLOYSTACK_CMD_CATALOG_H
#define DEPLOYSTACK_CMD_CATALOG_H

#include "cli/cli.h"

/** The command, with the arguments "import" and the file (2 at least and at most), on the server of
 * cli_target_open(). A progress bar goes to stderr when that is a terminal, one line of counts to
 * stdout. When it fails nothing was loaded. */
extern const struct cli_option cmd_catalog_options[];
extern const char cmd_catalog_more[];
int cmd_catalog(struct cli_call *call);

#endif
