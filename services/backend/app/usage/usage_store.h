/* usage_store.h - the queries on request_usage */
#ifndef DEPLOYSTACK_USAGE_STORE_H
#define DEPLOYSTACK_USAGE_STORE_H

#include "services/backend/db/schema.h"
#include "tusk/tusk.h"

/** Adds lines, as usage_book_json() writes them, to those of the same hour and kind. */
const tusk_query *usage_add(tusk_arena *a, tusk_str lines);

/** The cells of usage_days()'s rows: one for each day (of UTC) with calls, oldest first. */
enum { DAY_NAME, DAY_REQUESTS, DAY_REFUSED, DAY_FAILED, DAY_PEOPLE, DAY_MS_MEAN, DAY_MS_MAX };
const tusk_query *usage_days(tusk_arena *a, int days);
/** The cells of usage_routes()'s rows: the routes that are called most. */
enum { ROUTE_NAME, ROUTE_REQUESTS, ROUTE_REFUSED, ROUTE_FAILED, ROUTE_MS_MEAN, ROUTE_MS_MAX };
const tusk_query *usage_routes(tusk_arena *a, int days, int limit);

#endif
