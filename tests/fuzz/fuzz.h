/* fuzz.h - what the targets share: a claim, an arena for a run, a file that holds the input */
#ifndef TUSK_FUZZ_H
#define TUSK_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tusk/arena.h"
#include "tusk/error.h"

/** One run, called by libFuzzer or by standalone.c. Returns 0; a claim that does not hold ends the
 * program. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** What holds for every input, as a sentence. */
#define CLAIM(holds, sentence) ((holds) ? (void)0 : fuzz_broken(__FILE__, __LINE__, "" sentence))
_Noreturn void fuzz_broken(const char *file, int line, const char *sentence);

/** The input as text; never "no text". Lifetime: that of `data`. */
tusk_str fuzz_input(const uint8_t *data, size_t size);
/** Claims that `err` tells of a refusal as it should: this status, and a message in one line of
 * UTF-8. */
void fuzz_refused(tusk_status status, const tusk_error *err);
/** Writes FOLDER/NAME and gives its path; FOLDER is one of this process, removed at its end, and
 * NAME may hold one slash. Lifetime: the arena. */
const char *fuzz_file(tusk_arena *arena, const char *name, tusk_str content);
/** That folder. Lifetime: the process. */
const char *fuzz_folder(void);

#endif
