// kit.mjs - what a branch of drizzle-kit makes of steps/1: indexes and a column
import { sql } from 'drizzle-orm';
import { index, integer, pgEnum, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';

export const grade = pgEnum('grade', ['low', 'high']);
export const clubs = pgTable('clubs', {
  id: integer('id').primaryKey(),
  name: text('name').notNull(),
  city: text('city'),
}, (t) => [index('idx_clubs_city').on(t.city.desc().nullsLast(), t.name)]);
export const members = pgTable('members', {
  id: integer('id').primaryKey(),
  email: text('email').notNull().unique(),
  grade: grade('grade').notNull().default('low'),
}, (t) => [
  index('idx_members_grade').on(t.grade),
  uniqueIndex('idx_members_lower').on(sql`lower(${t.email})`),
]);
