/* map.h - where each column of an answer goes in the row struct */
#ifndef TUSK_QUERY_MAP_H
#define TUSK_QUERY_MAP_H

#include "src/query/build.h"
#include "src/query/query.h"

/** The map of all columns of all tables of the query, in their order; NULL without memory. */
const tusk_row_map *tusk_query_map(tusk_arena *arena, const tusk_query *query);

#endif
