// rig.mjs - drizzle-kit, drizzle-orm's migrator and ours, each on folders and databases of this test's own
import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { cleanEnvironment } from '../http/backend.mjs';

export const here = dirname(fileURLToPath(import.meta.url));
export const kitProgram = join(dirname(createRequire(import.meta.url).resolve('drizzle-kit')), 'bin.cjs');
const deadline = 120000;

/** Runs a program to its end; {code, out, err}. */
function run(program, args, env = {}) {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { cwd: here, env: cleanEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'], timeout: deadline });
    let out = '', err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    child.on('error', failed);
    child.on('close', (code) => done({ code, out, err }));
  });
}

export class Rig {
  /** `program` is our half, built from migrate.c. */
  constructor(program) {
    this.program = resolve(program);
    this.top = mkdtempSync(join(tmpdir(), 'tusk-drizzle-'));
    chmodSync(this.top, 0o711); // the server's user passes through
    this.databases = 0;
  }

  /** A PostgreSQL of one's own, or the one of the whole test run. It stops when this process ends, however it does. */
  async start() {
    const data = process.env.TUSK_TEST_DATA_DIR || join(this.top, 'server');
    this.holder = spawn(this.program, ['hold', data], { env: cleanEnvironment(), stdio: ['pipe', 'pipe', 'inherit'] });
    this.held = new Promise((done) => this.holder.on('close', done));
    for await (const line of createInterface({ input: this.holder.stdout })) {
      this.server = JSON.parse(line);
      return;
    }
    throw new Error('no PostgreSQL could be started');
  }

  async stop() {
    this.holder?.stdin.end();
    await this.held;
    rmSync(this.top, { recursive: true, force: true });
  }

  // ---- folders ----

  folder(name) {
    return join(this.top, name);
  }

  copy(from, name) {
    cpSync(from, this.folder(name), { recursive: true });
    return this.folder(name);
  }

  // ---- databases ----

  async client(database) {
    const client = new pg.Client({ ...this.server, database, connectionTimeoutMillis: 30000, query_timeout: 60000 });
    await client.connect();
    return client;
  }

  async query(database, sql) {
    const client = await this.client(database);
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** A fresh, empty database. */
  async database() {
    const name = `drizzle_${process.pid}_${Date.now()}_${++this.databases}`;
    await this.query(this.server.database, `create database "${name}"`);
    return name;
  }

  /** What pg_dump says of it, without the marks that differ from run to run. */
  async schema(database) {
    const { host, port, user, password } = this.server;
    const dump = await run('pg_dump', ['--schema-only'], { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database });
    if (dump.code !== 0) throw new Error(`pg_dump: ${dump.err}`);
    return dump.out.split('\n').filter((line) => !/^\\(un)?restrict /.test(line)).join('\n');
  }

  /** The applied migrations as the database has them. */
  rows(database) {
    return this.query(database, 'select id, hash, created_at::text from drizzle.__drizzle_migrations order by id');
  }

  // ---- drizzle's half ----

  /** drizzle-kit only finds folders by a relative path, and tells by its words, not by its exit code. */
  async kit(command, folder, ...args) {
    const done = await run(process.execPath, [kitProgram, command, '--dialect', 'postgresql', '--out', relative(here, folder), ...args]);
    return { ...done, text: done.out + done.err };
  }

  kitGenerate(schema, folder, name, ...args) {
    return this.kit('generate', folder, '--schema', schema, '--name', name, ...args);
  }

  async kitMigrate(database, folder) {
    const client = await this.client(database);
    try {
      await migrate(drizzle(client), { migrationsFolder: folder });
    } finally {
      await client.end();
    }
  }

  // ---- our half ----

  async ours(args, database) {
    const { host, port, user, password } = this.server ?? {};
    const env = { POSTGRES_HOST: host, POSTGRES_PORT: String(port), POSTGRES_USER: user, POSTGRES_PASSWORD: password, POSTGRES_DATABASE: database ?? '' };
    const done = await run(this.program, args, database ? env : {});
    if (done.code !== 0) throw new Error(`${args.join(' ')}: ${done.err}`);
    return JSON.parse(done.out);
  }

  generate(schema, folder, name) {
    return this.ours(['generate', resolve(here, schema), folder, name]);
  }

  /** The SQL between two snapshots of a folder; null: from nothing. */
  async changes(folder, from, to) {
    const path = (number) => (number === null ? 'empty' : join(folder, `meta/000${number}_snapshot.json`));
    return (await this.ours(['changes', path(from), path(to)])).sql;
  }

  squash(folder) {
    return this.ours(['squash', folder]);
  }

  drop(folder) {
    return this.ours(['drop', folder]);
  }

  rebase(folder, tag) {
    return this.ours(['rebase', folder, tag]);
  }

  custom(schema, folder, name) {
    return this.ours(['custom', resolve(here, schema), folder, name]);
  }

  async up(database, folder) {
    return (await this.ours(['up', folder], database)).applied;
  }

  /** The states of all migrations, in order: "applied pending". */
  async states(database, folder) {
    return (await this.ours(['look', folder], database)).map((one) => one.state).join(' ');
  }
}

/** Every file of a folder of migrations by name, with its bytes as text. */
export function files(folder) {
  const all = {};
  for (const name of readdirSync(folder, { recursive: true }).sort()) {
    if (/\.(sql|json)$/.test(name)) all[name] = readFileSync(join(folder, name), 'utf8');
  }
  return all;
}

/** A snapshot without what is random in it. */
export function withoutIds(text) {
  return text.replace(/^ {2}"(id|prevId)": "[^"]*",\n/gm, '');
}

