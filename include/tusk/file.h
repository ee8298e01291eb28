/* file.h - whole files: read with a ceiling, replaced by write, fsync, rename */
#ifndef TUSK_FILE_H
#define TUSK_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "tusk/arena.h"
#include "tusk/error.h"
#include "tusk/str.h"

/** Reads the whole of `path` (at most `max` bytes) into the arena, a zero byte after it.
 * Errors: TUSK_IO with the path and the system's reason, TUSK_INVALID when larger than `max`,
 * TUSK_NOMEM. Lifetime: until the arena is reset or freed. */
TUSK_API TUSK_NODISCARD tusk_status tusk_file_read(tusk_arena *arena, const char *path, size_t max,
                                                   tusk_str *out, tusk_error *err);
/** Replaces (or makes) `path` with `content` so that a crash leaves the old or the new file, never
 * half of one: a temporary file beside it, fsync, rename, fsync of the folder. `mode` e.g. 0644 or
 * 0600, whatever the umask. Errors: TUSK_IO with the path and the system's reason (the old file is
 * as it was, unless only syncing the folder failed), TUSK_NOMEM. */
TUSK_API TUSK_NODISCARD tusk_status tusk_file_replace(const char *path, tusk_str content,
                                                      mode_t mode, tusk_error *err);
/** Makes `path` and every missing folder above it with `mode`; one that is there already
 * is fine and keeps its own. Errors: TUSK_IO with the path and the system's reason, TUSK_MISUSE for
 * an empty path, TUSK_NOMEM. */
TUSK_API TUSK_NODISCARD tusk_status tusk_folder_make(const char *path, mode_t mode,
                                                     tusk_error *err);
/** True when something of any kind is at `path`, a symbolic link that leads nowhere included. */
TUSK_API bool tusk_file_exists(const char *path);
/** "FOLDER/NAME", with one slash between them; "no text" without memory. Lifetime: the arena. */
TUSK_API tusk_str tusk_path_join(tusk_arena *arena, const char *folder, const char *name);

#endif
