/* names.c - the name spaces of a schema: what may be a name, and who has it */
#include "src/model/names.h"

#include "src/model/check.h"
#include "src/model/model.h"

#include "src/base/banned.h"

tusk_name_space tusk_names_of(tusk_arena *arena, const char *what)
{
    tusk_name_space out = { .what = what };
    tusk_map_init(&out.map, arena);
    return out;
}

tusk_status tusk_check_c_name(const tusk_def_name *name, const char *what, tusk_error *err)
{
    if (!tusk_word_is_reserved(name->text)) return TUSK_OK;
    tusk_place_fail(err, name->place, "\"%.*s\" cannot be the name of %s in C: it is reserved",
                    TUSK_STR_ARG(name->text), what);
    tusk_error_hint(err, "Choose another name here; the name in the database stays what the quoted "
                         "one or NAMED(\"...\") says.");
    return TUSK_INVALID;
}

tusk_status tusk_check_length(const tusk_def_name *name, const char *what, tusk_error *err)
{
    if (name->text.len <= TUSK_NAME_MAX) return TUSK_OK;
    tusk_place_fail(err, name->place, "the name of %s is %zu bytes long: \"%.*s\"", what,
                    name->text.len, TUSK_STR_ARG(name->text));
    tusk_error_hint(err, "PostgreSQL keeps %d bytes of a name. Choose a shorter one.",
                    TUSK_NAME_MAX);
    return TUSK_INVALID;
}

tusk_status tusk_check_sql_name(const tusk_def_name *name, const char *what, tusk_error *err)
{
    if (name->text.len > 0) return tusk_check_length(name, what, err);
    return tusk_place_fail(err, name->place, "the name of %s in SQL is empty", what);
}

static tusk_status hint_first(const tusk_place *first, tusk_error *err)
{
    if (first->column > 0) {
        tusk_error_hint(err, "The first one is at %s:%d:%d.", first->file, first->line,
                        first->column);
    } else {
        tusk_error_hint(err, "The first one is at %s:%d.", first->file, first->line);
    }
    return TUSK_INVALID;
}

tusk_status tusk_names_add_as(tusk_name_space *in, tusk_str key, tusk_str shown,
                              const tusk_def_name *name, tusk_error *err)
{
    const tusk_def_name *first = tusk_map_get(&in->map, key);
    if (first) {
        tusk_place_fail(err, name->place, "%s \"%.*s\" is declared twice", in->what,
                        TUSK_STR_ARG(shown));
        return hint_first(&first->place, err);
    }
    return tusk_map_put(&in->map, key, (void *)(uintptr_t)name)
               ? TUSK_OK
               : tusk_fail_nomem(err, "the schema");
}

tusk_status tusk_names_add(tusk_name_space *in, const tusk_def_name *name, tusk_error *err)
{
    return tusk_names_add_as(in, name->text, name->text, name, err);
}

static tusk_str cut(tusk_str name)
{
    return (tusk_str){ name.ptr, name.len > TUSK_NAME_MAX ? TUSK_NAME_MAX : name.len };
}

tusk_str tusk_names_key(tusk_arena *arena, const tusk_def_name *schema, tusk_str name)
{
    tusk_str in = tusk_model_schema(tusk_def_schema_of(schema));
    if (in.len == 0) return name;
    return tusk_arena_printf(arena, "%.*s.%.*s", TUSK_STR_ARG(in), TUSK_STR_ARG(name));
}

tusk_status tusk_names_add_made(tusk_arena *arena, tusk_name_space *in, const tusk_def_name *schema,
                                tusk_str made, tusk_place place, tusk_error *err)
{
    tusk_def_name *name = TUSK_NEW(arena, tusk_def_name);
    tusk_str key = made.ptr ? tusk_names_key(arena, schema, cut(made)) : made;
    if (!name || !key.ptr) return tusk_fail_nomem(err, "the schema");
    *name = (tusk_def_name){ .text = made, .place = place };
    tusk_status st = tusk_names_add_as(in, key, cut(made), name, err);
    if (st != TUSK_OK && made.len > TUSK_NAME_MAX) {
        tusk_error_detail(err, "The name is \"%.*s\", of which PostgreSQL keeps %d bytes.",
                          TUSK_STR_ARG(made), TUSK_NAME_MAX);
    }
    return st;
}

tusk_status tusk_check_in_schema(tusk_name_spaces *s, const tusk_def_name *schema, tusk_error *err)
{
    bool given = schema->text.ptr && !tusk_str_eq(schema->text, TUSK_STR("public"));
    if (!given || tusk_map_has(&s->schemas.map, schema->text)) return TUSK_OK;
    tusk_place_fail(err, schema->place, "there is no schema \"%.*s\"", TUSK_STR_ARG(schema->text));
    tusk_error_hint(err, "Declare it with SCHEMA(\"%.*s\").", TUSK_STR_ARG(schema->text));
    return TUSK_INVALID;
}

tusk_status tusk_names_add_sql(tusk_name_spaces *s, tusk_name_space *in,
                               const tusk_def_name *schema, const tusk_def_name *name,
                               const char *what, tusk_error *err)
{
    tusk_status st = tusk_check_in_schema(s, schema, err);
    if (st == TUSK_OK) st = tusk_check_sql_name(name, what, err);
    if (st != TUSK_OK) return st;
    tusk_str key = tusk_names_key(s->arena, schema, name->text);
    if (!key.ptr) return tusk_fail_nomem(err, "the schema");
    return tusk_names_add_as(in, key, name->text, name, err);
}
