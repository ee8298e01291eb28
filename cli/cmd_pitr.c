/* cmd_pitr.c - tusk pitr: archiving turned on, backups to begin with, back to a moment */
#include "cli/backup.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tusk/pitr.h"

const struct cli_option cmd_pitr_options[] = {
    { "--repo", "FOLDER",
      "of backups and archive (pitr beside the private data; other servers need it)" },
    { "--to", "TIME", "for restore: the moment, with its zone: 2026-11-22T14:55:03Z" },
    { "--into", "FOLDER",
      "for restore of a server that is not the private one: the folder to make" },
    { "--timeline", "N", "for restore: another history than the newest" },
    { "--full", NULL, "for backup: not incremental" },
    { "--keep", "N", "for enable: full backups to keep, with what depends on them (2)" },
    { "--force", NULL, "for enable and restore: also when other programs use the private server" },
    { "--json", NULL, "for status: JSON" },
    { 0 },
};
const char cmd_pitr_more[] =
    "  enable   turn archiving on (the private PostgreSQL is restarted once) and check it\n"
    "  backup   the first is a full one, later ones hold what changed since\n"
    "  status   does archiving work, what can be restored, which backups\n"
    "  restore  bring every database back to the moment --to; the data as they were are kept\n"
    "           beside the new ones\n"
    "\nIt works on the private PostgreSQL, or on the server of POSTGRES_* when that is on this\n"
    "machine. pgBackRest does it: the package pgbackrest.\n";

static const char *shown(struct cli_call *call, tusk_str text)
{
    tusk_str safe = tusk_shown(call->arena, text);
    return safe.ptr ? safe.ptr : "";
}

/* One line that is written over, on a terminal only. */
static void show_step(void *context, const char *step)
{
    (void)context;
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K  %s", step);
}

/* ---- enable, backup ---- */

static int enable(struct cli_call *call, tusk_pitr_options *options)
{
    tusk_pitr_enabled enabled;
    tusk_error err = { 0 };
    int code = cli_number(call, "--keep", 9999, &options->keep_full);
    if (code != CLI_OK) return code;
    tusk_status st = tusk_pitr_enable(call->arena, options, &enabled, &err);
    cli_backup_progress_end();
    if (st != TUSK_OK) return cli_fail(call, &err);
    if (!enabled.active) {
        printf("The repository is in %s. The server is not ours to change:\n\n%s",
               shown(call, enabled.folder), enabled.steps.ptr);
        return CLI_FAILED;
    }
    if (enabled.restarted) printf("the private PostgreSQL was restarted, once\n");
    printf("%sarchiving works%s, into %s\n  Next: %s pitr backup\n", cli_colour("32"),
           cli_colour(NULL), shown(call, enabled.folder), call->program);
    return CLI_OK;
}

static int backup(struct cli_call *call, tusk_pitr_options *options)
{
    tusk_pitr_backup made;
    tusk_error err = { 0 };
    char bytes[CLI_BYTES_SIZE], stored[CLI_BYTES_SIZE];
    options->full = cli_value(call, "--full") != NULL;
    tusk_status st = tusk_pitr_backup_make(call->arena, options, &made, &err);
    cli_backup_progress_end();
    if (st != TUSK_OK) return cli_fail(call, &err);
    printf("%s %s: %s, %s of them new\n", shown(call, made.type), shown(call, made.label),
           cli_bytes(made.bytes, bytes), cli_bytes(made.stored, stored));
    return CLI_OK;
}

/* ---- status ---- */

static json_t *text_json(tusk_str text)
{
    return text.ptr && text.len ? json_stringn(text.ptr, text.len) : json_null();
}

static json_t *time_json(tusk_time time)
{
    return time.us ? json_string(TUSK_TIME_TEXT(time)) : json_null();
}

static json_t *backup_json(const tusk_pitr_backup *b)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:I,s:I,s:i,s:b}", "label", text_json(b->label), "type",
                     text_json(b->type), "start", time_json(b->start), "end", time_json(b->end),
                     "bytes", (json_int_t)b->bytes, "stored", (json_int_t)b->stored, "timeline",
                     b->timeline, "damaged", b->damaged);
}

static int show_json(struct cli_call *call, const tusk_pitr_status *s)
{
    json_t *backups = json_array();
    for (size_t i = 0; i < s->count; i++)
        json_array_append_new(backups, backup_json(&s->backups[i]));
    json_t *root = json_pack(
        "{s:b,s:b,s:o,s:o,s:o,s:I,s:o,s:o,s:I,s:o,s:o,s:i,s:o,s:o,s:o}", "enabled", s->enabled,
        "archiving", s->archiving, "problem", text_json(s->problem), "last_segment",
        text_json(s->last_segment), "last_archived", time_json(s->last_archived), "archived",
        (json_int_t)s->archived, "failed_segment", text_json(s->failed_segment), "last_failed",
        time_json(s->last_failed), "failed", (json_int_t)s->failed, "oldest", time_json(s->oldest),
        "newest", time_json(s->newest), "timeline", s->timeline, "folder", text_json(s->folder),
        "data", text_json(s->data), "backups", backups);
    if (!root || json_dumpf(root, stdout, JSON_INDENT(2)) != 0) {
        json_decref(root);
        return cli_usage(call, "out of memory");
    }
    printf("\n");
    json_decref(root);
    return CLI_OK;
}

static void show_backup(struct cli_call *call, const tusk_pitr_backup *b)
{
    char bytes[CLI_BYTES_SIZE], stored[CLI_BYTES_SIZE];
    printf("  %-34s %-5s %.19sZ %9s %9s new%s%s%s\n", shown(call, b->label), shown(call, b->type),
           TUSK_TIME_TEXT(b->end), cli_bytes(b->bytes, bytes), cli_bytes(b->stored, stored),
           b->damaged ? cli_colour("31") : "", b->damaged ? " damaged pages" : "",
           b->damaged ? cli_colour(NULL) : "");
}

static int show_status(struct cli_call *call, const tusk_pitr_status *s)
{
    printf("  %-10s %s\n", "folder", shown(call, s->folder));
    if (!s->enabled) {
        printf("  %-10s not enabled: %s pitr enable\n", "archiving", call->program);
        return CLI_OK;
    }
    printf("  %-10s %s\n", "data", shown(call, s->data));
    printf("  %-10s %s%s%s\n", "archiving", cli_colour(s->archiving ? "32" : "31"),
           s->archiving ? "works" : shown(call, s->problem), cli_colour(NULL));
    if (s->last_archived.us)
        printf("  %-10s %s at %s\n", "archived", shown(call, s->last_segment),
               TUSK_TIME_TEXT(s->last_archived));
    if (s->last_failed.us)
        printf("  %-10s %s at %s\n", "failed", shown(call, s->failed_segment),
               TUSK_TIME_TEXT(s->last_failed));
    if (s->oldest.us)
        printf("  %-10s from %s to %s\n", "restorable", TUSK_TIME_TEXT(s->oldest),
               s->archiving ? "now" : TUSK_TIME_TEXT(s->newest));
    else
        printf("  %-10s nothing yet: %s pitr backup\n", "restorable", call->program);
    for (size_t i = 0; i < s->count; i++) show_backup(call, &s->backups[i]);
    return CLI_OK;
}

static int status(struct cli_call *call, tusk_pitr_options *options)
{
    tusk_pitr_status found;
    tusk_error err = { 0 };
    if (tusk_pitr_look(call->arena, options, &found, &err) != TUSK_OK) return cli_fail(call, &err);
    return cli_value(call, "--json") ? show_json(call, &found) : show_status(call, &found);
}

/* ---- restore ---- */

static void show_restored(struct cli_call *call, const tusk_pitr_restored *r)
{
    printf("%srestored%s from %s, in %s\n", cli_colour("32"), cli_colour(NULL),
           shown(call, r->label), shown(call, r->data));
    if (r->reached.us)
        printf("  the last transaction in it is of %s\n", TUSK_TIME_TEXT(r->reached));
    if (r->steps.len) {
        printf("\n%s", r->steps.ptr);
        return;
    }
    if (r->before.len)
        printf("  the data as they were are in %s: remove it when you need it no more\n",
               shown(call, r->before));
    if (!r->archiving)
        printf("  %sarchiving does not work now%s: %s pitr status\n", cli_colour("31"),
               cli_colour(NULL), call->program);
    printf("  a new history (timeline %d) begins here: %s pitr backup makes later restores short\n",
           r->timeline, call->program);
}

static int restore(struct cli_call *call, tusk_pitr_options *options)
{
    tusk_pitr_restored restored;
    tusk_error err = { 0 };
    tusk_time moment;
    const char *to = cli_value(call, "--to");
    if (!to) return cli_usage(call, "restore needs --to TIME");
    int code = cli_number(call, "--timeline", 1000000, &options->timeline);
    if (code != CLI_OK) return code;
    tusk_status st = tusk_pitr_parse_time(tusk_str_of(to), &moment, &err);
    if (st == TUSK_OK) st = tusk_pitr_restore(call->arena, options, moment, &restored, &err);
    cli_backup_progress_end();
    if (st != TUSK_OK) return cli_fail(call, &err);
    show_restored(call, &restored);
    return CLI_OK;
}

/* ---- all ---- */

static tusk_status find_server(struct cli_call *call, tusk_server *server, bool *outside,
                               tusk_error *err)
{
    const tusk_env *env = NULL;
    tusk_status st = cli_env(call, &env, err);
    return st ? st : tusk_server_from_env(call->arena, env, outside, server, err);
}

int cmd_pitr(struct cli_call *call)
{
    static const struct {
        const char *word;
        int (*run)(struct cli_call *call, tusk_pitr_options *options);
    } actions[] = {
        { "enable", enable }, { "backup", backup }, { "status", status }, { "restore", restore }
    };
    tusk_pitr_options options = { .repo = cli_value(call, "--repo"),
                                  .into = cli_value(call, "--into"),
                                  .force = cli_value(call, "--force") != NULL,
                                  .progress = show_step };
    tusk_server server;
    bool outside = false;
    tusk_error err = { 0 };
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(call->argv[0], actions[i].word) != 0) continue;
        if (find_server(call, &server, &outside, &err) != TUSK_OK) return cli_fail(call, &err);
        if (outside) options.server = &server;
        return actions[i].run(call, &options);
    }
    return cli_usage(call, "\"%s\" is none of enable, backup, status, restore", call->argv[0]);
}
