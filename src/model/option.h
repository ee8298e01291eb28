/* option.h - "fillfactor=70, autovacuum_enabled=false" as a list of options */
#ifndef TUSK_MODEL_OPTION_H
#define TUSK_MODEL_OPTION_H

#include "src/model/def.h"
#include "src/model/model.h"

/** Reads storage parameters, or options of a view. `text` may have no text. `camel`: names as
 * snapshots have those of views, "securityBarrier". Errors: TUSK_INVALID with the place of the
 * text. Lifetime: `arena`. */
tusk_status tusk_options_read(tusk_arena *arena, const tusk_def_name *text, bool camel,
                              tusk_model_options *out, tusk_error *err);
/** "k=v,k=v", as an index has them. "no text" without memory. Lifetime: `arena`. */
tusk_str tusk_options_text(tusk_arena *arena, const tusk_model_options *options);

#endif
