// texts.mjs - one small change after another: where drizzle-kit's SQL is right, ours is the same, byte for byte
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { gt, sql } from 'drizzle-orm';
import * as pg from 'drizzle-orm/pg-core';
import { Tap } from '../http/backend.mjs';
import { Rig } from './rig.mjs';

const { generateDrizzleJson, generateMigration } = createRequire(import.meta.url)('drizzle-kit/api');
const { integer, text } = pg;
const tap = new Tap();
const rig = new Rig(process.argv[2]);
const t = (columns, extras) => ({ t: pg.pgTable('t', columns, extras) });
const s = pg.pgSchema('s');

/** A table of two numbers with what `extras` says of it. */
const pair = (extras, columns = {}) => t({ a: integer('a'), b: integer('b'), ...columns }, extras);
const firm = (extras) => t({ a: integer('a').notNull(), b: integer('b').notNull() }, extras);
const index = (make) => t({ a: text('a'), b: integer('b'), c: pg.jsonb('c') }, (it) => [make(it)]);
const identity = (options) => t({ id: integer('id').generatedAlwaysAsIdentity(options) });
const sequence = (options) => ({ q: pg.pgSequence('q', options) });
const policy = (options) => pair(() => [pg.pgPolicy('p', options)]);
const made = (expression) => pair(undefined, { g: integer('g').generatedAlwaysAs(expression) });
const role = (options) => ({ r: pg.pgRole('texts_reader', options) });
const plain = pg.pgTable('u', { id: integer('id').primaryKey(), n: text('n') });
const view = (options, query) => ({ plain, v: (options ? pg.pgView('v').with(options) : pg.pgView('v')).as(query ?? ((q) => q.select().from(plain))) });
const kept = (change) => ({ plain, m: change(pg.pgMaterializedView('m')).as((q) => q.select({ id: plain.id }).from(plain)) });
const labels = (...all) => pg.pgEnum('mood', all);
const moods = (mood) => ({ mood, ...t({ id: integer('id'), one: mood('one').default('b'), many: mood('many').array(), each: mood('each').notNull().default('b') }) });
const target = pg.pgTable('o', { id: integer('id').primaryKey(), a: integer('a').notNull(), b: integer('b').notNull() }, (it) => [pg.unique().on(it.a, it.b)]);
const refers = (options) => ({ target, ...t({ o: integer('o').references(() => target.id, options) }) });
const both = (name, change = (key) => key) => ({ target, ...pair((it) => [change(pg.foreignKey({ name, columns: [it.a, it.b], foreignColumns: [target.a, target.b] }))]) });

/** Every state becomes the one after it. */
const chains = {
  index: [
    pair(), index((it) => pg.index('i').on(it.a)), index((it) => pg.index('i').on(it.a.desc())), index((it) => pg.index('i').on(it.a.asc().nullsFirst())),
    index((it) => pg.index('i').on(it.a.op('text_pattern_ops'))), index((it) => pg.uniqueIndex('i').on(it.a)), index((it) => pg.index('i').on(it.a).where(sql`${it.b} > 3`)),
    index((it) => pg.index('i').using('hash', it.a)), index((it) => pg.index('i').using('gin', it.c.op('jsonb_path_ops'))), index((it) => pg.index('i').on(sql`lower(${it.a})`)),
    index((it) => pg.index('i').on(it.a).with({ fillfactor: 70 })), index((it) => pg.index('i').on(it.a.desc(), it.b.asc().nullsFirst(), sql`(b + 1)`)),
    index((it) => pg.index('i').using('brin', it.b).with({ pages_per_range: 32 })), index((it) => pg.index('other').on(it.a).concurrently()),
  ],
  unique: [
    pair(), pair((it) => [pg.unique().on(it.a)]), pair((it) => [pg.unique('t_a_unique').on(it.a).nullsNotDistinct()]), pair((it) => [pg.unique().on(it.a, it.b)]),
    pair((it) => [pg.unique('t_a_b_unique').on(it.b, it.a)]), pair((it) => [pg.unique('named').on(it.a)]), pair(),
  ],
  'primary key': [
    firm(), firm((it) => [pg.primaryKey({ columns: [it.a, it.b] })]), firm((it) => [pg.primaryKey({ columns: [it.b, it.a] })]), firm((it) => [pg.primaryKey({ name: 'k', columns: [it.a, it.b] })]),
    firm((it) => [pg.primaryKey({ name: 'k', columns: [it.b, it.a] })]), t({ a: integer('a').primaryKey(), b: integer('b').notNull() }),
  ],
  check: [pair(), pair((it) => [pg.check('c', sql`${it.a} > 1`)]), pair((it) => [pg.check('c', sql`${it.a} > 2`)]), pair((it) => [pg.check('c', sql`a > 3`), pg.check('d', sql`b <> 4`)]), pair()],
  'foreign key': [
    refers(), refers({ onDelete: 'cascade', onUpdate: 'restrict' }), refers({ onDelete: 'set null', onUpdate: 'set default' }), { target, ...t({ o: integer('o') }) },
  ],
  'composite foreign key': [{ target, ...pair() }, both(), both('mine', (key) => key.onDelete('cascade')), { target, ...pair() }],
  sequence: [{}, sequence(), sequence({ increment: 5, startWith: 20, cache: 3 }), sequence({ cycle: true, maxValue: 1000 }), {}],
  identity: [
    t({ id: integer('id').notNull() }), identity(), identity({ startWith: 100, increment: 5, cache: 2, cycle: true }), t({ id: integer('id').generatedByDefaultAsIdentity() }),
    t({ id: pg.bigint('id', { mode: 'number' }).generatedAlwaysAsIdentity() }), t({ id: pg.bigint('id', { mode: 'number' }).notNull() }),
  ],
  generated: [pair(), made(sql`a * 2`), made(sql`a * 3`), pair(undefined, { g: integer('g') }), made(sql`b * 2`), pair()],
  default: [
    t({ a: integer('a'), x: text('x').default("it's"), m: integer('m').array().array().default([[1, 2], [3, 4]]), at: pg.timestamp('at', { withTimezone: true }).defaultNow() }),
    t({ a: integer('a').default(0).notNull(), x: text('x'), m: integer('m').array().array(), at: pg.timestamp('at', { withTimezone: true }) }),
    t({ a: integer('a').default(sql`1 + 1`), x: text('x').default('').notNull(), m: integer('m').array().array().default([]), at: pg.timestamp('at', { withTimezone: true }).default(sql`now()`) }),
  ],
  type: [
    t({ a: integer('a'), n: pg.numeric('n', { precision: 5, scale: 2 }), v: pg.varchar('v', { length: 10 }), m: integer('m').array() }),
    t({ a: pg.bigint('a', { mode: 'number' }).default(3), n: pg.numeric('n', { precision: 8, scale: 3 }), v: text('v'), m: integer('m').array(5) }),
    t({ a: pg.bigint('a', { mode: 'number' }), n: pg.real('n'), v: text('v').notNull(), m: integer('m').array().array() }),
  ],
  policy: [
    pair(), policy(), policy({ using: sql`a > 1` }), policy({ using: sql`a > 2`, withCheck: sql`a > 3` }), policy({ as: 'restrictive', for: 'insert', to: 'current_user', withCheck: sql`true` }),
    policy({ to: ['current_role', 'session_user'] }), pair(() => [pg.pgPolicy('p'), pg.pgPolicy('q', { for: 'delete', using: sql`b = 1` })]), { t: pair().t.enableRLS() }, pair(),
  ],
  role: [{}, role(), role({ createDb: true, createRole: true, inherit: false }), role({ createDb: true }), {}],
  view: [
    { plain }, view(), view({ checkOption: 'cascaded', securityBarrier: true }), view({ checkOption: 'local', securityInvoker: true }), view({ securityBarrier: true }, (q) => q.select().from(plain).where(gt(plain.id, 3))),
    view(null, (q) => q.select().from(plain).where(gt(plain.id, 3))), { plain },
  ],
  'materialized view': [
    kept((m) => m), kept((m) => m.with({ fillfactor: 80, autovacuumEnabled: false })), kept((m) => m.with({ fillfactor: 70, toastTupleTarget: 256 })), kept((m) => m.tablespace('pg_default')),
    kept((m) => m.using('heap').with({ fillfactor: 60 })), kept((m) => m),
  ],
  enum: [
    { id: plain }, { id: plain, ...moods(labels('a', 'b')) }, { id: plain, ...moods(labels('x', 'a', 'y', 'b', 'z')) }, { id: plain, ...moods(labels('z', 'b', 'a')) }, { id: plain, ...moods(labels('b')) },
    { id: plain, mood: labels('b'), ...t({ id: integer('id') }) }, { id: plain, ...t({ id: integer('id') }) },
  ],
  'text and enum': [
    { mood: labels('a', 'b'), ...t({ one: text('one'), two: text('two').default('b'), many: text('many').array() }) },
    (() => { const mood = labels('a', 'b'); return { mood, ...t({ one: mood('one'), two: mood('two').default('b'), many: mood('many').array() }) }; })(),
    { mood: labels('a', 'b'), ...t({ one: text('one'), two: text('two').default('b'), many: text('many').array() }) },
  ],
  schema: [{}, { s }, { s, u: s.table('u', { id: integer('id').primaryKey(), n: text('n').unique() }), e: s.enum('e', ['a']), q: s.sequence('q') }, { s }, {}],
  table: [{}, { plain, target }, { plain }, {}],
  'row level security': [{ t: pair().t.enableRLS() }, policy(), pair()],
};

const order = (exports) => Object.fromEntries(Object.keys(exports).sort().map((key) => [key, exports[key]]));
const snapshot = (exports) => JSON.parse(JSON.stringify(generateDrizzleJson(order(exports))));

async function compare(name, before, after) {
  const [from, to] = [snapshot(before), snapshot(after)];
  const expected = (await generateMigration(from, to)).join('--> statement-breakpoint\n');
  const folder = rig.folder(name.replaceAll(' ', '-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'from.json'), JSON.stringify(from, null, 2));
  writeFileSync(join(folder, 'to.json'), JSON.stringify(to, null, 2));
  const { sql: found } = await rig.ours(['changes', join(folder, 'from.json'), join(folder, 'to.json')]);
  tap.check(name, found === expected, `ours\n${found}\ndrizzle-kit's\n${expected}`);
}

try {
  for (const [name, states] of Object.entries(chains)) {
    for (let i = 1; i < states.length; i++) await compare(`${name} ${i}`, states[i - 1], states[i]);
  }
} catch (error) {
  tap.check('every change reaches its end', false, error.stack);
} finally {
  await rig.stop();
}
tap.finish();
