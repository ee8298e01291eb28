/* main.h - the commands around a schema for any program, with the schema that it was compiled with
 *
 *     #include <tusk/main.h>
 *     extern const tusk_schema shop_schema;     made by define.h with TUSK_SCHEMA_NAME
 *     int main(int argc, char **argv) { return tusk_main(argc, argv, &shop_schema); }
 *
 * Link with libtusk-main (pkg-config tusk-main). The program then has generate, up, status, check,
 * diff, pull, push and the rest of what `tusk --help` lists about migrations but lint; "schema"
 * names its own schema wherever they take one, and is what generate, check and push go by unless
 * --schema names a file. */
#ifndef TUSK_MAIN_H
#define TUSK_MAIN_H

#include "tusk/attr.h"
#include "tusk/schema.h"

/** Of libtusk-main, not of libtusk. */
#define TUSK_MAIN_API TUSK_API

/** Runs the command that `argv` says, with words for people on stdout and stderr. `schema` NULL:
 * none is compiled in. Settings come from POSTGRES_*, services/backend/.env and .env, as for the
 * tusk command. Returns the exit code: 0 for success, 1 for failure, 2 for a call that cannot be
 * understood. Thread: the main one, before others are started. */
TUSK_MAIN_API int tusk_main(int argc, char **argv, const tusk_schema *schema);

#endif
