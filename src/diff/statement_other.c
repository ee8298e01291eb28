/* statement_other.c - the texts of policies and views; no decisions */
#include "src/diff/statement.h"
#include "src/diff/words.h"

#include "src/base/banned.h"

/* ---- policies ---- */

static bool is_any(tusk_str name, const char *const *list)
{
    for (; *list; list++) {
        if (tusk_str_eq(name, tusk_str_of(*list))) return true;
    }
    return false;
}

/* Who is meant by a word, not by a name. */
static bool is_role_word(tusk_str role)
{
    static const char *const words[] = { "current_user", "current_role", "session_user", "public",
                                         NULL };
    return is_any(role, words);
}

/* drizzle-kit writes roles of ALTER POLICY bare; what is no plain word has to be quoted. */
static bool is_plain_role(tusk_str role)
{
    static const char *const reserved[] = {
        "all",       "analyse",  "analyze",    "and",       "any",       "array",
        "as",        "asc",      "both",       "case",      "cast",      "check",
        "collate",   "column",   "constraint", "create",    "default",   "deferrable",
        "desc",      "distinct", "do",         "else",      "end",       "except",
        "false",     "fetch",    "for",        "foreign",   "from",      "grant",
        "group",     "having",   "in",         "initially", "intersect", "into",
        "lateral",   "leading",  "limit",      "localtime", "none",      "not",
        "null",      "offset",   "on",         "only",      "or",        "order",
        "placing",   "primary",  "references", "returning", "select",    "some",
        "symmetric", "table",    "then",       "to",        "trailing",  "true",
        "union",     "unique",   "user",       "using",     "variadic",  "when",
        "where",     "window",   "with",       NULL
    };
    for (size_t i = 0; i < role.len; i++) {
        char c = role.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9')) return false;
    }
    bool joined =
        tusk_str_starts(role, TUSK_STR("current_")) || tusk_str_starts(role, TUSK_STR("session_"));
    return role.len > 0 && !joined && !is_any(role, reserved);
}

static void add_place(tusk_buf *buf, const tusk_model_table *table, const tusk_model_policy *policy)
{
    if (table) {
        tusk_words(buf, "%t", table->schema, table->name);
    } else {
        tusk_buf_add(buf, policy->on);
    }
}

static void add_conditions(tusk_buf *buf, const tusk_model_policy *policy)
{
    if (policy->using_.ptr) tusk_words(buf, " USING (%s)", policy->using_);
    if (policy->with_check.ptr) tusk_words(buf, " WITH CHECK (%s)", policy->with_check);
    tusk_buf_add_char(buf, ';');
}

void tusk_statement_create_policy(tusk_buf *buf, const tusk_model_table *table,
                                  const tusk_model_policy *policy)
{
    tusk_words(buf, "CREATE POLICY %i ON ", policy->name);
    add_place(buf, table, policy);
    tusk_words(buf, " AS %z FOR %s TO ", policy->restrictive ? "RESTRICTIVE" : "PERMISSIVE",
               policy->command);
    for (size_t i = 0; i < policy->to.count; i++) {
        if (i > 0) tusk_buf_add_cstr(buf, ", ");
        tusk_words(buf, is_role_word(policy->to.items[i]) ? "%s" : "%i", policy->to.items[i]);
    }
    add_conditions(buf, policy);
}

void tusk_statement_alter_policy(tusk_buf *buf, const tusk_model_table *table,
                                 const tusk_model_policy *policy)
{
    tusk_words(buf, "ALTER POLICY %i ON ", policy->name);
    add_place(buf, table, policy);
    tusk_buf_add_cstr(buf, " TO ");
    for (size_t i = 0; i < policy->to.count; i++) {
        tusk_str role = policy->to.items[i];
        if (i > 0) tusk_buf_add_char(buf, ',');
        tusk_words(buf, is_role_word(role) || is_plain_role(role) ? "%s" : "%i", role);
    }
    add_conditions(buf, policy);
}

/* ---- views ---- */

void tusk_statement_option_name(tusk_buf *buf, tusk_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool upper = c >= 'A' && c <= 'Z';
        if (upper) tusk_buf_add_char(buf, '_');
        tusk_buf_add_char(buf, upper ? (char)(c - 'A' + 'a') : c);
    }
}

void tusk_statement_create_view(tusk_buf *buf, const tusk_model_view *view)
{
    tusk_words(buf, "CREATE %zVIEW %q", view->materialized ? "MATERIALIZED " : "", view->schema,
               view->name);
    if (view->using_.ptr) tusk_words(buf, " USING %i", view->using_);
    for (size_t i = 0; i < view->with.count; i++) {
        tusk_buf_add_cstr(buf, i > 0 ? ", " : " WITH (");
        tusk_statement_option_name(buf, view->with.items[i].name);
        tusk_words(buf, " = %s", view->with.items[i].value);
    }
    if (view->with.count > 0) tusk_buf_add_char(buf, ')');
    if (view->tablespace.ptr) tusk_words(buf, " TABLESPACE %s", view->tablespace);
    tusk_words(buf, " AS (%s)%z;", view->definition, view->with_no_data ? " WITH NO DATA" : "");
}
