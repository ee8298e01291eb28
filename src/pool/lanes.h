/* lanes.h - the wire-level half of the loop face: a few connections of a pool, kept for pipelining;
 * run/async.c puts queries and typed rows on top */
#ifndef TUSK_LANES_H
#define TUSK_LANES_H

#include "src/wire/wire.h"
#include "tusk/pool.h"

typedef struct tusk_lanes tusk_lanes;

/** Called once for each job. On TUSK_OK `answers` has one for each statement (freed by lanes after
 * the call). */
typedef void tusk_lanes_done(void *context, tusk_status status, tusk_wire_answer *const *answers,
                             const tusk_error *err);

tusk_status tusk_lanes_open(tusk_pool *pool, tusk_lanes **out, tusk_error *err);
void tusk_lanes_close(tusk_lanes *lanes);
/** epoll of all lanes, a timerfd and an eventfd: readable when there is anything to do. */
int tusk_lanes_fd(const tusk_lanes *lanes);
void tusk_lanes_process(tusk_lanes *lanes);
/** The statements (and what they point to) have to stay alive until `done`. `ticket` is never 0. */
tusk_status tusk_lanes_submit(tusk_lanes *lanes, const tusk_wire_statement *statements,
                              size_t count, int64_t deadline, tusk_lanes_done *done, void *context,
                              uint64_t *ticket, tusk_error *err);
void tusk_lanes_cancel(tusk_lanes *lanes, uint64_t ticket);

#endif
