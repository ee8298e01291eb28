/* keeper.h - notices that the database went away, and starts a private PostgreSQL again that
 * crashed
 */
#ifndef DEPLOYSTACK_KEEPER_H
#define DEPLOYSTACK_KEEPER_H

#include "services/backend/app/app.h"

struct keeper;

/** Asks the database every two seconds whether it is there. An answer that does not come leads to
 * setup_look_again(), which decides. Ownership: the caller, keeper_free() after tusk_async_close().
 */
struct keeper *keeper_new(struct app *app);
/** Asks no more. */
void keeper_stop(struct keeper *keeper);
void keeper_free(struct keeper *keeper);

/** After a failed attempt to connect, with its error in `err`: starts the private PostgreSQL when
 * it crashed (nobody else does while we run). One that was stopped in order stays so: `err` then
 * says what to do. TUSK_OK when it runs again. Blocks, up to 30 s: for a worker thread. */
TUSK_NODISCARD tusk_status keeper_revive(const struct app *app, tusk_error *err);

#endif
