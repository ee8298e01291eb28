/* scratch.h - a database that lives as long as a question: a schema is made in it and read back */
#ifndef TUSK_INTROSPECT_SCRATCH_H
#define TUSK_INTROSPECT_SCRATCH_H

#include "src/introspect/introspect.h"

/** Makes `model` in a scratch database on `server`, reads it back into `*out` and drops the
 * database whatever happens. Roles have to be there, tablespaces too. `timeout_ms` bounds each
 * statement. Errors: as tusk_run(); TUSK_SERVER with SQLSTATE 42501 where the user may not make
 * databases; of tusk_diff(). Lifetime: `arena`. */
tusk_status tusk_scratch_read_back(const tusk_server *server, int timeout_ms, tusk_arena *arena,
                                   const tusk_introspect_options *options, const tusk_model *model,
                                   tusk_model *out, tusk_error *err);

#endif
