/* notes.c - a whole program: notes that are kept in PostgreSQL and found by their words. It applies
 * its migrations by itself; they were made by
 *     tusk generate --schema examples/notes/notes.def --folder examples/notes/migrations */
#include <stdio.h>
#include <string.h>

#define TUSK_SCHEMA "examples/notes/notes.def"
#include "tusk/define.h"
#include "tusk/tusk.h"

#ifndef NOTES_MIGRATIONS /* an installed program is told where they lie */
#define NOTES_MIGRATIONS "examples/notes/migrations"
#endif

static void print_note(const notes_row *note)
{
    printf("%s  %s\n    %s\n", TUSK_TIME_TEXT(note->created_at), note->title.ptr, note->body.ptr);
}

static tusk_status add(tusk_conn *conn, tusk_arena *a, char **args, tusk_error *err)
{
    notes_row note = { .title = tusk_str_of(args[0]), .body = tusk_str_of(args[1]) };
    tusk_status st =
        tusk_fetch_one(conn, a,
                       tusk_insert(a, notes, &note, .returning = true,
                                   .defaults = TUSK_COLUMNS(notes.id, notes.created_at)),
                       &note, err);
    if (!st) print_note(&note);
    if (st == TUSK_SERVER && !strcmp(err->constraint, "notes_title_given"))
        st = tusk_fail(err, TUSK_INVALID, "a note needs a title");
    return st;
}

/* The newest first: all of them, or those with these words. */
static tusk_status list(tusk_conn *conn, tusk_arena *a, char **args, tusk_error *err)
{
    tusk_expr found = args[0] ? tusk_matches(notes.words, "english", args[0]) : TUSK_ABSENT;
    notes_rows rows = { 0 };
    tusk_status st = tusk_fetch(conn, a,
                                tusk_select(a, notes, .where = TUSK_LIST(found), .limit = 100,
                                            .order = TUSK_ORDER(tusk_desc(notes.created_at))),
                                &rows, err);
    for (size_t i = 0; i < rows.count; i++) print_note(&rows.items[i]);
    if (!st && rows.count == 0) puts("no notes");
    return st;
}

static const struct command {
    const char *name;
    int args;
    tusk_status (*run)(tusk_conn *conn, tusk_arena *a, char **args, tusk_error *err);
} commands[] = { { "add", 2, add }, { "search", 1, list }, { "list", 0, list } };

static tusk_status run(const struct command *command, char **args, tusk_arena *a, tusk_error *err)
{
    tusk_cluster *cluster = NULL;
    tusk_server server;
    tusk_conn *conn = NULL;
    tusk_cluster_options options = { .database = "notes" };
    tusk_status st = tusk_server_find(a, NULL, &options, &cluster, &server, err);
    if (!st) st = tusk_conn_open(&server, 5000, &conn, err);
    if (!st) tusk_conn_set_timeout(conn, 10000);
    if (!st) st = tusk_migrate_up(conn, NOTES_MIGRATIONS, NULL, NULL, err);
    if (!st) st = command->run(conn, a, args, err);
    tusk_conn_close(conn);
    tusk_cluster_close(cluster);
    return st;
}

int main(int argc, char **argv)
{
    const struct command *command = NULL;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (argc == 2 + commands[i].args && !strcmp(argv[1], commands[i].name))
            command = &commands[i];
    if (!command) {
        fputs("usage: notes add TITLE TEXT | notes search WORDS | notes list\n", stderr);
        return 2;
    }
    tusk_arena *a = tusk_arena_new(0);
    tusk_error err;
    tusk_status st = run(command, argv + 2, a, &err);
    if (st) fprintf(stderr, "notes: %s\n", TUSK_ERROR_TEXT(&err));
    tusk_arena_free(a);
    return st ? 1 : 0;
}
