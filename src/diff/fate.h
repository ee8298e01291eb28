/* fate.h - what becomes of everything that was there: kept, changed, gone; also what has to go
 * and come back because of something else, for PostgreSQL refuses to change what is depended on */
#ifndef TUSK_DIFF_FATE_H
#define TUSK_DIFF_FATE_H

#include "src/diff/cast.h"
#include "src/diff/diff.h"

typedef enum tusk_fate {
    TUSK_KEPT,
    TUSK_CHANGED, /* dropped and made again; of a policy or a view also altered */
    TUSK_GONE,
} tusk_fate;

/** How deep the change of a column's type goes; each includes what those before it do. */
typedef enum tusk_depth {
    TUSK_UNTOUCHED,
    TUSK_RETYPED,   /* views, policies, generated columns and triggers have to step aside */
    TUSK_CONVERTED, /* so have checks, predicates, expressions and foreign keys */
    TUSK_ANEW,      /* dropped and added: so has everything that it is in */
} tusk_depth;

/** A column that was there. */
typedef struct tusk_column_change {
    const tusk_model_column *old, *now; /* with its new name; now NULL: dropped */
    tusk_str first_name;                /* as it was, and as old expressions say */
    tusk_type_parts from, to;
    tusk_cast cast;
    tusk_depth depth;
    bool recollated;   /* it is ordered otherwise, of the same type or not */
    bool via_text;     /* its type is made anew, between which it is text */
    bool apart;        /* ANEW, and dropped first and added last of all, for it depends on others */
    bool other_family; /* RETYPED, and its foreign keys cannot bridge both types */
} tusk_column_change;

/** A table that was there. Its lists of fates go by the lists of `old`. */
typedef struct tusk_table_change {
    const tusk_model_table *first; /* as the old schema has it */
    const tusk_model_table *old;   /* with its new names */
    const tusk_model_table *now;   /* NULL: dropped */
    tusk_str schema, name;         /* after schemas are renamed, before tables are */
    bool altered;                  /* as drizzle-kit sees it: columns that come or go apart */
    bool moved_only;               /* and that is all that drizzle-kit would see */
    TUSK_VEC(tusk_column_change) columns;
    tusk_fate *indexes, *foreign_keys, *primary_keys, *uniques, *checks, *exclusions, *policies;
    bool *early_foreign_keys;     /* to be dropped before what they refer to is */
    bool *early_indexes;          /* to be dropped before enums are made anew */
    bool *early_policies;         /* to be dropped before what they speak of changes */
    bool has_enum_anew;           /* a column of an enum that is, or of a type over one */
    const tusk_names *anew_types; /* those of all fates */
    bool key_goes;                /* the unnamed key of one column has to be dropped */
} tusk_table_change;

typedef struct tusk_enum_change {
    const tusk_model_enum *first, *old, *now; /* now NULL: dropped */
    bool anew; /* dropped and created, its columns being text between */
} tusk_enum_change;

typedef struct tusk_fates {
    tusk_arena *arena;
    const tusk_model *first, *from, *to; /* from: first with its new names */
    TUSK_VEC(tusk_table_change) tables;  /* those of from */
    TUSK_VEC(tusk_enum_change) enums;
    /* Domains and composite types (own_types.h) that are dropped before enums are made anew, and
     * those that are only made after that. */
    bool *old_types, *new_types;
    tusk_names
        anew_types; /* the names, as they were, of all types that are dropped and come back */
    tusk_fate *views, *policies, *routines;
} tusk_fates;

/** Finds it all. Errors: TUSK_INVALID for what no statement changes; TUSK_NOMEM. */
tusk_status tusk_fates_find(tusk_arena *arena, const tusk_model *first, const tusk_model *from,
                            const tusk_model *to, tusk_fates *out, tusk_error *err);

/** The table that was there under what it is called now, NULL for a new one. */
const tusk_table_change *tusk_fates_of_table(const tusk_fates *changes,
                                             const tusk_model_table *now);
const tusk_column_change *tusk_fates_of_column(const tusk_table_change *table, tusk_str now);
/** The enum of the column, when it is made anew, as it is in `to`. */
const tusk_enum_change *tusk_fates_enum_of(const tusk_fates *changes,
                                           const tusk_model_column *column);
/** Is a column of these names one that is dropped or touched at least so deep? `names` as they
 * were. */
bool tusk_fates_touch(const tusk_table_change *table, const tusk_names *names, tusk_depth depth);

/* The parts of tusk_fates_find(), in the order that they need. */
void tusk_fates_find_enums(tusk_fates *changes);
void tusk_fates_find_columns(tusk_fates *changes, tusk_table_change *table);
void tusk_fates_find_members(tusk_fates *changes, tusk_table_change *table);
void tusk_fates_find_foreign_keys(tusk_fates *changes, tusk_table_change *table);
void tusk_fates_find_views(tusk_fates *changes);
void tusk_fates_find_policies(tusk_fates *changes);
void tusk_fates_find_routines(tusk_fates *changes);
/** Adds functions to anew_types. */
void tusk_fates_find_remade_functions(tusk_fates *changes);

/** The member of a list with this name, NULL when there is none. */
#define TUSK_NAMED(list, name_)                                                          \
    __extension__({                                                                      \
        __typeof__((list).items + 0) found_ = NULL;                                      \
        for (size_t k_ = 0; k_ < (list).count && !found_; k_++) {                        \
            if (tusk_str_eq((list).items[k_].name, (name_))) found_ = &(list).items[k_]; \
        }                                                                                \
        found_;                                                                          \
    })
/** The same by schema and name. */
#define TUSK_PLACED(list, schema_, name_)                               \
    __extension__({                                                     \
        __typeof__((list).items + 0) found_ = NULL;                     \
        for (size_t k_ = 0; k_ < (list).count && !found_; k_++) {       \
            if (tusk_str_eq((list).items[k_].name, (name_)) &&          \
                tusk_str_eq(tusk_model_schema((list).items[k_].schema), \
                            tusk_model_schema(schema_)))                \
                found_ = &(list).items[k_];                             \
        }                                                               \
        found_;                                                         \
    })

#endif
