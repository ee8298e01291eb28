// admin_backups.mjs - backups by the backend: made now and at night, proven, thinned out, fetched, removed; and none of it by anybody else
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { ada, Backend, cleanEnvironment, cookieOf, Psql, readyBackend, Tap, until } from './backend.mjs';

const tap = new Tap();
const [program, tusk] = process.argv.slice(2).map((given) => resolve(given)); // meson may name them by relative paths
const password = ada.password;
const path = '/api/admin/backups';

const list = async (b, cookie) => {
  const r = await b.request('GET', path, { cookie });
  if (r.status !== 200) throw new Error(r.text);
  return r.json.data;
};
/** Asks for one; names have the second in them, so after another of the same second once more, as the answer says. */
const ask = (b, cookie) => until('the next second', async () => {
  const r = await b.request('POST', path, { cookie });
  return r.json?.error?.includes('this very second') ? null : r;
}, 5000);
/** Asks for one and waits until it counts; says why when it never does. */
async function underWay(b, cookie) {
  const r = await ask(b, cookie);
  if (r.status !== 202) throw new Error(`${r.status} ${r.text}`);
  await until('the count', async () => {
    const { job, last } = await list(b, cookie);
    return job ? job.phase === 'counting' && 'counting' : JSON.stringify(last);
  }).then((how) => how === 'counting' || Promise.reject(new Error(`it did not count: ${how}`)));
  return r;
}
const done = (b, cookie) => until('the backup to be done', async () => (await list(b, cookie)).job === null && (await list(b, cookie)).last, 120000);

/** A request whose path is sent as it is: fetch() would tidy it up. */
function raw(b, method, target, cookie, body) {
  const text = body ? JSON.stringify(body) : undefined;
  const headers = { cookie, origin: b.url, ...(text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}) };
  return new Promise((good, bad) => {
    const r = request({ host: '127.0.0.1', port: b.port, method, path: target, headers }, (answer) => {
      const chunks = [];
      answer.on('data', (c) => chunks.push(c));
      answer.on('end', () => good({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
      answer.on('error', bad);
    });
    r.on('error', bad);
    r.end(text);
  });
}

function runTusk(b, args) {
  const env = cleanEnvironment({ TUSK_DATA_DIR: join(b.folder, 'data') });
  return new Promise((end) => {
    const child = spawn(tusk, args, { cwd: b.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (out += text));
    child.on('exit', (code) => end({ code, out }));
  });
}

const digest = `select md5(string_agg(t, ',' order by t)) from (select 'u' || u::text from "authUser" u union all select 's' || s::text from "mcpServerTemplates" s union all select 'n' || n::text from "notifications" n) x(t)`;

async function makeOne(b, cookie, sql) {
  let data = await list(b, cookie);
  const folder = join(b.folder, 'persistent_data/backups');
  tap.equal('at first there is none, and nothing was done', [data.folder, data.backups, data.job, data.last, data.problem], [folder, [], null, null, null]);
  tap.equal('they are made at night', [data.nightly.enabled, data.nightly.time, data.nightly.keep_days, data.nightly.keep_last], [true, '02:30', 14, 3]);
  const next = new Date(data.nightly.next_at), ahead = next - Date.now();
  tap.check('the next one is told', next.getUTCHours() === 2 && next.getUTCMinutes() === 30 && ahead > -1000 && ahead <= 86400000, data.nightly);

  tap.equal('one may be asked for', data.by_hand, { pause_s: 300, next_at: null });
  await sql.run('begin; lock table "teams" in access exclusive mode');
  let r = await underWay(b, cookie);
  tap.check('one is begun, and waits for the locked table', /^\w+-\d{8}T\d{6}Z\.dump$/.test(r.json.data.name), r.text);
  const name = r.json.data.name;
  const { job } = await list(b, cookie);
  tap.check('how far it is can be seen', job.kind === 'make' && job.name === name && typeof job.table === 'string' && job.total > job.done && Date.now() - new Date(job.started_at) < 60000, job);
  tap.equal('a second one is not begun meanwhile', (await b.request('POST', path, { cookie })).status, 409);
  tap.equal('nor is one proven', (await b.request('POST', `${path}/${name}/verify`, { cookie })).status, 404);
  await sql.run('commit');
  data = await done(b, cookie) && (await list(b, cookie));
  tap.check('it is done', data.last.kind === 'make' && data.last.outcome === 'ok' && data.last.error === null && data.last.name === name, data.last);
  const one = data.backups[0];
  tap.check('and is in the list', data.backups.length === 1 && one.name === name && one.bytes > 1000 && one.rows > 10 && one.format === 'custom' && one.verified_at === null && one.problem === null && one.database.length > 0 && one.server_version.length > 0, data.backups);

  r = await b.request('POST', path, { cookie });
  const wait = Number(r.headers.get('retry-after')), until5 = new Date((await list(b, cookie)).by_hand.next_at) - Date.now();
  tap.check('another may not be asked for at once', r.status === 429 && /in [1-5]:\d\d minutes/.test(r.json.error) && wait > 200 && wait <= 300 && Math.abs(until5 / 1000 - wait) < 30, `${r.status} ${r.text} ${wait} ${until5}`);
  tap.equal('and is not made', (await list(b, cookie)).backups.length, 1);

  r = await b.request('POST', `${path}/${name}/verify`, { cookie });
  tap.check('a proof is begun all the same', r.status === 202 && r.json.data.name === name, r.text);
  tap.equal('a second one is not', (await b.request('POST', `${path}/${name}/verify`, { cookie })).status, 409);
  await done(b, cookie);
  data = await list(b, cookie);
  tap.check('and succeeds', data.last.kind === 'verify' && data.last.outcome === 'ok' && Date.now() - new Date(data.backups[0].verified_at) < 60000, data);
  tap.equal('nothing of it stays', await sql.run(`select count(*) from pg_database where datname like 'tusk_restore%'`), ['0']);
  return { name, folder };
}

/** Names are compared with what is there, and never become paths. */
async function wrongNames(b, cookie, { name, folder }) {
  symlinkSync('/etc/passwd', join(folder, 'link.dump'));
  const names = ['..', '%2e%2e', '.', '%2E', '..%2f..%2f..%2fetc%2fpasswd', '../../../../etc/passwd', '%2fetc%2fpasswd', '..%5c..%5cetc%5cpasswd', `${name}%00`, `${name}%00.sql`, '%00', `${name}.manifest.json`, `${name}.partial`, `.%2f${name}`,
    `${name}%20`, `${name.toUpperCase()}`, '*', '%25', 'none.dump', '%c0%ae%c0%ae', '%e2%80%ae', `${name}%0d%0aX-Injected:%20yes`, 'x'.repeat(3000)];
  const wrong = [];
  for (const one of names)
    for (const [method, tail, body] of [['POST', '/verify'], ['POST', '/ticket', { password }], ['GET', '/file?ticket=x'], ['DELETE', '', { password }]]) {
      const r = await raw(b, method, `${path}/${one}${tail}`, cookie, body);
      if (r.status < 400 || r.status >= 500 || r.headers['x-injected'] || r.body.includes('root:')) wrong.push(`${method} ${one}${tail}: ${r.status} ${r.body}`);
    }
  tap.check(`row 64: ${names.length} wrong names`, wrong.length === 0, wrong.join('\n'));
  const r = await raw(b, 'POST', `${path}/link.dump/ticket`, cookie, { password });
  const got = await raw(b, 'GET', JSON.parse(r.body).data?.url ?? `${path}/link.dump/file?ticket=x`, cookie);
  tap.check('row 64: a link in the folder leads nowhere', got.status === 404 && !got.body.includes('root:'), `${got.status} ${got.body}`);
  tap.check('the backup is still there', existsSync(join(folder, name)));
  tap.equal('a link is removed, what it leads to is not', [(await b.request('DELETE', `${path}/link.dump`, { cookie, body: { password } })).status, existsSync('/etc/passwd')], [200, true]);
}

async function download(b, cookie, sql, { name, folder }) {
  const ask = async (who, body = { password }) => b.request('POST', `${path}/${name}/ticket`, { cookie: who, body });
  let r = await ask(cookie, {});
  tap.equal('without the password there is no link', r.status, 400);
  r = await ask(cookie, { password: 'wrong' });
  tap.check('nor with a wrong one', r.status === 403 && !r.text.includes('ticket='), r.text);
  r = await ask(cookie);
  const { url } = r.json.data;
  tap.check('with it there is', r.status === 200 && url.startsWith(`${path}/${name}/file?ticket=`), r.text);
  let got = await raw(b, 'GET', url, cookie);
  const file = readFileSync(join(folder, name));
  const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');
  tap.check('the file comes whole', got.status === 200 && sha(got.body) === sha(file) && Number(got.headers['content-length']) === file.length, `${got.status} ${got.body.length} of ${file.length}`);
  tap.check('as a file to keep', got.headers['content-disposition'].startsWith(`attachment; filename="${name}"`) && got.headers['cache-control'] === 'no-store', got.headers);
  const copy = join(b.folder, 'fetched.dump');
  writeFileSync(copy, got.body);
  tap.equal('a link works once', (await raw(b, 'GET', url, cookie)).status, 403);

  const second = cookieOf(await b.request('POST', '/api/auth/email/login', { body: { login: 'ada', password } }));
  const other = (await ask(cookie)).json.data.url;
  tap.equal('not in another session of the same person', (await raw(b, 'GET', other, second)).status, 403);
  tap.equal('and is used up by the attempt', (await raw(b, 'GET', other, cookie)).status, 403);
  tap.equal('not without a session', (await raw(b, 'GET', (await ask(cookie)).json.data.url, '')).status, 401);
  tap.equal('not without a ticket', (await raw(b, 'GET', `${path}/${name}/file`, cookie)).status, 400);
  tap.equal('not with an invented one', (await raw(b, 'GET', `${path}/${name}/file?ticket=${'A'.repeat(43)}`, cookie)).status, 403);
  const ticket = new URL(b.url + (await ask(cookie)).json.data.url).searchParams.get('ticket');
  tap.equal('not for another name', (await raw(b, 'GET', `${path}/other.dump/file?ticket=${ticket}`, cookie)).status, 403);

  const before = await sql.run(digest);
  const restored = await runTusk(b, ['restore', copy, '--into', 'from_download', '--trust']);
  tap.check('what was fetched restores', restored.code === 0, restored.out);
  const copied = new Psql(b);
  await copied.run('\\connect from_download\nselect 1');
  tap.equal('to the same rows', await copied.run(digest), before);
  await copied.close();
}

/** Larger than every buffer on the way, read slowly, left in the middle, and names that headers could be made of. */
async function largeDownload(b, cookie, folder) {
  const bytes = Buffer.alloc(20 << 20);
  for (let i = 0; i < bytes.length; i += 4096) bytes.writeUInt32LE(i, i);
  const hostile = 'a "b"; filename=x\u00e9%0d.sql';
  writeFileSync(join(folder, hostile), bytes);
  const escaped = encodeURIComponent(hostile);
  const url = async () => (await b.request('POST', `${path}/${escaped}/ticket`, { cookie, body: { password } })).json.data.url;
  const got = await raw(b, 'GET', await url(), cookie);
  tap.check('20 MB come whole', got.status === 200 && got.body.equals(bytes), `${got.status} ${got.body.length}`);
  tap.equal('whatever they are called', got.headers['content-disposition'], `attachment; filename="a__b___filename_x___0d.sql"; filename*=UTF-8''a%20%22b%22%3B%20filename%3Dx%C3%A9%250d.sql`);
  for (let i = 0; i < 3; i++) {
    const target = await url();
    await new Promise((end) => {
      const r = request({ host: '127.0.0.1', port: b.port, path: target, headers: { cookie } }, (answer) => answer.once('data', () => r.destroy()));
      r.on('close', end);
      r.on('error', end);
      r.end();
    });
  }
  tap.equal('who leaves in the middle does no harm', (await b.request('GET', '/api/health')).status, 200);
  tap.equal('it goes too', (await b.request('DELETE', `${path}/${escaped}`, { cookie, body: { password } })).status, 200);
}

async function notFiles(b, cookie, folder) {
  const made = await runTusk(b, ['backup', join(folder, 'many.dir')]);
  tap.check('a backup of the directory format is in the list', made.code === 0 && (await list(b, cookie)).backups.some((x) => x.name === 'many.dir' && x.format === 'directory'), made.out);
  let r = await b.request('POST', `${path}/many.dir/ticket`, { cookie, body: { password } });
  tap.check('it is not one file, and says so', r.status === 400 && r.json.error.includes('directory'), r.text);
  tap.equal('without the password it stays', (await b.request('DELETE', `${path}/many.dir`, { cookie, body: {} })).status, 400);
  r = await b.request('DELETE', `${path}/many.dir`, { cookie, body: { password } });
  tap.check('it can be removed', r.status === 200 && readdirSync(folder).every((f) => !f.startsWith('many')), `${r.text} ${readdirSync(folder)}`);
  tap.equal('once', (await b.request('DELETE', `${path}/many.dir`, { cookie, body: { password } })).status, 404);
  writeFileSync(join(folder, 'damaged.dump'), 'PGDMP');
  writeFileSync(join(folder, 'damaged.dump.manifest.json'), '{"tusk_backup":');
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('not\xfftext.dump', 'latin1')]), 'PGDMP');
  execFileSync('mkfifo', [join(folder, 'pipe.dump.manifest.json')]);
  symlinkSync('/etc/passwd', join(folder, 'link.dump.manifest.json'));
  const traps = (await list(b, cookie)).backups.filter((x) => /^(pipe|link)/.test(x.name));
  tap.check('a manifest that is a pipe holds nothing up, one that is a link is not followed', traps.length === 2 && traps.every((x) => x.problem.endsWith('is no plain file')), traps);
  for (const name of ['pipe', 'link']) unlinkSync(join(folder, `${name}.dump.manifest.json`));
  const { backups } = await list(b, cookie);
  tap.check('what cannot be read is in the list with its problem', backups.find((x) => x.name === 'damaged.dump')?.problem?.length > 0 && backups.length === 2, backups);
  tap.equal('and can be removed', (await b.request('DELETE', `${path}/damaged.dump`, { cookie, body: { password } })).status, 200);
}

async function settings(b, cookie, sql) {
  const change = (body) => b.request('PATCH', `${path}/settings`, { cookie, body });
  for (const body of [{}, { time: '24:00' }, { time: '2:30' }, { time: '+2:30' }, { keep_days: -1 }, { keep_last: 1001 }, { enabled: 'yes' }, { folder: '/tmp' }]) {
    const r = await change({ ...body, password });
    tap.check(`${JSON.stringify(body)} is refused`, r.status === 400, r.text);
  }
  tap.equal('nothing is changed without the password', [(await change({ enabled: false })).status, (await change({ enabled: false, password: 'wrong' })).status], [400, 403]);
  let r = await change({ enabled: false, keep_days: 0, keep_last: 1, password });
  tap.equal('with it, it is', [r.json?.data?.nightly?.enabled, r.json?.data?.nightly?.next_at, r.json?.data?.nightly?.keep_days, r.json?.data?.nightly?.time], [false, null, 0, '02:30']);
  tap.equal('and kept in the database', await sql.run(`select "key" || '=' || "value" || ':' || "type" from "globalSettings" where "key" like 'backup.%' order by 1`), ['backup.enabled=false:boolean', 'backup.keep_days=0:number', 'backup.keep_last=1:number']);
}

/** Two backends on one database and one folder: the night's backup is made once, proven, and old ones go. */
async function night(b, cookie, sql) {
  // a zone in which a minute begins soon: nobody waits for the next one of the clock
  const ahead = 60 - (Math.floor(Date.now() / 1000 + 15) % 60);
  Object.assign(b.extra, { TZ: `SOON-0:${Math.floor(ahead / 60)}:${ahead % 60}`, BACKUP_PAUSE_S: '0' });
  const second = new Backend(program, { TZ: b.extra.TZ, TUSK_DATA_DIR: join(b.folder, 'data'), BACKUP_DIR: join(b.folder, 'persistent_data/backups') });
  try {
    await b.stop();
    await b.start();
    await until('the first backend', async () => (await b.request('GET', '/api/db/status')).json.state === 'ready');
    await second.start();
    await until('the second backend', async () => (await second.request('GET', '/api/db/status')).json.state === 'ready');
    const was = (await list(b, cookie)).backups.map((x) => x.name);
    tap.equal('without a pause another is made', (await ask(b, cookie)).status, 202);
    await done(b, cookie);
    const minute = Math.ceil((Date.now() + 3000 + ahead * 1000) / 60000) * 60000;
    const r = await b.request('PATCH', `${path}/settings`, { cookie, body: { enabled: true, time: new Date(minute).toISOString().slice(11, 16), password } });
    const next = r.json.data.nightly.next_at;
    tap.equal('the next night is near', new Date(next).getTime(), minute - ahead * 1000);
    await until('the night', () => new Date(next) < Date.now(), 70000);
    const nights = `select count(*) from "audit_log" where "action" = 'backup.nightly'`;
    await until('its backup', async () => (await sql.run(nights))[0] !== '0', 120000);
    await until('the one that makes it', async () => (await list(b, cookie)).job === null && (await list(second, cookie)).job === null, 60000);
    await until('both to count from tomorrow', async () => [await list(b, cookie), await list(second, cookie)].every((x) => new Date(x.nightly.next_at) - Date.now() > 80000000), 90000);
    const data = await list(b, cookie);
    const made = data.backups.filter((x) => new Date(x.made_at) >= new Date(next));
    tap.check('one backup was made, and proven', made.length === 1 && made[0].verified_at !== null, data.backups);
    tap.check('those that the rule does not keep are gone', data.backups.length === 1 && was.length > 0 && was.every((x) => !data.backups.some((y) => y.name === x)), data.backups);
    tap.equal('once by the audit log', await sql.run(nights), ['1']);
    tap.equal('nobody is told of what went well', await sql.run(`select count(*) from "notifications" where "title" like '%backup%'`), ['0']);
    await second.endsWell(tap);
  } finally { // not remove(): the server is that of the first one too
    await second.stop('SIGKILL').catch(() => {});
    rmSync(second.folder, { recursive: true, force: true });
  }
}

/** A backup that is made while a statement runs, which has rights for itself meanwhile, says nothing of them. */
async function besideStatements(b, cookie, sql, folder) {
  const typed = b.request('POST', '/api/admin/query', { cookie, body: { sql: 'select pg_sleep(3), * from "teams"', password } });
  const running = () => sql.run(`select count(*) from pg_stat_activity where application_name = 'deploystack reader' and wait_event = 'PgSleep'`);
  await until('the statement to run', async () => (await running())[0] === '1');
  const r = await ask(b, cookie);
  tap.check('a backup is taken on beside a statement', r.status === 202, r.text);
  await done(b, cookie);
  const { last } = await list(b, cookie);
  tap.equal('a backup is made beside a statement', [r.status, last.outcome, last.name, (await typed).status], [202, 'ok', r.json.data.name, 200]);
  const file = readFileSync(join(folder, last.name));
  tap.equal('and can be restored where there is no such role', ['tusk_reader', 'pg_advisory_lock', 'GRANT SELECT'].filter((word) => file.includes(word)), []);
  tap.check('as far as can be told from its bytes', file.includes('CREATE TABLE public.teams'), file.length);
}

/** A backend that was off for days, and cannot make a backup: soon, told, and again in an hour. */
async function missedNight(env, reason) {
  const { b, cookie } = await readyBackend(program, { TZ: 'UTC', ...env });
  const sql = new Psql(b);
  try {
    await sql.run(`update "authUser" set "created_at" = now() - interval '3 days'`);
    await b.stop();
    const began = Date.now();
    await b.start();
    await until('it to be ready', async () => (await b.request('GET', '/api/db/status')).json.state === 'ready');
    let data = await list(b, cookie);
    const ahead = new Date(data.nightly.next_at) - began;
    tap.check('a missed night is made up, but not at once', ahead > 10000 && ahead < 60000 && data.job === null, data);
    await until('it', async () => (await list(b, cookie)).last, ahead + 60000);
    data = await list(b, cookie);
    tap.check('its failure can be seen', data.last.outcome === 'failed' && data.last.error.includes(reason), data.last);
    const again = new Date(data.nightly.next_at) - Date.now();
    tap.check('it is tried again in an hour', again > 3500000 && again <= 3600000, data.nightly);
    const told = (await b.request('GET', '/api/notifications', { cookie })).json.data.notifications.filter((n) => n.title === 'The nightly backup failed');
    tap.check('the administrator is told', told.length === 1 && told[0].message.includes(reason), told);
    tap.equal('and the log', (await sql.run(`select "outcome" from "audit_log" where "action" = 'backup.nightly'`)).concat(b.output.includes('the nightly backup')), ['failed', true]);
    const r = await b.request('POST', path, { cookie });
    if (env.BACKUP_SPARE_MB) {
      tap.check('row 55: none is begun where there is no room, with the reason', r.status === 409 && /no room.* MB free.*BACKUP_SPARE_MB/.test(r.json.error) && r.json.error.startsWith(data.problem.slice(0, 40)), `${r.text} ${data.problem}`);
    } else {
      await until('another try to fail', async () => r.status === 202 && (await list(b, cookie)).last.at !== data.last.at);
      tap.equal('what failed took no room: it may be tried again at once', (await b.request('POST', path, { cookie })).status, 202);
      await until('it', async () => (await list(b, cookie)).job === null);
    }
    await b.endsWell(tap);
  } finally {
    await sql.close().catch(() => {});
    await b.remove();
  }
}

async function everythingElse() {
  const { b, cookie, user } = await readyBackend(program, { TZ: 'UTC' });
  const sql = new Psql(b);
  try {
    const made = await makeOne(b, cookie, sql);
    await wrongNames(b, cookie, made);
    await download(b, cookie, sql, made);
    await largeDownload(b, cookie, made.folder);
    await notFiles(b, cookie, made.folder);
    await settings(b, cookie, sql);
    await sql.run(`insert into "authUser" ("id", "username", "email", "hashed_password", "role_id") select 'eve', 'eve', 'eve@example.org', "hashed_password", 'global_user' from "authUser" where "id" = '${user.id}'`);
    const eve = cookieOf(await b.request('POST', '/api/auth/email/login', { body: { login: 'eve', password } }));
    const tried = [['GET', path], ['POST', path], ['POST', `${path}/${made.name}/verify`], ['POST', `${path}/${made.name}/ticket`, { password }], ['GET', `${path}/${made.name}/file?ticket=x`], ['DELETE', `${path}/${made.name}`, { password }], ['PATCH', `${path}/settings`, { enabled: true, password }]];
    tap.equal('nobody else may do any of it', await Promise.all(tried.map(async ([method, url, body]) => (await b.request(method, url, { cookie: eve, body })).status)), tried.map(() => 403));
    const foreign = await b.request('POST', path, { cookie, headers: { origin: 'https://evil.example' } });
    tap.equal('nor may another site do it', foreign.status, 403);
    const audit = await sql.run(`select "action" || ' ' || "outcome" || ' ' || count(*) from "audit_log" where "username" = 'ada' and "target" = '${made.name}' group by "action", "outcome" order by 1`);
    tap.check('the audit log has it', ['backup.make ok 1', 'backup.verify ok 1', 'backup.download ok 1', 'backup.ticket refused 2'].every((x) => audit.includes(x)), audit);
    await night(b, cookie, sql);
    await besideStatements(b, cookie, sql, made.folder);

    await sql.run('begin; lock table "teams" in access exclusive mode');
    const last = await underWay(b, cookie);
    const began = Date.now();
    await b.stop();
    tap.check('a backend that is stopped leaves its backup at once', Date.now() - began < 8000, `${Date.now() - began} ms`);
    tap.equal('and nothing of it', readdirSync(made.folder).filter((f) => f.startsWith(last.json.data.name)), []);
    await b.endsWell(tap);
  } finally {
    await sql.close().catch(() => {});
    await b.remove();
  }
}

const noRoom = { BACKUP_SPARE_MB: '1000000000' };
const all = await Promise.allSettled([everythingElse(), missedNight({ BACKUP_DIR: '/proc/no/such' }, '/proc/no'), missedNight(noRoom, 'no room')]);
for (const one of all) if (one.status === 'rejected') tap.check('it ran to its end', false, one.reason.stack);
tap.finish();
