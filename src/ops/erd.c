/* erd.c - drawing a schema: its text, and Graphviz for who wants to see it */
#include "tusk/erd.h"

#include <stdlib.h>
#include <unistd.h>

#include "src/migrate/source.h"
#include "src/model/erd.h"
#include "src/ops/dump.h"
#include "tusk/buf.h"
#include "tusk/clock.h"
#include "tusk/file.h"

#include "src/base/banned.h"

#define TEXT_MAX ((size_t)32 << 20)
#define DRAW_MS  60000

static tusk_status read_model(tusk_arena *arena, const char *name,
                              const tusk_change_options *options, tusk_model *out, tusk_error *err)
{
    tusk_source source;
    tusk_status st = tusk_source_read(arena, name, options, &source, err);
    if (st == TUSK_OK && source.kind == TUSK_SOURCE_DATABASE) {
        st = tusk_source_introspect(arena, options, &source, err);
    }
    *out = source.model;
    return st;
}

/* ---- Graphviz ---- */

static tusk_status find_dot(tusk_arena *arena, const char **out, tusk_error *err)
{
    const char *folders = getenv("PATH");
    tusk_str rest = tusk_str_of(folders && *folders ? folders : "/usr/bin:/usr/local/bin");
    while (rest.ptr) {
        tusk_str folder = tusk_str_cut(&rest, ':');
        tusk_str path = tusk_arena_printf(arena, "%.*s/dot", TUSK_STR_ARG(folder));
        if (!path.ptr) return tusk_fail_nomem(err, "the drawing");
        if (folder.len == 0 || folder.ptr[0] != '/' || access(path.ptr, X_OK) != 0) continue;
        *out = path.ptr;
        return TUSK_OK;
    }
    tusk_fail(err, TUSK_IO, "Graphviz is not installed: there is no program \"dot\"");
    tusk_error_hint(err, "Install the package graphviz, or take the text for Mermaid or Graphviz.");
    return TUSK_IO;
}

static tusk_status take(void *context, tusk_str chunk, tusk_error *err)
{
    tusk_buf *buf = context;
    tusk_buf_add(buf, chunk);
    return buf->failed ? tusk_fail(err, TUSK_NOMEM, "the drawing is too large") : TUSK_OK;
}

static tusk_status draw_file(tusk_arena *arena, const char *dot, const char *path, tusk_str *out,
                             tusk_error *err)
{
    const char *const argv[] = { dot, "-Tsvg", path, NULL };
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    tusk_tool tool = {
        .argv = argv, .deadline = tusk_deadline_in(DRAW_MS), .output = take, .context = &buf
    };
    tusk_status st = tusk_tool_run(arena, &tool, err);
    return st == TUSK_OK ? tusk_buf_finish(&buf, out, err) : st;
}

static tusk_status draw(tusk_arena *arena, tusk_str text, tusk_str *out, tusk_error *err)
{
    const char *dot = NULL;
    const char *base = getenv("TMPDIR");
    tusk_status st = find_dot(arena, &dot, err);
    if (st != TUSK_OK) return st;
    tusk_str folder = tusk_arena_printf(arena, "%s/tusk-erd-XXXXXX", base && *base ? base : "/tmp");
    char *made = folder.ptr ? tusk_arena_copy(arena, folder.ptr, folder.len + 1) : NULL;
    if (!made) return tusk_fail_nomem(err, "the drawing");
    if (!mkdtemp(made)) return tusk_fail_errno(err, "%s", made);
    tusk_str path = tusk_path_join(arena, made, "schema.dot");
    st = path.ptr ? tusk_file_replace(path.ptr, text, 0600, err)
                  : tusk_fail_nomem(err, "the drawing");
    if (st == TUSK_OK) st = draw_file(arena, dot, path.ptr, out, err);
    if (path.ptr) unlink(path.ptr);
    rmdir(made);
    return st;
}

tusk_status tusk_erd(tusk_arena *arena, const char *source, const tusk_change_options *options,
                     tusk_erd_format format, const char *title, tusk_str *out, tusk_error *err)
{
    tusk_model model;
    tusk_buf buf;
    tusk_buf_init_in(&buf, arena, TEXT_MAX);
    tusk_status st = read_model(arena, source, options, &model, err);
    if (st != TUSK_OK) return st;
    if (format == TUSK_ERD_MERMAID) {
        tusk_erd_mermaid(&buf, &model, title);
    } else {
        tusk_erd_dot(&buf, &model, title);
    }
    st = tusk_buf_finish(&buf, out, err);
    return st == TUSK_OK && format == TUSK_ERD_SVG ? draw(arena, *out, out, err) : st;
}
