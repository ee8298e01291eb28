/* seed_text.c - made-up texts: names, addresses, sentences, by what a column is called */
#include <ctype.h>

#include "src/ops/seed.h"

#include "src/base/banned.h"

static const char *const first_names[] = { "Ada",    "Amara", "Anna",  "Ben",    "Chen",  "Clara",
                                           "Daniel", "Elif",  "Emil",  "Fatima", "Grace", "Hugo",
                                           "Ines",   "Jonas", "Kaito", "Lena",   "Mateo", "Nora",
                                           "Omar",   "Priya", "Ruth",  "Sofia",  "Tomas", "Yuki" };
static const char *const last_names[] = { "Adeyemi", "Bauer",  "Costa",  "Dubois", "Eriksen",
                                          "Fischer", "Garcia", "Haddad", "Ito",    "Jensen",
                                          "Kaya",    "Larsen", "Moreau", "Novak",  "Okafor",
                                          "Patel",   "Quinn",  "Rossi",  "Silva",  "Tanaka" };
static const char *const adjectives[] = { "amber", "brave", "calm",   "clear", "early",  "gentle",
                                          "green", "quick", "quiet",  "rapid", "silver", "small",
                                          "solid", "warm",  "bright", "north" };
static const char *const nouns[] = { "harbor",  "river",  "garden", "signal", "lantern", "meadow",
                                     "bridge",  "engine", "forest", "valley", "anchor",  "window",
                                     "compass", "field",  "summit", "orchard" };
static const char *const cities[] = { "Berlin", "Bogota", "Kyoto", "Lagos", "Lisbon",
                                      "Lyon",   "Oslo",   "Porto", "Quito", "Toronto" };
static const char *const countries[] = { "Brazil", "Canada", "France",  "Germany", "India",
                                         "Japan",  "Kenya",  "Nigeria", "Norway",  "Portugal" };
static const char *const sentences[] = { "It works as expected.",
                                         "The first version was made in a week.",
                                         "Everybody may read this, a few may change it.",
                                         "There is a longer text behind it.",
                                         "We look at it again next month.",
                                         "Nothing has been decided yet.",
                                         "It replaces what was there before.",
                                         "Questions are welcome." };

#define PICK(list, dice) (list)[tusk_dice_below((dice), sizeof(list) / sizeof *(list))]

bool tusk_seed_named(tusk_str name, const char *word)
{
    size_t len = strlen(word);
    for (size_t at = 0; at + len <= name.len; at++) {
        size_t i = 0;
        while (i < len && tolower((unsigned char)name.ptr[at + i]) == word[i]) i++;
        if (i == len) return true;
    }
    return false;
}

static void add_lower(tusk_buf *buf, const char *text)
{
    for (; *text; text++) tusk_buf_add_char(buf, (char)tolower((unsigned char)*text));
}

static void add_capital(tusk_buf *buf, const char *text)
{
    tusk_buf_add_char(buf, (char)toupper((unsigned char)*text));
    tusk_buf_add_cstr(buf, text + 1);
}

static void add_number(tusk_buf *buf, const char *before, const tusk_seed_row *row)
{
    tusk_buf_printf(buf, "%s%lld", before, (long long)row->number + 1);
}

/* ---- one function a kind of text ---- */

typedef void writer(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice);

static void write_first_name(tusk_buf *buf, const tusk_seed_row *row, bool distinct,
                             tusk_dice *dice)
{
    tusk_buf_add_cstr(buf, PICK(first_names, dice));
    if (distinct) add_number(buf, " ", row);
}

static void write_last_name(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    tusk_buf_add_cstr(buf, PICK(last_names, dice));
    if (distinct) add_number(buf, " ", row);
}

static void write_full_name(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    tusk_buf_add_cstr(buf, PICK(first_names, dice));
    tusk_buf_add_char(buf, ' ');
    write_last_name(buf, row, distinct, dice);
}

/* Always with its number: who has an address has it alone. */
static void write_email(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    (void)distinct;
    add_lower(buf, PICK(first_names, dice));
    tusk_buf_add_char(buf, '.');
    add_lower(buf, PICK(last_names, dice));
    add_number(buf, "", row);
    tusk_buf_add_cstr(buf, "@example.com");
}

static void write_user_name(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    (void)distinct;
    add_lower(buf, PICK(first_names, dice));
    add_number(buf, "", row);
}

static void write_slug(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    (void)distinct;
    tusk_buf_printf(buf, "%s-", PICK(adjectives, dice));
    tusk_buf_add_cstr(buf, PICK(nouns, dice));
    add_number(buf, "-", row);
}

static void write_url(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    tusk_buf_add_cstr(buf, "https://example.com/");
    write_slug(buf, row, distinct, dice);
}

static void write_phone(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    (void)distinct;
    tusk_buf_printf(buf, "+1 555 %03zu %04lld", tusk_dice_below(dice, 1000),
                    (long long)(row->number % 10000));
}

static void write_city(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    tusk_buf_add_cstr(buf, PICK(cities, dice));
    if (distinct) add_number(buf, " ", row);
}

static void write_country(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    tusk_buf_add_cstr(buf, PICK(countries, dice));
    if (distinct) add_number(buf, " ", row);
}

static void write_street(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    (void)distinct;
    add_capital(buf, PICK(nouns, dice));
    add_number(buf, " Street ", row);
}

static void write_colour(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    (void)row;
    (void)distinct;
    tusk_buf_printf(buf, "#%06zx", tusk_dice_below(dice, 0x1000000));
}

static void write_hex(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    (void)row;
    (void)distinct;
    for (int i = 0; i < 4; i++) {
        tusk_buf_printf(buf, "%016llx", (unsigned long long)tusk_dice_next(dice));
    }
}

static void write_version(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    size_t minor = tusk_dice_below(dice, 10);
    if (distinct) {
        add_number(buf, "1.", row);
    } else {
        tusk_buf_printf(buf, "%zu.%zu", 1 + tusk_dice_below(dice, 4), minor);
    }
    tusk_buf_printf(buf, ".%zu", tusk_dice_below(dice, 10));
}

static void write_sentences(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    size_t count = 1 + tusk_dice_below(dice, 3);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) tusk_buf_add_char(buf, ' ');
        tusk_buf_add_cstr(buf, PICK(sentences, dice));
    }
    if (distinct) add_number(buf, " ", row);
}

static void write_address(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    (void)distinct;
    (void)row;
    tusk_buf_printf(buf, "192.0.2.%zu", 1 + tusk_dice_below(dice, 254));
}

static void write_id(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    (void)row;
    (void)distinct;
    for (int i = 0; i < 20; i++) tusk_buf_add_char(buf, letters[tusk_dice_below(dice, 36)]);
}

static void write_words(tusk_buf *buf, const tusk_seed_row *row, bool distinct, tusk_dice *dice)
{
    add_capital(buf, PICK(adjectives, dice));
    tusk_buf_add_char(buf, ' ');
    tusk_buf_add_cstr(buf, PICK(nouns, dice));
    if (distinct) add_number(buf, " ", row);
}

/* The first whose word is part of the name. */
static const struct {
    const char *word;
    writer *write;
} writers[] = {
    { "email", write_email },
    { "username", write_user_name },
    { "user_name", write_user_name },
    { "login", write_user_name },
    { "first_name", write_first_name },
    { "given_name", write_first_name },
    { "last_name", write_last_name },
    { "surname", write_last_name },
    { "full_name", write_full_name },
    { "slug", write_slug },
    { "url", write_url },
    { "website", write_url },
    { "homepage", write_url },
    { "phone", write_phone },
    { "city", write_city },
    { "country", write_country },
    { "street", write_street },
    { "ip_address", write_address },
    { "colour", write_colour },
    { "color", write_colour },
    { "password", write_hex },
    { "hash", write_hex },
    { "token", write_hex },
    { "secret", write_hex },
    { "version", write_version },
    { "description", write_sentences },
    { "message", write_sentences },
    { "body", write_sentences },
    { "content", write_sentences },
    { "comment", write_sentences },
    { "about", write_sentences },
    { "bio", write_sentences },
    { "note", write_sentences },
};

void tusk_seed_text(tusk_buf *buf, tusk_str column, const tusk_seed_row *row, bool distinct,
                    tusk_dice *dice)
{
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        if (!tusk_seed_named(column, writers[i].word)) continue;
        writers[i].write(buf, row, distinct, dice);
        return;
    }
    bool id = tusk_str_eq(column, TUSK_STR("id")) || tusk_str_ends(column, TUSK_STR("_id"));
    if (id) {
        write_id(buf, row, distinct, dice);
    } else if (row->person && tusk_seed_named(column, "name")) {
        write_full_name(buf, row, distinct, dice);
    } else {
        write_words(buf, row, distinct, dice);
    }
}
