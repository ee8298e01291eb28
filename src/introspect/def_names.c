/* def_names.c - names that C takes, made from names that PostgreSQL takes */
#include <ctype.h>

#include "src/introspect/def_writer.h"
#include "src/model/check.h"

#include "src/base/banned.h"

#define NAME_BYTES 256

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool has_small_letter(tusk_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') return true;
    }
    return false;
}

static bool is_c_name(tusk_str name)
{
    if (name.len == 0 || isdigit((unsigned char)name.ptr[0])) return false;
    for (size_t i = 0; i < name.len; i++) {
        if (!is_word_char(name.ptr[i])) return false;
    }
    /* names without a small letter may be words of the language */
    return has_small_letter(name) && !tusk_word_is_reserved(name);
}

/* Letters, digits and single "_"; with `snake`, fullName becomes full_name. */
static tusk_str make_word(tusk_arena *arena, tusk_str name, bool snake)
{
    tusk_buf buf;
    tusk_str out = TUSK_STR("x");
    bool low = !has_small_letter(name);
    tusk_buf_init_in(&buf, arena, NAME_BYTES * 2);
    for (size_t i = 0; i < name.len; i++) {
        char c = is_word_char(name.ptr[i]) ? name.ptr[i] : '_';
        bool after_small = i > 0 && islower((unsigned char)name.ptr[i - 1]);
        if (snake && isupper((unsigned char)c) && after_small) tusk_buf_add_char(&buf, '_');
        if (c == '_' && (buf.len == 0 || buf.ptr[buf.len - 1] == '_')) continue;
        if (buf.len == 0 && isdigit((unsigned char)c)) tusk_buf_add_char(&buf, 'n');
        tusk_buf_add_char(&buf, snake || low ? (char)tolower((unsigned char)c) : c);
    }
    while (buf.len > 0 && buf.ptr[buf.len - 1] == '_') buf.ptr[--buf.len] = 0;
    if (buf.len > 0 && tusk_buf_finish(&buf, &out, NULL) != TUSK_OK) return TUSK_STR("x");
    if (!tusk_word_is_reserved(out)) return out;
    tusk_str longer = tusk_arena_printf(arena, "%.*s_", TUSK_STR_ARG(out));
    if (!tusk_word_is_reserved(longer)) return longer;
    return tusk_arena_printf(arena, "x%.*s", TUSK_STR_ARG(out));
}

/* What declare.h makes of a handle: variables and types, and tags of structs. */
static const char *const made_globals[] = { "", "_row", "_maybe", "_rows", "_query", "_table" };
static const char *const made_tags[] = { "_maybe", "_rows", "_query", "_columns" };

static tusk_str with(tusk_arena *arena, tusk_str name, const char *suffix)
{
    return tusk_arena_printf(arena, "%.*s%s", TUSK_STR_ARG(name), suffix);
}

static bool is_free(tusk_def_writer *w, tusk_str handle)
{
    bool taken = false;
    for (size_t i = 0; i < sizeof made_globals / sizeof *made_globals; i++) {
        taken = taken || tusk_map_has(&w->globals, with(w->arena, handle, made_globals[i]));
    }
    for (size_t i = 0; i < sizeof made_tags / sizeof *made_tags; i++) {
        taken = taken || tusk_map_has(&w->tags, with(w->arena, handle, made_tags[i]));
    }
    return !taken;
}

/* A handle that is free with all that comes of it. */
static tusk_str take_handle(tusk_def_writer *w, tusk_str name)
{
    tusk_str handle = name;
    for (int n = 2; !is_free(w, handle) && !tusk_arena_failed(w->arena); n++) {
        handle = tusk_arena_printf(w->arena, "%.*s_%d", TUSK_STR_ARG(name), n);
    }
    for (size_t i = 0; i < sizeof made_globals / sizeof *made_globals; i++) {
        tusk_map_put(&w->globals, with(w->arena, handle, made_globals[i]), w);
    }
    for (size_t i = 0; i < sizeof made_tags / sizeof *made_tags; i++) {
        tusk_map_put(&w->tags, with(w->arena, handle, made_tags[i]), w);
    }
    return handle;
}

/* `name`, or name_2, name_3... when it is taken. */
static tusk_str take(tusk_arena *arena, tusk_map *taken, tusk_str name)
{
    tusk_str tried = name;
    for (int n = 2; tusk_map_has(taken, tried) && tried.ptr; n++) {
        tried = tusk_arena_printf(arena, "%.*s_%d", TUSK_STR_ARG(name), n);
    }
    tusk_map_put(taken, tried, taken);
    return tried;
}

static bool ends(tusk_str text, const char *tail)
{
    size_t len = strlen(tail);
    return text.len > len && memcmp(text.ptr + text.len - len, tail, len) == 0;
}

/* One of many: teams, companies, boxes. */
static tusk_str singular(tusk_arena *arena, tusk_str name)
{
    if (ends(name, "ies") && name.len > 4) {
        return tusk_arena_printf(arena, "%.*sy", (int)name.len - 3, name.ptr);
    }
    bool es = ends(name, "sses") || ends(name, "xes") || ends(name, "ches") || ends(name, "shes") ||
              ends(name, "zes") || ends(name, "uses");
    if (es) return tusk_arena_str(arena, (tusk_str){ name.ptr, name.len - 2 });
    if (!ends(name, "s") || ends(name, "ss") || ends(name, "us") || ends(name, "is")) return name;
    return tusk_arena_str(arena, (tusk_str){ name.ptr, name.len - 1 });
}

static void name_columns(tusk_def_writer *w, const tusk_model_column *columns, size_t count,
                         tusk_def_called *out)
{
    tusk_map taken;
    tusk_map_init(&taken, w->arena);
    /* first those that stay as they are, so that no made name takes theirs */
    for (size_t i = 0; i < count; i++) {
        if (is_c_name(columns[i].name)) tusk_map_put(&taken, columns[i].name, w);
    }
    for (size_t i = 0; i < count; i++) {
        tusk_str name = columns[i].name;
        if (!is_c_name(name)) name = take(w->arena, &taken, make_word(w->arena, name, false));
        tusk_vec_push(w->arena, &out->columns, name);
    }
}

static tusk_def_called name_relation(tusk_def_writer *w, tusk_str name)
{
    tusk_def_called out = { 0 };
    tusk_str handle = make_word(w->arena, name, true);
    if (tusk_str_starts(handle, TUSK_STR("tusk_"))) {
        handle = tusk_arena_printf(w->arena, "the_%.*s", TUSK_STR_ARG(handle));
    } else if (tusk_word_is_library(handle)) {
        handle = with(w->arena, handle, "_table");
    }
    tusk_str row = singular(w->arena, handle);
    if (tusk_word_is_reserved(row)) row = handle;
    out.handle = take_handle(w, handle);
    out.row = take(w->arena, &w->tags, row);
    return out;
}

static void name_enum(tusk_def_writer *w, size_t place)
{
    const tusk_model_enum *e = &w->model->enums.items[place];
    tusk_str name = take(w->arena, &w->tags, make_word(w->arena, e->name, true));
    tusk_map taken;
    tusk_map_init(&taken, w->arena);
    tusk_vec_push(w->arena, &w->enums, name);
    tusk_map_put(&w->globals, with(w->arena, name, "_enum"), w);
    for (size_t i = 0; i < e->values.count; i++) {
        tusk_str label = take(w->arena, &taken, make_word(w->arena, e->values.items[i], true));
        tusk_vec_push(w->arena, &w->labels[place], label);
        tusk_str constant =
            tusk_arena_printf(w->arena, "%.*s_%.*s", TUSK_STR_ARG(name), TUSK_STR_ARG(label));
        tusk_map_put(&w->globals, constant, w);
    }
}

void tusk_def_name_all(tusk_def_writer *w)
{
    const tusk_model *model = w->model;
    w->labels = TUSK_NEW_ARRAY(w->arena, tusk_names, model->enums.count + 1);
    w->tables = TUSK_NEW_ARRAY(w->arena, tusk_def_called, model->tables.count + 1);
    w->views = TUSK_NEW_ARRAY(w->arena, tusk_def_called, model->views.count + 1);
    if (!w->labels || !w->tables || !w->views) return;
    for (size_t i = 0; i < model->enums.count; i++) name_enum(w, i);
    for (size_t i = 0; i < model->tables.count; i++) {
        const tusk_model_table *table = &model->tables.items[i];
        w->tables[i] = name_relation(w, table->name);
        name_columns(w, table->columns.items, table->columns.count, &w->tables[i]);
    }
    for (size_t i = 0; i < model->views.count; i++) {
        const tusk_model_view *view = &model->views.items[i];
        w->views[i] = name_relation(w, view->name);
        name_columns(w, view->columns.items, view->columns.count, &w->views[i]);
    }
}

void tusk_def_add_name(tusk_def_writer *w, tusk_str name)
{
    if (is_c_name(name)) {
        tusk_buf_add(&w->out, name);
    } else {
        tusk_def_add_text(w, name, 0);
    }
}

size_t tusk_def_table_place(const tusk_def_writer *w, tusk_str schema, tusk_str name)
{
    const tusk_model_table *table = tusk_model_find_table(w->model, schema, name);
    return table ? (size_t)(table - w->model->tables.items) : w->model->tables.count;
}

tusk_str tusk_def_column_called(const tusk_def_writer *w, size_t table, tusk_str column)
{
    if (table >= w->model->tables.count) return (tusk_str){ 0 };
    const tusk_model_table *of = &w->model->tables.items[table];
    const tusk_model_column *found = tusk_model_find_column(of, column);
    size_t place = found ? (size_t)(found - of->columns.items) : SIZE_MAX;
    return place < w->tables[table].columns.count ? w->tables[table].columns.items[place]
                                                  : (tusk_str){ 0 };
}
