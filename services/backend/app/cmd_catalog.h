/* cmd_catalog.h - `deploystack catalog import FILE` */
#ifndef DEPLOYSTACK_CMD_CATALOG_H
#define DEPLOYSTACK_CMD_CATALOG_H

#include "tusk/server.h"

/** Runs the command: argv[0] is "catalog", what follows its arguments. Reads the configuration and
 * finds the server by itself (the private PostgreSQL is started when none is configured), but only
 * when the arguments are right. Returns the exit code: 0 loaded, 1 failed and nothing is loaded, 2
 * wrong usage. */
int cmd_catalog(int argc, char **argv);
/** The work of it. A progress bar goes to stderr when that is a terminal, one line of counts to
 * stdout, an error to stderr. Returns 0 or 1. */
int cmd_catalog_import(const tusk_server *server, const char *path);

#endif
