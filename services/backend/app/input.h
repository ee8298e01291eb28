/* input.h - checking what a request brings against a route's list of fields */
#ifndef DEPLOYSTACK_INPUT_H
#define DEPLOYSTACK_INPUT_H

#include "services/backend/app/route.h"

/** Parses the body and checks every member; unknown members are refused. False when the call was
 * answered (400, 415). */
bool input_body(struct call *call);
/** The same for the query string, where unknown parameters are left alone and a known one may stand
 * only once. */
bool input_query(struct call *call);

#endif
