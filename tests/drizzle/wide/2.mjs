// 2.mjs - changes and removals, by drizzle-kit
import { sql } from 'drizzle-orm';
import {
  bigserial, char, check, date, index, inet, integer, interval, json, line, numeric, pgSchema, pgSequence,
  pgTable, pgView, point, serial, smallserial, text, time, timestamp, unique, uniqueIndex, uuid, varchar,
} from 'drizzle-orm/pg-core';

export const depot = pgSchema('depot');
export const tickets = pgSequence('tickets', { startWith: 100, increment: 5, cycle: true, maxValue: 1000 });
export const size = depot.enum('size', ['s', 'm', 'l']);
export const boxes = depot.table('boxes', {
  id: serial('id').primaryKey(),
  size: size('size').array().default(['s']),
  weight: text('weight').notNull().default('2'),
}, (t) => [index('idx_boxes_weight').on(t.weight.nullsFirst())]);
export const goods = pgTable('goods', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity({ startWith: 10 }),
  other: smallserial('other'),
  third: bigserial('third', { mode: 'number' }),
  box_id: integer('box_id').references(() => boxes.id, { onDelete: 'cascade' }),
  mark: char('mark', { length: 3 }),
  at: time('at', { precision: 3, withTimezone: true }).default('12:00'),
  lasts: interval('lasts').default('1 day'),
  made: timestamp('made', { precision: 3 }),
  day: date('day').default(sql`current_date`),
  host: inet('host'),
  spot: point('spot'),
  edge: line('edge'),
  notes: json('notes').default({ a: 1 }),
  price: numeric('price', { precision: 8, scale: 2 }).default('1'),
  key: uuid('key').defaultRandom(),
  body: text('body').notNull().default("--> no breakpoint; -- no comment\n$$ it's text /*"),
}, (t) => [
  unique('goods_mark').on(t.mark, t.host).nullsNotDistinct(),
  index('idx_goods_body').using('btree', t.body.op('text_pattern_ops')).with({ fillfactor: 70 }),
  uniqueIndex('idx_goods_key').on(t.key.desc().nullsFirst(), t.day),
  check('goods_body', sql`${t.body} <> 'x'`),
]);
export const locked = pgTable('locked', { id: integer('id') }).enableRLS();
export const cheap = pgView('cheap').as((q) => q.select().from(locked));
