/* admin.mjs - the administrators' pages over a real program with hostile names in its database: admin.mjs PROGRAM [--shots FOLDER] */

import { parseArgs } from 'node:util';
import { ada, Psql, readyBackend } from '../http/backend.mjs';
import {
    walkActivity,
    walkAudit,
    walkBackups,
    walkDiagram,
    walkIndexes,
    walkMigrations,
    walkOverview,
    walkPlan,
    walkSlow,
} from './admin_pages.mjs';
import { heading, walkAddresses, walkGlance, walkStates } from './admin_shell.mjs';
import { walkStrangers } from './admin_strangers.mjs';
import { walkHostile, walkRows, walkTables } from './admin_tables.mjs';
import { check, equal, finish, WalkEnded } from './tap.mjs';
import { launch, makeVisitor } from './visitor.mjs';

const LOOKS = [
    { width: 1280, scheme: 'light', thorough: true },
    { width: 390, scheme: 'dark', thorough: true },
    { width: 1280, scheme: 'dark' },
    { width: 390, scheme: 'light' },
];

export const HOSTILE = '<img src=x onerror=alert(1)>';
export const UNCARRIED = '..';
export const SLASHED = '</main><script>alert(3)</script>';
export const LONGEST = 'a_name_of_sixty_three_bytes_which_is_all_that_postgres_allows_x';
export const ARABIC = 'جدول_العملاء';

/* What no migration of ours makes, but somebody else's database may well have. */
const SCENE = `
create schema archive;
create table "${SLASHED}" (id int primary key, line text);
insert into "${SLASHED}" values (1, 'carried');
create table "${UNCARRIED}" (id int primary key, line text);
insert into "${UNCARRIED}" values (1, 'carried as well');
create table "${HOSTILE}" (id int primary key, "<b>bold</b>" text, "${LONGEST}" text);
insert into "${HOSTILE}" values (1, '<script>alert(2)</script>', ''), (2, null, 'plain'), (3, '${ARABIC} 123', 'x');
create table "${LONGEST}" (id int primary key);
create table archive."${ARABIC}" (id int primary key, "اسم" text);
insert into archive."${ARABIC}" values (1, 'علي');
create type mood as enum ('calm', 'busy');
create table zoo (id int primary key, name text not null unique, count bigint, price numeric, mood mood, awake boolean not null default true,
  tags text[], notes jsonb, doubled bigint generated always as (count * 2) stored, story text, seen timestamptz);
insert into zoo (id, name, count, price, mood, awake, tags, notes, story, seen) select n, 'animal ' || n, n * 1000, n / 4.0, 'calm', n % 2 = 0, array['a', 'b'], '{"legs": 4}',
  case when n = 3 then repeat('long ', 1000) end, now() from generate_series(1, 60) n;
create table log_without_key (at timestamptz default now(), line text);
insert into log_without_key (line) values ('one');
create index zoo_twice on zoo (name);
create table keeper (id int primary key, animal int references zoo (id));
insert into "authUser" ("id", "username", "email", "hashed_password", "role_id") select 'tim', 'tim', 'tim@example.org', "hashed_password", 'global_user' from "authUser" where "username" = 'ada';
analyze`;

export async function signIn(page, login, next = '') {
    await page.goto(`/login${next ? `?next=${encodeURIComponent(next)}` : ''}`);
    await page.getByLabel('E-mail or username').fill(login);
    await page.getByLabel('Password', { exact: true }).fill(ada.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
}

async function walk(visitor, scene) {
    await walkStrangers(visitor, scene);
    await walkOverview(visitor, scene);
    await walkAddresses(visitor, scene);
    await walkTables(visitor, scene);
    await walkRows(visitor, scene);
    await walkHostile(visitor, scene);
    await walkIndexes(visitor, scene);
    await walkActivity(visitor, scene);
    await walkSlow(visitor, scene);
    await walkPlan(visitor, scene);
    await walkDiagram(visitor);
    await walkMigrations(visitor, scene);
    await walkBackups(visitor, scene);
    await walkAudit(visitor, scene);
    await walkStates(visitor, scene);
}

/* What depends on width and colours only. */
async function glance(visitor) {
    await signIn(visitor.page, 'ada', '/admin');
    await heading(visitor.page, 'Overview');
    await walkGlance(visitor);
}

/* A failed check ends one walk; the other looks are walked all the same. */
async function walkOnce(browser, scene, look) {
    const visitor = await makeVisitor(browser, scene.b.url, look);
    try {
        if (look.thorough) await walk(visitor, { ...scene, look });
        else await glance(visitor);
    } catch (error) {
        await visitor.shoot('failed');
        if (!(error instanceof WalkEnded)) throw error;
    } finally {
        await visitor.close();
    }
}

async function main() {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { shots: { type: 'string' } } });
    if (positionals.length !== 1) throw new Error('usage: admin.mjs PROGRAM [--shots FOLDER]');
    const { b } = await readyBackend(positionals[0], { BACKUP_PAUSE_S: '0' });
    const browser = await launch();
    try {
        const sql = new Psql(b);
        for (const statement of SCENE.split(';\n')) await sql.run(statement);
        for (const look of LOOKS) await walkOnce(browser, { b, sql, browser }, { ...look, shots: values.shots });
        await sql.close();
        const { code } = await b.stop();
        await check('SIGTERM ends the program cleanly', () => equal(code, 0, 'exit')).catch(() => {});
    } finally {
        await browser.close();
        await b.remove();
    }
}

main().then(
    () => process.exit(finish()),
    (error) => {
        console.log(`Bail out! ${error.message.split('\n')[0]}`);
        console.error(error);
        process.exit(1);
    },
);
