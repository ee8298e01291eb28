/* cmd_backup.c - tusk backup: makes one; list, verify and prune those of a folder */
#include "cli/backup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER_DEFAULT "backups"
#define TABLES_MAX     256

const struct cli_option cmd_backup_options[] = {
    { "--folder", "PATH", "of backups (" FOLDER_DEFAULT ")" },
    { "--format", "FORMAT",
      "custom, plain, gzip or directory (as FILE ends: .sql, .sql.gz, .dir; "
      "else custom)" },
    { "--schema-only", NULL, "no rows" },
    { "--data-only", NULL, "only rows" },
    { "--tables", "NAMES", "only these, with commas between them" },
    { "--jobs", "N", "at once: directory, and custom when verifying (1)" },
    { "--keep", "N", "for prune: keep the newest N of each database" },
    { "--days", "N", "for prune: keep those of the last N days" },
    { "--dry-run", NULL, "for prune: only tell what would go" },
    { "--trust", NULL, "for verify: also a file without a manifest; its SQL runs as it is" },
    { "--json", NULL, "for list: JSON" },
    { "--database", "NAME", "another database on the same server" },
    { 0 },
};
const char cmd_backup_more[] =
    "  tusk backup [FILE]         back the database up (FOLDER/DATABASE-TIME.dump)\n"
    "  tusk backup list           those in the folder, newest first\n"
    "  tusk backup verify [FILE]  restore it into a scratch database and compare (the newest)\n"
    "  tusk backup prune          remove what --keep and --days do not keep; the newest verified\n"
    "                             one of each database always stays\n";

/* ---- what it shows ---- */

const char *cli_bytes(int64_t bytes, char text[CLI_BYTES_SIZE])
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
    size_t unit = 0;
    double value = (double)bytes;
    while (value >= 1000 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1000;
        unit++;
    }
    snprintf(text, CLI_BYTES_SIZE, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text;
}

/* One line that is written over, on a terminal only. */
void cli_backup_progress(void *context, const tusk_backup_progress *progress)
{
    static const char *const phases[] = { [TUSK_BACKUP_COUNTING] = "counting rows",
                                          [TUSK_BACKUP_DUMPING] = "dumping",
                                          [TUSK_BACKUP_HASHING] = "reading back",
                                          [TUSK_BACKUP_RESTORING] = "restoring",
                                          [TUSK_BACKUP_COMPARING] = "comparing" };
    if (!isatty(STDERR_FILENO)) return;
    fprintf(stderr, "\r\033[K  %s", phases[progress->phase]);
    if (progress->total > 0) fprintf(stderr, " %zu/%zu", progress->done, progress->total);
    for (size_t i = 0; i < progress->table.len && i < 60; i++) { /* names may hold anything */
        unsigned char c = (unsigned char)progress->table.ptr[i];
        if (i == 0) fputc(' ', stderr);
        fputc(c < 0x20 || c == 0x7f ? '?' : c, stderr);
    }
    fflush(stderr);
}

void cli_backup_progress_end(void)
{
    if (isatty(STDERR_FILENO)) fputs("\r\033[K", stderr);
}

/* A text that a stranger may have named, without what a terminal would obey. */
static const char *shown(struct cli_call *call, tusk_str text)
{
    char *copy = tusk_arena_copy(call->arena, text.ptr ? text.ptr : "", text.len + 1);
    if (!copy) return "";
    copy[text.len] = '\0';
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
    return copy;
}

int cli_number(struct cli_call *call, const char *name, int max, int *out)
{
    const char *text = cli_value(call, name);
    long long number = 0;
    if (!text) return CLI_OK;
    if (!tusk_str_to_int(tusk_str_of(text), 1, max, &number))
        return cli_usage(call, "%s takes a number from 1 to %d", name, max);
    *out = (int)number;
    return CLI_OK;
}

static const char *folder_of(const struct cli_call *call)
{
    const char *folder = cli_value(call, "--folder");
    return folder ? folder : FOLDER_DEFAULT;
}

/* ---- make ---- */

static int read_format(struct cli_call *call, tusk_backup_options *options)
{
    static const char *const names[] = { [TUSK_BACKUP_CUSTOM] = "custom",
                                         [TUSK_BACKUP_PLAIN] = "plain",
                                         [TUSK_BACKUP_GZIP] = "gzip",
                                         [TUSK_BACKUP_DIRECTORY] = "directory" };
    const char *text = cli_value(call, "--format");
    if (!text) return CLI_OK;
    for (size_t i = TUSK_BACKUP_CUSTOM; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) != 0) continue;
        options->format = (tusk_backup_format)i;
        return CLI_OK;
    }
    return cli_usage(call, "--format takes custom, plain, gzip or directory");
}

/* Commas divide, but not inside a name in double quotes. */
static int read_tables(struct cli_call *call, tusk_backup_options *options)
{
    const char *text = cli_value(call, "--tables");
    const char **names = TUSK_NEW_ARRAY(call->arena, const char *, TABLES_MAX + 1);
    size_t count = 0;
    bool quoted = false;
    if (!text || !names) return CLI_OK;
    for (const char *start = text, *at = text;; at++) {
        bool may_open = at == start || at[-1] == '.';
        if (*at == '"' && (quoted || may_open)) quoted = !quoted;
        if (*at && (*at != ',' || quoted)) continue;
        tusk_str name = tusk_str_trim((tusk_str){ start, (size_t)(at - start) });
        if (name.len == 0 || count == TABLES_MAX)
            return cli_usage(call, "--tables takes from 1 to %d names with commas between them",
                             TABLES_MAX);
        names[count++] = tusk_arena_str(call->arena, name).ptr;
        start = at + 1;
        if (!*at) break;
    }
    options->tables = names;
    return CLI_OK;
}

static int read_options(struct cli_call *call, tusk_backup_options *options)
{
    int code = read_format(call, options);
    if (code == CLI_OK) code = read_tables(call, options);
    if (code == CLI_OK) code = cli_number(call, "--jobs", 64, &options->jobs);
    if (cli_value(call, "--schema-only")) options->content = TUSK_BACKUP_SCHEMA_ONLY;
    if (cli_value(call, "--data-only")) {
        if (options->content != TUSK_BACKUP_WHOLE)
            return cli_usage(call, "--schema-only and --data-only leave nothing");
        options->content = TUSK_BACKUP_DATA_ONLY;
    }
    options->trust = cli_value(call, "--trust") != NULL;
    options->progress = cli_backup_progress;
    return code;
}

static tusk_status make_to(struct cli_call *call, const tusk_server *server, const char *path,
                           const tusk_backup_options *options, tusk_backup *backup, tusk_error *err)
{
    tusk_str chosen = tusk_str_of(path);
    if (!path) {
        chosen = tusk_backup_path(call->arena, folder_of(call), server, options->format);
        if (!chosen.ptr) return tusk_fail_nomem(err, "a path");
    }
    tusk_status st = tusk_backup_make(call->arena, server, chosen.ptr, options, backup, err);
    cli_backup_progress_end();
    return st;
}

static int make(struct cli_call *call, const char *path)
{
    struct cli_target target;
    tusk_backup_options options = { 0 };
    tusk_backup backup;
    tusk_error err = { 0 };
    char size[CLI_BYTES_SIZE];
    int code = read_options(call, &options);
    if (code != CLI_OK) return code;
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK) st = make_to(call, &target.server, path, &options, &backup, &err);
    cli_target_close(&target);
    if (st != TUSK_OK) return cli_fail(call, &err);
    printf("%s\n  %s, %zu tables, %" PRId64 " rows, of \"%s\"\n", shown(call, backup.path),
           cli_bytes(backup.bytes, size), backup.table_count, backup.rows,
           shown(call, backup.database));
    return CLI_OK;
}

/* ---- list ---- */

static void show_json_text(const char *key, tusk_str text)
{
    printf("\"%s\":\"", key);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    printf("\"");
}

static const char *const format_names[] = { "?", "custom", "plain", "gzip", "directory" };

static void show_json(const tusk_backup_list *list)
{
    printf("[");
    for (size_t i = 0; i < list->count; i++) {
        const tusk_backup *b = &list->items[i];
        printf("%s\n  {", i ? "," : "");
        show_json_text("path", b->path);
        printf(",");
        show_json_text("database", b->database);
        printf(",\"made\":\"%s\",\"format\":\"%s\",\"bytes\":%" PRId64 ",\"rows\":%" PRId64
               ",\"manifest\":%s,\"missing\":%s",
               TUSK_TIME_TEXT(b->made), format_names[b->format], b->bytes, b->rows,
               b->has_manifest ? "true" : "false", b->is_missing ? "true" : "false");
        if (b->verified.us) printf(",\"verified\":\"%s\"", TUSK_TIME_TEXT(b->verified));
        if (b->problem.ptr) printf(",");
        if (b->problem.ptr) show_json_text("problem", b->problem);
        printf("}");
    }
    printf("%s]\n", list->count ? "\n" : "");
}

static void show_one(struct cli_call *call, const tusk_backup *b)
{
    static const char *const parts[] = { "", " schema", " data" };
    char size[CLI_BYTES_SIZE];
    const char *slash = strrchr(b->path.ptr, '/');
    printf("  %-44s %.16s %9s %-9s ", shown(call, tusk_str_of(slash ? slash + 1 : b->path.ptr)),
           TUSK_TIME_TEXT(b->made), cli_bytes(b->bytes, size), format_names[b->format]);
    if (b->problem.ptr)
        printf("%s%s%s", cli_colour("31"), shown(call, b->problem), cli_colour(NULL));
    else if (b->is_missing)
        printf("%smissing%s", cli_colour("31"), cli_colour(NULL));
    else if (!b->has_manifest)
        printf("%sno manifest%s", cli_colour("33"), cli_colour(NULL));
    else if (b->verified.us)
        printf("%sverified %.16s%s", cli_colour("32"), TUSK_TIME_TEXT(b->verified),
               cli_colour(NULL));
    else
        printf("not verified");
    printf("%s%s\n", parts[b->content], b->chosen_count ? " chosen tables" : "");
}

static int list(struct cli_call *call)
{
    tusk_backup_list found;
    tusk_error err = { 0 };
    if (tusk_backup_look(call->arena, folder_of(call), &found, &err) != TUSK_OK)
        return cli_fail(call, &err);
    if (cli_value(call, "--json")) {
        show_json(&found);
        return CLI_OK;
    }
    if (found.count == 0) printf("there are no backups in %s\n", folder_of(call));
    for (size_t i = 0; i < found.count; i++) show_one(call, &found.items[i]);
    return CLI_OK;
}

/* ---- verify, prune ---- */

static const char *newest(struct cli_call *call, tusk_error *err)
{
    tusk_backup_list found;
    if (tusk_backup_look(call->arena, folder_of(call), &found, err) != TUSK_OK) return NULL;
    for (size_t i = 0; i < found.count; i++)
        if (found.items[i].has_manifest && !found.items[i].is_missing)
            return found.items[i].path.ptr;
    tusk_fail(err, TUSK_INVALID, "there are no backups in %s", folder_of(call));
    return NULL;
}

static int verify(struct cli_call *call, const char *path)
{
    struct cli_target target;
    tusk_backup_options options = { 0 };
    tusk_backup backup;
    tusk_error err = { 0 };
    int code = read_options(call, &options);
    if (code != CLI_OK) return code;
    if (!path) path = newest(call, &err);
    if (!path) return cli_fail(call, &err);
    tusk_status st = cli_target_open(call, &target, &err);
    if (st == TUSK_OK)
        st = tusk_backup_verify(call->arena, &target.server, path, &options, &backup, &err);
    cli_backup_progress_end();
    cli_target_close(&target);
    if (st != TUSK_OK) return cli_fail(call, &err);
    if (!backup.has_manifest)
        printf("%s restores; there is no manifest to compare it with\n", shown(call, backup.path));
    else
        printf("%sverified%s %s: %zu tables, %" PRId64 " rows\n", cli_colour("32"),
               cli_colour(NULL), shown(call, backup.path), backup.table_count, backup.rows);
    return CLI_OK;
}

static int prune(struct cli_call *call)
{
    tusk_backup_rule rule = { .dry_run = cli_value(call, "--dry-run") != NULL };
    tusk_backup_list gone;
    tusk_error err = { 0 };
    int code = cli_number(call, "--keep", 1000000, &rule.keep_last);
    if (code == CLI_OK) code = cli_number(call, "--days", 1000000, &rule.keep_days);
    if (code != CLI_OK) return code;
    if (rule.keep_last == 0 && rule.keep_days == 0)
        return cli_usage(call, "prune needs --keep N, --days N, or both");
    tusk_status st = tusk_backup_prune(call->arena, folder_of(call), &rule, &gone, &err);
    for (size_t i = 0; i < gone.count; i++)
        printf("  %s %s\n", rule.dry_run ? "would remove" : "removed",
               shown(call, gone.items[i].path));
    if (st != TUSK_OK) return cli_fail(call, &err);
    if (gone.count == 0) printf("nothing to remove in %s\n", folder_of(call));
    return CLI_OK;
}

int cmd_backup(struct cli_call *call)
{
    const char *word = call->argc > 0 ? call->argv[0] : "";
    const char *file = call->argc > 1 ? call->argv[1] : NULL;
    if (strcmp(word, "verify") == 0) return verify(call, file);
    if (file) return cli_usage(call, "\"%s\" is more than it takes", file);
    if (strcmp(word, "list") == 0) return list(call);
    if (strcmp(word, "prune") == 0) return prune(call);
    return make(call, call->argc > 0 ? word : NULL);
}
