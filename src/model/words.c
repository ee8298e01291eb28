/* words.c - names that a .def file may not give: they break or shadow something in the program */
#include "src/model/check.h"

#include "src/base/banned.h"

/* clang-format off */
/* Keywords, and macros that common headers or compilers define. */
static const char *const reserved[] = {
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else",
    "enum", "extern", "float", "for", "goto", "if", "inline", "int", "long", "register",
    "restrict", "return", "short", "signed", "sizeof", "static", "struct", "switch", "typedef",
    "union", "unsigned", "void", "volatile", "while", "bool", "true", "false", "asm", "typeof",
    "alignas", "alignof", "nullptr", "constexpr", "thread_local", "static_assert",
    "typeof_unqual", "NULL", "EOF", "errno", "stdin", "stdout", "stderr", "assert", "offsetof",
    "unix", "linux", "i386", "END", "ABSENT",
    /* the words of the schema language, which are macros where columns are declared */
    "ENUM", "ENUM_IN", "LABEL", "END_ENUM", "TABLE", "TABLE_IN", "END_TABLE", "VIEW", "VIEW_IN",
    "MATERIALIZED_VIEW", "MATERIALIZED_VIEW_IN", "END_VIEW", "COLUMN", "NULLABLE", "INDEX",
    "UNIQUE_INDEX", "CHECK", "KEY", "UNIQUE_ON", "FOREIGN_KEY", "EXCLUDE", "POLICY", "PARTITION",
    "PARTITION_IN", "TRIGGER", "SCHEMA", "SEQUENCE", "SEQUENCE_IN", "ROLE", "EXTENSION",
    "EXTENSION_IN", "DOMAIN", "DOMAIN_IN", "COMPOSITE", "COMPOSITE_IN", "FUNCTION", "FUNCTION_IN",
    "POLICY_ON", "COMMENT_ON", "PRIMARY_KEY", "UNIQUE", "UNIQUE_AS", "NULLS_NOT_DISTINCT", "NAMED",
    "DEFAULT", "DEFAULT_TEXT", "DEFAULT_SQL", "GENERATED", "IDENTITY", "REFERENCES",
    "REFERENCES_AS", "ON_UPDATE", "DEFERRABLE", "INITIALLY_DEFERRED", "PRECISION", "FIELDS",
    "SET_ON_UPDATE", "COMMENT", "COLLATE", "RENAMED_FROM",
    /* and those that stand where the name of a column could */
    "DESC", "NULLS_FIRST", "OP", "SQL", "CONSTRAINT", "ON", "TO",
};

/* Functions, types and variables of C and POSIX with everyday names. */
static const char *const library[] = {
    "abort", "abs", "accept", "access", "acct", "alarm", "atexit", "bind", "brk", "bsearch",
    "calloc", "chdir", "chmod", "chown", "chroot", "clearenv", "clearerr", "clock",
    "close", "closedir", "connect", "creat", "crypt", "ctime", "daemon", "daylight", "difftime",
    "div", "dup", "encrypt", "environ", "err", "error", "exec", "execl", "execv", "exit", "exp",
    "fclose", "fdopen", "feof", "fflush", "ffs", "fileno", "flock", "floor", "fopen", "fork",
    "free", "fstat", "fsync", "ftok", "gamma", "getenv", "getpid", "gettext", "glob", "index",
    "insque", "ioctl", "isatty", "kill", "labs", "link", "listen", "localtime", "lockf", "log",
    "logb", "main", "malloc", "mkdir", "mknod", "mktime", "mmap", "mount", "nice", "open",
    "opendir", "optarg", "optind", "opterr", "optopt", "pause", "perror", "pipe", "poll", "popen",
    "pow", "printf", "profil", "ptrace", "putenv", "puts", "qsort", "quotactl", "raise", "rand",
    "random", "read", "readdir", "readlink", "readv", "realloc", "reboot", "recv", "remove",
    "remque", "rename", "rewind", "rindex", "rmdir", "round", "scandir", "scanf", "seed48",
    "select", "send", "setenv", "shutdown", "sigaction", "signal", "sleep", "socket", "sqrt",
    "srand", "stat", "statvfs", "stime", "strcat", "strlen", "swab", "symlink", "sync", "syscall",
    "sysconf", "syslog", "system", "tempnam", "time", "times", "timezone", "tmpfile", "tmpnam",
    "truncate", "ttyname", "tzname", "tzset", "ulimit", "umask", "uname", "ungetc", "unlink",
    "usleep", "utime", "vfork", "vhangup", "wait", "waitpid", "warn", "write", "writev", "yn",
    "y0", "y1", "j0", "j1", "jn",
};

/* clang-format on */
static bool in_list(const char *const *list, size_t count, tusk_str word)
{
    for (size_t i = 0; i < count; i++) {
        if (tusk_str_eq(word, tusk_str_of(list[i]))) return true;
    }
    return false;
}

bool tusk_word_is_reserved(tusk_str word)
{
    return tusk_str_starts(word, TUSK_STR("_")) || tusk_str_starts(word, TUSK_STR("TUSK_")) ||
           in_list(reserved, sizeof reserved / sizeof *reserved, word);
}

bool tusk_word_is_library(tusk_str word)
{
    return tusk_str_starts(word, TUSK_STR("tusk_")) ||
           in_list(library, sizeof library / sizeof *library, word);
}
