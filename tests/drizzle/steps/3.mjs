// 3.mjs - what 3.def says
import { sql } from 'drizzle-orm';
import { check, index, integer, pgEnum, pgTable, text, timestamp, unique, uniqueIndex } from 'drizzle-orm/pg-core';

export const grade = pgEnum('grade', ['lowest', 'low', 'mid', 'high', 'top']);
export const role = pgEnum('role', ['guest', 'owner']);
export const badges = pgTable('badges', {
  code: text('code').primaryKey(),
  member_id: integer('member_id').notNull().references(() => members.id, { onDelete: 'cascade' }),
}, (t) => [index('idx_badges_member').on(t.member_id)]);
export const clubs = pgTable('clubs', {
  id: integer('id').primaryKey(),
  chair_id: integer('chair_id').references(() => members.id, { onDelete: 'set null' }),
  name: text('name').notNull(),
  founded_at: timestamp('founded_at', { withTimezone: true }).notNull().defaultNow(),
  lower_name: text('lower_name').notNull().generatedAlwaysAs(sql`lower("name")`),
}, (t) => [
  uniqueIndex('idx_clubs_name').on(t.name),
  index('idx_clubs_founded').on(t.founded_at.desc()).where(sql`"chair_id" is not null`),
  check('clubs_name_given', sql`"name" <> ''`),
]);
export const members = pgTable('members', {
  id: integer('id').primaryKey(),
  email: text('email').notNull().unique(),
  grade: grade('grade').notNull().default('low'),
  role: role('role').notNull().default('guest'),
  phone: text('phone').unique(),
  badge: text('badge').references(() => badges.code),
  tags: text('tags').array().notNull().default([]),
  points: integer('points').notNull().default(0),
}, (t) => [
  index('idx_members_grade').on(t.grade),
  index('idx_members_tags').using('gin', t.tags),
  unique().on(t.grade, t.phone),
]);
