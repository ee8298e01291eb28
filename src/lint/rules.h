/* rules.h - what lint knows: a table that findings, --help and docs/lint.md are made from */
#ifndef TUSK_LINT_RULES_H
#define TUSK_LINT_RULES_H

#include "tusk/lint.h"

/* The rules by name in the code; their table is in rules.c, in this order. */
typedef enum tusk_lint_id {
    TUSK_LINT_SYNTAX,
    TUSK_LINT_UNKNOWN_RULE,
    /* scans and rewrites under a lock */
    TUSK_LINT_REQUIRED_COLUMN,
    TUSK_LINT_VOLATILE_DEFAULT,
    TUSK_LINT_SERIAL_COLUMN,
    TUSK_LINT_GENERATED_COLUMN,
    TUSK_LINT_PRIMARY_KEY,
    TUSK_LINT_UNIQUE,
    TUSK_LINT_FOREIGN_KEY,
    TUSK_LINT_CHECK,
    TUSK_LINT_EXCLUSION,
    TUSK_LINT_VALIDATE_SAME,
    TUSK_LINT_NOT_NULL,
    TUSK_LINT_TYPE,
    TUSK_LINT_REWRITE,
    TUSK_LINT_INDEX,
    TUSK_LINT_DROP_INDEX,
    TUSK_LINT_REINDEX,
    TUSK_LINT_INDEX_EXISTS,
    TUSK_LINT_CONCURRENT_INSIDE,
    TUSK_LINT_ATTACH,
    TUSK_LINT_DETACH,
    TUSK_LINT_REFRESH,
    TUSK_LINT_VACUUM_FULL,
    TUSK_LINT_BACKFILL,
    TUSK_LINT_SEVERAL,
    TUSK_LINT_DOMAIN,
    /* programs that run meanwhile */
    TUSK_LINT_RENAME_COLUMN,
    TUSK_LINT_RENAME_TABLE,
    TUSK_LINT_RENAME_SCHEMA,
    TUSK_LINT_RENAME_LABEL,
    TUSK_LINT_DROP_COLUMN,
    TUSK_LINT_DROP_TABLE,
    TUSK_LINT_DROP_SCHEMA,
    TUSK_LINT_DROP_DATABASE,
    TUSK_LINT_TRUNCATE,
    TUSK_LINT_DROP_NOT_NULL,
    /* types and names */
    TUSK_LINT_CHAR,
    TUSK_LINT_VARCHAR,
    TUSK_LINT_TIMESTAMP,
    TUSK_LINT_SERIAL_TYPE,
    TUSK_LINT_SMALL_KEY,
    TUSK_LINT_JSON,
    TUSK_LINT_ENUM_ORDER,
    TUSK_LINT_LONG_NAME,
    TUSK_LINT_WIDE_INDEX,
    TUSK_LINT_ASSIGNED_TWICE,
    TUSK_LINT_NO_SCHEMA,
    /* how the file runs */
    TUSK_LINT_NESTED,
    TUSK_LINT_OPEN_TRANSACTION,
    TUSK_LINT_LOCK_TIMEOUT,
    TUSK_LINT_STATEMENT_TIMEOUT,
    TUSK_LINT_ROBUST,
    TUSK_LINT_COUNT,
} tusk_lint_id;

/** The table, one entry an id. */
extern const tusk_lint_rule tusk_lint_table[TUSK_LINT_COUNT];
/** The rule called so, TUSK_LINT_COUNT when there is none. */
tusk_lint_id tusk_lint_find(tusk_str name);

#endif
