/* fuzz_lint.c - lint has an answer to any file: findings on its lines, in texts, with safe forms
 * that are SQL */
#include "tests/fuzz/fuzz.h"
#include "tusk/lint.h"

static int lines_of(tusk_str text)
{
    int lines = 1;
    for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n';
    return lines;
}

static void check_safe(tusk_arena *arena, tusk_str safe)
{
    static const char *const rules[] = { "syntax", NULL };
    tusk_lint_options options = { .rules = rules };
    tusk_lint_findings wrong;
    if (safe.len == 0 || memmem(safe.ptr, safe.len, " = ...", 6)) return;
    CLAIM(tusk_lint_sql(arena, TUSK_STR("safe"), safe, &options, &wrong, NULL) == TUSK_OK,
          "there is enough memory");
    CLAIM(wrong.count == 0, "the safe form is SQL");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str file = fuzz_input(data, size);
    tusk_error err = { 0 };
    tusk_lint_findings found;
    tusk_status st = tusk_lint_sql(arena, TUSK_STR("f.sql"), file, NULL, &found, &err);
    CLAIM(st == TUSK_OK, "any file is answered");
    CLAIM(found.errors + found.warnings + found.notes + found.silenced == found.count,
          "each finding is counted once");
    for (size_t i = 0; i < found.count; i++) {
        const tusk_lint_finding *f = &found.items[i];
        CLAIM(f->line >= 1 && f->line <= lines_of(file), "a finding is on a line of the file");
        CLAIM(tusk_str_is_text(f->message) && f->message.len > 0, "it says something");
        check_safe(arena, f->safe);
    }
    tusk_arena_free(arena);
    return 0;
}
