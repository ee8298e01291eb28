/* parse.h - between the parts of the .def parser: one token at a time, a sentence when it is not
 * the expected one */
#ifndef TUSK_MODEL_PARSE_H
#define TUSK_MODEL_PARSE_H

#include "src/model/def.h"

#define TUSK_INCLUDE_DEPTH_MAX 16

typedef struct tusk_parser {
    tusk_arena *arena;
    tusk_lexer lexer;
    const struct tusk_parser *includer; /* NULL for the root file */
    int depth;
    tusk_def *def;
    tusk_error *err;
} tusk_parser;

/* All give TUSK_OK and step past what they took, or fill parser->err. */
tusk_status tusk_parse_next(tusk_parser *p);
/** Is the current token this sign (or word)? Takes nothing. */
bool tusk_parse_at(const tusk_parser *p, const char *text);
tusk_status tusk_parse_sign(tusk_parser *p, char sign);
/** `what` completes "expected ...": "the name of the table". */
tusk_status tusk_parse_word(tusk_parser *p, const char *what, tusk_def_name *out);
tusk_status tusk_parse_string(tusk_parser *p, const char *what, tusk_def_name *out);
/** "expected WHAT, found TOKEN" at the current token. */
tusk_status tusk_parse_unexpected(tusk_parser *p, const char *what);

/** The lines between TABLE(...) and END_TABLE, and END_TABLE itself. */
tusk_status tusk_parse_table_body(tusk_parser *p, tusk_def_table *table);
/** COLUMN(...) or NULLABLE(...), after the word. */
tusk_status tusk_parse_column(tusk_parser *p, bool nullable, tusk_def_table *table);
/** INDEX(...), CHECK(...) and the like, after the word. */
tusk_status tusk_parse_item(tusk_parser *p, tusk_item_kind kind, tusk_place place,
                            tusk_def_table *table);
tusk_status tusk_parse_action(tusk_parser *p, tusk_action *out);

#endif
