/* seed_table.h - filling one table, and what that shares with filling all of them */
#ifndef TUSK_OPS_SEED_TABLE_H
#define TUSK_OPS_SEED_TABLE_H

#include "src/base/map.h"
#include "src/ops/seed.h"
#include "tusk/run.h"
#include "tusk/seed.h"

#define TUSK_SEED_SQL_MAX ((size_t)16 << 20)

/* A foreign key that rows follow, and the keys that it may lead to. */
typedef struct tusk_seed_link {
    const tusk_model_foreign_key *key;
    tusk_result parents; /* a row a key, as text */
} tusk_seed_link;

/* Something unique, all of whose columns are made up here. */
typedef struct tusk_seed_rule {
    const tusk_names *columns;
    tusk_map seen;
} tusk_seed_rule;

typedef struct tusk_filling {
    const tusk_model_table *table;
    int64_t before; /* rows that it has */
    TUSK_VEC(tusk_seed_column) columns;
    TUSK_VEC(tusk_seed_link) links;
    TUSK_VEC(const tusk_model_foreign_key *) later; /* filled when all tables are */
    TUSK_VEC(tusk_seed_rule) rules;
    int rows;
} tusk_filling;

typedef struct tusk_seeder {
    tusk_conn *conn;
    tusk_arena *arena;
    tusk_seed_options options;
    tusk_model model;
    TUSK_VEC(tusk_filling) fillings; /* in the order in which they are done */
    tusk_dice dice;
    tusk_error *err;
} tusk_seeder;

/** Makes up its rows and adds them to what is done. */
tusk_status tusk_seed_fill(tusk_seeder *s, const tusk_model_table *table);

/* ---- seed.c ---- */

/** "schema"."table" */
void tusk_seed_add_table(tusk_buf *sql, tusk_str schema, tusk_str name);
tusk_status tusk_seed_ask(tusk_seeder *s, const tusk_buf *sql, const tusk_value *params,
                          tusk_result *result);
/** The error, with the table's name before it. */
tusk_status tusk_seed_fail(tusk_seeder *s, const tusk_model_table *table, tusk_status st);
/** May a row do without it? */
bool tusk_seed_optional(const tusk_model_table *table, const tusk_model_foreign_key *key);
/** Does it refer to a table that is filled, but not yet? */
bool tusk_seed_waits(const tusk_seeder *s, const tusk_model_foreign_key *key);

#endif
