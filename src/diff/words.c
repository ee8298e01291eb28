/* words.c - wording SQL: a format with names and literals in it, each quoted as it has to be */
#include "src/diff/words.h"

#include "src/model/text.h"
#include "src/sql/quote.h"

#include "src/base/banned.h"

static void add_names(tusk_buf *buf, const tusk_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        if (i > 0) tusk_buf_add_char(buf, ',');
        tusk_sql_add_ident(buf, names->items[i]);
    }
}

static void add_qualified(tusk_buf *buf, tusk_str schema, tusk_str name, bool with_public)
{
    tusk_str own = tusk_model_schema(schema);
    if (own.len > 0 || with_public) {
        tusk_sql_add_ident(buf, own.len > 0 ? own : TUSK_STR("public"));
        tusk_buf_add_char(buf, '.');
    }
    tusk_sql_add_ident(buf, name);
}

void tusk_words_list(tusk_buf *buf, const char *format, va_list args)
{
    for (const char *at = format; *at; at++) {
        if (*at != '%') {
            tusk_buf_add_char(buf, *at);
            continue;
        }
        tusk_str text = { 0 };
        switch (*++at) {
        case 'i':
            tusk_sql_add_ident(buf, va_arg(args, tusk_str));
            break;
        case 'l':
            tusk_text_add_literal(buf, va_arg(args, tusk_str));
            break;
        case 's':
            tusk_buf_add(buf, va_arg(args, tusk_str));
            break;
        case 'z':
            tusk_buf_add_cstr(buf, va_arg(args, const char *));
            break;
        case 'n':
            add_names(buf, va_arg(args, const tusk_names *));
            break;
        case 't':
        case 'q':
            text = va_arg(args, tusk_str);
            add_qualified(buf, text, va_arg(args, tusk_str), *at == 'q');
            break;
        default:
            buf->failed = true;
            return;
        }
    }
}

void tusk_words(tusk_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tusk_words_list(buf, format, args);
    va_end(args);
}

tusk_str tusk_words_str(tusk_arena *arena, const char *format, ...)
{
    tusk_buf buf;
    tusk_str text = { 0 };
    va_list args;
    tusk_buf_init_in(&buf, arena, TUSK_STATEMENT_MAX);
    va_start(args, format);
    tusk_words_list(&buf, format, args);
    va_end(args);
    return tusk_buf_finish(&buf, &text, NULL) == TUSK_OK ? text : (tusk_str){ 0 };
}
