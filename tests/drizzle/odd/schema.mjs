// schema.mjs - what schema.def says
import { sql } from 'drizzle-orm';
import { check, integer, jsonb, pgEnum, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';

export const text_kind = pgEnum('text_kind', ['prose', 'verse']);
export const lines = pgTable('lines', {
  id: integer('id').primaryKey(),
  place_name: text('place_name').notNull().references(() => places.name),
  kind: text_kind('kind').notNull().default('prose'),
}, () => [check('lines_place', sql`"place_name" <> 'a;b'`)]);
export const places = pgTable('places', {
  id: integer('id').primaryKey(),
  name: text('name').notNull(),
  notes: jsonb('notes').notNull().default(sql`'{"a":"it''s"}'::jsonb`),
}, (t) => [uniqueIndex('idx_places_name').on(t.name)]);
