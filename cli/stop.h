/* stop.h - Ctrl-C and SIGTERM as a wish: the command ends what it does and tidies up */
#ifndef TUSK_CLI_STOP_H
#define TUSK_CLI_STOP_H

#include <stdbool.h>

/** From here on the signals only set a mark; a second one ends the program at once. */
void cli_stop_listen(void);
/** Was there one? */
bool cli_stop_asked(void);
/** Waits, at most until there is one. Returns cli_stop_asked(). */
bool cli_stop_wait(int ms);

#endif
