// admin.mjs - the administrators' overview, live and stored, activity and the audit log: as administrators use them, and as somebody
// tries who is none, or has stolen a session
import { ada, cookieOf, Psql, readyBackend, Tap, until } from './backend.mjs';

const tap = new Tap();
const { b, cookie, user, team } = await readyBackend(process.argv[2]);
const sessions = []; // for the end: psql waits for its input for ever
const session = () => sessions[sessions.push(new Psql(b)) - 1];
const sql = session();
const get = (path, who = { cookie }) => b.request('GET', `/api/admin/${path}`, who);
const post = (path, body = { password: ada.password }, who = { cookie }) => b.request('POST', `/api/admin/${path}`, { ...who, body });
const NUMBERS = ['active', 'idle', 'idle_in_transaction', 'max_connections', 'waiting', 'pool_connections', 'pool_busy', 'pool_queued'];
const RATES = ['tps', 'cache_hit', 'requests_per_second', 'database_bytes'];

/** People with the administrator's password. */
async function addUser(name, role) {
  await sql.run(`insert into "authUser" ("id", "username", "email", "hashed_password", "role_id") select '${name}', '${name}', '${name}@example.org', "hashed_password", '${role}' from "authUser" where "id" = '${user.id}'`);
  return signIn(name);
}
const login = (name, password = ada.password) => b.request('POST', '/api/auth/email/login', { body: { login: name, password } });
const signIn = async (name) => ({ cookie: cookieOf(await login(name)) });

/** A stream of events as a page reads it: `events` so far, `ended` in milliseconds after `since`. */
class Watcher {
  events = [];
  comments = 0;
  async open(who) {
    this.abort = new AbortController();
    const answer = await fetch(`${b.url}/api/admin/overview/stream`, { headers: { cookie: who.cookie }, signal: this.abort.signal });
    this.status = answer.status;
    this.headers = answer.headers;
    if (answer.status === 200) this.done = this.read(answer.body).then(() => (this.endedAt = Date.now()), () => (this.endedAt = Date.now()));
    else await answer.body.cancel();
    return this;
  }
  async read(body) {
    let text = '';
    for await (const piece of body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const parts = text.split('\n\n');
      text = parts.pop();
      for (const part of parts) {
        const [, event, data] = part.match(/^event: (\w+)\ndata: (.*)$/) ?? [];
        if (event === 'sample') this.events.push({ ...JSON.parse(data), arrived: Date.now() });
        else if (part.startsWith(':')) this.comments += 1;
      }
    }
  }
  async close() {
    this.abort.abort();
    await this.done;
  }
}

const isSample = (s) => NUMBERS.every((name) => Number.isInteger(s[name]) && s[name] >= 0) && RATES.every((name) => name in s && (s[name] === null || s[name] >= 0)) && /^\d{4}-.*Z$/.test(s.at);

async function overview() {
  const seen = await until('two samples', async () => { const r = await get('overview'); return r.json.data.samples.length >= 2 && r.json.data; }, 20000);
  tap.check('what the server is', /^\d+\.\d+/.test(seen.server.version) && seen.server.database === 'deploystack' && seen.server.size_bytes > 1e6 && seen.server.is_private === true, seen.server);
  tap.check('since when both run', [seen.server, seen.backend].every((x) => { const age = Date.now() - Date.parse(x.started_at); return age >= 0 && age < 300000; }) && seen.backend.version, [seen.server, seen.backend]);
  tap.check('every sample is whole', seen.samples.every(isSample), seen.samples);
  const [one, two] = seen.samples;
  const apart = Date.parse(two.at) - Date.parse(one.at);
  tap.check('oldest first, five seconds apart', apart > 3500 && apart < 7500, apart);
  tap.check('the first has no rates, the second has', one.tps === null && one.requests_per_second === null && two.tps > 0 && two.requests_per_second > 0 && two.cache_hit >= 0 && two.cache_hit <= 1, [one, two]);
  tap.check('connections and their limit', two.max_connections >= 20 && two.idle >= 1 && two.pool_connections >= 1 && two.database_bytes > 1e6, two);
  const hours = await until('a row in the database', async () => { const r = await get('overview'); return r.json.data.hours.length > 0 && r.json.data.hours; });
  tap.check('one a minute, at the minute', hours.every(isSample) && hours.every((h) => Date.parse(h.at) % 60000 === 0), hours);
}

/** Old rows go, and a second backend of the same database does not double those of today. */
async function stored() {
  await sql.run(`insert into "server_samples" ("at", "active", "idle", "idle_in_transaction", "max_connections", "waiting", "pool_connections", "pool_busy", "pool_queued") select now() - n * interval '1 hour', n, 0, 0, 100, 0, 1, 0, 0 from generate_series(22, 30) n`);
  const { hours } = (await get('overview')).json.data;
  tap.check('only the last day is shown', hours.length >= 2 && hours[0].active === 23 && hours[1].active === 22, hours.slice(0, 3));
}

async function live() {
  const watcher = await new Watcher().open({ cookie });
  tap.equal('a stream of events', [watcher.status, watcher.headers.get('content-type'), watcher.headers.get('cache-control'), watcher.headers.get('x-accel-buffering')], [200, 'text/event-stream', 'no-store', 'no']);
  await until('the last sample at once', () => watcher.events.length >= 1, 2000);
  tap.check('the last sample comes at once', true);
  await until('the next', () => watcher.events.length >= 3, 13000);
  const [, two, three] = watcher.events;
  tap.check('then one every five seconds', three.arrived - two.arrived > 3500 && three.arrived - two.arrived < 7500 && watcher.events.every(isSample), watcher.events);
  const shown = (await get('overview')).json.data.samples.find((s) => s.at === three.at);
  tap.check('the very samples of the overview', shown && shown.idle === three.idle && shown.pool_connections === three.pool_connections, [shown, three]);
  await until('a heartbeat', () => watcher.comments > 0, 20000);
  tap.check('with a heartbeat for proxies', true);
  await watcher.close();
  const head = await b.request('HEAD', '/api/admin/overview/stream', { cookie });
  tap.equal('HEAD gives the head only', [head.status, head.headers.get('content-type'), head.text], [200, 'text/event-stream', '']);
}

async function limits() {
  const many = await Promise.all(Array.from({ length: 8 }, () => new Watcher().open({ cookie })));
  const more = await b.request('GET', '/api/admin/overview/stream', { cookie });
  tap.check('eight at once, the ninth is asked to wait', many.every((w) => w.status === 200) && more.status === 429 && more.headers.get('retry-after'), [many.map((w) => w.status), more.status]);
  await many[0].close();
  const again = await until('a place to be free', async () => { const w = await new Watcher().open({ cookie }); return w.status === 200 && w; }, 5000);
  tap.check('one that leaves makes room', true);
  await Promise.all([...many, again].map((w) => w.close()));
}

/** Whoever signed out, lost the role or was deleted watches at most ten seconds longer. */
async function revoked() {
  const who = { out: await addUser('bob', 'global_admin'), role: await addUser('bill', 'global_admin'), deleted: await addUser('ben', 'global_admin'), stays: { cookie } };
  const watchers = {};
  for (const [name, one] of Object.entries(who)) watchers[name] = await new Watcher().open(one);
  tap.equal('four watch', Object.values(watchers).map((w) => w.status), [200, 200, 200, 200]);
  await until('them to be told something', () => Object.values(watchers).every((w) => w.events.length > 0), 10000);
  const at = Date.now();
  await b.request('POST', '/api/auth/logout', who.out);
  await sql.run(`update "authUser" set "role_id" = 'global_user' where "id" = 'bill'`);
  await sql.run(`delete from "authUser" where "id" = 'ben'`);
  await until('three streams to end', () => ['out', 'role', 'deleted'].every((name) => watchers[name].endedAt), 15000).catch(() => {});
  const took = ['out', 'role', 'deleted'].map((name) => watchers[name].endedAt - at);
  tap.check('signed out, no administrator any more, deleted: over within ten seconds', took.every((ms) => ms < 10500), took);
  tap.check('the others watch on', !watchers.stays.endedAt);
  tap.equal('and do not come back', [(await new Watcher().open(who.out)).status, (await new Watcher().open(who.role)).status], [401, 403]);
  await watchers.stays.close();
}

const pidOf = async (s) => Number((await s.run('select pg_backend_pid()'))[0]);
const refusal = (promise) => promise.then(() => null, (error) => error.message);

async function activity() {
  const holder = session(), waiter = session();
  const holderPid = await pidOf(holder), waiterPid = await pidOf(waiter);
  await holder.run('begin; lock table "satellites" in access exclusive mode');
  const stuck = refusal(waiter.run(`select count(*) from "satellites" where "name" <> '<b>&"\u{1F642}'`));
  const seen = await until('the waiting session', async () => { const { data } = (await get('activity')).json; return data.locks.some((l) => l.pid === waiterPid) && data.sessions.some((s) => s.pid === waiterPid && s.state === 'active') && data; }, 10000);
  const one = seen.sessions.find((s) => s.pid === waiterPid);
  tap.check('who does what', one.state === 'active' && one.wait.startsWith('Lock') && one.blocked_by === String(holderPid) && one.query.includes('<b>&"\u{1F642}') && one.query_ms >= 0 && one.database === 'deploystack', one);
  const [first, second] = seen.locks.filter((l) => [holderPid, waiterPid].includes(l.pid));
  tap.check('who waits for whom', first.pid === holderPid && first.depth === 0 && second.depth === 1 && second.wants.includes('satellites') && second.waiting_ms >= 0, seen.locks);
  const operator = session(), operatorPid = await pidOf(operator);
  for (const [text, shown] of [["create role operator password 'TopSecret'", 'create role operator password •••'], ["alter role operator PASSWORD\nE'TopSecret'", 'alter role operator PASSWORD •••'], ["select 'host=x password=TopSecret'", "select 'host=x password •••"], [`select "hashed_password" from "authUser" where false`, null], ["select 'password'", null]]) {
    await operator.run(text);
    const { query } = (await get('activity')).json.data.sessions.find((s) => s.pid === operatorPid);
    tap.equal(`a password in a statement is not shown: ${text.replace('\n', ' ')}`, query.replace(/\n;$/, ''), shown ?? text);
  }
  await operator.run('drop role operator');
  await cancelling(waiterPid, stuck);
  await terminating(holderPid);
  tap.equal('a session that is gone is 404', (await post(`activity/${holderPid}/terminate`)).status, 404);
}

async function cancelling(pid, stuck) {
  const path = `activity/${pid}/cancel`;
  const eve = await addUser('eve', 'global_user');
  const wrong = await post(path, { password: 'wrong' });
  tap.equal('not with a wrong password', [wrong.status, wrong.json.error], [403, 'Wrong password']);
  tap.equal('nor without one', [(await post(path, {})).status, (await b.request('POST', `/api/admin/${path}`, { cookie })).status, (await post(path, { password: '' })).status], [400, 415, 400]);
  tap.equal('nor by somebody else', [(await post(path, { password: ada.password }, eve)).status, (await post(path, { password: ada.password }, {})).status], [403, 401]);
  const token = (await b.request('POST', '/api/oauth/tokens', { cookie, body: { team_id: team.id, name: 'x', scope: 'teams:read teams:write mcp:read mcp:write' } })).json.data.token;
  tap.equal('nor with a token of an administrator', (await post(path, { password: ada.password }, { token })).status, 403);
  tap.equal('nor from another site', (await post(path, { password: ada.password }, { cookie, headers: { origin: 'http://evil.example' } })).status, 403);
  const { json } = await get('activity');
  tap.check('after all of that the statement still runs', json.data.sessions.find((s) => s.pid === pid)?.state === 'active', json.data.sessions);
  const r = await post(path);
  tap.equal('with the password it is cancelled', [r.status, r.json], [200, { success: true, data: { pid, signalled: true } }]);
  tap.check('which its client is told', (await stuck)?.includes('canceling statement due to user request'), await stuck);
}

async function terminating(pid) {
  const r = await post(`activity/${pid}/terminate`);
  tap.equal('a session is ended', [r.status, r.json.data], [200, { pid, signalled: true }]);
  await until('it to be gone', async () => (await sql.run(`select count(*) from pg_stat_activity where pid = ${pid}`))[0] === '0', 10000);
  tap.check('and is gone', true);
  tap.check('its lock too', (await refusal(sql.run('select count(*) from "satellites"'))) === null);
}

/** What must not be ended from here. */
async function protectedOnes() {
  const own = (await sql.run(`select pid from pg_stat_activity where application_name = 'deploystack'`)).map(Number);
  const servers = (await sql.run(`select pid from pg_stat_activity where backend_type <> 'client backend'`)).map(Number);
  const answers = [];
  for (const pid of own) answers.push((await post(`activity/${pid}/terminate`)).status);
  tap.check('our own connections are left alone', own.length > 0 && answers.every((code) => code === 409 || code === 404) && answers.includes(409), answers);
  const others = [];
  for (const pid of servers) others.push((await post(`activity/${pid}/terminate`)).status);
  tap.check("the server's own processes are left alone", servers.length >= 3 && others.every((code) => code === 409), others);
  const [postmaster] = await sql.run(`select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)`);
  tap.equal('so is the one that made them all, and this program itself', [(await post(`activity/${postmaster}/terminate`)).status, (await post(`activity/${b.child.pid}/terminate`)).status], [404, 404]);
  const odd = ['0', '-1', '1.5', '1e3', 'abc', '99999999999', '2147483648', '%20', "1'--", `${own[0]};1`];
  const codes = [];
  for (const text of odd) codes.push((await post(`activity/${encodeURIComponent(decodeURIComponent(text))}/cancel`)).status);
  tap.equal(`${odd.length} things that are no process`, codes, odd.map(() => 404));
  tap.equal('the server is still there', [(await get('overview')).status, await sql.run('select 1')], [200, ['1']]);
}

const entriesSince = async (count) => { const { data } = (await get('audit?limit=100')).json; return data.entries.slice(0, data.pagination.total - count); };
const total = async () => (await get('audit?limit=1')).json.data.pagination.total;

async function audit() {
  const before = await total();
  const victim = session(), pid = await pidOf(victim);
  const eve = await signIn('eve');
  await post(`activity/${pid}/terminate`, { password: 'wrong' });
  await post(`activity/${pid}/terminate`, {});
  await post(`activity/${pid}/terminate`, { password: ada.password }, eve);
  await post(`activity/${pid}/terminate`, { password: ada.password }, {});
  await post(`activity/${pid}/cancel`, { password: ada.password });
  await post(`activity/${pid}/terminate`);
  await post(`activity/${'x'.repeat(2000)}/cancel`);
  const entries = await entriesSince(before);
  tap.equal('each try has its entry, also those that were refused; nobody has none', entries.map((e) => [e.username, e.action, e.outcome]).reverse(), [
    ['ada', 'activity.terminate', 'refused'], ['ada', 'activity.terminate', 'refused'], ['eve', 'activity.terminate', 'refused'],
    ['ada', 'activity.cancel', 'ok'], ['ada', 'activity.terminate', 'ok'], ['ada', 'activity.cancel', 'refused']]);
  tap.check('newest first, with the time', entries.every((e, i) => i === 0 || e.at <= entries[i - 1].at) && Math.abs(Date.parse(entries[0].at) - Date.now()) < 60000, entries.map((e) => e.at));
  tap.equal('by whom and from where', [...new Set(entries.map((e) => `${e.user_id === user.id || e.user_id === 'eve'} ${e.address}`))], ['true 127.0.0.1']);
  tap.check('what it was about', entries[1].target.startsWith(`${pid} tusk@deploystack (`) && entries[5].target === String(pid) && /^x{230} \[\.\.\. 1540 bytes \.\.\.\] x{230}$/.test(entries[0].target), entries.map((e) => e.target));
  const page = (await get('audit?limit=2&offset=1')).json.data;
  tap.equal('a page at a time', [page.entries.map((e) => e.id), page.pagination.has_more], [entries.slice(1, 3).map((e) => e.id), true]);
  await sql.run(`delete from "authUser" where "id" = 'eve'`);
  tap.check('entries outlive who is named in them', (await get('audit?limit=100')).json.data.entries.some((e) => e.username === 'eve'));
  for (const path of ['overview', 'activity', 'audit']) tap.equal(`${path} cannot be changed from here`, (await b.request('DELETE', `/api/admin/${path}`, { cookie, body: {} })).status, 405);
}

/** Who stole a session guesses no faster here than at the sign-in. */
async function guessing() {
  const thief = await addUser('carl', 'global_admin');
  const before = await total();
  const codes = [];
  for (let i = 0; i < 5; i++) codes.push((await post('activity/2147483647/cancel', { password: `guess ${i}` }, thief)).status);
  tap.equal('five wrong passwords are 403', codes, [403, 403, 403, 403, 403]);
  const paused = await post('activity/2147483647/cancel', { password: ada.password }, thief);
  tap.check('then even the right one has to wait', paused.status === 429 && Number(paused.headers.get('retry-after')) >= 1, paused.text);
  tap.equal('at the sign-in as well', (await login('carl')).status, 429);
  tap.equal('others do not', (await post('activity/2147483647/cancel')).status, 404);
  const entries = await entriesSince(before);
  tap.equal('all of it stands in the audit log', entries.map((e) => e.outcome + e.username).reverse(), [...Array(6).fill('refusedcarl'), 'refusedada']);
  const busy = await Promise.all(Array.from({ length: 20 }, () => post('activity/2147483647/cancel')));
  tap.check('twenty at once: each is answered, or asked to come back', busy.every((r) => r.status === 404 || (r.status === 503 && r.headers.get('retry-after'))), busy.map((r) => r.status));
}

/** Who may not call at all, a thousand times: the log has each try, the database is not filled with them. */
async function flood() {
  const mallory = await addUser('mallory', 'global_user');
  const before = await total(), lines = () => (b.output.match(/"user":"mallory","action":"backup.make"/g) ?? []).length;
  const tries = 200;
  for (let i = 0; i < tries; i++) await b.request('POST', '/api/admin/backups', { cookie: mallory.cookie });
  const kept = (await total()) - before;
  tap.check('a flood of refusals leaves few entries', kept >= 1 && kept <= 120, kept); /* 60 a minute, of which two may begin */
  await until('the log to have every try', () => lines() === tries, 5000);
  await post('activity/2147483647/cancel');
  tap.equal('an administrator is written down all the same', (await get('audit?limit=1')).json.data.entries[0].username, 'ada');
}

/** A database that goes away leaves a gap, and pages stay open for a while. */
async function shutdown() {
  const watcher = await new Watcher().open({ cookie });
  await until('an event', () => watcher.events.length > 0, 10000);
  const at = Date.now();
  const stopped = b.stop();
  await watcher.done;
  tap.check('an open stream ends within a second of the stop', watcher.endedAt - at < 1000, watcher.endedAt - at);
  await stopped;
  tap.check('and holds nothing up', Date.now() - at < 5000, Date.now() - at);
}

try {
  await overview();
  await stored();
  await live();
  await limits();
  await revoked();
  await activity();
  await protectedOnes();
  await audit();
  await guessing();
  await flood();
  for (const one of sessions) one.child.kill();
  await shutdown();
  await b.endsWell(tap);
  tap.check('no password in the log', !b.output.includes(ada.password) && !/guess \d/.test(b.output));
  tap.check('every entry stands in the log of the program too', (b.output.match(/"message":"audit"/g) ?? []).length >= 20);
} catch (error) {
  tap.check('the test ran to its end', false, `${error.stack}\n${b.output.slice(-3000)}`);
} finally {
  for (const one of sessions) one.child.kill();
  await b.remove();
  tap.finish();
}
