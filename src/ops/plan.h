/* plan.h - between reading a plan and judging it */
#ifndef TUSK_OPS_PLAN_H
#define TUSK_OPS_PLAN_H

#include "tusk/plan.h"

/** Fills self_ms, slow, misestimated and advice of every node, and the plan's own advice. The
 * nodes are those that the parser made, so they may be written to. */
void tusk_plan_judge(tusk_arena *arena, tusk_explained *plan);

#endif
