/* tusk.h - every header of the library; a program may also include only what it uses
 *
 * What holds for every function, unless its comment says otherwise:
 * - Calls that can fail return a tusk_status. `err`, the last argument, may be NULL and is written
 *   only on failure; what an output holds then is not said.
 * - Text is UTF-8. A tusk_str needs no zero at its end, a `const char *` does. A pointer that is
 *   not said to take NULL does not.
 * - What is given is looked at during the call only, or copied.
 * - Threads: the library has no state of its own, so any thread may call anything; an arena and a
 *   connection belong to one thread at a time. What speaks to PostgreSQL or runs its programs waits
 *   for them, within the deadline of the connection or of the options; nothing else does. */
#ifndef TUSK_TUSK_H
#define TUSK_TUSK_H

#include "tusk/arena.h"
#include "tusk/async.h"
#include "tusk/backup.h"
#include "tusk/buf.h"
#include "tusk/change.h"
#include "tusk/clause.h"
#include "tusk/clock.h"
#include "tusk/cluster.h"
#include "tusk/conn.h"
#include "tusk/custom.h"
#include "tusk/erd.h"
#include "tusk/error.h"
#include "tusk/expr.h"
#include "tusk/file.h"
#include "tusk/fits.h"
#include "tusk/history.h"
#include "tusk/log.h"
#include "tusk/maintain.h"
#include "tusk/migrate.h"
#include "tusk/partition.h"
#include "tusk/pitr.h"
#include "tusk/plan.h"
#include "tusk/pool.h"
#include "tusk/query.h"
#include "tusk/quote.h"
#include "tusk/result.h"
#include "tusk/run.h"
#include "tusk/schema.h"
#include "tusk/seed.h"
#include "tusk/server.h"
#include "tusk/stats.h"
#include "tusk/str.h"
#include "tusk/testing.h"
#include "tusk/types.h"
#include "tusk/value.h"

#endif
