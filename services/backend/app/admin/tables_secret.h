/* tables_secret.h - which values nobody is shown, not even an administrator: the one list, as
 * conditions of queries on the catalogs
 *
 * A hash that is seen can be attacked in peace, and a session or a token that is seen can be used.
 * All conditions are about pg_class c, pg_namespace n and pg_attribute a. */
#ifndef DEPLOYSTACK_TABLES_SECRET_H
#define DEPLOYSTACK_TABLES_SECRET_H

/** What stands instead of a secret value that is there. */
#define SECRET_SHOWN "•••"

/** A schema that people made: neither PostgreSQL's own nor temporary. */
#define SQL_USER_SCHEMA "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"

/** A column that is secret: by what its name says, in any table ("hashed_password",
 * "clientSecret", "access_token_encrypted"), and those whose names do not say it. */
#define SQL_SECRET_COLUMN                                                                  \
    "(lower(a.attname) ~ '(password|passwd|passphrase|secret|token|api_?key|private_?key|" \
    "code_?verifier)(_?(hash|hashed|encrypted))?$' "                                       \
    "or (n.nspname, c.relname, a.attname) in "                                             \
    "(('public', 'authSession', 'id'), ('public', 'globalSettings', 'value')))"

/** Where PostgreSQL itself keeps passwords of roles and of other servers, and samples of the values
 * of every column. */
#define SQL_SECRET_CATALOG                                                               \
    "(n.nspname in ('pg_catalog', 'information_schema') and c.relname in ('pg_authid', " \
    "'pg_shadow', 'pg_statistic', 'pg_stats', 'pg_statistic_ext_data', 'pg_stats_ext', " \
    "'pg_stats_ext_exprs', 'pg_subscription', 'pg_user_mapping', 'pg_user_mappings', "   \
    "'_pg_user_mappings', 'user_mapping_options'))"

/** guarded: the relations that have a secret column. peeking: the views of people on one of the
 * catalogs above, by the tree of the view, for PostgreSQL notes no dependency on what it cannot do
 * without. revealing: the views that read one of those, straight or through other views; which of
 * its columns a view reads cannot be told for certain from the catalogs (a whole row leaves no
 * trace of its columns), so none of it is shown. Begins a query. */
#define SQL_WITH_REVEALING                                                                  \
    "with recursive guarded(oid) as ("                                                      \
    "select distinct c.oid from pg_catalog.pg_attribute a "                                 \
    "join pg_catalog.pg_class c on c.oid = a.attrelid "                                     \
    "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "                             \
    "where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f') " \
    "and " SQL_USER_SCHEMA " and " SQL_SECRET_COLUMN "), "                                  \
    "peeking(oid) as ("                                                                     \
    "select r.ev_class from pg_catalog.pg_rewrite r "                                       \
    "join pg_catalog.pg_class v on v.oid = r.ev_class "                                     \
    "where v.relkind in ('v', 'm') and v.oid >= 16384 and r.ev_action::text ~ ("            \
    "select ':relid (' || pg_catalog.string_agg(c.oid::text, '|') || ') ' "                 \
    "from pg_catalog.pg_class c "                                                           \
    "join pg_catalog.pg_namespace n on n.oid = c.relnamespace "                             \
    "where " SQL_SECRET_CATALOG ")), "                                                      \
    "reads(seen, by) as ("                                                                  \
    "select distinct d.refobjid, r.ev_class from pg_catalog.pg_depend d "                   \
    "join pg_catalog.pg_rewrite r on r.oid = d.objid "                                      \
    "where d.classid = 'pg_catalog.pg_rewrite'::regclass "                                  \
    "and d.refclassid = 'pg_catalog.pg_class'::regclass and r.ev_class <> d.refobjid), "    \
    "revealing(oid) as ("                                                                   \
    "select reads.by from guarded join reads on reads.seen = guarded.oid "                  \
    "union select oid from peeking "                                                        \
    "union select reads.by from revealing join reads on reads.seen = revealing.oid) "

/** A table that the program itself depends on or that must not be rewritten: read only here. */
#define SQL_SYSTEM_TABLE                                   \
    "(n.nspname = 'drizzle' or (n.nspname, c.relname) in " \
    "(('public', 'audit_log'), ('public', 'server_samples'), ('public', '__drizzle_migrations')))"

#endif
