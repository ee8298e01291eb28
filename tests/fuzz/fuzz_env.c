/* fuzz_env.c - the reader of .env files: any text survives between double quotes, and no message
 * repeats a value */
#include "src/base/utf8.h"
#include "tests/fuzz/fuzz.h"
#include "tusk/buf.h"
#include "tusk/server.h"

/* Read as a whole file, the input is taken or refused in one sentence. */
static void read_file(tusk_arena *arena, tusk_str input)
{
    tusk_error err = { 0 };
    const tusk_env *env = NULL;
    const char *const files[] = { fuzz_file(arena, "x.env", input), NULL };
    tusk_server server = { 0 };
    bool configured = false;
    tusk_status st = tusk_env_read(arena, files, &env, &err);
    if (st == TUSK_OK) st = tusk_server_from_env(arena, env, &configured, &server, &err);
    if (st) {
        fuzz_refused(st, &err);
    } else if (configured) {
        CLAIM(server.host && server.database && server.user, "what is not set has a default");
        CLAIM(server.port > 0 && server.port < 65536, "a port is a port");
        CLAIM((server.tls == TUSK_TLS_VERIFY_FULL) == (server.tls_ca != NULL),
              "an authority is there when it is asked for, and only then");
    }
}

/* Can it stand in a .env file at all? */
static bool is_value(tusk_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < 0x20 && c != '\t' && c != '\n') return false;
    }
    return tusk_str_is_text(s);
}

static void quote_and_read(tusk_arena *arena, tusk_str value)
{
    tusk_error err = { 0 };
    const tusk_env *env = NULL;
    tusk_buf line;
    tusk_buf_init_in(&line, arena, 1 << 20);
    tusk_buf_add_cstr(&line, " export\tTUSK_FUZZ = \"");
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (c == '"' || c == '\\' || c == '$' || c == '\n') tusk_buf_add_char(&line, '\\');
        tusk_buf_add_char(&line, c == '\n' ? 'n' : c);
    }
    tusk_buf_add_cstr(&line, "\" # a comment\r\n");
    const char *const files[] = { fuzz_file(arena, "x.env", tusk_buf_str(&line)), NULL };
    CLAIM(tusk_env_read(arena, files, &env, &err) == TUSK_OK, "a quoted text is a value");
    CLAIM(tusk_str_eq(tusk_str_of(tusk_env_get(env, "TUSK_FUZZ")), value), "it is the same text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    tusk_arena *arena = tusk_arena_new(0);
    tusk_str input = fuzz_input(data, size);
    read_file(arena, input);
    if (is_value(input)) quote_and_read(arena, input);
    tusk_arena_free(arena);
    return 0;
}
