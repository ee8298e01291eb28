// backend.mjs - the real program for black-box tests: started in a folder of its own on free ports, stopped for sure
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

export function freePort() {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** The environment without any setting of the tree or of the person who runs the tests. */
export function cleanEnvironment(extra) {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (/^(POSTGRES|PG|TUSK|DEPLOYSTACK|HOST$|PORT$|FRONTEND)/.test(name)) delete env[name];
  return { ...env, DEPLOYSTACK_DATA_DIR: join(root, 'services/backend'), ...extra };
}

/** Waits until `ask` gives something true, at most `ms`; the last error is told when it never does. */
export async function until(what, ask, ms = 60000) {
  const deadline = Date.now() + ms;
  let last = '';
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = `: ${error.message}`;
    }
    await new Promise((next) => setTimeout(next, 40));
  }
  throw new Error(`waited ${ms} ms for ${what}${last}`);
}

export class Backend {
  constructor(program, env = {}) {
    this.program = resolve(program);
    this.folder = mkdtempSync(join(tmpdir(), 'tusk-http-'));
    chmodSync(this.folder, 0o755); // the private PostgreSQL may run as another user
    this.extra = env;
    this.output = '';
  }

  /** Starts it (again: same data, same port) and waits until it answers. */
  async start(args = ['serve']) {
    this.port ??= await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    this.output = '';
    const env = cleanEnvironment({ TUSK_DATA_DIR: join(this.folder, 'data'), PORT: String(this.port), FRONTEND_PORT: '0', ...this.extra });
    this.child = spawn(this.program, args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((done) => this.child.on('exit', (code, signal) => done({ code, signal })));
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => (this.output += text));
    let gone = null;
    this.exited.then((how) => (gone = how));
    await until('the backend to answer', async () => gone || (await fetch(`${this.url}/api/health`)).ok);
    if (gone) throw new Error(`it ended with ${JSON.stringify(gone)}:\n${this.output}`);
  }

  /** Runs another command of the program against the same data. */
  command(args, input, more = {}) {
    const env = cleanEnvironment({ TUSK_DATA_DIR: join(this.folder, 'data'), ...this.extra, ...more });
    return new Promise((done) => {
      const child = spawn(this.program, args, { cwd: this.folder, env });
      let out = '', err = '';
      child.stdout.on('data', (text) => (out += text));
      child.stderr.on('data', (text) => (err += text));
      child.on('exit', (code) => done({ code, out, err }));
      child.stdin.end(input);
    });
  }

  async stop(signal = 'SIGTERM') {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return this.exited;
    this.child.kill(signal);
    return Promise.race([this.exited, new Promise((_, fail) => setTimeout(() => fail(new Error('it did not stop')), 40000).unref())]);
  }

  /** Stops it as a person does and checks how it ended: a build with sanitizers tells here what it found. */
  async endsWell(tap) {
    const { code, signal } = await this.stop('SIGTERM');
    const report = this.output.match(/^.*(runtime error|ERROR: \w+Sanitizer)[^]*/m)?.[0].slice(0, 3000);
    tap.check('it stops cleanly in the end', code === 0 && !report, `${code} ${signal}\n${report ?? this.output.slice(-1000)}`);
  }

  /** Stops it and takes its folder away; a database that a killed program left behind is stopped through one more start. */
  async remove() {
    try {
      await this.stop('SIGKILL').catch(() => {});
      await this.command(['pg', '--force', 'stop']);
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** One request; {status, headers, json, text}. `cookie` and `token` are credentials. */
  async request(method, path, { body, cookie, token, headers = {}, raw } = {}) {
    const all = { ...headers };
    if (body !== undefined) all['content-type'] = 'application/json';
    if (cookie) all.cookie = cookie;
    if (cookie && method !== 'GET' && !all.origin) all.origin = this.url;
    if (token) all.authorization = `Bearer ${token}`;
    const answer = await fetch(this.url + path, { method, headers: all, body: raw ?? (body === undefined ? undefined : JSON.stringify(body)), redirect: 'manual' });
    const endless = answer.headers.get('content-type') === 'text/event-stream' && method !== 'HEAD';
    if (endless) await answer.body.cancel();
    const text = endless ? '' : await answer.text();
    let json = null;
    try {
      json = JSON.parse(text);
    } catch {
      /* not every answer is JSON */
    }
    return { status: answer.status, headers: answer.headers, json, text };
  }
}

export const ada = { username: 'ada', email: 'ada@example.org', password: 'correct horse battery', team_name: 'Engine', sample_catalog: true };

/** A backend that is set up, with its administrator's session: {b, cookie, team, user}. */
export async function readyBackend(program, env = {}) {
  const b = new Backend(program, env);
  try {
    await b.start();
    await until('the database', async () => (await b.request('GET', '/api/db/status')).json.state === 'unset');
    await b.request('POST', '/api/db/setup', { body: { type: 'postgresql' } });
    const made = await b.request('POST', '/api/setup/admin', { body: ada });
    if (made.status !== 201) throw new Error(`set-up failed: ${made.text}\n${b.output}`);
    return { b, cookie: cookieOf(made), team: made.json.team, user: made.json.user };
  } catch (error) {
    await b.remove();
    throw error;
  }
}

/** "session=..." as a browser would send it back. */
export function cookieOf(answer) {
  return answer.headers.get('set-cookie')?.split(';')[0];
}

/** One psql session on the backend's database: run(sql) gives the rows as lines, or throws the server's complaint. */
export class Psql {
  constructor(backend) {
    const env = cleanEnvironment({ TUSK_DATA_DIR: join(backend.folder, 'data'), ...backend.extra });
    this.child = spawn(backend.program, ['pg', 'psql', '-qAtX'], { cwd: backend.folder, env, stdio: ['pipe', 'pipe', 'ignore'] });
    this.exited = new Promise((done) => this.child.on('exit', done));
    this.turn = Promise.resolve();
  }

  run(sql) {
    this.turn = this.turn.catch(() => {}).then(() => this.one(sql));
    return this.turn;
  }

  one(sql) {
    return new Promise((done, fail) => {
      let text = '';
      const ended = (code) => fail(new Error(`psql ended with ${code}`));
      const take = (more) => {
        text += more;
        const end = text.match(/^--end-- (\w+) (.*)\n/m);
        if (!end) return;
        this.child.stdout.off('data', take);
        this.child.off('exit', ended);
        if (end[1] === 'true') fail(new Error(`${end[2]} in ${sql}`));
        else done(text.slice(0, end.index).split('\n').slice(0, -1));
      };
      this.child.stdout.on('data', take);
      this.child.on('exit', ended);
      this.child.stdin.write(`${sql}\n;\n\\echo --end-- :ERROR :LAST_ERROR_MESSAGE\n`);
    });
  }

  async close() {
    this.child.stdin.end();
    await this.exited;
  }
}

/** TAP on standard output: check(name, condition, detail); finish() prints the plan and sets the exit code. */
// The reasons go to stderr, which meson shows when a test fails.
export class Tap {
  count = 0;
  failed = 0;
  check(name, condition, detail = '') {
    this.count += 1;
    if (!condition) this.failed += 1;
    console.log(`${condition ? 'ok' : 'not ok'} ${this.count} - ${name.replaceAll('#', '')}`);
    if (!condition && detail !== '') console.error(`# ${(typeof detail === 'string' ? detail : JSON.stringify(detail)).slice(0, 2000).replaceAll('\n', '\n# ')}`);
  }
  equal(name, actual, expected) {
    this.check(name, JSON.stringify(actual) === JSON.stringify(expected), `got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
  }
  finish() {
    console.log(`1..${this.count}`);
    process.exitCode = this.failed ? 1 : 0;
  }
}
