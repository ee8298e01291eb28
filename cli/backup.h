/* backup.h - what the commands backup and restore share: sizes, progress, numbers */
#ifndef TUSK_CLI_BACKUP_H
#define TUSK_CLI_BACKUP_H

#include "cli/cli.h"
#include "tusk/backup.h"

#define CLI_BYTES_SIZE 32

/** "1.4 MB". Returns `text`. */
const char *cli_bytes(int64_t bytes, char text[CLI_BYTES_SIZE]);
/** A line on stderr that is written over, when that is a terminal; and its end. */
void cli_backup_progress(void *context, const tusk_backup_progress *progress);
void cli_backup_progress_end(void);
/** An option's number from 1 to `max`; `*out` is left alone when it was not given. CLI_USAGE for
 * anything else. */
int cli_number(struct cli_call *call, const char *name, int max, int *out);

#endif
