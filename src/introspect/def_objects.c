/* def_objects.c - what stands before and after the tables in .def text */
#include <ctype.h>

#include "src/introspect/def_writer.h"

#include "src/base/banned.h"

/* WORD("name" or WORD_IN("schema", "name" */
static void open_object(tusk_def_writer *w, const char *word, tusk_str schema, tusk_str name)
{
    bool outside = tusk_model_schema(schema).len > 0;
    tusk_def_add(w, "%s%s(", word, outside ? "_IN" : "");
    if (outside) {
        tusk_def_add_text(w, schema, 0);
        tusk_def_add(w, ", ");
    }
    tusk_def_add_text(w, name, 0);
}

/* ---- sequences ---- */

/* The last number of a type, as it is without its first one. */
static const char *greatest(tusk_str type)
{
    if (tusk_str_eq(type, TUSK_STR("integer"))) return "2147483647";
    if (tusk_str_eq(type, TUSK_STR("bigint"))) return "9223372036854775807";
    return "32767";
}

/* Of one that counts down everything is said: its bounds follow no rule that is worth knowing. */
tusk_str tusk_def_sequence_options(tusk_def_writer *w, const tusk_model_sequence *sequence,
                                   tusk_str type)
{
    bool down = sequence->increment.len > 0 && sequence->increment.ptr[0] == '-';
    const struct {
        const char *word;
        tusk_str value, usual;
    } options[] = {
        { "increment by", sequence->increment, TUSK_STR("1") },
        { "minvalue", sequence->min_value, TUSK_STR("1") },
        { "maxvalue", sequence->max_value, tusk_str_of(greatest(type)) },
        { "start with", sequence->start_with, sequence->min_value },
        { "cache", sequence->cache, TUSK_STR("1") },
    };
    tusk_buf buf;
    tusk_str out = TUSK_STR("");
    tusk_buf_init_in(&buf, w->arena, (size_t)4096);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (!down && tusk_str_eq(options[i].value, options[i].usual)) continue;
        tusk_buf_printf(&buf, "%s%s %.*s", buf.len > 0 ? " " : "", options[i].word,
                        TUSK_STR_ARG(options[i].value));
    }
    if (sequence->cycle) tusk_buf_printf(&buf, "%scycle", buf.len > 0 ? " " : "");
    if (buf.len == 0 || tusk_buf_finish(&buf, &out, NULL) != TUSK_OK) return TUSK_STR("");
    return out;
}

static void write_sequences(tusk_def_writer *w)
{
    for (size_t i = 0; i < w->model->sequences.count; i++) {
        const tusk_model_sequence *sequence = &w->model->sequences.items[i];
        tusk_str options = tusk_def_sequence_options(w, sequence, TUSK_STR("bigint"));
        open_object(w, "SEQUENCE", sequence->schema, sequence->name);
        if (options.len > 0) {
            tusk_def_add(w, ", ");
            tusk_def_add_text(w, options, 4);
        }
        tusk_def_add(w, ")\n");
    }
}

/* ---- schemas, roles, extensions ---- */

static void write_roles(tusk_def_writer *w)
{
    for (size_t i = 0; i < w->model->roles.count; i++) {
        const tusk_model_role *role = &w->model->roles.items[i];
        tusk_def_add(w, "ROLE(");
        tusk_def_add_name(w, role->name);
        const char *words[] = { role->create_db ? "createdb" : NULL,
                                role->create_role ? "createrole" : NULL,
                                role->inherit ? NULL : "noinherit" };
        bool first = true;
        for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
            if (!words[k]) continue;
            tusk_def_add(w, "%s%s", first ? ", \"" : " ", words[k]);
            first = false;
        }
        tusk_def_add(w, first ? ")\n" : "\")\n");
    }
}

static void write_names(tusk_def_writer *w)
{
    for (size_t i = 0; i < w->model->schemas.count; i++) {
        tusk_def_add(w, "SCHEMA(");
        tusk_def_add_text(w, w->model->schemas.items[i], 0);
        tusk_def_add(w, ")\n");
    }
    for (size_t i = 0; i < w->model->extensions.count; i++) {
        const tusk_model_extension *extension = &w->model->extensions.items[i];
        open_object(w, "EXTENSION", extension->schema, extension->name);
        tusk_def_add(w, ")\n");
    }
    write_roles(w);
}

/* ---- types ---- */

static void write_enums(tusk_def_writer *w)
{
    for (size_t i = 0; i < w->model->enums.count; i++) {
        const tusk_model_enum *e = &w->model->enums.items[i];
        tusk_str called = w->enums.items[i];
        bool outside = tusk_model_schema(e->schema).len > 0;
        tusk_def_add(w, outside ? "\nENUM_IN(" : "\nENUM(");
        if (outside) {
            tusk_def_add_text(w, e->schema, 0);
            tusk_def_add(w, ", ");
        }
        tusk_def_add(w, "%.*s, ", TUSK_STR_ARG(called));
        tusk_def_add_text(w, e->name, 0);
        tusk_def_add_comment(w,
                             tusk_def_comment_on(w, "TYPE", e->schema, e->name, (tusk_str){ 0 }));
        tusk_def_add(w, ")\n");
        for (size_t k = 0; k < e->values.count; k++) {
            tusk_def_add(w, "    LABEL(%.*s, %.*s, ", TUSK_STR_ARG(called),
                         TUSK_STR_ARG(w->labels[i].items[k]));
            tusk_def_add_text(w, e->values.items[k], 8);
            tusk_def_add(w, ")\n");
        }
        tusk_def_add(w, "END_ENUM(%.*s)\n", TUSK_STR_ARG(called));
    }
}

static void write_domains(tusk_def_writer *w)
{
    for (size_t i = 0; i < w->model->domains.count; i++) {
        const tusk_model_domain *domain = &w->model->domains.items[i];
        open_object(w, "DOMAIN", domain->schema, domain->name);
        tusk_def_add(w, ", ");
        tusk_def_add_text(w, domain->type, 4);
        if (domain->not_null) tusk_def_add(w, ", NOT_NULL");
        if (domain->value.kind != TUSK_DEFAULT_NONE) {
            tusk_def_add(w, ", DEFAULT_SQL(");
            tusk_def_add_text(w, domain->value.sql, 4);
            tusk_def_add(w, ")");
        }
        for (size_t k = 0; k < domain->checks.count; k++) {
            tusk_def_add(w, ", CHECK(");
            tusk_def_add_name(w, domain->checks.items[k].name);
            tusk_def_add(w, ", ");
            tusk_def_add_text(w, domain->checks.items[k].value, 4);
            tusk_def_add(w, ")");
        }
        tusk_def_add(w, ")\n");
    }
}

static void write_composites(tusk_def_writer *w)
{
    for (size_t i = 0; i < w->model->composites.count; i++) {
        const tusk_model_composite *composite = &w->model->composites.items[i];
        open_object(w, "COMPOSITE", composite->schema, composite->name);
        for (size_t k = 0; k < composite->fields.count; k++) {
            tusk_def_add(w, ", FIELD(");
            tusk_def_add_text(w, composite->fields.items[k].name, 4);
            tusk_def_add(w, ", ");
            tusk_def_add_text(w, composite->fields.items[k].type, 4);
            tusk_def_add(w, ")");
        }
        tusk_def_add(w, ")\n");
    }
}

static void write_functions(tusk_def_writer *w)
{
    for (size_t i = 0; i < w->model->routines.count; i++) {
        const tusk_model_routine *routine = &w->model->routines.items[i];
        if (routine->is_trigger) continue;
        tusk_def_add(w, "\n");
        open_object(w, "FUNCTION", routine->schema, routine->name);
        tusk_def_add(w, ", ");
        tusk_def_add_text(w, routine->statement, 4);
        tusk_def_add(w, ")\n");
    }
}

void tusk_def_write_before(tusk_def_writer *w)
{
    write_names(w);
    write_enums(w);
    write_domains(w);
    write_composites(w);
    write_sequences(w);
    write_functions(w);
}

/* ---- views ---- */

/* securityBarrier as SQL says it: security_barrier */
static void add_option(tusk_def_writer *w, const tusk_model_option *option)
{
    for (size_t i = 0; i < option->name.len; i++) {
        char c = option->name.ptr[i];
        if (isupper((unsigned char)c)) tusk_buf_add_char(&w->out, '_');
        tusk_buf_add_char(&w->out, (char)tolower((unsigned char)c));
    }
    tusk_def_add(w, "=%.*s", TUSK_STR_ARG(option->value));
}

static void add_view_options(tusk_def_writer *w, const tusk_model_view *view)
{
    for (size_t i = 0; i < view->with.count; i++) {
        tusk_def_add(w, i == 0 ? ", WITH(\"" : ", ");
        add_option(w, &view->with.items[i]);
    }
    if (view->with.count > 0) tusk_def_add(w, "\")");
    if (view->using_.ptr) tusk_def_add(w, ", USING(%.*s)", TUSK_STR_ARG(view->using_));
    if (view->tablespace.ptr) {
        tusk_def_add(w, ", TABLESPACE(");
        tusk_def_add_text(w, view->tablespace, 4);
        tusk_def_add(w, ")");
    }
    if (view->with_no_data) tusk_def_add(w, ", WITH_NO_DATA");
    tusk_def_add_comment(w,
                         tusk_def_comment_on(w, view->materialized ? "MATERIALIZED VIEW" : "VIEW",
                                             view->schema, view->name, (tusk_str){ 0 }));
}

static void write_view_column(tusk_def_writer *w, const tusk_model_view *view, size_t i,
                              tusk_str called)
{
    const tusk_model_column *column = &view->columns.items[i];
    tusk_str attributes;
    tusk_str type = tusk_def_type(w, column, &attributes);
    tusk_def_add(w, "    %s(%.*s, %.*s", column->not_null ? "COLUMN" : "NULLABLE",
                 TUSK_STR_ARG(type), TUSK_STR_ARG(called));
    if (!tusk_str_eq(called, column->name)) {
        tusk_def_add(w, ", NAMED(");
        tusk_def_add_text(w, column->name, 0);
        tusk_def_add(w, ")");
    }
    tusk_buf_add(&w->out, attributes);
    tusk_def_add_comment(w,
                         tusk_def_comment_on(w, "COLUMN", view->schema, view->name, column->name));
    tusk_def_add(w, ")\n");
}

static void write_view(tusk_def_writer *w, size_t place)
{
    const tusk_model_view *view = &w->model->views.items[place];
    const tusk_def_called *called = &w->views[place];
    bool outside = tusk_model_schema(view->schema).len > 0;
    tusk_def_add(w, "\n%s%s(", view->materialized ? "MATERIALIZED_VIEW" : "VIEW",
                 outside ? "_IN" : "");
    if (outside) {
        tusk_def_add_text(w, view->schema, 0);
        tusk_def_add(w, ", ");
    }
    tusk_def_add(w, "%.*s, %.*s, ", TUSK_STR_ARG(called->row), TUSK_STR_ARG(called->handle));
    tusk_def_add_text(w, view->name, 0);
    tusk_def_add(w, ", ");
    if (view->existing) {
        tusk_def_add(w, "EXISTING");
    } else {
        tusk_def_add_text(w, view->definition, 4);
    }
    add_view_options(w, view);
    tusk_def_add(w, ")\n");
    for (size_t i = 0; i < view->columns.count; i++) {
        write_view_column(w, view, i, called->columns.items[i]);
    }
    tusk_def_add(w, "END_VIEW(%.*s, %.*s)\n", TUSK_STR_ARG(called->row),
                 TUSK_STR_ARG(called->handle));
}

/* ---- the end ---- */

/* "schema"."table" of a policy: the table alone. */
static tusk_str table_of(tusk_def_writer *w, const tusk_model_policy *policy)
{
    tusk_buf buf;
    tusk_str name = TUSK_STR("");
    size_t start = 0;
    tusk_buf_init_in(&buf, w->arena, policy->on.len + 1);
    for (size_t i = 0; i + 2 < policy->on.len; i++) {
        if (memcmp(policy->on.ptr + i, "\".\"", 3) == 0) start = i + 2;
    }
    for (size_t i = start + 1; i + 1 < policy->on.len; i++) {
        if (policy->on.ptr[i] == '"') i++;
        tusk_buf_add_char(&buf, policy->on.ptr[i]);
    }
    if (buf.len == 0 || tusk_buf_finish(&buf, &name, NULL) != TUSK_OK) return TUSK_STR("");
    return name;
}

void tusk_def_write_after(tusk_def_writer *w)
{
    for (size_t i = 0; i < w->model->views.count; i++) write_view(w, i);
    for (size_t i = 0; i < w->model->policies.count; i++) {
        const tusk_model_policy *policy = &w->model->policies.items[i];
        tusk_def_add(w, "POLICY_ON(");
        tusk_def_add_text(w, policy->schema.len > 0 ? policy->schema : TUSK_STR("public"), 0);
        tusk_def_add(w, ", ");
        tusk_def_add_text(w, table_of(w, policy), 0);
        tusk_def_add(w, ", ");
        tusk_def_add_policy(w, policy);
    }
    for (size_t i = 0; i < w->model->comments.count; i++) {
        const tusk_model_comment *comment = &w->model->comments.items[i];
        if (tusk_map_has(&w->said, comment->on)) continue;
        tusk_def_add(w, "COMMENT_ON(");
        tusk_def_add_text(w, comment->on, 4);
        tusk_def_add(w, ", ");
        tusk_def_add_text(w, comment->text, 4);
        tusk_def_add(w, ")\n");
    }
}
