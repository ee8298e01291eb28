/* fuzz_journal.c - the reader of a folder's journal: one that is taken keeps its entries when one
 * is added */
#include "src/migrate/folder.h"
#include "tests/fuzz/fuzz.h"

static bool same(const tusk_journal_entry *a, const tusk_journal_entry *b)
{
    return a->idx == b->idx && a->when == b->when && tusk_str_eq(a->tag, b->tag);
}

static void add_one(tusk_arena *arena, const tusk_journal *before)
{
    tusk_error err = { 0 };
    tusk_journal after;
    tusk_journal_entry entry = { .idx = 7, .when = 1795350442000, .tag = TUSK_STR("0007_-~new~-") };
    for (size_t i = 0; i < before->entries.count; i++) {
        if (tusk_str_eq(before->entries.items[i].tag, entry.tag)) return;
    }
    tusk_str text;
    tusk_status st = tusk_journal_append(arena, fuzz_folder(), before, &entry, &text, &err);
    CLAIM(st == TUSK_OK, "a journal that was read takes one more entry");
    fuzz_file(arena, "meta/_journal.json", text);
    st = tusk_journal_read(arena, fuzz_folder(), &after, &err);
    CLAIM(st == TUSK_OK, "a journal that was written can be read");
    CLAIM(after.entries.count == before->entries.count + 1, "there is one entry more");
    for (size_t i = 0; i < before->entries.count; i++) {
        CLAIM(same(&before->entries.items[i], &after.entries.items[i]), "the others are the same");
    }
    CLAIM(same(&after.entries.items[before->entries.count], &entry), "the new one is the last");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_error err = { 0 };
    tusk_journal journal;
    fuzz_file(arena, "meta/_journal.json", fuzz_input(data, size));
    tusk_status st = tusk_journal_read(arena, fuzz_folder(), &journal, &err);
    if (st) {
        fuzz_refused(st, &err);
    } else {
        CLAIM(journal.exists, "the journal is there");
        add_one(arena, &journal);
    }
    tusk_arena_free(arena);
    return 0;
}
