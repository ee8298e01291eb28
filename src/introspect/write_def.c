/* write_def.c - a schema as .def text, from top to bottom */
#include <stdarg.h>

#include "src/introspect/def_writer.h"
#include "src/sql/quote.h"

#include "src/base/banned.h"

#define DEF_MAX ((size_t)64 << 20)

void tusk_def_add(tusk_def_writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tusk_buf_vprintf(&w->out, format, args);
    va_end(args);
}

static void add_escaped(tusk_buf *out, tusk_str text)
{
    tusk_buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool trigraph = c == '?' && i > 0 && text.ptr[i - 1] == '?';
        if (c == '"' || c == '\\' || trigraph) {
            tusk_buf_printf(out, "\\%c", c);
        } else if (c == '\n') {
            tusk_buf_add_cstr(out, "\\n");
        } else if (c == '\t') {
            tusk_buf_add_cstr(out, "\\t");
        } else if (c < 0x20 || c == 0x7f) {
            tusk_buf_printf(out, "\\%03o", c);
        } else {
            tusk_buf_add_char(out, (char)c);
        }
    }
    tusk_buf_add_char(out, '"');
}

void tusk_def_add_text(tusk_def_writer *w, tusk_str text, int indent)
{
    const char *line = text.len > 0 ? memchr(text.ptr, '\n', text.len) : NULL;
    if (!line) {
        add_escaped(&w->out, text);
        return;
    }
    while (w->out.len > 0 && w->out.ptr[w->out.len - 1] == ' ') w->out.ptr[--w->out.len] = 0;
    while (text.len > 0) {
        line = memchr(text.ptr, '\n', text.len);
        size_t length = line ? (size_t)(line - text.ptr) + 1 : text.len;
        tusk_def_add(w, "\n%*s", indent, "");
        add_escaped(&w->out, (tusk_str){ text.ptr, length });
        text = (tusk_str){ text.ptr + length, text.len - length };
    }
}

/* ---- comments ---- */

tusk_str tusk_def_comment_on(tusk_def_writer *w, const char *what, tusk_str schema, tusk_str name,
                             tusk_str member)
{
    tusk_buf buf;
    tusk_str on = { 0 };
    tusk_buf_init_in(&buf, w->arena, (size_t)4096);
    tusk_buf_printf(&buf, "%s ", what);
    tusk_sql_add_ident(&buf, schema.len > 0 ? schema : TUSK_STR("public"));
    tusk_buf_add_char(&buf, '.');
    tusk_sql_add_ident(&buf, name);
    if (member.ptr) {
        tusk_buf_add_char(&buf, '.');
        tusk_sql_add_ident(&buf, member);
    }
    return tusk_buf_finish(&buf, &on, NULL) == TUSK_OK ? on : (tusk_str){ 0 };
}

void tusk_def_add_comment(tusk_def_writer *w, tusk_str on)
{
    for (size_t i = 0; on.ptr && i < w->model->comments.count; i++) {
        const tusk_model_comment *comment = &w->model->comments.items[i];
        if (!tusk_str_eq(comment->on, on)) continue;
        tusk_def_add(w, ", COMMENT(");
        tusk_def_add_text(w, comment->text, 8);
        tusk_def_add(w, ")");
        tusk_map_put(&w->said, comment->on, w);
    }
}

/* ---- the whole ---- */

tusk_status tusk_def_write(tusk_arena *arena, const tusk_model *model, tusk_str *out,
                           tusk_error *err)
{
    tusk_def_writer w = { .arena = arena, .model = model };
    tusk_buf_init_in(&w.out, arena, DEF_MAX);
    tusk_map_init(&w.tags, arena);
    tusk_map_init(&w.globals, arena);
    tusk_map_init(&w.said, arena);
    tusk_def_name_all(&w);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "names for C");
    tusk_def_add(&w, "/* schema.def - what the database held when it was taken over */\n");
    tusk_def_write_before(&w);
    for (size_t i = 0; i < model->tables.count; i++) tusk_def_write_table(&w, i);
    tusk_def_write_after(&w);
    if (tusk_arena_failed(arena)) return tusk_fail_nomem(err, "the schema's text");
    return tusk_buf_finish(&w.out, out, err);
}
