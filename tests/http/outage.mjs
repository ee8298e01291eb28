// outage.mjs - wrong settings, taken ports, a database that is not there, goes away and comes back, clients that leave
import { mkdirSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { ada, Backend, freePort, Psql, readyBackend, Tap, until } from './backend.mjs';

const tap = new Tap();
const program = process.argv[2];

/** Runs `serve` that is expected to end by itself. */
async function serveFails(env, prepare = () => {}) {
  const b = new Backend(program, env);
  try {
    prepare(b.folder);
    const port = await freePort();
    const end = await b.command(['serve'], undefined, { PORT: String(port), FRONTEND_PORT: '0', ...env });
    return { ...end, untouched: !existsSync(join(b.folder, 'data')) };
  } finally {
    rmSync(b.folder, { recursive: true, force: true });
  }
}

const sentence = (end, pattern) => end.code === 1 && end.untouched && end.out === '' && pattern.test(end.err) && end.err.trim().split('\n').length <= 2;

async function wrongSettings() {
  const cases = {
    POSTGRES_PORT: ['abc', '0', '70000', '-1', '54 32'], PORT: ['abc', '0', '65536', '3e3'], FRONTEND_PORT: ['x', '-1'], POSTGRES_SSL: ['maybe'], POSTGRES_POOL_MAX: ['0', '1', 'many', '99999999999999999999'],
    POSTGRES_POOL_IDLE_TIMEOUT_MS: ['-1'], POSTGRES_POOL_CONNECTION_TIMEOUT_MS: ['soon'], LOG_LEVEL: ['loud'], HOST: ['no such host'],
  };
  const wrong = [];
  for (const [name, list] of Object.entries(cases)) {
    for (const value of list) {
      const end = await serveFails({ [name]: value });
      if (!sentence(end, name === 'HOST' ? /no such host/ : new RegExp(name))) wrong.push(`${name}=${value}: ${JSON.stringify(end)}`);
    }
  }
  tap.check(`${Object.values(cases).flat().length} wrong values: one sentence with the name, exit 1, nothing made`, wrong.length === 0, wrong.join('\n'));
}

async function wrongFiles() {
  const lines = { 'no equals sign': 'POSTGRES_PORT', 'an open quote': 'POSTGRES_HOST="abc', 'a name that is none': '1PORT=3', 'a wrong value': 'POSTGRES_PORT=abc', NUL: 'A=b\0c' };
  const wrong = [];
  for (const file of ['.env', 'services/backend/.env']) {
    for (const [name, line] of Object.entries(lines)) {
      const end = await serveFails({}, (folder) => {
        mkdirSync(join(folder, 'services/backend'), { recursive: true });
        writeFileSync(join(folder, file), `# settings\nLOG_LEVEL=info\n${line}\n`);
      });
      if (!sentence(end, new RegExp(`${file.replace('.', '\\.')}.*3`))) wrong.push(`${file}, ${name}: ${JSON.stringify(end)}`);
    }
  }
  tap.check('a bad line of an .env file: one sentence with file and line', wrong.length === 0, wrong.join('\n'));
}

function listen(handle) {
  return new Promise((done) => {
    const server = createServer(handle).listen(0, '127.0.0.1', () => done(server));
  });
}

async function takenPorts() {
  const taken = await listen(() => {});
  const port = taken.address().port;
  const end = await serveFails({ PORT: String(port), HOST: '127.0.0.1' });
  tap.check('a taken PORT: one sentence, exit 1, no database made', sentence(end, new RegExp(`${port}.*in use`)), end);
  const b = new Backend(program, { FRONTEND_PORT: String(port), HOST: '127.0.0.1' });
  try {
    await b.start();
    tap.check('a taken FRONTEND_PORT: a warning, and it goes on', (await b.request('GET', '/api/health')).status === 200 && b.output.includes(`${port}`) && /warn/.test(b.output), b.output);
  } finally {
    await b.remove();
    taken.close();
  }
}

async function beyondLoopback() {
  const b = new Backend(program, { HOST: '0.0.0.0' });
  try {
    await b.start();
    await until('the database', async () => (await b.request('GET', '/api/db/status')).json.state === 'unset');
    const code = b.output.match(/set-up code: +([2-9A-Z]{10}) /)?.[1];
    tap.check('beyond loopback a code is printed and asked for', code && (await b.request('GET', '/api/db/status')).json.setup_code_required === true, b.output);
    const setUp = (setup_code) => b.request('POST', '/api/db/setup', { body: { type: 'postgresql', setup_code } });
    const codes = [];
    for (const wrong of [undefined, '', 'AAAAAAAAAA', code.toLowerCase(), code.slice(0, 9), `${code}A`, ` ${code}`]) codes.push((await setUp(wrong)).status);
    tap.equal('no code and wrong ones are 403', codes, codes.map(() => 403));
    tap.equal('so it is for the administrator', (await b.request('POST', '/api/setup/admin', { body: { ...ada, setup_code: 'AAAAAAAAAA' } })).status, 403);
    tap.equal('the state is the same', (await b.request('GET', '/api/db/status')).json.state, 'unset');
    tap.equal('the right one is taken', (await setUp(code)).status, 200);
    tap.equal('and for the administrator', [(await b.request('POST', '/api/setup/admin', { body: ada })).status, (await b.request('POST', '/api/setup/admin', { body: { ...ada, setup_code: code } })).status], [403, 201]);
  } finally {
    await b.remove();
  }
}

// ---- the private PostgreSQL goes away

const ok = (r) => r.status === 200;
const busy = (r) => r.status === 503 && r.json?.success === false && Number(r.headers.get('retry-after')) >= 1;

/** Asks until it answers again, and `holds`; every answer on the way has to be 200 or a 503 that says when to come back. */
async function comesBack(name, b, read, ms = 60000, holds = () => true) {
  const odd = [], started = Date.now();
  await until(name, async () => {
    const r = await read();
    if (!ok(r) && !busy(r)) odd.push(`${r.status} ${r.text}`);
    return ok(r) && holds();
  }, ms);
  tap.check(`${name}: 200 or 503 all the way, after ${Math.round((Date.now() - started) / 100) / 10} s all is well`, odd.length === 0, odd.join('\n'));
}

async function postmaster(b) {
  const status = await b.command(['pg', 'status']);
  return Number(status.out.match(/process +(\d+)/)?.[1]);
}

async function privateServer({ b, cookie, team }) {
  const read = () => b.request('GET', `/api/teams/${team.id}`, { cookie });
  const write = () => b.request('PATCH', `/api/teams/${team.id}`, { cookie, body: { name: 'Still here' } });
  const procedure = () => b.request('POST', '/api/teams', { cookie, body: { name: '' } });

  const sql = new Psql(b);
  await sql.run('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = \'client backend\'');
  await sql.close();
  await comesBack('all connections are ended', b, read, 20000);
  tap.equal('also for procedures', (await procedure()).status, 400);

  const before = await postmaster(b);
  process.kill(before, 'SIGKILL');
  await comesBack('the postmaster is killed, another one started', b, read, 60000, async () => {
    const now = await postmaster(b);
    return now > 0 && now !== before;
  });
  await comesBack('and answers', b, read);
  tap.equal('changes work again', (await write()).status, 200);

  tap.equal('stopped on purpose', (await b.command(['pg', 'stop', '--force'])).code, 0);
  await until('the loss to be noticed', async () => (await b.request('GET', '/api/db/status')).json.state === 'unreachable', 20000);
  let r = await b.request('GET', '/api/db/status');
  tap.check('the status says why and what to do', r.json.error && /pg start/.test(r.json.hint ?? ''), r.text);
  const started = Date.now();
  r = await read();
  tap.check('everything else is 503 at once', busy(r) && Date.now() - started < 1500, [r.text, Date.now() - started]);
  tap.equal('it is not started against that wish', await postmaster(b), NaN);
  tap.equal('health answers', (await b.request('GET', '/api/health')).status, 200);
  tap.equal('it is started again', (await b.command(['pg', 'start'])).code, 0);
  await comesBack('the server is started by hand', b, read, 20000);
}

// ---- a client leaves while its query waits

function leave(b, path, cookie) {
  return new Promise((done, fail) => {
    const socket = connect(b.port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${b.port}\r\nCookie: ${cookie}\r\n\r\n`, () => done(socket)));
    socket.on('error', fail);
  });
}

async function clientsLeave({ b, cookie, team }) {
  const lock = new Psql(b), look = new Psql(b);
  const waiting = async () => Number((await look.run(`select count(*) from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'deploystack'`))[0]);
  try {
    await lock.run('begin');
    await lock.run('lock table "teams" in access exclusive mode');
    const sockets = [await leave(b, `/api/teams/${team.id}`, cookie), await leave(b, '/api/teams', cookie)];
    await until('the queries to wait', async () => (await waiting()) === 2, 10000);
    const started = Date.now();
    tap.check('others are answered meanwhile', ok(await b.request('GET', '/api/users/me', { cookie })) && Date.now() - started < 2000, Date.now() - started);
    for (const socket of sockets) socket.destroy();
    const left = Date.now();
    await until('the queries to be cancelled', async () => (await waiting()) === 0, 8000);
    tap.check('clients that leave have their queries cancelled', true, Date.now() - left);
    const crowd = await Promise.all(Array.from({ length: 20 }, () => leave(b, `/api/teams/${team.id}`, cookie)));
    await until('a crowd to wait', async () => (await waiting()) >= 2, 10000);
    for (const socket of crowd) socket.destroy();
    await until('the crowd to be cancelled', async () => (await waiting()) === 0, 15000);
    const answers = await Promise.all(Array.from({ length: 12 }, () => b.request('GET', '/api/users/me', { cookie })));
    tap.check('a crowd that leaves frees every connection', answers.every(ok), answers.map((r) => r.status));
    const metrics = (await b.request('GET', '/metrics')).text;
    tap.equal('and none of that counts as a fault of the server', metrics.match(/responses_total\{class="5xx"\} (\d+)/)[1], '0');
    await lock.run('rollback');
    tap.equal('and all works after the lock', (await b.request('GET', `/api/teams/${team.id}`, { cookie })).status, 200);
  } finally {
    await lock.close();
    await look.close();
  }
}

// ---- an outside server: the private one of another backend behind a TCP port that can be closed

class Door {
  constructor(socket) {
    this.socket = socket;
    this.open = new Set();
    this.mode = 'pass';
  }
  async listen(port) {
    this.server = createServer((client) => {
      this.open.add(client);
      client.on('close', () => this.open.delete(client)).on('error', () => {});
      if (this.mode === 'silent') return;
      const inside = connect(this.socket);
      inside.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.on('close', () => inside.destroy());
      client.pipe(inside).pipe(client);
    });
    await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
  }
  async shut() {
    const closed = new Promise((done) => this.server.close(done));
    for (const client of this.open) client.destroy();
    await closed;
  }
}

async function outsideServer({ b: inside, cookie, team }) {
  const status = await inside.command(['pg', 'status']);
  const door = new Door(join(status.out.match(/socket +(\S+)/)[1], '.s.PGSQL.5432'));
  const port = await freePort();
  const password = readFileSync(join(inside.folder, 'data/password'), 'utf8').trim();
  const env = { POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: String(port), POSTGRES_DATABASE: 'deploystack', POSTGRES_USER: 'tusk', POSTGRES_PASSWORD: password };
  const b = new Backend(program, env);
  const read = () => b.request('GET', `/api/teams/${team.id}`, { cookie });
  const state = async () => (await b.request('GET', '/api/db/status')).json.state;
  try {
    await b.start();
    await until('the reason', async () => (await b.request('GET', '/api/db/status')).json.error, 20000);
    let r = await b.request('GET', '/api/db/status');
    tap.check('a server that cannot be reached: it starts and says why', r.json.state === 'unreachable' && r.json.error.includes(String(port)) && r.json.configured === true && r.json.initialized === false, r.text);
    const codes = [];
    for (const [method, path] of [['GET', '/api/teams'], ['POST', '/api/auth/email/login'], ['GET', '/api/mcp/servers'], ['DELETE', '/api/mcp/deployments/x'], ['POST', '/api/db/setup'], ['POST', '/api/setup/admin']]) {
      const answer = await b.request(method, path, { body: method !== 'POST' ? undefined : /db.setup/.test(path) ? { type: 'postgresql' } : /admin/.test(path) ? ada : { login: 'a', password: 'b' } });
      codes.push(busy(answer) ? 503 : `${path} ${answer.status} ${answer.text}`);
    }
    tap.equal('all else is 503 with Retry-After', codes, codes.map(() => 503));
    tap.check('no private PostgreSQL was made', !existsSync(join(b.folder, 'data')));
    await door.listen(port);
    await comesBack('the server appears', b, read, 20000);
    await door.shut();
    await until('the loss to be noticed', async () => (await state()) === 'unreachable', 20000);
    const started = Date.now();
    tap.check('it goes away: 503 at once', busy(await read()) && Date.now() - started < 1500, Date.now() - started);
    await door.listen(port);
    await comesBack('it comes back', b, read, 20000);
    await door.shut();
    door.mode = 'silent';
    await door.listen(port);
    await until('the silence to be noticed', async () => (await state()) === 'unreachable', 30000);
    tap.check('a server that takes connections and says nothing', busy(await read()), await state());
    await door.shut();
    door.mode = 'pass';
    await door.listen(port);
    await comesBack('it speaks again', b, read, 30000);
    await b.endsWell(tap);
    await wrongPassword(env, read);
    tap.check('the password is nowhere in the output', !b.output.includes(password));
  } finally {
    await b.remove();
    await door.shut();
  }
}

async function wrongPassword(env) {
  const b = new Backend(program, { ...env, POSTGRES_PASSWORD: 'not-the-right-one' });
  try {
    await b.start();
    await until('the reason', async () => (await b.request('GET', '/api/db/status')).json.error, 20000);
    const r = await b.request('GET', '/api/db/status');
    tap.check('a wrong password is told as such', r.json.state === 'unreachable' && /password/.test(r.json.error) && !r.text.includes('not-the-right-one'), r.text);
    tap.check('and which settings to look at', /POSTGRES_PASSWORD/.test(r.json.hint), r.text);
    const setup = await b.request('POST', '/api/db/setup', { body: { type: 'postgresql' } });
    tap.check('a set-up is 503 then, for that reason', busy(setup) && /password authentication failed/.test(setup.json.error), setup.text);
    tap.check('it is not in the log either', !b.output.includes('not-the-right-one'));
  } finally {
    await b.remove();
  }
}

const only = process.argv[3];
try {
  if (!only || only === 'start') {
    await wrongSettings();
    await wrongFiles();
    await takenPorts();
    await beyondLoopback();
  }
  if (only !== 'start') {
    const rig = await readyBackend(program);
    try {
      if (!only || only === 'leave') await clientsLeave(rig);
      if (!only || only === 'outside') await outsideServer(rig);
      if (!only || only === 'private') await privateServer(rig);
      await rig.b.endsWell(tap);
    } catch (error) {
      tap.check('the test ran to its end', false, `${error.stack}\n${rig.b.output.slice(-3000)}`);
    } finally {
      await rig.b.remove();
    }
  }
} catch (error) {
  tap.check('the test ran to its end', false, error.stack);
} finally {
  tap.finish();
}
