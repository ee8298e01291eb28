/* plan_rights.h - what the role that reads may read: given for a statement, taken again after it */
#ifndef DEPLOYSTACK_PLAN_RIGHTS_H
#define DEPLOYSTACK_PLAN_RIGHTS_H

#include "tusk/tusk.h"

/** Lets `role` read every table and view that people made and that the program owns, without secret
 * columns and the views that could show them; takes what it has too much. Errors: TUSK_INVALID with
 * a hint when it can read secrets all the same (PUBLIC may); as tusk_run(). */
tusk_status rights_give(tusk_conn *conn, tusk_arena *a, tusk_str role, tusk_error *err);
/** Takes all of it: a backup then says nothing of the role, and is restored where there is none. */
tusk_status rights_take(tusk_conn *conn, tusk_arena *a, tusk_str role, tusk_error *err);

/** Takes from PUBLIC, so that no statement can call them, the functions that write or lock in a
 * read-only transaction: messages to the write-ahead log, large objects, advisory locks. For the
 * private server only, whose other roles can wait. Superusers call them all the same. */
tusk_status rights_shut(tusk_conn *conn, tusk_arena *a, tusk_error *err);
/** Gives them back. */
tusk_status rights_open(tusk_conn *conn, tusk_arena *a, tusk_error *err);

#endif
