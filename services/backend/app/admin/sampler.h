/* sampler.h - how the database server and the program fare: looked at every five seconds, an hour
 * in memory, a day in the database */
#ifndef DEPLOYSTACK_SAMPLER_H
#define DEPLOYSTACK_SAMPLER_H

#include "services/backend/app/app.h"
#include "services/backend/db/schema.h"

struct sampler;

/** Begins to sample once the set-up is done; a database that does not answer leaves a gap. Thread:
 * the loop's, for each call. Ownership: the caller, sampler_free() after tusk_async_close(). */
struct sampler *sampler_new(struct app *app);
/** Samples no more. */
void sampler_stop(struct sampler *sampler);
void sampler_free(struct sampler *sampler);

/** The last one; NULL before the first, and when it is older than 15 s. Lifetime: the next turn of
 * the loop. */
const struct server_sample *sampler_last(const struct sampler *sampler);
/** An array of the last hour's, oldest first. Ownership: the caller. */
json_t *sampler_json(const struct sampler *sampler);
/** When the program started. */
tusk_time sampler_started(const struct sampler *sampler);

/** One sample as the API shows it. */
json_t *sample_json(const struct server_sample *sample);

#endif
