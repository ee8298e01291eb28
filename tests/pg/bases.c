/* bases.c - what the tests of migrations share */
#include "tests/pg/bases.h"

#include <stdlib.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 20, CONNECT_MS = 10000 };

int base_open(void **state)
{
    struct base *b = calloc(1, sizeof *b);
    b->arena = tusk_arena_new(0);
    b->folder = support_folder(b->arena);
    b->schema = tusk_path_join(b->arena, b->folder, "schema.def").ptr;
    base_other_database(b);
    *state = b;
    return 0;
}

int base_close(void **state)
{
    struct base *b = *state;
    tusk_conn_close(b->conn);
    support_remove_folder(b->folder);
    tusk_arena_free(b->arena);
    free(b);
    return 0;
}

void base_other_database(struct base *b)
{
    tusk_conn_close(b->conn);
    b->conn = NULL;
    b->server = support_database(b->arena);
    base_ok(b, tusk_conn_open(&b->server, CONNECT_MS, &b->conn, &b->err));
}

void base_ok(struct base *b, tusk_status st)
{
    if (st != TUSK_OK) fail_msg("%s (%s; %s)", b->err.message, b->err.detail, b->err.hint);
}

static const char *path_of(struct base *b, const char *name)
{
    return tusk_path_join(b->arena, b->folder, name).ptr;
}

void base_put(struct base *b, const char *name, const char *text)
{
    base_ok(b, tusk_file_replace(path_of(b, name), tusk_str_of(text), 0644, &b->err));
}

const char *base_text(struct base *b, const char *name)
{
    tusk_str text = { 0 };
    base_ok(b, tusk_file_read(b->arena, path_of(b, name), TEXT_MAX, &text, &b->err));
    return text.ptr;
}

bool base_has(struct base *b, const char *name)
{
    return tusk_file_exists(path_of(b, name));
}

void base_remove(struct base *b, const char *name)
{
    assert_int_equal(unlink(path_of(b, name)), 0);
}

void base_sql(struct base *b, const char *text)
{
    base_ok(b, tusk_conn_script(b->conn, tusk_str_of(text), &b->err));
}

const char *base_answer(struct base *b, const char *sql)
{
    const char *answer = support_query(b->arena, &b->server, sql);
    assert_non_null(answer);
    return answer;
}

void base_expect(struct base *b, const char *sql, const char *expected)
{
    assert_string_equal(base_answer(b, sql), expected);
}

void base_generate(struct base *b, const char *name, const char *schema, const char *more)
{
    tusk_generated made;
    base_put(b, "schema.def", schema);
    tusk_generate_options options = { .schema = b->schema, .folder = b->folder, .name = name };
    base_ok(b, tusk_generate(b->arena, &options, &made, &b->err));
    assert_true(made.changed);
    if (!more) return;
    tusk_str text =
        tusk_arena_printf(b->arena, "%s--> statement-breakpoint\n%s", made.sql.ptr, more);
    base_ok(b, tusk_file_replace(made.path.ptr, text, 0644, &b->err));
}

int base_up(struct base *b)
{
    int applied = 0;
    base_ok(b, tusk_migrate_up(b->conn, b->folder, NULL, &applied, &b->err));
    return applied;
}

void base_expect_settled(struct base *b)
{
    tusk_findings findings;
    tusk_change_options options = { .server = &b->server };
    base_ok(b, tusk_check(b->arena, b->folder, b->schema, &options, &findings, &b->err));
    for (size_t i = 0; i < findings.count; i++) print_error("%s\n", findings.items[i].message.ptr);
    assert_int_equal(findings.count, 0);
    assert_int_equal(base_up(b), 0);
}
