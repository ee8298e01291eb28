/* test_erd.c - the text that a schema is drawn from: columns, marks, and what each line says */
#include "tests/unit/base/unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "src/model/erd.h"
#include "tusk/erd.h"
#include "tusk/file.h"

static const char schema[] =
    "ENUM(mood, \"mood\")\n LABEL(mood, fine, \"fine\")\n LABEL(mood, bad, \"so \\\"so\\\"\")\n"
    "END_ENUM(mood)\n"
    "TABLE(person, people, \"people\")\n"
    " COLUMN(integer, id, PRIMARY_KEY)\n"
    " COLUMN(varchar(120), email, UNIQUE)\n"
    " COLUMN(decimal(10, 2), balance)\n"
    "END_TABLE(person, people)\n"
    "TABLE(profile, profiles, \"profiles\")\n"
    " COLUMN(integer, person_id, PRIMARY_KEY, REFERENCES(people, id, CASCADE))\n"
    " NULLABLE(text, about)\n"
    "END_TABLE(profile, profiles)\n"
    "TABLE(letter, letters, \"letters\")\n"
    " COLUMN(integer, id, PRIMARY_KEY)\n"
    " COLUMN(integer, sender_id, REFERENCES(people, id, CASCADE))\n"
    " NULLABLE(integer, answer_to, REFERENCES(letters, id, SET_NULL))\n"
    "END_TABLE(letter, letters)\n";

struct drawing {
    tusk_arena *arena;
    const char *folder, *path;
    tusk_error err;
};

static int open_drawing(void **state)
{
    char folder[] = "/tmp/tusk-erd-test-XXXXXX";
    struct drawing *d = calloc(1, sizeof *d);
    d->arena = tusk_arena_new(0);
    assert_non_null(mkdtemp(folder));
    d->folder = tusk_arena_str(d->arena, tusk_str_of(folder)).ptr;
    d->path = tusk_path_join(d->arena, folder, "schema.def").ptr;
    assert_int_equal(tusk_file_replace(d->path, tusk_str_of(schema), 0644, &d->err), TUSK_OK);
    *state = d;
    return 0;
}

static int close_drawing(void **state)
{
    struct drawing *d = *state;
    unlink(d->path);
    unlink(tusk_path_join(d->arena, d->folder, "dot").ptr);
    rmdir(d->folder);
    tusk_arena_free(d->arena);
    free(d);
    return 0;
}

static const char *draw(struct drawing *d, tusk_erd_format format, const char *title)
{
    tusk_str out;
    if (tusk_erd(d->arena, d->path, NULL, format, title, &out, &d->err) != TUSK_OK) {
        fail_msg("%s", d->err.message);
    }
    return out.ptr;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void mermaid_shows_marks_and_lines(void **state)
{
    struct drawing *d = *state;
    assert_string_equal(draw(d, TUSK_ERD_MERMAID, NULL),
                        "erDiagram\n"
                        "    people {\n"
                        "        integer id PK\n"
                        "        varchar(120) email UK\n"
                        "        numeric(10_2) balance\n"
                        "    }\n"
                        "    profiles {\n"
                        "        integer person_id PK, FK\n"
                        "        text about \"may be null\"\n"
                        "    }\n"
                        "    letters {\n"
                        "        integer id PK\n"
                        "        integer sender_id FK\n"
                        "        integer answer_to FK \"may be null\"\n"
                        "    }\n"
                        "    people ||--o| profiles : \"person_id\"\n"
                        "    people ||--o{ letters : \"sender_id\"\n"
                        "    letters |o--o{ letters : \"answer_to\"\n");
    assert_has(draw(d, TUSK_ERD_MERMAID, "My \"own\""), "---\ntitle: \"My 'own'\"\n---\nerDiagram");
}

static void dot_shows_the_same(void **state)
{
    struct drawing *d = *state;
    const char *text = draw(d, TUSK_ERD_DOT, "R&D \"x\"");
    assert_has(text, "label=\"R&D \\\"x\\\"\"");
    assert_has(text, "so &quot;so&quot;");
    assert_has(text, "port=\"to person_id\">PK FK</td><td align=\"left\">person_id<");
    assert_has(text, ">varchar(120)<");
    assert_has(text, ">text?<");
    assert_has(text, "\"profiles\":\"of person_id\":e -> \"people\":\"to id\":w [dir=both, "
                     "arrowtail=teeodot, arrowhead=teetee");
    assert_has(text, "\"letters\":\"of answer_to\":e -> \"letters\":\"to id\":w [dir=both, "
                     "arrowtail=crowodot, arrowhead=teeodot");
    assert_string_equal(text, draw(d, TUSK_ERD_DOT, "R&D \"x\""));
}

/* A program in place of Graphviz: it gets the text as a file and its output is the drawing. */
static void svg_is_what_graphviz_says(void **state)
{
    struct drawing *d = *state;
    tusk_str program = TUSK_STR("#!/bin/sh\n[ \"$1\" = -Tsvg ] || exit 3\necho \"<svg>\"\n"
                                "while read -r line; do echo \"$line\"; done < \"$2\"\n");
    tusk_str path = tusk_path_join(d->arena, d->folder, "dot");
    assert_int_equal(tusk_file_replace(path.ptr, program, 0755, &d->err), TUSK_OK);
    const char *before = getenv("PATH");
    const char *kept = tusk_arena_str(d->arena, tusk_str_of(before ? before : "")).ptr;
    setenv("PATH", d->folder, 1);
    const char *text = draw(d, TUSK_ERD_SVG, NULL);
    assert_has(text, "<svg>\ndigraph schema {");
    unlink(path.ptr);
    tusk_str out;
    assert_int_equal(tusk_erd(d->arena, d->path, NULL, TUSK_ERD_SVG, NULL, &out, &d->err), TUSK_IO);
    assert_has(d->err.hint, "graphviz");
    setenv("PATH", kept, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mermaid_shows_marks_and_lines, open_drawing, close_drawing),
        cmocka_unit_test_setup_teardown(dot_shows_the_same, open_drawing, close_drawing),
        cmocka_unit_test_setup_teardown(svg_is_what_graphviz_says, open_drawing, close_drawing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
