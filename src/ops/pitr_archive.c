/* pitr_archive.c - is archiving on, does it work, and the last changes sent along */
#include "src/ops/pitr.h"
#include "src/ops/stats_row.h"

#include "src/base/banned.h"

#define FLUSH_MS 60000
#define POLL_MS  50
/* what the server shows for a command that archive_mode keeps it from using */
#define DISABLED "(disabled)"

/* clang-format off */
static const char archiving_sql[] =
    "select current_setting('wal_level'), current_setting('archive_mode'),\n"
    "  nullif(current_setting('archive_command'), '" DISABLED "'),\n"
    "  current_setting('archive_timeout'), last_archived_wal, last_failed_wal,\n"
    "  " TUSK_OPS_TIME_SQL("last_archived_time") ",\n"
    "  " TUSK_OPS_TIME_SQL("last_failed_time") ",\n"
    "  archived_count, failed_count from pg_catalog.pg_stat_archiver";
/* clang-format on */

typedef struct row {
    tusk_str wal_level, mode, command, timeout, last_segment, failed_segment;
    int64_t last_archived, last_failed, archived, failed;
} row;

#define ROW(member) TUSK_OPS_COLUMN(row, member)
static const tusk_ops_column row_columns[] = {
    ROW(wal_level),      ROW(mode),          ROW(command),     ROW(timeout),  ROW(last_segment),
    ROW(failed_segment), ROW(last_archived), ROW(last_failed), ROW(archived), ROW(failed),
};

tusk_status tusk_pitr_archiving_read(tusk_conn *conn, tusk_arena *arena, tusk_pitr_archiving *out,
                                     tusk_error *err)
{
    const tusk_ops_question question = TUSK_OPS_QUESTION(row, archiving_sql, row_columns);
    row *rows = NULL;
    size_t count = 0;
    tusk_status st = tusk_ops_ask(conn, arena, &question, NULL, &rows, &count, err);
    if (st) return st;
    if (count != 1) return tusk_fail(err, TUSK_INVALID, "the server tells nothing of its archiver");
    *out = (tusk_pitr_archiving){
        .wal_level = rows->wal_level,
        .mode = rows->mode,
        .command = rows->command,
        .timeout = rows->timeout,
        .last_segment = rows->last_segment,
        .failed_segment = rows->failed_segment,
        .last_archived = { rows->last_archived },
        .last_failed = { rows->last_failed },
        .archived = rows->archived,
        .failed = rows->failed,
    };
    return TUSK_OK;
}

const char *tusk_pitr_archiving_problem(const tusk_pitr_archiving *a, const char *command)
{
    if (tusk_str_eq(a->wal_level, TUSK_STR("minimal"))) return "wal_level is minimal";
    if (tusk_str_eq(a->mode, TUSK_STR("off"))) return "archive_mode is off";
    if (!tusk_str_eq(a->command, tusk_str_of(command)))
        return "archive_command is not that of this repository";
    if (a->last_failed.us > a->last_archived.us) return "the last segment could not be archived";
    return NULL;
}

static tusk_status wait_for_segment(tusk_conn *conn, tusk_arena *arena, tusk_str segment,
                                    int64_t deadline, tusk_error *err)
{
    for (;;) {
        tusk_pitr_archiving now;
        tusk_status st = tusk_pitr_archiving_read(conn, arena, &now, err);
        if (st) return st;
        /* a name of a history sorts before the segments of its timeline, as it is archived */
        if (tusk_str_compare(now.last_segment, segment) >= 0) return TUSK_OK;
        if (tusk_wait_a_little(POLL_MS, deadline)) continue;
        tusk_fail(err, TUSK_TIMEOUT, "the segment %.*s is not in the archive yet",
                  TUSK_STR_ARG(segment));
        if (now.last_failed.us > now.last_archived.us)
            tusk_error_hint(err, "archive_command fails: the log of the server says why.");
        return TUSK_TIMEOUT;
    }
}

tusk_status tusk_pitr_flush(tusk_conn *conn, tusk_arena *arena, int64_t deadline,
                            tusk_time *flushed, tusk_error *err)
{
    tusk_str text;
    int64_t soon = tusk_deadline_in(FLUSH_MS);
    flushed->us = 0;
    /* a transaction of its own, so that the log has a commit after this moment */
    tusk_time now = tusk_now();
    tusk_status st =
        tusk_ops_ask_text(conn, arena, "select pg_catalog.txid_current()::text", &text, err);
    if (st == TUSK_OK)
        st = tusk_ops_ask_text(conn, arena,
                               "select pg_catalog.pg_walfile_name(pg_catalog.pg_switch_wal())",
                               &text, err);
    if (st == TUSK_OK)
        st = wait_for_segment(conn, arena, text, soon < deadline ? soon : deadline, err);
    if (st == TUSK_OK) *flushed = now;
    return st;
}
