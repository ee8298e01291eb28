// 1.mjs - what 1.def says
import { index, integer, pgEnum, pgTable, text } from 'drizzle-orm/pg-core';

export const grade = pgEnum('grade', ['low', 'high']);
export const clubs = pgTable('clubs', {
  id: integer('id').primaryKey(),
  name: text('name').notNull(),
});
export const members = pgTable('members', {
  id: integer('id').primaryKey(),
  email: text('email').notNull().unique(),
  grade: grade('grade').notNull().default('low'),
}, (t) => [index('idx_members_grade').on(t.grade)]);
