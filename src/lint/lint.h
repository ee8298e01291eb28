/* lint.h - one linter for several files */
#ifndef TUSK_LINT_LINT_H
#define TUSK_LINT_LINT_H

#include "src/lint/linter.h"

/** Ready for the first file. Errors: TUSK_INVALID for an unknown rule. */
tusk_status tusk_linter_init(tusk_linter *l, tusk_arena *arena, const tusk_lint_options *options,
                             tusk_error *err);
tusk_status tusk_linter_file(tusk_linter *l, tusk_str name, tusk_str sql);
void tusk_linter_finish(const tusk_linter *l, tusk_lint_findings *out);

#endif
