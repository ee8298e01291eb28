/* serve.h - the backend as a running program */
#ifndef DEPLOYSTACK_SERVE_H
#define DEPLOYSTACK_SERVE_H

#include "services/backend/app/config.h"

/** Starts the database (when none is configured), listens, serves until SIGINT or SIGTERM, shuts
 * down in reverse. Returns an exit code; what went wrong was printed. */
int serve(const struct config *config);

/** The server to talk to: the configured one, or the private PostgreSQL, which is started and held
 * (`*cluster`, to be closed by the caller, stays NULL for a configured one). */
TUSK_NODISCARD tusk_status serve_find_server(const struct config *config, const tusk_log *log,
                                             tusk_cluster **cluster, tusk_server *out,
                                             tusk_error *err);

/** "error: ...", detail and hint on stderr. */
void serve_print_error(const tusk_error *err);

#endif
