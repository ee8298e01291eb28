// schema.mjs - what schema.def says, in drizzle-orm's words
import { sql } from 'drizzle-orm';
import {
  bigint, boolean, check, customType, date, doublePrecision, foreignKey, index, integer, jsonb, numeric, pgEnum, pgTable, primaryKey,
  real, smallint, text, timestamp, unique, uniqueIndex, uuid, varchar,
} from 'drizzle-orm/pg-core';

const bytea = customType({ dataType: () => 'bytea' });
const tsvector = customType({ dataType: () => 'tsvector' });

export const mood = pgEnum('mood', ['calm', "it's odd"]);
export const shelf_state = pgEnum('Shelf State', ['full', 'empty']);

export const authors = pgTable('authors', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull().unique(),
  mentor_id: uuid('mentor_id').references(() => authors.id, { onDelete: 'set null' }),
  best_book: text('best_book').references(() => books.id, { onDelete: 'set null' }),
});

export const books = pgTable('books', {
  id: text('id').primaryKey(),
  title: text('title').notNull().default('it\'s "new", isn\'t it?'),
  empty_text: text('empty_text').notNull().default(''),
  utf8: text('utf8').notNull().default('Grüße, 世界 \t \\'),
  shelf: varchar('shelf', { length: 20 }).notNull().default('A-1'),
  lent: boolean('lent').notNull().default(false),
  bound: boolean('bound').notNull().default(true),
  edition: smallint('edition').notNull().default(1),
  depth: smallint('depth').notNull().default(-1),
  pages: integer('Pages').notNull().default(0),
  sold: bigint('sold', { mode: 'number' }).notNull().default(-9000000000),
  grains: bigint('grains', { mode: 'bigint' }).notNull().default(sql`9223372036854775807`),
  weight: real('weight').notNull().default(1.5),
  thickness: real('thickness').notNull().default(2.5),
  rating: doublePrecision('rating').notNull().default(-2.25),
  small: doublePrecision('small').notNull().default(1e-7),
  large: doublePrecision('large').notNull().default(1e21),
  whole: doublePrecision('whole').notNull().default(3),
  worth: numeric('worth').notNull().default('12.50'),
  price: numeric('price', { precision: 10, scale: 2 }).notNull().default('0'),
  created_at: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  printed_at: timestamp('printed_at', { mode: 'string' }).notNull().default('2020-01-01 00:00:00'),
  published: date('published').notNull().default('2020-01-01'),
  author_id: uuid('author_id').references(() => authors.id, { onDelete: 'cascade', onUpdate: 'restrict' }),
  editor_id: uuid('editor_id').notNull().references(() => authors.id, { onDelete: 'restrict', onUpdate: 'cascade' }),
  printer_id: uuid('printer_id').notNull().defaultRandom().references(() => authors.id, { onDelete: 'set default' }),
  sequel_of: text('sequel_of').references(() => books.id),
  metadata: jsonb('metadata').notNull().default({ a: [1, 2], b: 'x' }),
  list: jsonb('list').notNull().default([]),
  raw: jsonb('raw').notNull().default(sql`'{}'::jsonb`),
  cover: bytea('cover'),
  mood: mood('mood').notNull().default("it's odd"),
  state: shelf_state('state'),
  tags: text('tags').array().notNull().default([]),
  words: text('words').array().notNull().default(['a', 'b']),
  chapters: integer('chapters').array().default([1, 2]),
  twice: integer('twice').notNull().generatedAlwaysAs(sql`"Pages" * 2`),
  search: tsvector('search').generatedAlwaysAs(sql`to_tsvector('english', coalesce("title", '') || ' x')`),
}, (t) => [
  index('idx_books_shelf').on(t.shelf, t.created_at.desc()),
  uniqueIndex('idx_books_title').on(t.title, t.author_id),
  uniqueIndex('idx_books_lent').on(t.published).where(sql`"lent" = true and "shelf" <> ''`),
  index('idx_books_lower').on(sql`lower("title")`),
  index('idx_books_search').using('gin', t.search),
  index('idx_books_metadata').using('gin', t.metadata),
  index('idx_books_author').using('hash', t.author_id),
  check('books_pages_positive', sql`"Pages" >= 0`),
  check('books_shelf_known', sql`"shelf" <> 'it''s gone'`),
  unique().on(t.shelf, t.title),
]);

export const copies = pgTable('bookCopies', {
  book_id: text('book_id').notNull().references(() => books.id, { onDelete: 'cascade' }),
  number: integer('number').notNull(),
  shelf: varchar('shelf', { length: 20 }).notNull(),
  title: text('title').notNull(),
}, (t) => [
  primaryKey({ columns: [t.book_id, t.number] }),
  foreignKey({ columns: [t.shelf, t.title], foreignColumns: [books.shelf, books.title] }).onDelete('cascade'),
  unique().on(t.number, t.shelf),
]);

export const loans = pgTable('loans', {
  id: integer('id').primaryKey(),
  book_id: text('book_id'),
  number: integer('number'),
}, (t) => [
  foreignKey({ columns: [t.book_id, t.number], foreignColumns: [copies.book_id, copies.number] }).onDelete('set null'),
]);
