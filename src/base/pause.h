/* pause.h - the pause between two looks at what gives no sign when it changes */
#ifndef TUSK_BASE_PAUSE_H
#define TUSK_BASE_PAUSE_H

#include <stdbool.h>
#include <stdint.h>

/** Sleeps `ms`, at most until `deadline` (a signal ends it early); false when that has passed. */
bool tusk_wait_a_little(int ms, int64_t deadline);

#endif
