// admin_tables.mjs - the data browser of the administrators: every kind of table, page, filter, sort, change of a row; no secrets
import { ada, cookieOf, Psql, readyBackend, Tap } from './backend.mjs';

const tap = new Tap();
const { b, cookie, user, team } = await readyBackend(process.argv[2]);
const sql = new Psql(b);
const name = encodeURIComponent;
const get = (path) => b.request('GET', `/api/admin/${path}`, { cookie });
const about = async (table, schema = 'public') => (await get(`tables/${name(schema)}/${name(table)}`)).json;
const page = (table, query = '', schema = 'public') => get(`tables/${name(schema)}/${name(table)}/rows${query}`);
const rows = async (table, query = '', schema = 'public') => (await page(table, query, schema)).json.data?.rows;
const patch = (table, body, schema = 'public') => b.request('PATCH', `/api/admin/tables/${name(schema)}/${name(table)}/rows`, { cookie, body: { password: ada.password, ...body } });
const lastEntry = async () => (await sql.run(`select "action" || ' ' || "outcome" || ' ' || "target" from "audit_log" order by "at" desc, "id" desc limit 1`))[0];

async function lists() {
  let r = await get('tables');
  const teams = r.json.data.tables.find((t) => t.name === 'teams');
  tap.check('tables with their sizes', r.status === 200 && teams.schema === 'public' && teams.total_bytes > 0 && teams.total_bytes === teams.table_bytes + teams.index_bytes + teams.toast_bytes, r.text.slice(0, 500));
  tap.equal('all that is known of one', Object.keys(teams), ['schema', 'name', 'total_bytes', 'table_bytes', 'index_bytes', 'toast_bytes', 'rows', 'dead_rows', 'bloat_bytes', 'table_scans', 'index_scans', 'last_vacuum', 'last_analyze', 'freeze_age']);
  await sql.run('create table "no lead" ("id" int primary key, "team" text references "teams" ("id"))');
  r = await get('indexes');
  const email = r.json.data.indexes.find((i) => i.name === 'idx_authUser_email');
  tap.check('indexes, with the duplicate that is meant', email.duplicate_of === 'authUser_email_unique' && email.accepted && email.table === 'authUser' && email.valid && !email.primary, email);
  const missing = r.json.data.missing.find((m) => m.table === 'no lead');
  tap.check('and the one that is missing, with its statement', /^create index concurrently on public\."no lead" \(team\)$/.test(missing?.statement ?? ''), missing);
  r = await get('slow');
  tap.check('slow statements: not there, with the steps to have them', r.json.data.available === false && r.json.data.steps.length > 0 && r.json.data.statements.length === 0, r.text);
  r = await get('migrations');
  const all = r.json.data.migrations;
  tap.check('migrations with their SQL', r.json.data.pending === 0 && all.length >= 3 && all.every((m) => m.state === 'applied' && /^[0-9a-f]{64}$/.test(m.hash)) && all[0].tag === '0000_baseline' && all[0].sql.includes('CREATE TABLE'), r.text.slice(0, 400));
  r = await get('erd');
  tap.check('the schema drawn, or why not, and as text', r.json.data.mermaid.includes('teams ||--o{ teamMemberships : "team_id"') && (r.json.data.svg ? r.json.data.svg.includes('<svg') && r.json.data.reason === null : r.json.data.reason.includes('Graphviz')), r.text.slice(0, 300));
  tap.equal('in the order of their journal', all.map((m) => m.index), all.map((_, i) => i));
}

async function description() {
  let d = (await about('teams')).data;
  tap.check('a table: key, editable, estimate', d.primary_key.join() === 'id' && d.editable === true && d.kind === 'table' && 'rows_estimate' in d, d);
  const owner = d.columns.find((c) => c.name === 'owner_id');
  tap.equal('a foreign key says where it leads', owner.references, { schema: 'public', table: 'authUser', column: 'id' });
  const limit = d.columns.find((c) => c.name === 'member_limit');
  tap.equal('type, default, nullable', [limit.type, limit.default, limit.nullable, limit.editable, limit.secret, limit.generated], ['integer', '3', false, true, false, false]);
  tap.check('indexes of the table', d.indexes.some((i) => i.name === 'teams_pkey' && i.columns === 'id' && i.unique && i.bytes > 0 && i.scans >= 0), d.indexes);
  d = (await about('teamMemberships')).data;
  tap.equal('a key of two columns', d.primary_key, ['team_id', 'user_id']);
  tap.equal('labels of an enum', d.columns.find((c) => c.name === 'role').labels, ['team_admin', 'team_user']);
  d = (await about('mcpServerTemplates')).data;
  const vector = d.columns.find((c) => c.name === 'search_vector');
  tap.check('a generated column cannot be edited', vector.generated && !vector.editable && vector.default === null, vector);
  d = (await about('__drizzle_migrations', 'drizzle')).data;
  tap.equal('the record of migrations can be read, not edited', [d.editable, d.columns.some((c) => c.editable)], [false, false]);
  tap.equal('nor can the audit log', (await about('audit_log')).data.editable, false);
}

/** Names that no path can carry come as "=" and hexadecimal; that opens no other door. */
async function carried() {
  const hex = (text) => `=${Buffer.from(text).toString('hex')}`;
  for (const odd of ['a/b', '..', 'tab\there', '=teams', 'é/ü']) {
    await sql.run(`create table "${odd}" ("id" int primary key)`);
    tap.equal(`${JSON.stringify(odd)} is found`, (await about(hex(odd))).data?.name, odd);
    await sql.run(`drop table "${odd}"`);
  }
  tap.equal('and any other', (await about(hex('teams'), hex('public'))).data?.name, 'teams');
  for (const wrong of ['=', '=7', '=zz', '=7G', '=00', '=ff', `${hex('teams')}0`, hex('teams').toUpperCase(), hex('teams;')])
    tap.equal(`${wrong} is no table`, (await get(`tables/public/${name(wrong)}`)).status, 404);
  tap.equal('the catalogs stay out of reach', (await get(`tables/${hex('pg_catalog')}/${hex('pg_authid')}`)).status, 404);
}

/** What is not the user's is not there at all. */
async function outOfReach() {
  for (const [schema, table] of [['pg_catalog', 'pg_authid'], ['pg_catalog', 'pg_class'], ['information_schema', 'tables'], ['pg_toast', 'pg_toast_1255'], ['public', 'nothing'], ['nowhere', 'teams'], [' ', 'teams'], ['public', 'TEAMS'], ['public', 'teams_pkey'], ['public', '"teams"'], ['public', 'teams;drop table teams']]) {
    const answers = [await get(`tables/${name(schema)}/${name(table)}`), await page(table, '', schema), await patch(table, { key: { id: '1' }, before: { id: '1' }, changes: { id: '2' } }, schema)];
    tap.equal(`${schema}.${table} is not there`, answers.map((r) => r.status), [404, 404, 404]);
  }
}

async function secrets() {
  const forbidden = await sql.run(`select "hashed_password" from "authUser" union all select "id" from "authSession"`);
  await b.request('POST', '/api/oauth/tokens', { cookie, body: { team_id: team.id, name: 'one', scope: 'mcp:read' } });
  forbidden.push(...(await sql.run('select "token_hash" from "oauthAccessTokens"')));
  await sql.run(`insert into "globalSettings" ("key", "value") values ('smtp.password', 'TopSecret99')`);
  await sql.run(`create table "others" ("id" int primary key, "clientSecret" text, "api_key_hash" text, "token_count" int); insert into "others" values (1, 'TopSecret1', 'TopSecret2', 7)`);
  await sql.run(`create view "leak" as select "id", "hashed_password" as "h" from "authUser"; create view "leak of leak" as select "h" as "x" from "leak"; create materialized view "leak kept" as select to_jsonb(u) as "all" from "authUser" u; create view "fine" as select "id" from "teams"`);
  for (const [table, column] of [['authUser', 'hashed_password'], ['authSession', 'id'], ['oauthAccessTokens', 'token_hash'], ['globalSettings', 'value'], ['others', 'clientSecret'], ['others', 'api_key_hash']]) {
    const d = (await about(table)).data, at = d.columns.findIndex((c) => c.name === column);
    const r = await page(table);
    tap.check(`${table}.${column} is hidden`, d.columns[at].secret && !d.columns[at].editable && r.json.data.rows.length > 0 && r.json.data.rows.every((row) => row[at] === '•••'), r.text.slice(0, 300));
    tap.check(`${table}: nothing of it anywhere in the answer`, forbidden.concat('TopSecret').every((s) => !r.text.includes(s)), r.text.slice(0, 300));
    for (const query of [`?sort=${column}`, `?column=${column}&op=eq&value=x`, `?column=${column}&op=gt&value=a`, `?column=${column}&op=contains&value=a`, `?column=${column}&op=null`]) tap.equal(`${table} ${query}: refused`, (await page(table, query)).status, 400);
  }
  tap.equal('a count is no secret', (await rows('others'))[0], ['1', '•••', '•••', '7']);
  tap.equal('a null is a null', (await sql.run(`update "others" set "clientSecret" = null`), (await rows('others'))[0][1]), null);
  for (const view of ['leak', 'leak of leak', 'leak kept']) tap.equal(`the view "${view}" of a table with secrets is not shown`, [(await page(view)).status, (await about(view)).data.revealing], [403, true]);
  await sql.run('create view "samples" as select "tablename", "attname", "histogram_bounds"::text as "h" from pg_stats; create view "sampled" as select * from "samples"; create view "roles of all" as select "rolname", "rolpassword" as "x" from pg_authid; create view "who" as select "rolname" from pg_roles');
  for (const view of ['samples', 'sampled', 'roles of all']) tap.equal(`nor is "${view}", of a catalog with secrets`, [(await page(view)).status, (await about(view)).data.revealing], [403, true]);
  tap.equal('a view of a catalog without is', (await page('who')).status, 200);
  tap.equal('another view is', [(await page('fine')).status, (await about('fine')).data.kind], [200, 'view']);
  let r = await patch('authUser', { key: { id: user.id }, before: { hashed_password: '•••' }, changes: { hashed_password: 'mine' } });
  tap.check('a secret cannot be changed', r.status === 400 && r.json.details.some((d) => d.field === 'hashed_password'), r.text);
  r = await patch('authUser', { key: { id: user.id }, before: { username: 'ada', hashed_password: 'x' }, changes: { username: 'ada' } });
  tap.equal('nor guessed by "before"', r.status, 400);
  tap.equal('a table whose key is secret cannot be edited', (await about('authSession')).data.editable, false);
}

const odd = `create type "mood" as enum ('sad', 'so so', 'happy''s'); create domain "short" as varchar(3) check (value <> 'bad');
  create schema "odd schema"; create table "odd schema"."select" ("order" int, "a""b" text, "group" int[] default '{}', "mood" "mood", "moods" "mood"[], "j" json, "jb" jsonb, "n" numeric, "bytes" bytea, "at" timestamptz, "day" date,
    "span" interval, "point" point, "ip" inet, "uuid" uuid, "short" "short", "chars" char(5), "c" "char", "bits" bit(3), "real" float8, "flag" boolean, "double" int generated always as ("order" * 2) stored, "serial" int generated always as identity, primary key ("order", "a""b"));
  insert into "odd schema"."select" ("order", "a""b", "group", "mood", "moods", "j", "jb", "n", "bytes", "at", "day", "span", "point", "ip", "uuid", "short", "chars", "c", "bits", "real", "flag") values (1, 'it''s "x"', '{1,NULL,3}', 'so so', '{sad,"so so"}', '{"a" : 1}', '{"a": 1}', 'NaN', '\\x00ff', '2026-01-02 03:04:05.678901+00', 'infinity', '1 mon 2 days', '(1,2)', '10.0.0.1/8', '00000000-0000-0000-0000-000000000001', 'abc', 'ab', 'x', B'101', 0.1, true)`;

async function everyType() {
  await sql.run(odd);
  const d = (await about('select', 'odd schema')).data;
  tap.equal('a table with names as bad as can be', [d.primary_key, d.columns.length, d.columns.filter((c) => !c.editable).map((c) => c.name)], [['order', 'a"b'], 23, ['double', 'serial']]);
  const [row] = await rows('select', '', 'odd schema');
  tap.equal('every value as PostgreSQL writes it', row, ['1', `it's "x"`, '{1,NULL,3}', 'so so', '{sad,"so so"}', '{"a" : 1}', '{"a": 1}', 'NaN', '\\x00ff', await sql.run(`select timestamptz '2026-01-02 03:04:05.678901+00'`).then((x) => x[0]), 'infinity', '1 mon 2 days', '(1,2)', '10.0.0.1/8', '00000000-0000-0000-0000-000000000001', 'abc', 'ab', 'x', '101', '0.1', 'true', '2', '1']);
  const found = { 'column=order&value=1': 1, 'column=a%22b&value=it%27s%20%22x%22': 1, 'column=group&value=%7B1%2CNULL%2C3%7D': 1, 'column=mood&op=gt&value=sad': 1, 'column=moods&op=contains&value=SO%20SO': 1, 'column=jb&value=%7B%22a%22%3A1%7D': 1,
    'column=n&value=NaN': 1, 'column=n&op=gt&value=1e100': 1, 'column=bytes&value=%5Cx00ff': 1, 'column=at&op=lt&value=2026-01-03': 1, 'column=at&op=gt&value=2026-01-03': 0, 'column=day&value=infinity': 1, 'column=span&op=gt&value=1%20day': 1, 'column=ip&value=10.0.0.1%2F8': 1,
    'column=short&op=ne&value=abc': 0, 'column=chars&value=ab': 1, 'column=bits&value=101': 1, 'column=flag&value=true': 1, 'column=double&value=2': 1, 'column=j&op=contains&value=%22A%22': 1, 'column=point&op=not_null': 1, 'column=point&op=null': 0, 'column=uuid&op=ne&value=00000000-0000-0000-0000-000000000002': 1, 'column=c&value=x': 1 };
  for (const [query, count] of Object.entries(found)) {
    const r = await page('select', `?${query}`, 'odd schema');
    tap.check(`${decodeURIComponent(query)}: ${count}`, r.status === 200 && r.json.data.rows.length === count, r.text.slice(0, 300));
  }
  for (const c of d.columns) {
    const r = await page('select', `?sort=${name(c.name)}&order=desc`, 'odd schema');
    const can = !['j', 'point'].includes(c.name);
    tap.check(`sorted by ${c.name}: ${can ? 'can be' : 'cannot be'}`, r.status === (can ? 200 : 400) && (can || r.json.details[0].field === c.name), r.text.slice(0, 200));
  }
  for (const query of ['column=order&value=x', 'column=order&value=99999999999', 'column=mood&value=glad', 'column=at&value=yesterday%20evening', 'column=group&value=1', 'column=jb&value=%7B', 'column=uuid&value=1', 'column=day&value=2026-02-30', 'column=bytes&value=%5Cxzz', 'column=flag&value=maybe', 'column=j&value=%7B%7D', 'column=point&op=lt&value=(1%2C2)']) {
    const r = await page('select', `?${query}`, 'odd schema');
    tap.check(`${decodeURIComponent(query)}: 400 with a sentence`, r.status === 400 && r.json.details[0].field === new URLSearchParams(query).get('column') && r.json.details[0].message.length > 10, r.text);
  }
  for (const query of ['column=none&value=1', 'sort=none', 'op=eq&value=1', 'column=order&op=eq', 'column=order&op=like&value=1', 'order=up', 'sort=order&order=desc;', 'column=order&value=1&value=2', 'limit=0', 'limit=101', 'offset=-1']) tap.equal(`?${query}: refused`, (await page('select', `?${query}`, 'odd schema')).status, 400);
}

async function everyTypeChanged() {
  const key = { order: '1', 'a"b': `it's "x"` };
  const columns = (await about('select', 'odd schema')).data.columns.map((c) => c.name);
  let row = (await rows('select', '', 'odd schema'))[0];
  const news = { group: '{4,5}', mood: "happy's", moods: '{}', j: '[1,  2]', jb: '{"b": [null]}', n: '123456789012345678901234567890.5', bytes: '\\xdeadbeef', at: await sql.run(`select timestamptz '2027-01-01 00:00:00+00'`).then((x) => x[0]), day: '-infinity', span: '00:00:01', point: '(3,4)', ip: '::1/128', uuid: '11111111-0000-0000-0000-000000000001', short: 'xyz', chars: 'abcde', c: 'y', bits: '010', real: 'NaN', flag: 'false' };
  for (const [column, value] of Object.entries(news)) {
    const at = columns.indexOf(column);
    let r = await patch('select', { key, before: { [column]: row[at] }, changes: { [column]: value } }, 'odd schema');
    tap.check(`${column} is changed to ${value}`, r.status === 200 && r.json.data.row[at] === value, r.text);
    r = await patch('select', { key, before: { [column]: row[at] }, changes: { [column]: value } }, 'odd schema');
    tap.equal(`${column}: what was seen before is no longer so`, r.status, 409);
    row = (await rows('select', '', 'odd schema'))[0];
    r = await patch('select', { key, before: { [column]: value }, changes: { [column]: null } }, 'odd schema');
    tap.check(`${column} is changed to null`, r.status === 200 && r.json.data.row[at] === null, r.text);
    r = await patch('select', { key, before: { [column]: null }, changes: { [column]: value } }, 'odd schema');
    tap.equal(`${column}: and back from null`, r.status, 200);
  }
  let r = await patch('select', { key, before: { order: '1' }, changes: { order: '5' } }, 'odd schema');
  tap.check('the key may change, and what is made from it follows', r.status === 200 && r.json.data.row[0] === '5' && r.json.data.row[columns.indexOf('double')] === '10', r.text);
  for (const [column, value, code, word] of [['short', 'abcd', 400, 'too long'], ['short', 'bad', 400, 'check'], ['chars', 'abcdef', 400, 'too long'], ['order', 'x', 400, 'integer'], ['order', null, 400, 'null'], ['mood', 'glad', 400, 'enum'], ['double', '3', 400, 'server'], ['serial', '3', 400, 'server'], ['bits', '1', 400, 'bit'], ['nothing', '1', 400, 'no column']]) {
    const answer = await patch('select', { key: { ...key, order: '5' }, before: { [column]: '5' === value ? null : row[columns.indexOf(column)] ?? null, ...(column === 'order' && { order: '5' }) }, changes: { [column]: value } }, 'odd schema');
    tap.check(`${column} = ${value}: ${code}, ${word}`, answer.status === code && answer.text.toLowerCase().includes(word), answer.text);
  }
}

async function changes() {
  const before = { name: team.name };
  let r = await patch('teams', { key: { id: team.id }, before, changes: { name: "O'Brien\"; drop table teams; --" } });
  const columns = (await about('teams')).data.columns.map((c) => c.name);
  tap.check('a row is changed and comes back', r.status === 200 && r.json.data.row[columns.indexOf('name')] === "O'Brien\"; drop table teams; --", r.text);
  tap.equal('the audit log says so', await lastEntry(), `row.change ok public.teams (id=${team.id}): name`);
  r = await patch('teams', { key: { id: team.id }, before, changes: { name: 'Again' } });
  tap.equal('not twice from the same page', r.status, 409);
  tap.equal('which the audit log tells too', await lastEntry(), `row.change refused public.teams (id=${team.id}): name`);
  tap.equal('a row that is gone', (await patch('teams', { key: { id: 'gone' }, before, changes: { name: 'x' } })).status, 409);
  await sql.run(`insert into "teams" ("id", "name", "slug", "owner_id") values ('two', 'Two', 'two', '${user.id}')`);
  const slug = { key: { id: 'two' }, before: { slug: 'two' } };
  r = await patch('teams', { ...slug, changes: { slug: (await sql.run(`select "slug" from "teams" where "id" = '${team.id}'`))[0] } });
  tap.check('a value that is taken: 409 with constraint and column', r.status === 409 && r.json.error.includes('teams_slug_unique') && r.json.details[0].field === 'slug' && r.json.details[0].constraint === 'teams_slug_unique', r.text);
  r = await patch('teams', { key: { id: 'two' }, before: { owner_id: user.id }, changes: { owner_id: 'nobody' } });
  tap.check('a reference to nothing: 409', r.status === 409 && r.json.details[0].field === 'owner_id', r.text);
  r = await patch('teams', { key: { id: 'two' }, before: { member_limit: '3' }, changes: { member_limit: '0' } });
  tap.check('a check: 400 with its name', r.status === 400 && r.json.error.includes('teams_member_limit') && r.json.details[0].field === 'member_limit', r.text);
  r = await patch('teams', { key: { id: 'two' }, before: { name: 'Two' }, changes: { name: null } });
  tap.check('no null: 400 with the column', r.status === 400 && r.json.details[0].field === 'name', r.text);
  await sql.run(`create unique index "one name" on "teams" (lower("name"))`);
  r = await patch('teams', { key: { id: 'two' }, before: { name: 'Two' }, changes: { name: "o'brien\"; DROP table teams; --" } });
  tap.check('a unique index that is no constraint', r.status === 409 && r.json.error.includes('one name'), r.text);
  r = await patch('authUser', { key: { id: user.id }, before: { username: 'ada' }, changes: { username: null } });
  tap.check('a complaint of the server never quotes the row', r.status === 400 && !r.text.includes('argon2'), r.text);
  for (const [what, body] of Object.entries({ 'no key': { key: {}, before, changes: before }, 'half a key': { key: { team_id: 'x' }, before: { role: 'team_user' }, changes: { role: 'team_admin' }, table: 'teamMemberships' }, 'another column as key': { key: { slug: 'two' }, before, changes: before },
    'a null key': { key: { id: null }, before, changes: before }, 'nothing changed': { key: { id: 'two' }, before, changes: {} }, 'nothing before': { key: { id: 'two' }, before: { slug: 'two' }, changes: { name: 'x' } }, 'a number': { key: { id: 'two' }, before: { member_limit: 3 }, changes: { member_limit: 4 } } })) {
    const { table = 'teams', ...rest } = body;
    tap.equal(`${what}: 400`, (await patch(table, rest)).status, 400);
  }
  for (const password of ['wrong', undefined]) tap.check(`password ${password}: refused`, [400, 403].includes((await patch('teams', { ...slug, changes: { slug: 'three' }, password })).status));
  tap.equal('and nothing changed', await sql.run(`select "slug", "name" from "teams" where "id" = 'two'`), ['two|Two']);
}

/** Two people change one row: the second is told, whoever is faster. */
async function race() {
  const all = await Promise.all(Array.from({ length: 8 }, (_, i) => patch('teams', { key: { id: 'two' }, before: { name: 'Two' }, changes: { name: `By ${i}` } })));
  tap.equal('eight changes from one page: one', all.map((r) => r.status).sort().join(), `200${',409'.repeat(7)}`);
}

async function otherRelations() {
  await sql.run('create table "no key" ("a" int, "b" text); insert into "no key" values (1, \'x\'), (1, \'x\')');
  tap.equal('a table without a key is read only', [(await about('no key')).data.editable, (await rows('no key')).length, (await patch('no key', { key: { a: '1' }, before: { b: 'x' }, changes: { b: 'y' } })).status], [false, 2, 400]);
  tap.equal('so is a view', [(await about('fine')).data.editable, (await patch('fine', { key: { id: 'two' }, before: { id: 'two' }, changes: { id: 'x' } })).status], [false, 400]);
  await sql.run(`create table "parts" ("id" int primary key, "v" text) partition by range ("id"); create table "parts 1" partition of "parts" for values from (0) to (100); create table "parts 2" partition of "parts" for values from (100) to (200); insert into "parts" select n, 'v' || n from generate_series(0, 199) n; analyze "parts"`);
  let r = await page('parts', '?limit=2&offset=99&sort=id');
  tap.equal('a partitioned table is one table', [r.json.data.rows, r.json.data.pagination], [[['99', 'v99'], ['100', 'v100']], { total: 200, limit: 2, offset: 99, has_more: true, total_is_estimate: false }]);
  r = await patch('parts', { key: { id: '150' }, before: { id: '150' }, changes: { id: '50' } });
  tap.check('a key that is there, in another partition', r.status === 409 && /parts.*pkey/.test(r.json.error), r.text);
  await sql.run(`delete from "parts" where "id" = 50`);
  tap.equal('a row may move to another partition', [(await patch('parts', { key: { id: '150' }, before: { id: '150', v: 'v150' }, changes: { id: '50' } })).status, (await about('parts')).data.kind, (await about('parts')).data.rows_estimate], [200, 'partitioned table', 200]);
  await sql.run(`create table "parent" ("id" int primary key, "v" text); create table "heir" () inherits ("parent"); insert into "parent" values (1, 'mine'); insert into "heir" values (1, 'heir')`);
  r = await patch('parent', { key: { id: '1' }, before: { v: 'mine' }, changes: { v: 'new' } });
  tap.equal('rows of heirs are not rows of the parent', [r.status, await rows('parent'), await rows('heir')], [200, [['1', 'new']], [['1', 'heir']]]);
  await sql.run('create sequence "ticks"; create view "ticking" as select nextval(\'ticks\') as n');
  r = await page('ticking');
  tap.check('a view that writes is not run', r.status === 400 && r.text.includes('nextval') && (await sql.run('select is_called from "ticks"'))[0] === 'f', r.text);
  await sql.run('create view "broken" as select 1 / (random() * 0)::int as n');
  tap.equal('nor does one that fails do harm', [(await page('broken')).status, (await page('teams')).status], [400, 200]);
  await sql.run('create table "nothing" ()');
  tap.equal('a table without columns', [(await page('nothing')).status, (await about('nothing')).data.columns], [200, []]);
}

async function large() {
  await sql.run(`create table "large" ("id" int primary key, "v" text); insert into "large" select n, md5(n::text) from generate_series(1, 1000000) n`);
  const started = Date.now();
  let r = await page('large', '?limit=100');
  const p = r.json.data.pagination;
  tap.check('a million rows, never analyzed: about as many', p.total_is_estimate && p.total > 500000 && p.total < 2000000 && p.has_more && r.json.data.rows.length === 100, p);
  r = await page('large', '?limit=2&offset=999999&sort=id');
  tap.equal('the last one', [r.json.data.rows, r.json.data.pagination.total, r.json.data.pagination.total_is_estimate, r.json.data.pagination.has_more], [[['1000000', await sql.run(`select md5('1000000')`).then((x) => x[0])]], 1000000, false, false]);
  r = await page('large', '?column=id&op=gt&value=999990&sort=id&order=desc&limit=3');
  tap.equal('a filter counts what it leaves', [r.json.data.rows.map((x) => x[0]), r.json.data.pagination.total, r.json.data.pagination.total_is_estimate], [['1000000', '999999', '999998'], 10, false]);
  r = await page('large', '?offset=5000000');
  tap.equal('beyond the end there is nothing', [r.status, r.json.data.rows, r.json.data.pagination.has_more], [200, [], false]);
  tap.check('in reasonable time', Date.now() - started < 15000, `${Date.now() - started} ms`);
  await sql.run('drop table "large"');
}

async function long() {
  await sql.run(`create table "long" ("id" int primary key, "t" text, "b" bytea, "j" jsonb); insert into "long" values (1, repeat('ä', 2000), '\\x00', '1'), (2, repeat('🙂', 2001), decode(repeat('ab', 5000000), 'hex'), to_jsonb(repeat('x', 3000)))`);
  const r = await page('long');
  const { rows: list, cut } = r.json.data;
  tap.equal('what is long is cut at 2,000 characters', [[...list[0][1]].length, [...list[1][1]].length, list[1][1].endsWith('🙂…'), [...list[1][2]].length, list[1][2].startsWith('\\xabab'), [...list[1][3]].length], [2000, 2001, true, 2001, true, 2001]);
  tap.equal('and it says which', cut, [[1, 1], [1, 2], [1, 3]]);
  const answer = await patch('long', { key: { id: '2' }, before: { t: list[1][1] }, changes: { t: 'short' } });
  tap.check('what was seen cut is not overwritten', answer.status === 400 && answer.text.includes('cut'), answer.text);
  tap.equal('what fits is, whole', (await patch('long', { key: { id: '1' }, before: { t: list[0][1] }, changes: { t: 'short' } })).status, 200);
}

async function strangers() {
  await sql.run(`insert into "authUser" ("id", "username", "email", "hashed_password", "role_id") select 'eve', 'eve', 'eve@example.org', "hashed_password", 'global_user' from "authUser" where "id" = '${user.id}'`);
  const eve = cookieOf(await b.request('POST', '/api/auth/email/login', { body: { login: 'eve', password: ada.password } }));
  for (const path of ['tables', 'tables/public/teams', 'tables/public/teams/rows', 'indexes', 'slow', 'migrations', 'erd']) tap.equal(`${path} is for administrators`, [(await b.request('GET', `/api/admin/${path}`, { cookie: eve })).status, (await b.request('GET', `/api/admin/${path}`)).status], [403, 401]);
  const r = await b.request('PATCH', '/api/admin/tables/public/teams/rows', { cookie, headers: { origin: 'http://evil.example' }, body: { key: { id: 'two' }, before: { slug: 'two' }, changes: { slug: 'evil' }, password: ada.password } });
  tap.equal('no page of another origin changes a row', r.status, 403);
}

try {
  for (const part of [lists, description, carried, outOfReach, secrets, everyType, everyTypeChanged, changes, race, otherRelations, large, long, strangers]) await part();
  const metrics = (await b.request('GET', '/metrics')).text;
  tap.equal('no answer was a 5xx', metrics.match(/responses_total\{class="5xx"\} (\d+)/)[1], '0');
  await sql.close();
  await b.endsWell(tap);
} catch (error) {
  tap.check('the test ran to its end', false, `${error.stack}\n${b.output.slice(-3000)}`);
} finally {
  await sql.close();
  await b.remove();
  tap.finish();
}
