/* resolve_object.c - from what a .def file declares to a schema: all but its tables */
#include <stdlib.h>
#include <strings.h>

#include "src/model/option.h"
#include "src/model/resolve.h"
#include "src/model/sequence.h"
#include "tusk/buf.h"

#include "src/base/banned.h"

#define COMMENT_MAX ((size_t)4 << 10)

/* "name", inner quotes doubled; src/sql stands above this folder. */
static void add_quoted(tusk_buf *buf, tusk_str name)
{
    tusk_buf_add_char(buf, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '"') tusk_buf_add_char(buf, '"');
        tusk_buf_add_char(buf, name.ptr[i]);
    }
    tusk_buf_add_char(buf, '"');
}

static void add_qualified(tusk_buf *buf, tusk_str schema, tusk_str name)
{
    add_quoted(buf, schema);
    tusk_buf_add_char(buf, '.');
    add_quoted(buf, name);
}

void tusk_resolve_comment(tusk_resolver *r, const char *kind, const tusk_def_name *schema,
                          tusk_str name, const tusk_def_column *column,
                          const tusk_def_name *comment)
{
    tusk_buf buf;
    tusk_model_comment out = { .text = comment->text };
    if (!comment->text.ptr) return;
    tusk_buf_init_in(&buf, r->arena, COMMENT_MAX);
    tusk_buf_printf(&buf, "%s ", kind);
    add_qualified(&buf, tusk_def_schema_of(schema), name);
    if (column) {
        tusk_buf_add_char(&buf, '.');
        add_quoted(&buf, tusk_def_column_sql(column));
    }
    if (tusk_buf_finish(&buf, &out.on, NULL) != TUSK_OK) return; /* the arena tells */
    tusk_vec_push(r->arena, &r->model->comments, out);
}

static void resolve_schemas(tusk_resolver *r)
{
    for (size_t i = 0; i < r->def->schemas.count; i++) {
        const tusk_def_schema *schema = &r->def->schemas.items[i];
        tusk_vec_push(r->arena, &r->model->schemas, schema->name.text);
        if (!schema->renamed_from.text.ptr) continue;
        tusk_vec_push(r->arena, &r->model->schema_renames,
                      (tusk_model_relabel){ schema->renamed_from.text, schema->name.text });
    }
}

static void resolve_enum(tusk_resolver *r, const tusk_def_enum *e)
{
    tusk_model_enum out = { .name = e->sql.text,
                            .schema = tusk_def_schema_of(&e->schema),
                            .renamed_from = e->renamed_from.text };
    for (size_t i = 0; i < e->labels.count; i++) {
        const tusk_def_label *label = &e->labels.items[i];
        tusk_vec_push(r->arena, &out.values, label->sql.text);
        if (!label->renamed_from.text.ptr) continue;
        tusk_vec_push(r->arena, &out.relabels,
                      (tusk_model_relabel){ label->renamed_from.text, label->sql.text });
    }
    tusk_vec_push(r->arena, &r->model->enums, out);
    tusk_resolve_comment(r, "TYPE", &e->schema, e->sql.text, NULL, &e->comment);
}

static tusk_status resolve_sequence(tusk_resolver *r, const tusk_def_sequence *sequence)
{
    tusk_sequence_options options;
    tusk_status st =
        tusk_sequence_read(r->arena, &sequence->options, INT64_MIN, INT64_MAX, &options, r->err);
    if (st != TUSK_OK) return st;
    tusk_vec_push(r->arena, &r->model->sequences,
                  (tusk_model_sequence){ .name = sequence->name.text,
                                         .schema = tusk_def_schema_of(&sequence->schema),
                                         .renamed_from = sequence->renamed_from.text,
                                         .increment = options.increment,
                                         .start_with = options.start_with,
                                         .min_value = options.min_value,
                                         .max_value = options.max_value,
                                         .cache = options.cache,
                                         .cycle = options.cycle });
    return TUSK_OK;
}

static tusk_status resolve_role_word(tusk_resolver *r, const tusk_def_role *role, tusk_str word,
                                     tusk_model_role *out)
{
    bool no = word.len > 2 && strncasecmp(word.ptr, "no", 2) == 0;
    tusk_str bare = no ? (tusk_str){ word.ptr + 2, word.len - 2 } : word;
    if (bare.len == 8 && strncasecmp(bare.ptr, "createdb", 8) == 0) {
        out->create_db = !no;
    } else if (bare.len == 10 && strncasecmp(bare.ptr, "createrole", 10) == 0) {
        out->create_role = !no;
    } else if (bare.len == 7 && strncasecmp(bare.ptr, "inherit", 7) == 0) {
        out->inherit = !no;
    } else {
        tusk_place_fail(r->err, role->options.place, "a role cannot be \"%.*s\"",
                        TUSK_STR_ARG(word));
        tusk_error_hint(r->err, "It takes createdb, createrole and inherit, each also with no "
                                "before it; logins and passwords are no part of a schema.");
        return TUSK_INVALID;
    }
    return TUSK_OK;
}

static tusk_status resolve_role(tusk_resolver *r, const tusk_def_role *role)
{
    tusk_model_role out = { .name = role->name.text,
                            .renamed_from = role->renamed_from.text,
                            .inherit = true };
    tusk_str rest = role->options.text;
    tusk_status st = TUSK_OK;
    while (st == TUSK_OK && rest.ptr && rest.len > 0) {
        tusk_str word = tusk_str_trim(tusk_str_cut(&rest, ' '));
        if (word.len > 0) st = resolve_role_word(r, role, word, &out);
    }
    if (st == TUSK_OK) tusk_vec_push(r->arena, &r->model->roles, out);
    return st;
}

/* ---- policies ---- */

static int by_name(const void *a, const void *b)
{
    return tusk_str_compare(*(const tusk_str *)a, *(const tusk_str *)b);
}

static tusk_str upper_command(const tusk_def_name *command)
{
    static const char *const commands[] = { "ALL", "SELECT", "INSERT", "UPDATE", "DELETE" };
    for (size_t i = 0; command->text.ptr && i < sizeof commands / sizeof *commands; i++) {
        size_t len = strlen(commands[i]);
        if (command->text.len == len && strncasecmp(command->text.ptr, commands[i], len) == 0) {
            return tusk_str_of(commands[i]);
        }
    }
    return TUSK_STR("ALL");
}

tusk_model_policy tusk_resolve_policy(tusk_resolver *r, const tusk_def_policy *policy)
{
    tusk_model_policy out = { .name = policy->name.text,
                              .renamed_from = policy->renamed_from.text,
                              .restrictive = tusk_def_given(policy->restrictive),
                              .command = upper_command(&policy->command),
                              .using_ = policy->using_.text,
                              .with_check = policy->with_check.text };
    for (size_t i = 0; i < policy->to.count; i++) {
        tusk_vec_push(r->arena, &out.to, policy->to.items[i].text);
    }
    if (out.to.count == 0) tusk_vec_push(r->arena, &out.to, TUSK_STR("public"));
    if (out.to.count > 1) qsort(out.to.items, out.to.count, sizeof *out.to.items, by_name);
    return out;
}

static void resolve_policy_on(tusk_resolver *r, const tusk_def_policy *policy)
{
    tusk_buf buf;
    tusk_model_policy out = tusk_resolve_policy(r, policy);
    tusk_buf_init_in(&buf, r->arena, COMMENT_MAX);
    add_qualified(&buf, policy->schema.text, policy->table.text);
    if (tusk_buf_finish(&buf, &out.on, NULL) != TUSK_OK) return; /* the arena tells */
    out.schema = policy->schema.text;
    tusk_vec_push(r->arena, &r->model->policies, out);
}

/* ---- views ---- */

static tusk_status resolve_view(tusk_resolver *r, const tusk_def_table *view)
{
    bool materialized = view->kind == TUSK_DEF_MATERIALIZED_VIEW;
    tusk_model_view out = { .name = view->sql.text,
                            .schema = tusk_def_schema_of(&view->schema),
                            .renamed_from = view->renamed_from.text,
                            .definition = view->definition.text,
                            .materialized = materialized,
                            .existing = tusk_def_given(view->existing),
                            .has_with_no_data = tusk_def_given(view->no_data),
                            .with_no_data = tusk_def_given(view->no_data),
                            .tablespace = view->tablespace.text,
                            .using_ = view->method.text };
    tusk_status st = tusk_options_read(r->arena, &view->with, true, &out.with, r->err);
    for (size_t i = 0; st == TUSK_OK && i < view->columns.count; i++) {
        const tusk_def_column *column = &view->columns.items[i];
        tusk_model_column model;
        st = tusk_resolve_column(r, view, column, &model);
        tusk_vec_push(r->arena, &out.columns, model);
        tusk_resolve_comment(r, "COLUMN", &view->schema, view->sql.text, column, &column->comment);
    }
    tusk_resolve_comment(r, materialized ? "MATERIALIZED VIEW" : "VIEW", &view->schema,
                         view->sql.text, NULL, &view->comment);
    if (st == TUSK_OK) tusk_vec_push(r->arena, &r->model->views, out);
    return st;
}

/* ---- what snapshots cannot say ---- */

static void resolve_domain(tusk_resolver *r, const tusk_def_domain *domain)
{
    tusk_model_domain out = { .name = domain->name.text,
                              .schema = tusk_def_schema_of(&domain->schema),
                              .type = domain->type.text,
                              .not_null = tusk_def_given(domain->not_null) };
    if (domain->default_sql.text.ptr) {
        out.value = (tusk_default){ TUSK_DEFAULT_SQL, domain->default_sql.text };
    }
    for (size_t i = 0; i < domain->checks.count; i++) {
        const tusk_def_part *check = &domain->checks.items[i];
        tusk_vec_push(r->arena, &out.checks,
                      (tusk_model_check){ check->name.text, check->sql.text });
    }
    tusk_vec_push(r->arena, &r->model->domains, out);
}

static void resolve_composite(tusk_resolver *r, const tusk_def_composite *composite)
{
    tusk_model_composite out = { .name = composite->name.text,
                                 .schema = tusk_def_schema_of(&composite->schema) };
    for (size_t i = 0; i < composite->fields.count; i++) {
        const tusk_def_part *field = &composite->fields.items[i];
        tusk_vec_push(r->arena, &out.fields,
                      (tusk_model_column){ .name = field->name.text, .type = field->sql.text });
    }
    tusk_vec_push(r->arena, &r->model->composites, out);
}

static void resolve_others(tusk_resolver *r)
{
    const tusk_def *def = r->def;
    for (size_t i = 0; i < def->extensions.count; i++) {
        const tusk_def_extension *extension = &def->extensions.items[i];
        tusk_vec_push(r->arena, &r->model->extensions,
                      (tusk_model_extension){ extension->name.text, extension->schema.text });
    }
    for (size_t i = 0; i < def->domains.count; i++) resolve_domain(r, &def->domains.items[i]);
    for (size_t i = 0; i < def->composites.count; i++) {
        resolve_composite(r, &def->composites.items[i]);
    }
    for (size_t i = 0; i < def->functions.count; i++) {
        const tusk_def_routine *function = &def->functions.items[i];
        tusk_vec_push(r->arena, &r->model->routines,
                      (tusk_model_routine){ .name = function->name.text,
                                            .schema = tusk_def_schema_of(&function->schema),
                                            .statement = function->statement.text });
    }
    for (size_t i = 0; i < def->comments.count; i++) {
        const tusk_def_routine *comment = &def->comments.items[i];
        tusk_vec_push(r->arena, &r->model->comments,
                      (tusk_model_comment){ comment->name.text, comment->statement.text });
    }
}

tusk_status tusk_resolve_objects(tusk_resolver *r)
{
    const tusk_def *def = r->def;
    tusk_status st = TUSK_OK;
    resolve_schemas(r);
    for (size_t i = 0; i < def->enums.count; i++) resolve_enum(r, &def->enums.items[i]);
    for (size_t i = 0; st == TUSK_OK && i < def->sequences.count; i++) {
        st = resolve_sequence(r, &def->sequences.items[i]);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->roles.count; i++) {
        st = resolve_role(r, &def->roles.items[i]);
    }
    for (size_t i = 0; i < def->policies.count; i++) {
        resolve_policy_on(r, &def->policies.items[i]);
    }
    for (size_t i = 0; st == TUSK_OK && i < def->tables.count; i++) {
        const tusk_def_table *view = &def->tables.items[i];
        if (view->kind != TUSK_DEF_TABLE) st = resolve_view(r, view);
    }
    resolve_others(r);
    return st;
}
