// admin_sql.mjs - statements that an administrator types: planned and run, by one who wants more than to read
import { readFileSync } from 'node:fs';
import { ada, cookieOf, Psql, readyBackend, Tap, until } from './backend.mjs';

const tap = new Tap();
const { b, cookie, user } = await readyBackend(process.argv[2]);
const sql = new Psql(b);
const line = (text) => text.replaceAll('\n', ' ');
const query = (text, more = {}) => b.request('POST', '/api/admin/query', { cookie, body: { sql: text, ...more } });
const plan = (text, more = {}) => b.request('POST', '/api/admin/plan', { cookie, body: { sql: text, ...more } });
const value = async (text) => (await query(text)).json?.data?.rows?.[0]?.[0];

/** What the person proves first, and for whom it counts. */
async function password() {
  tap.equal('without the password: ask for it', await query('select 1').then((r) => [r.status, r.json.error]), [403, 'password needed']);
  tap.equal('the same for a plan', await plan('select 1').then((r) => [r.status, r.json.error]), [403, 'password needed']);
  tap.equal('a wrong one', await query('select 1', { password: 'wrong' }).then((r) => [r.status, r.json.error]), [403, 'Wrong password']);
  tap.equal('with it the answer comes', await query('select 1', { password: ada.password }).then((r) => [r.status, r.json.data?.rows]), [200, [['1']]]);
  tap.equal('and for ten minutes it need not be said again', (await plan('select 1')).status, 200);
  const other = cookieOf(await b.request('POST', '/api/auth/email/login', { body: { login: 'ada', password: ada.password } }));
  tap.equal('but another session has to say it', (await b.request('POST', '/api/admin/query', { cookie: other, body: { sql: 'select 1' } })).status, 403);
  await sql.run(`insert into "authUser" ("id", "username", "email", "hashed_password", "role_id") select 'eve', 'eve', 'eve@example.org', "hashed_password", 'global_user' from "authUser" where "id" = '${user.id}'`);
  const eve = cookieOf(await b.request('POST', '/api/auth/email/login', { body: { login: 'eve', password: ada.password } }));
  for (const route of ['plan', 'query']) {
    const body = { sql: 'select 1', password: ada.password };
    tap.equal(`${route} is for administrators`, [(await b.request('POST', `/api/admin/${route}`, { cookie: eve, body })).status, (await b.request('POST', `/api/admin/${route}`, { body })).status], [403, 401]);
    tap.equal(`${route} is for no other origin`, (await b.request('POST', `/api/admin/${route}`, { cookie, headers: { origin: 'http://evil.example' }, body })).status, 403);
  }
}

async function rows() {
  let r = await query(`select 1 as a, 'x'::varchar(3) as "b c", null::int[] as a, now() - now() as "interval", '{"a":[1]}'::jsonb`);
  tap.equal('columns with their types, also of one name', r.json.data.columns, [{ name: 'a', type: 'integer' }, { name: 'b c', type: 'character varying(3)' }, { name: 'a', type: 'integer[]' }, { name: 'interval', type: 'interval' }, { name: 'jsonb', type: 'jsonb' }]);
  tap.check('values as text', JSON.stringify(r.json.data.rows) === '[["1","x",null,"00:00:00","{\\"a\\": [1]}"]]' && r.json.data.truncated === false && r.json.data.ms >= 0, r.text);
  for (const text of ['values (1), (2)', 'table "roles"', 'with recursive n(i) as (values (1) union all select i + 1 from n where i < 3) select * from n', '(select 1)', '/* a /* b */ c */ -- d\n select 1 -- end', 'select 1;', ' select 1 ;; ', 'SELECT 1', 'show server_version', 'SHOW ALL', 'explain select 1', 'explain (analyze, costs off) select 1', 'select from teams', 'select pg_sleep(0)', "select row(1, 'a')", 'select \'"\'\' -- ;\'', 'select t from teams t', 'select $$x$$', 'select 1 as order_', 'select count(*) from "teams" limit 1 offset 0'])
    tap.check(`it runs: ${line(text)}`, (r = await query(text)).status === 200 && Array.isArray(r.json.data.rows), r.text);
  r = await query('select n from generate_series(1, 1000) n order by n desc', { limit: 7 });
  tap.equal('as many rows as wanted, in their order', [r.json.data.rows.map((x) => x[0]).join(), r.json.data.truncated], ['1000,999,998,997,996,995,994', true]);
  r = await query('select n from generate_series(1, 100) n');
  tap.equal('a hundred by default; all there are is not truncated', [r.json.data.rows.length, r.json.data.truncated], [100, false]);
  tap.equal('five hundred at most', [(await query('select 1', { limit: 501 })).status, (await query('select generate_series(1, 1000000000)', { limit: 500 })).json.data.rows.length], [400, 500]);
  for (const [text, word] of [['selekt 1', 'Only statements that read'], ['select', ''], ['select 1 +', 'syntax error'], ['select * from nowhere', 'nowhere'], ['select 1/0', 'division by zero'], ['select $1', 'parameter'], ["select 'a'::int", 'invalid input'], ['select "', 'quoted'], ['select /* ', 'comment'], ['', ''], ['  ', ''], [';', 'Only'], ['select 1; -- two', 'syntax']]) {
    r = await query(text);
    if (text !== 'select') tap.check(`${text || 'nothing'}: 400 with a sentence`, r.status === 400 && r.text.includes(word), r.text);
  }
  r = await query('select 1,\n  nothing from teams');
  tap.equal('an error says where', [r.json.details.position, r.json.details.sqlstate], [13, '42703']);
}

async function plans() {
  let r = await plan('select * from teams t join "teamMemberships" m on m.team_id = t.id where t.name = $$x$$');
  const root = r.json.data.plan;
  tap.check('a plan as a tree', root.children.length > 0 && typeof root.type === 'string' && root.plan_rows >= 0 && root.cost > 0 && root.actual_rows === null && root.total_ms === null && root.buffers === null && r.json.data.execution_ms === null, r.text);
  tap.check('and as text', r.json.data.text.includes('teams'), r.json.data.text);
  r = await plan('select count(*) from generate_series(1, 1000)', { analyze: true });
  tap.check('measured', r.json.data.execution_ms > 0 && r.json.data.plan.actual_rows === 1 && r.json.data.plan.children[0].actual_rows === 1000 && r.json.data.plan.children[0].self_ms >= 0 && r.json.data.plan.buffers !== undefined, r.text);
  for (const text of ['delete from teams', 'insert into teams select * from teams', 'update teams set name = name', 'show all', 'create table x as select 1', 'execute x', 'declare c cursor for select 1', 'explain select 1', 'analyze', ') select 1', 'analyze select 1', '(analyze) select 1'])
    for (const analyze of [false, true]) tap.check(`no plan, analyze ${analyze}: ${text}`, (r = await plan(text, { analyze })).status === 400 && r.json.error.length > 10, r.text);
  for (const analyze of [false, true]) {
    r = await plan('with x as (delete from notifications returning 1) select * from x', { analyze });
    tap.check(`a statement that writes inside of one that reads is refused, analyze ${analyze}`, [400, 403].includes(r.status) && /read/.test(r.json.error), r.text);
  }
  tap.equal('a plan of a secret', (await plan('select hashed_password from "authUser"')).status, 403);
  tap.equal('nor measured', (await plan(`select 1 from "authUser" where hashed_password like '$argon2%'`, { analyze: true })).status, 403);
}

/** Everything here has to be refused, and to leave no trace. */
const attacks = [
  // more than one statement, or one that is not a query
  'select 1; delete from notifications', 'select 1; commit; delete from notifications', "select 1\\; delete from notifications", 'commit', 'rollback', 'begin', 'end', 'abort', 'savepoint x', 'reset role', 'reset all', 'discard all', 'set role none', 'set local role postgres', 'set session authorization default', 'set transaction read write', 'lock table teams', 'listen x', 'notify x',
  'do $$begin delete from notifications; end$$', "call x()", 'create table evil ()', 'create temp table evil ()', 'drop table teams', 'truncate notifications', 'alter role current_user superuser', 'grant all on teams to public', 'vacuum', 'refresh materialized view x', 'prepare x as select 1', 'copy notifications from stdin', 'copy teams to stdout', "copy teams to '/tmp/evil'", "copy (select 1) to program 'touch /tmp/evil'", "load 'x'", 'security label on table teams is null', 'checkpoint', 'reindex table teams', 'cluster', 'import foreign schema x from server y into z',
  'delete from notifications', 'insert into notifications select * from notifications', "update notifications set title = ''", 'with x as (delete from notifications returning 1) select * from x', 'with x as (insert into notifications select * from notifications returning 1) select 1', 'select * into evil from teams', 'select 1 from teams for update', 'select 1 from teams for key share',
  // out of the parentheses that are put around it
  'select 1) as q (c0); delete from notifications; --', 'select 1) as q (c0) where exists (select hashed_password from "authUser") --', 'select 1 union select hashed_password from "authUser"', 'select 1 /*', 'select 1 --\n) as q (c0); select 2',
  'explain analyze delete from notifications', 'explain analyze create table evil as select 1', 'explain (analyze) insert into notifications select * from notifications', 'explain analyze execute x', '/* select */ delete from notifications', '-- select\ndelete from notifications', 'show x; select 1',
  // files, programs, the server
  "select pg_read_file('/etc/passwd')", "select pg_read_file('PG_VERSION')", "select pg_read_binary_file('PG_VERSION')", "select pg_ls_dir('.')", "select pg_stat_file('PG_VERSION')", 'select pg_ls_waldir()', 'select pg_current_logfile()', "select lo_import('/etc/passwd')", "select lo_export(1, '/tmp/evil')", 'select pg_reload_conf()', 'select pg_rotate_logfile()', 'select pg_switch_wal()', "select pg_create_restore_point('x')", "select pg_backup_start('x')", "select pg_create_physical_replication_slot('x')", 'select pg_promote()', 'select * from pg_hba_file_rules', 'select * from pg_file_settings', 'select * from pg_authid', 'select * from pg_shadow', 'select * from pg_user_mapping', 'select * from pg_statistic', 'select * from pg_largeobject', 'select * from pg_subscription', 'select pg_stat_reset()', "select pg_replication_origin_create('x')",
  // other rights
  "select set_config('role', (select rolname from pg_roles where rolsuper limit 1), false)", "select set_config('session_authorization', (select rolname from pg_roles where rolsuper limit 1), false)", "select set_config('session_authorization', 'default', false), set_config('role', (select rolname from pg_roles where rolsuper limit 1), true)", "select set_config('transaction_read_only', 'off', true)", "select set_config('session_replication_role', 'replica', true)", "select set_config('log_statement', 'none', false)", "select set_config('zero_damaged_pages', 'on', false)", 'select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user and usename is not null', 'select pg_cancel_backend(pid) from pg_stat_activity where usename <> current_user and usename is not null',
  // writing by functions
  "select nextval('drizzle.__drizzle_migrations_id_seq')", "select setval('drizzle.__drizzle_migrations_id_seq', 1)", "select query_to_xml('delete from notifications', true, true, '')", "select query_to_xml('set role postgres', true, true, '')", "select query_to_xml('create table evil ()', true, true, '')", "select cursor_to_xml('x', 1, true, true, '')", "select ts_stat('delete from notifications')", "select lo_put(1, 0, 'x')", "select lo_unlink(1)", 'select txid_current_if_assigned(), pg_export_snapshot() from evil',
  // what writes in a transaction that only reads, or holds what others need
  "select pg_logical_emit_message(false, 'x', repeat('x', 1000000))", "select count(pg_logical_emit_message(true, 'x', 'y'::bytea)) from generate_series(1, 1000)", "select lo_from_bytea(0, 'x')", 'select lo_create(0)', 'select lo_creat(-1)', 'select lowrite(lo_open(1, 131072), $$x$$)', 'select lo_truncate(0, 1), lo_truncate64(0, 1)', 'select pg_advisory_lock(42), pg_advisory_lock_shared(43)', 'select count(pg_advisory_lock(n)) from generate_series(1, 100000) n', 'select pg_try_advisory_lock(1, 2), pg_try_advisory_xact_lock(3)', 'select pg_advisory_xact_lock_shared(4)', `select query_to_xml('select pg_advisory_lock(5)', true, true, '')`, 'select count(*) from (select n from generate_series(1, 200000000) n order by -n) q', "select set_config('temp_file_limit', '-1', false)",
  'select pg_log_backend_memory_contexts(pg_backend_pid())', "select gin_clean_pending_list('idx_teams_owner')", "select brin_summarize_new_values('teams_pkey')", 'select pg_import_system_collations($$public$$)', "select pg_create_logical_replication_slot('x', 'pgoutput')", "select pg_replication_origin_advance('x', '0/1')", 'select pg_wal_replay_pause()', "select pg_sequence_last_value('drizzle.__drizzle_migrations_id_seq')", 'select * from pg_ls_logdir()', "select pg_ls_dir('/')", "select pg_read_file('/proc/self/environ')",
  // secrets
  'select hashed_password from "authUser"', 'select * from "authUser"', 'table "authUser"', 'select u from "authUser" u', 'select to_jsonb(u) from "authUser" u', 'select u::text from "authUser" u', 'select (u).hashed_password from "authUser" u', 'select count(u.hashed_password) from "authUser" u', `select 1 from "authUser" where hashed_password like '$%'`, 'select id from "authUser" order by hashed_password', 'select id from "authSession"', 'select count(*) from "authSession" where id > $$a$$', 'select token_hash from "oauthAccessTokens"', 'select value from "globalSettings"', 'select * from only "globalSettings"', `select query_to_xml('select hashed_password from "authUser"', true, true, '')`, `select table_to_xml('"authUser"', true, true, '')`, `select * from ts_stat('select to_tsvector(hashed_password) from "authUser"')`, 'select h from leak', 'select x from "leak of leak"', 'select * from "leak kept"', 'select x from "peek"', 'select * from "peek on"', 'select "api_key" from "later"',
];

async function attack() {
  await sql.run('create view "leak" as select "id", "hashed_password" as "h" from "authUser"; create view "leak of leak" as select "h" as "x" from "leak"; create materialized view "leak kept" as select to_jsonb(u) as "all" from "authUser" u; create view "peek" as select "rolpassword" as "x" from pg_authid; create view "peek on" as select * from "peek"');
  await sql.run('create table "later" ("id" int)');
  tap.equal('a table made since is readable', (await query('select * from "later"')).status, 200);
  await sql.run('alter table "later" add "api_key" text');
  await sql.run(`insert into "notifications" ("id", "user_id", "title", "message") values ('kept', '${user.id}', 'a', 'b') on conflict do nothing`);
  const print = async () => (await sql.run(`select (select count(*) from "notifications"), (select md5(string_agg(t::text, ',' order by t::text)) from "teams" t), (select count(*) from pg_class), (select string_agg(rolname || rolsuper || rolcreaterole || coalesce(md5(rolconfig::text), ''), ',' order by rolname) from pg_roles where rolname not like 'pg\\_%'), (select count(*) from pg_largeobject_metadata), (select last_value from drizzle.__drizzle_migrations_id_seq), (select pg_postmaster_start_time()), (select count(*) from pg_replication_slots)`)).join();
  const before = await print();
  const hash = (await sql.run(`select "hashed_password" from "authUser" where "id" = '${user.id}'`))[0];
  for (const text of attacks) {
    const r = await query(text);
    tap.check(`refused: ${line(text)}`, [400, 403].includes(r.status) && typeof r.json.error === 'string' && !r.text.includes(hash.slice(30)), `${r.status} ${r.text}`);
    if (/^(select|with|table|\()/i.test(text)) {
      const p = await plan(text, { analyze: true });
      // what has no plan of its own runs as often as it likes, and gets nowhere
      tap.check(`measured neither: ${line(text)}`, [400, 403].includes(p.status) && !p.text.includes(hash.slice(30)), `${p.status} ${p.text}`);
    }
  }
  tap.equal('nothing is changed', await print(), before);
  // reversed: the statement itself stands in the audit log, which can be read
  for (const all of ["schema_to_xml('public', true, true, '')", "database_to_xml(true, true, '')"]) tap.equal(`${all} leaves out what cannot be read`, [await value(`select strpos(${all}::text, reverse('${[...hash.slice(40)].reverse().join('')}'))`), await value(`select strpos(${all}::text, '<teams>') > 0`)], ['0', 'true']);
  tap.equal('what is not secret of the same tables can be read', await value('select username from "authUser" order by 1 limit 1'), 'ada');
  tap.equal('the statistics of secret columns are not there', await value(`select count(*) from pg_stats where tablename = 'authUser' and attname = 'hashed_password'`), '0');
  tap.equal('nor what others are doing', await value(`select count(*) from pg_stat_activity where query not in ('', '<insufficient privilege>') and usename <> current_user`), '0');
  tap.equal('it is a role that can do nothing', await value(`select (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)::text || session_user || current_user from pg_roles where rolname = current_user`), await value(`select 'false' || current_user || current_user`));
  tap.equal('which is member of nothing', await value('select count(*) from pg_auth_members where member = current_user::regrole'), '0');
  tap.equal('and has no right to write anything', await value(`select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p', 'v', 'm') and has_table_privilege(c.oid, 'insert, update, delete, truncate, references, trigger')`), '0');
  await sql.run('listen x');
  tap.equal('a notice that is sent is never heard', [(await query("select pg_notify('x', 'y')")).status, (await sql.run('select 1')).join()], [200, '1']);
  tap.equal('what was closed to it is open to everybody else again', await sql.run(`select count(*) from pg_proc p where proname ~ '^pg_(try_)?advisory_|^pg_logical_emit_message$|^lo' and pronamespace = 'pg_catalog'::regnamespace and proname not in ('lo_import', 'lo_export', 'log', 'log10', 'lower', 'lower_inc', 'lower_inf') and not has_function_privilege('public', p.oid, 'execute')`), ['0']);
  tap.equal('no lock is left', await sql.run(`select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`), ['0']);
  tap.equal('no setting is left', await query("select set_config('search_path', 'nowhere', false), set_config('application_name', 'evil', false)").then(async (r) => [r.status, await value('show search_path')]), [200, '"$user", public']);
  tap.equal('nothing at all', await print(), before);
  tap.equal('and no right of the role that would stand in a backup', await sql.run(`select count(*) from (select relacl from pg_class union all select attacl from pg_attribute union all select nspacl from pg_namespace union all select datacl from pg_database) acl where relacl::text like '%tusk\\_reader%'`), ['0']);
}

async function dblink() {
  const [has] = await sql.run(`select count(*) from pg_available_extensions where name = 'dblink'`);
  if (has === '0') return;
  const [where] = await sql.run(`select format('host=%s port=%s dbname=%s user=%s', current_setting('unix_socket_directories'), current_setting('port'), current_database(), current_user)`);
  await sql.run('create extension dblink');
  const r = await query(`select * from dblink('${where}', 'select hashed_password from "authUser"') as t(x text)`);
  tap.check('dblink does not go around it', r.status === 400 || r.status === 403, r.text);
  await sql.run('drop extension dblink');
}

async function greed() {
  let started = Date.now();
  for (const text of ['select pg_sleep(60)', "select set_config('statement_timeout', '0', false), pg_sleep(60)", 'with recursive n(i) as (values (1) union all select i from n) select count(*) from n']) {
    started = Date.now();
    const r = await query(text);
    const ms = Date.now() - started;
    tap.check(`stopped after 5 s: ${text}`, r.status === 400 && r.json.error.includes('longer than 5 s') && ms >= 4500 && ms < 9000, `${ms} ms ${r.text}`);
  }
  started = Date.now();
  const p = await plan('select pg_sleep(60)', { analyze: true });
  tap.check('so is a plan that is measured', p.status === 400 && Date.now() - started < 9000, p.text);
  tap.equal('nothing goes on behind', await sql.run(`select count(*) from pg_stat_activity where application_name = 'deploystack reader' and state = 'active'`), ['0']);
  let r = await query("select repeat('ä', 1000000) as a, repeat('x', 10), decode(repeat('ab', 100000), 'hex')");
  tap.equal('a long value is cut', [r.json.data.rows[0].map((x) => [...x].length), r.json.data.cut], [[2001, 10, 2001], [[0, 0], [0, 2]]]);
  r = await query("select repeat('x', 2000), n from generate_series(1, 100000) n", { limit: 500 });
  tap.check('a long answer ends at a megabyte', r.json.data.truncated && r.json.data.rows.length > 100 && r.json.data.rows.length < 530 && r.text.length < 1200000, r.text.length);
  const peak = () => Number(readFileSync(`/proc/${b.child.pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1]) >> 10;
  const before = peak();
  for (const [text, ask] of [["explain (verbose) select repeat('x', 40000000)", query], ["select 1 from teams where name = repeat('x', 40000000)", plan], ["select repeat('x', 40000000)::int", query], ["select repeat('x', 40000000)::int", plan]]) {
    r = await ask(text, ask === plan ? { analyze: true } : {});
    tap.check(`an answer that nobody can hold is given up: ${text}`, [400, 503].includes(r.status) && /larger than 16777216 bytes|stopped/.test(r.json.error), r.text.slice(0, 300));
  }
  // AddressSanitizer keeps what was given back for a while
  const room = readFileSync(`/proc/${b.child.pid}/maps`, 'utf8').includes('libasan') ? 400 : 80;
  tap.check('and its memory is never taken', peak() - before < room, `${before} MB, then ${peak()} MB`);
  r = await query(`select ${Array.from({ length: 1600 }, (_, i) => `${i} as c${i}`).join()}`);
  tap.equal('as many columns as there can be', [r.status, r.json.data.columns.length, r.json.data.rows[0][1599]], [200, 1600, '1599']);
  tap.equal('a statement of 100,000 characters', (await query(`select 1 ${' '.repeat(99991)}`)).status, 200);
  tap.equal('and no more', (await query(`select 1 ${' '.repeat(99992)}`)).status, 400);
  r = await query(`select ${'('.repeat(9000)}1${')'.repeat(9000)}`);
  tap.check('nested too deep for the server', [200, 400].includes(r.status), r.text);
  started = Date.now();
  const many = await Promise.all(Array.from({ length: 12 }, () => query('select pg_sleep(2)')));
  const codes = many.map((x) => x.status);
  tap.equal('their rights go with the last of them', await sql.run(`select count(*) from pg_class where relacl::text like '%tusk\\_reader%'`), ['0']);
  tap.check('of twelve at once some are asked to come again, none fails otherwise', codes.includes(200) && codes.every((code) => [200, 503].includes(code)), codes.join());
}

/** The same rights in spite of what was done to the role or the tables. */
async function tampering() {
  const [role] = await sql.run(`select rolname from pg_roles where rolname like 'tusk\\_reader\\_%'`);
  await sql.run(`grant select on "authUser", "authSession" to "${role}"; grant select ("value") on "globalSettings" to "${role}"`);
  tap.equal('a right too many is taken again', [(await query('select * from "authUser"')).status, (await query('select id from "authSession"')).status, (await query('select value from "globalSettings"')).status, (await query('select key from "globalSettings"')).status, await value('select username from "authUser" where id = $$eve$$')], [403, 403, 403, 200, 'eve']);
  await sql.run(`alter role "${role}" password 'known' valid until 'infinity'`);
  await query('select 1');
  tap.check('a password that somebody set is gone', (await sql.run(`select rolvaliduntil < now() + interval '2 minutes' from pg_authid where rolname = '${role}'`))[0] === 't');
  await sql.run('grant select on "authUser" to public');
  let r = await query('select 1');
  tap.check('what everybody may read is told, not shown', r.status === 409 && r.json.details.hint.includes('PUBLIC'), r.text);
  await sql.run('revoke select on "authUser" from public');
  await sql.run(`alter role "${role}" superuser`);
  r = await query('select 1');
  tap.check('a reader that can do more is not used', r.status === 409 && r.json.error.includes(role), r.text);
  await sql.run(`alter role "${role}" nosuperuser; grant pg_read_all_data to "${role}"`);
  tap.equal('nor one that is member of something', (await query('select 1')).status, 409);
  await sql.run(`revoke pg_read_all_data from "${role}"; drop owned by "${role}"; drop role "${role}"`);
  tap.equal('dropped, it is made anew', [(await query('select 1')).status, await value('select name from teams limit 1')], [200, (await sql.run('select "name" from "teams" limit 1'))[0]]);
  await sql.run('begin; revoke all on "teams" from public');
  const meanwhile = query('select 1');
  await until('a GRANT to wait for the table', async () => (await sql.run(`select count(*) from pg_locks where locktype = 'transactionid' and not granted`))[0] !== '0', 4000);
  await sql.run('commit');
  r = await meanwhile;
  tap.equal('somebody else may change the rights of a table meanwhile', [r.status, r.json?.error], [200, undefined]);
}

/** An outside server, where the program is an ordinary user. */
async function ordinaryUser() {
  const [host, port] = (await sql.run(`select split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port')`))[0].split('|');
  await sql.run(`create role "app" login password 'app' nosuperuser nocreaterole`);
  await sql.run('create database "app" owner "app"');
  const outside = await readyBackend(process.argv[2], { POSTGRES_HOST: host, POSTGRES_PORT: port, POSTGRES_DATABASE: 'app', POSTGRES_USER: 'app', POSTGRES_PASSWORD: 'app' });
  try {
    const ask = (text) => outside.b.request('POST', '/api/admin/query', { cookie: outside.cookie, body: { sql: text, password: ada.password } });
    let r = await ask('select 1');
    tap.check('without the right to make a role nothing is run', r.status === 409 && r.json.details.hint.includes('CREATEROLE'), r.text);
    await sql.run('alter role "app" createrole');
    r = await ask('select name from teams');
    tap.check('with it it is', r.status === 200 && r.json.data.rows.length === 1, r.text);
    for (const text of ['select hashed_password from "authUser"', "select set_config('role', 'app', false)", 'select * from pg_authid']) tap.equal(`and no more than that: ${text}`, [400, 403].includes((await ask(text)).status), true);
    tap.equal('where it may not close functions to everybody it does not', (await ask('select pg_advisory_lock(1)')).status, 200);
    for (let i = 0; i < 4 && r.status !== 429; i++) r = await ask("select count(pg_logical_emit_message(false, 'x', repeat('x', 1000000))) from generate_series(1, 100)");
    const wait = Number(r.headers.get('retry-after'));
    tap.check('but statements that make the server write much have to wait', r.status === 429 && /256 MB .* \d+ minutes/.test(r.json.error) && wait > 300 && wait <= 600, `${r.status} ${r.text} ${wait}`);
    tap.equal('all of them', (await ask('select 1')).status, 429);
    const tables = await outside.b.request('GET', '/api/admin/tables/public/teams/rows', { cookie: outside.cookie });
    tap.equal('the data browser works as well', [tables.status, tables.json.data.rows.length], [200, 1]);
    await outside.b.endsWell(tap);
  } finally {
    await outside.b.remove();
  }
}

async function log() {
  await query(`/* ${'.'.repeat(3000)} */ select 'behind all that'`);
  const hidden = (await b.request('GET', '/api/admin/audit?limit=1', { cookie })).json.data.entries[0].target;
  tap.check('a comment hides no statement from it', hidden.startsWith('/* ...') && /bytes \.\.\.\].*select 'behind all that'$/.test(hidden), hidden);
  await query('select 1 as audited');
  await query('delete from notifications /* audited */');
  await plan('select 2 as audited');
  const entries = (await b.request('GET', '/api/admin/audit', { cookie })).json.data.entries.slice(0, 3).map((e) => [e.action, e.outcome, e.target, e.username]);
  tap.equal('every statement is in the audit log, run or refused', entries, [['sql.plan', 'ok', 'select 2 as audited', 'ada'], ['sql.query', 'refused', 'delete from notifications /* audited */', 'ada'], ['sql.query', 'ok', 'select 1 as audited', 'ada']]);
}

try {
  for (const part of [password, rows, plans, attack, dblink, log, greed, tampering, ordinaryUser]) await part();
  await sql.close();
  await b.endsWell(tap);
} catch (error) {
  tap.check('the test ran to its end', false, `${error.stack}\n${b.output.slice(-3000)}`);
} finally {
  await sql.close();
  await b.remove();
  tap.finish();
}
