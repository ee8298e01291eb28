// 2.mjs - the same things, changed or gone
import { sql } from 'drizzle-orm';
import {
  bigint, check, index, integer, pgEnum, pgMaterializedView, pgPolicy, pgRole, pgSequence, pgTable, pgView, primaryKey, text,
  timestamp, unique,
} from 'drizzle-orm/pg-core';

export const grown = pgEnum('grown', ['a', 'b', 'c', 'd']);
export const shrunk = pgEnum('shrunk', ['z', 'x']);
export const counter = pgSequence('counter', { increment: 2, maxValue: 100 });
export const reader = pgRole('changes_reader', { createRole: true, inherit: false });
export const owners = pgTable('owners', { id: integer('id').primaryKey(), code: text('code').unique() });
export const things = pgTable('things', {
  id: integer('id').primaryKey(),
  owner_id: integer('owner_id').references(() => owners.id, { onDelete: 'cascade', onUpdate: 'set null' }),
  code: text('code'),
  state: shrunk('state').default('z').notNull(),
  states: shrunk('states').array(),
  grade: grown('grade'),
  size: integer('size').default(2).notNull(),
  title: text('title').default('none'),
  made: timestamp('made', { precision: 3 }),
  sum: integer('sum').generatedAlwaysAs(sql`size + 2`),
  number: integer('number').generatedAlwaysAsIdentity({ startWith: 1, increment: 3, cycle: true }),
}, (t) => [
  index('things_title').on(t.title.desc()),
  unique('things_one').on(t.owner_id).nullsNotDistinct(),
  check('things_size', sql`size > 1`),
  pgPolicy('look', { for: 'select', to: ['changes_reader', 'public'], using: sql`size = 2` }),
  pgPolicy('kind', { as: 'restrictive', for: 'insert', withCheck: sql`true` }),
  pgPolicy('more', { for: 'delete', using: sql`false` }),
]);
export const pairs = pgTable('pairs', { a: integer('a').notNull(), b: integer('b'), c: integer('c') }, (t) => [primaryKey({ columns: [t.b, t.c] })]);
export const open = pgTable('open', { id: bigint('id', { mode: 'number' }) });
export const some = pgView('some').with({ securityBarrier: false, securityInvoker: true }).as((q) => q.select({ id: owners.id }).from(owners));
export const all = pgMaterializedView('all').as((q) => q.select({ id: owners.id }).from(owners));
export const other = pgView('other').as((q) => q.select({ id: owners.id, code: owners.code }).from(owners));
