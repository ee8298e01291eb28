/* samples_store.h - the queries about how the server fares */
#ifndef DEPLOYSTACK_SAMPLES_STORE_H
#define DEPLOYSTACK_SAMPLES_STORE_H

#include "services/backend/db/schema.h"
#include "tusk/tusk.h"

/** The cells of sample_take()'s row. */
enum {
    SAMPLE_ACTIVE,
    SAMPLE_IDLE,
    SAMPLE_IDLE_IN_TRANSACTION,
    SAMPLE_WAITING,
    SAMPLE_MAX_CONNECTIONS,
    SAMPLE_TRANSACTIONS,
    SAMPLE_HITS,
    SAMPLE_READS,
    SAMPLE_DATABASE_BYTES, /* NULL unless asked for */
};
/** Sessions of clients on the server, counters of this database. The asking session is left out. */
const tusk_query *sample_take(tusk_arena *a, bool with_size);

/** Nothing when another backend has stored that minute. */
server_samples_query sample_insert(tusk_arena *a, const struct server_sample *sample);
server_samples_query samples_prune(tusk_arena *a, tusk_time before);
/** Oldest first. */
server_samples_query samples_since(tusk_arena *a, tusk_time since);

/** The cells of server_facts()'s row. */
enum { FACT_VERSION, FACT_STARTED_US, FACT_DATABASE, FACT_BYTES };
const tusk_query *server_facts(tusk_arena *a);

#endif
