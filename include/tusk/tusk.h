/* tusk.h - every header of the library; a program may also include only what it uses */
#ifndef TUSK_TUSK_H
#define TUSK_TUSK_H

#include "tusk/arena.h"
#include "tusk/async.h"
#include "tusk/backup.h"
#include "tusk/buf.h"
#include "tusk/clause.h"
#include "tusk/clock.h"
#include "tusk/cluster.h"
#include "tusk/conn.h"
#include "tusk/error.h"
#include "tusk/expr.h"
#include "tusk/file.h"
#include "tusk/fits.h"
#include "tusk/log.h"
#include "tusk/maintain.h"
#include "tusk/migrate.h"
#include "tusk/plan.h"
#include "tusk/pool.h"
#include "tusk/query.h"
#include "tusk/quote.h"
#include "tusk/result.h"
#include "tusk/run.h"
#include "tusk/schema.h"
#include "tusk/server.h"
#include "tusk/stats.h"
#include "tusk/str.h"
#include "tusk/testing.h"
#include "tusk/types.h"
#include "tusk/value.h"

#endif
