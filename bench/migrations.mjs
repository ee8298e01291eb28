/* migrations.mjs - generate and up of 30 tables against drizzle-kit and psql, in pairs: migrations.mjs TUSK DRIZZLE-MIGRATE */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { cleanEnvironment } from '../tests/http/backend.mjs';
import { Rig, here, kitProgram } from '../tests/drizzle/rig.mjs';

const TABLES = 30, ROUNDS = 7;
const [tusk, holder] = process.argv.slice(2).map((path) => resolve(path));
const rig = new Rig(holder);

/** The same 30 tables in both languages: keys, a reference to the one before, an index, defaults. */
function schemas() {
  let def = '', ts = "import { pgTable, text, integer, boolean, timestamp, jsonb, varchar, index } from 'drizzle-orm/pg-core';\n";
  for (let i = 0; i < TABLES; i++) {
    const name = `table_${i}`;
    def += `TABLE(row_${i}, ${name}, "${name}")\n    COLUMN(text, id, PRIMARY_KEY)\n` +
      (i ? `    COLUMN(text, parent_id, REFERENCES(table_${i - 1}, id, CASCADE))\n` : '') +
      `    COLUMN(varchar(120), name)\n    COLUMN(text, slug, UNIQUE)\n    NULLABLE(text, description)\n` +
      `    COLUMN(integer, amount, DEFAULT(3))\n    COLUMN(boolean, active, DEFAULT(true))\n    NULLABLE(jsonb, metadata)\n` +
      `    COLUMN(timestamptz, created_at, DEFAULT_SQL("now()"))\n    INDEX(idx_${i}, ON(name, created_at))\nEND_TABLE(row_${i}, ${name})\n`;
    ts += `export const ${name} = pgTable('${name}', { id: text('id').primaryKey(),` +
      (i ? ` parent_id: text('parent_id').notNull().references(() => table_${i - 1}.id, { onDelete: 'cascade' }),` : '') +
      ` name: varchar('name', { length: 120 }).notNull(), slug: text('slug').notNull().unique(), description: text('description'),` +
      ` amount: integer('amount').notNull().default(3), active: boolean('active').notNull().default(true), metadata: jsonb('metadata'),` +
      ` created_at: timestamp('created_at', { withTimezone: true }).notNull().defaultNow() }, (t) => [index('idx_${i}').on(t.name, t.created_at)]);\n`;
  }
  return { def, ts };
}

/** Milliseconds of a whole process, in the folder where drizzle-kit finds its modules. */
function timed(program, args, env = {}) {
  const start = process.hrtime.bigint();
  const done = spawnSync(program, args, { cwd: here, env: cleanEnvironment(env), encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stdout}${done.stderr}`);
  return ms;
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

const typescript = join(here, `bench-${process.pid}.ts`); // beside node_modules, where its imports are found
await rig.start();
try {
  const { def, ts } = schemas();
  const at = (name) => join(rig.top, name);
  writeFileSync(at('schema.def'), def);
  writeFileSync(typescript, ts);
  const times = { tusk_generate: [], kit_generate: [], tusk_up: [], psql: [], kit_migrate: [] };
  const { server } = rig;
  const login = (database) => ({ POSTGRES_HOST: server.host, POSTGRES_PORT: String(server.port), POSTGRES_USER: server.user,
    POSTGRES_PASSWORD: server.password ?? '', POSTGRES_DATABASE: database });
  const url = (database) => `postgres://${server.user}:${encodeURIComponent(server.password ?? '')}@localhost:${server.port}/${database}?host=${encodeURIComponent(server.host)}`;
  for (let i = 0; i < ROUNDS; i++) {
    const ours = at(`ours_${i}`), theirs = at(`theirs_${i}`);
    times.tusk_generate.push(timed(tusk, ['generate', '--schema', at('schema.def'), '--folder', ours, '--name', 'all']));
    times.kit_generate.push(timed(process.execPath, [kitProgram, 'generate', '--dialect=postgresql', `--schema=${relative(here, typescript)}`, `--out=${relative(here, theirs)}`, '--name=all']));
    const file = join(ours, '0000_all.sql');
    if (i === 0 && readFileSync(file, 'utf8').length < 1000) throw new Error('nothing was generated');
    times.tusk_up.push(timed(tusk, ['up', '--folder', ours], login(await rig.database())));
    times.psql.push(timed('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', '-1', '-h', server.host, '-p', String(server.port), '-U', server.user, '-f', file, await rig.database()],
      { PGPASSWORD: server.password ?? '' }));
    const config = at(`kit_${i}.json`);
    writeFileSync(config, JSON.stringify({ dialect: 'postgresql', out: relative(here, theirs), dbCredentials: { url: url(await rig.database()) } }));
    times.kit_migrate.push(timed(process.execPath, [kitProgram, 'migrate', `--config=${relative(here, config)}`]));
  }
  const ms = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
  const ratio = (a, b) => Number((median(times[a].map((x, i) => x / times[b][i]))).toFixed(3));
  console.log(JSON.stringify({ bench: 'migrations', tables: TABLES, ms: Object.fromEntries(Object.entries(ms).map(([k, v]) => [k, Number(v.toFixed(1))])),
    generate_to_kit: ratio('tusk_generate', 'kit_generate'), up_to_psql: ratio('tusk_up', 'psql'), up_to_kit: ratio('tusk_up', 'kit_migrate') }));
} finally {
  rmSync(typescript, { force: true });
  await rig.stop();
}
