// 1.mjs - one of each thing, before it is changed
import { sql } from 'drizzle-orm';
import {
  boolean, check, index, integer, pgEnum, pgMaterializedView, pgPolicy, pgRole, pgSchema, pgSequence, pgTable,
  pgView, primaryKey, text, timestamp, unique, varchar,
} from 'drizzle-orm/pg-core';

export const attic = pgSchema('attic');
export const grown = pgEnum('grown', ['a', 'c']);
export const shrunk = pgEnum('shrunk', ['x', 'y', 'z']);
export const unused = pgEnum('unused', ['u']);
export const counter = pgSequence('counter');
export const reader = pgRole('changes_reader', { createDb: true });
export const owners = pgTable('owners', { id: integer('id').primaryKey(), code: text('code').unique() });
export const things = pgTable('things', {
  id: integer('id').primaryKey(),
  owner_id: integer('owner_id').references(() => owners.id),
  code: text('code').references(() => owners.code),
  state: shrunk('state').default('x').notNull(),
  states: shrunk('states').array(),
  grade: grown('grade'),
  size: integer('size').default(1),
  title: varchar('title', { length: 10 }),
  made: timestamp('made'),
  sum: integer('sum').generatedAlwaysAs(sql`size + 1`),
  number: integer('number').generatedByDefaultAsIdentity(),
  open: boolean('open'),
}, (t) => [
  index('things_title').on(t.title),
  index('things_open').on(t.open).where(sql`open`),
  unique('things_one').on(t.owner_id, t.title),
  check('things_size', sql`size > 0`),
  pgPolicy('look', { for: 'select', using: sql`true` }),
  pgPolicy('kind', { as: 'permissive', for: 'insert', withCheck: sql`true` }),
]);
export const pairs = pgTable('pairs', { a: integer('a').notNull(), b: integer('b'), c: integer('c') }, (t) => [primaryKey({ columns: [t.a, t.b] })]);
export const open = pgTable('open', { id: integer('id') }, () => [pgPolicy('only', {})]);
export const gone = attic.table('gone', { id: integer('id').primaryKey() });
export const some = pgView('some').with({ securityBarrier: true }).as((q) => q.select({ id: owners.id }).from(owners));
export const all = pgMaterializedView('all').with({ fillfactor: 80 }).as((q) => q.select({ id: owners.id }).from(owners));
export const other = pgView('other').as((q) => q.select({ code: owners.code }).from(owners));
