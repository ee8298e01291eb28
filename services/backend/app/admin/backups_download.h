/* backups_download.h - a file as an answer, read a piece at a time */
#ifndef DEPLOYSTACK_BACKUPS_DOWNLOAD_H
#define DEPLOYSTACK_BACKUPS_DOWNLOAD_H

#include "services/backend/app/call.h"

/** Worker: opens the file and makes it the call's answer; or answers why not. */
void download_open(struct call *call, tusk_str path);
/** A name as it can stand in a path: all but letters, digits and "-._~" as %XX. "no text" without
 * memory. Lifetime: the arena. */
tusk_str download_escape(tusk_arena *arena, tusk_str name);

#endif
