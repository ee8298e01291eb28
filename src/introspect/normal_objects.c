/* normal_objects.c - what stands beside tables, in one form */
#include "src/introspect/normal.h"

#include "src/base/banned.h"

/* ---- what snapshots know ---- */

static void add_enums(const tusk_normal *n, tusk_model *out)
{
    for (size_t i = 0; i < n->model->enums.count; i++) {
        tusk_model_enum e = n->model->enums.items[i];
        e.name = tusk_sql_cut_name(e.name);
        e.schema = tusk_normal_schema(e.schema);
        e.renamed_from = (tusk_str){ 0 };
        memset(&e.relabels, 0, sizeof e.relabels);
        tusk_vec_push(n->arena, &out->enums, e);
    }
}

static void add_sequences(const tusk_normal *n, tusk_model *out)
{
    for (size_t i = 0; i < n->model->sequences.count; i++) {
        tusk_model_sequence sequence = n->model->sequences.items[i];
        sequence.name = tusk_sql_cut_name(sequence.name);
        sequence.schema = tusk_normal_schema(sequence.schema);
        sequence.renamed_from = (tusk_str){ 0 };
        tusk_vec_push(n->arena, &out->sequences, sequence);
    }
}

static void add_roles(const tusk_normal *n, tusk_model *out)
{
    for (size_t i = 0; i < n->model->roles.count; i++) {
        tusk_model_role role = n->model->roles.items[i];
        role.name = tusk_sql_cut_name(role.name);
        role.renamed_from = (tusk_str){ 0 };
        tusk_vec_push(n->arena, &out->roles, role);
    }
}

/* Columns are only for C; how it was filled at first is past. */
static void add_views(const tusk_normal *n, tusk_model *out)
{
    for (size_t i = 0; i < n->model->views.count; i++) {
        tusk_model_view view = n->model->views.items[i];
        view.name = tusk_sql_cut_name(view.name);
        view.schema = tusk_normal_schema(view.schema);
        view.renamed_from = (tusk_str){ 0 };
        memset(&view.columns, 0, sizeof view.columns);
        if (view.definition.ptr) {
            view.definition = tusk_sql_words(n->arena, view.definition, false);
        }
        view.with = tusk_normal_options(n->arena, &view.with);
        view.has_with_no_data = view.with_no_data = false;
        if (tusk_str_eq(view.tablespace, TUSK_STR("pg_default"))) view.tablespace.ptr = NULL;
        if (tusk_str_eq(view.using_, TUSK_STR("heap"))) view.using_.ptr = NULL;
        if (!view.tablespace.ptr || view.tablespace.len == 0) view.tablespace = (tusk_str){ 0 };
        if (!view.using_.ptr || view.using_.len == 0) view.using_ = (tusk_str){ 0 };
        tusk_vec_push(n->arena, &out->views, view);
    }
}

/* ---- what they do not ---- */

static void add_extensions(const tusk_normal *n, tusk_model *out)
{
    for (size_t i = 0; i < n->model->extensions.count; i++) {
        tusk_model_extension extension = n->model->extensions.items[i];
        if (tusk_model_schema(extension.schema).len == 0) extension.schema = (tusk_str){ 0 };
        tusk_vec_push(n->arena, &out->extensions, extension);
    }
}

static void add_domains(const tusk_normal *n, tusk_model *out)
{
    for (size_t i = 0; i < n->model->domains.count; i++) {
        tusk_model_domain domain = n->model->domains.items[i];
        tusk_str none = { 0 }, schema = { 0 };
        domain.name = tusk_sql_cut_name(domain.name);
        domain.schema = tusk_normal_schema(domain.schema);
        domain.type = tusk_normal_type(n, domain.type, &schema);
        if (tusk_model_schema(schema).len > 0) {
            domain.type = tusk_arena_printf(n->arena, "%.*s.%.*s", TUSK_STR_ARG(schema),
                                            TUSK_STR_ARG(domain.type));
        }
        domain.value = tusk_normal_default(n, domain.type, domain.value, none);
        const tusk_model_domain *given = &n->model->domains.items[i];
        memset(&domain.checks, 0, sizeof domain.checks);
        for (size_t j = 0; j < given->checks.count; j++) {
            const tusk_model_check *check = &given->checks.items[j];
            tusk_vec_push(n->arena, &domain.checks,
                          (tusk_model_check){ tusk_sql_cut_name(check->name),
                                              tusk_sql_canonical(n->arena, check->value, none) });
        }
        tusk_vec_push(n->arena, &out->domains, domain);
    }
}

static void add_composites(const tusk_normal *n, tusk_model *out)
{
    for (size_t i = 0; i < n->model->composites.count; i++) {
        const tusk_model_composite *given = &n->model->composites.items[i];
        tusk_model_composite composite = { .name = tusk_sql_cut_name(given->name),
                                           .schema = tusk_normal_schema(given->schema) };
        for (size_t j = 0; j < given->fields.count; j++) {
            tusk_model_column field = { .name = tusk_sql_cut_name(given->fields.items[j].name),
                                        .type_schema = given->fields.items[j].type_schema };
            field.type = tusk_normal_type(n, given->fields.items[j].type, &field.type_schema);
            tusk_vec_push(n->arena, &composite.fields, field);
        }
        tusk_vec_push(n->arena, &out->composites, composite);
    }
}

/* Of a function only what it does is compared: its clauses come in any order, and PostgreSQL
 * writes out those that were left to their defaults. */
static tusk_str body_of(const tusk_normal *n, tusk_str statement)
{
    tusk_sql_tokens tokens = tusk_sql_tokenize(n->arena, statement);
    for (size_t i = 0; i + 1 < tokens.count; i++) {
        bool as = tokens.items[i].kind == TUSK_SQL_NAME &&
                  tusk_str_eq(tokens.items[i].text, TUSK_STR("as"));
        if (as && tokens.items[i + 1].kind == TUSK_SQL_TEXT) {
            return tusk_arena_str(n->arena, tusk_str_trim(tokens.items[i + 1].text));
        }
    }
    return tusk_sql_words(n->arena, statement, true);
}

/* "create or replace trigger" and "execute procedure" mean the same as without. */
static tusk_str trigger_words(const tusk_normal *n, tusk_str statement)
{
    tusk_str words = tusk_sql_words(n->arena, statement, true);
    static const tusk_str replace = TUSK_STR_INIT("create or replace trigger ");
    if (tusk_str_starts(words, replace)) {
        words = tusk_arena_printf(n->arena, "create trigger %.*s", (int)(words.len - replace.len),
                                  words.ptr + replace.len);
    }
    const char *old = words.ptr ? strstr(words.ptr, " execute procedure ") : NULL;
    if (!old) return words;
    return tusk_arena_printf(n->arena, "%.*s execute function %s", (int)(old - words.ptr),
                             words.ptr, old + strlen(" execute procedure "));
}

static void add_routines(const tusk_normal *n, tusk_model *out)
{
    for (size_t i = 0; i < n->model->routines.count; i++) {
        tusk_model_routine routine = n->model->routines.items[i];
        routine.schema = tusk_normal_schema(routine.schema);
        if (routine.is_trigger) {
            routine.name = tusk_sql_cut_name(routine.name);
            routine.table = tusk_sql_cut_name(routine.table);
            routine.statement = trigger_words(n, routine.statement);
        } else {
            routine.statement = body_of(n, routine.statement);
        }
        tusk_vec_push(n->arena, &out->routines, routine);
    }
}

static void add_comments(const tusk_normal *n, tusk_model *out)
{
    for (size_t i = 0; i < n->model->comments.count; i++) {
        tusk_model_comment comment = n->model->comments.items[i];
        comment.on = tusk_sql_words(n->arena, comment.on, true);
        if (comment.text.len > 0) tusk_vec_push(n->arena, &out->comments, comment);
    }
}

void tusk_normal_objects(const tusk_normal *n, tusk_model *out)
{
    add_enums(n, out);
    add_sequences(n, out);
    add_roles(n, out);
    add_views(n, out);
    add_extensions(n, out);
    add_domains(n, out);
    add_composites(n, out);
    add_routines(n, out);
    add_comments(n, out);
}
