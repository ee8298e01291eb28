/* types.c - the types by number: what the server calls them and which of them a column can take */
#include "src/codec/codec.h"

#include <assert.h>

#include "src/base/banned.h"

#define OID_NAME       19
/* FirstNormalObjectId: what users create has numbers from here on. */
#define OID_FIRST_USER 16384

/* Laid out as each type's nullable form in a row. */
#define FORM(name, ctype, sql_, oid_, array_oid_) \
    struct form_##name {                          \
        bool has;                                 \
        ctype value;                              \
    };
TUSK_SCALAR_TYPES(FORM)
#undef FORM

static const tusk_type_info types[] = {
#define ENTRY(name, ctype, sql_, oid_, array_oid_)  \
    [TUSK_TYPE_##name] = { .sql = sql_,             \
                           .oid = oid_,             \
                           .array_oid = array_oid_, \
                           .nullable_offset = offsetof(struct form_##name, value) },
    TUSK_SCALAR_TYPES(ENTRY)
#undef ENTRY
};
#define TYPE_COUNT (sizeof types / sizeof *types)

/* Types that a column of the program has no C form for, but one of the database may be. */
static const struct {
    uint32_t oid;
    const char *sql;
} others[] = {
    { 18, "\"char\"" },      { 19, "name" },
    { 26, "oid" },           { 142, "xml" },
    { 600, "point" },        { 628, "line" },
    { 650, "cidr" },         { 774, "macaddr8" },
    { 790, "money" },        { 829, "macaddr" },
    { 869, "inet" },         { 1083, "time" },
    { 1186, "interval" },    { 1560, "bit" },
    { 1562, "bit varying" }, { 1266, "time with time zone" },
};

/* The arrays a column can have hold pointers, so their nullable forms are laid out alike. */
static_assert(offsetof(tusk_null_text_array, value) == offsetof(tusk_null_integer_array, value),
              "nullable arrays are laid out alike");

const tusk_type_info *tusk_type_info_of(tusk_type type)
{
    assert((size_t)type < TYPE_COUNT);
    return &types[type];
}

size_t tusk_field_value_offset(const tusk_column *column)
{
    if (!column->nullable) return 0;
    if (column->codec) return column->value_at;
    if (column->is_array && column->dimensions) return offsetof(tusk_null_str, value);
    if (column->is_array) return offsetof(tusk_null_text_array, value);
    return tusk_type_info_of(column->type)->nullable_offset;
}

static bool is_text(uint32_t oid)
{
    return oid == types[TUSK_TYPE_TEXT].oid || oid == types[TUSK_TYPE_VARCHAR].oid ||
           oid == types[TUSK_TYPE_CHAR].oid || oid == OID_NAME;
}

bool tusk_codec_reads(const tusk_column *column, uint32_t oid)
{
    const tusk_type_info *info = tusk_type_info_of(column->type);
    if (tusk_column_is_text(column)) return is_text(oid);
    if (column->is_array) {
        if (column->type == TUSK_TYPE_INTEGER) return oid == info->array_oid;
        return oid == types[TUSK_TYPE_TEXT].array_oid || oid == types[TUSK_TYPE_VARCHAR].array_oid;
    }
    switch (column->type) {
    case TUSK_TYPE_TEXT:
    case TUSK_TYPE_VARCHAR:
    case TUSK_TYPE_CHAR:
        return is_text(oid);
    case TUSK_TYPE_ENUM:
        return oid >= OID_FIRST_USER || is_text(oid);
    default:
        return oid == info->oid;
    }
}

static const char *array_name(tusk_type type)
{
    static const char *const names[] = {
#define ENTRY(name, ctype, sql, oid, array_oid) [TUSK_TYPE_##name] = sql "[]",
        TUSK_SCALAR_TYPES(ENTRY)
#undef ENTRY
    };
    return names[type];
}

const char *tusk_oid_name(uint32_t oid)
{
    if (oid == 0) return NULL;
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (types[i].oid == oid) return types[i].sql;
        if (types[i].array_oid == oid) return array_name((tusk_type)i);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (others[i].oid == oid) return others[i].sql;
    }
    return NULL;
}

const char *tusk_column_type_name(const tusk_column *column)
{
    if (column->type == TUSK_TYPE_ENUM) return column->enumeration->sql_name;
    if (column->type == TUSK_TYPE_OTHER) {
        return column->other_type ? column->other_type : "of another type";
    }
    if (column->is_array) return array_name(column->type);
    return tusk_type_info_of(column->type)->sql;
}
