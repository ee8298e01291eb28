// usage.mjs - the use of the API is counted: by the hour, in a partition a month, whatever comes between
import { join } from 'node:path';
import { ada, Backend, cookieOf, Psql, readyBackend, Tap, until } from './backend.mjs';

const tap = new Tap();
const { b, cookie, user, team } = await readyBackend(process.argv[2]);
const sql = new Psql(b);
const usage = async (query = '') => (await b.request('GET', `/api/admin/usage${query}`, { cookie })).json.data;
const of = async (route) => (await usage()).routes.find((r) => r.route === route);
const teams = async (times, who = b, as = cookie) => { for (let i = 0; i < times; i++) await who.request('GET', '/api/teams', { cookie: as }); };
const day = () => new Date().toISOString().slice(0, 10);
const began = day();
const ready = (who) => until('it to be ready', async () => (await who.request('GET', '/api/db/status')).json.state === 'ready');
const months = () => sql.run(`select relid::regclass::text from pg_partition_tree('request_usage') where isleaf order by 1`);
const monthFrom = (ahead) => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 10);
};
const nameOf = (ahead) => `request_usage_${monthFrom(ahead).slice(0, 7).replace('-', '_')}`;

async function monthsAhead() {
  await until('the months', async () => (await months()).length > 0);
  tap.equal('this month and the next two are there', await months(), [0, 1, 2].map(nameOf));
  tap.equal('they are no difference to the schema', (await b.command(['db:check'])).code, 0);
}

/** Everything that is asked for here is counted, and nothing else is. */
async function counted() {
  await teams(5);
  for (const id of [team.id, 'secret-id', 'another-secret']) await b.request('GET', `/api/teams/${id}?token=hidden`, { cookie });
  await b.request('PATCH', `/api/teams/${team.id}`, { cookie, body: { name: 'hidden as well' } });
  await b.request('GET', '/api/teams');
  await b.request('GET', '/api/nothing/here');
  await b.request('POST', '/api/teams', { cookie, headers: { origin: 'https://evil.example' }, body: { name: 'x' } });
  for (const path of ['/', '/login', '/assets/tokens.css', '/metrics', '/api/health']) await b.request('GET', path);
  await b.stop(); // what was counted last is written by the end
  const rows = (await sql.run(`select "route", "status_class", "user_id" <> '', sum("requests") from "request_usage" where "route" not like '%/api/db/status' group by 1, 2, 3 order by 1, 2, 3`));
  tap.equal('by route, outcome and caller', rows, ['|4|f|1', 'GET /api/teams|2|t|5', 'GET /api/teams|4|f|1', 'GET /api/teams/:id|2|t|1', 'GET /api/teams/:id|4|t|2', 'PATCH /api/teams/:id|2|t|1', 'POST /api/setup/admin|2|f|1', 'POST /api/teams|4|f|1']);
  tap.equal('for that caller', await sql.run(`select distinct "user_id" from "request_usage" where "user_id" <> ''`), [user.id]);
  tap.equal('nothing of what was asked is kept', await sql.run(`select count(*) from "request_usage" u where u::text ~ 'secret|hidden|evil|nothing'`), ['0']);
  tap.equal('by the hour', await sql.run(`select count(*) from "request_usage" where "hour" <> date_trunc('hour', "hour") or "ms_max" < 0 or "ms_total" < "ms_max"`), ['0']);
}

async function added() {
  await b.start();
  await ready(b);
  await teams(4);
  await until('the next ones', async () => (await of('GET /api/teams'))?.requests === 10);
  tap.equal('what comes later is added, while it runs', await sql.run(`select count(*) from "request_usage" where "route" = 'GET /api/teams' and "hour" = (select max("hour") from "request_usage") and "status_class" = 2`), ['1']);
  const second = new Backend(process.argv[2], { TUSK_DATA_DIR: join(b.folder, 'data') });
  try {
    await second.start();
    await ready(second);
    await Promise.all([teams(20, second), teams(20)]);
    await until('those of both', async () => (await of('GET /api/teams')).requests === 50);
    tap.check('two backends count together', true);
    await second.endsWell(tap);
  } finally { // not remove(): the server is that of the first one too
    await second.stop('SIGKILL').catch(() => {});
  }
}

async function shown() {
  const { keep_months, days, routes } = await usage();
  const today = days.at(-1);
  tap.equal('today is the last day', [keep_months, today.day, days.length], [12, day(), new Set([began, day()]).size]);
  tap.check('with its figures', days.reduce((sum, d) => sum + d.requests, 0) >= 60 && days[0].refused >= 5 && today.failed === 0 && today.people === 1 && today.ms_mean > 0 && today.ms_max >= today.ms_mean, today);
  tap.check('routes come by how often they are called', routes.length > 5 && routes.every((r, i) => i === 0 || r.requests <= routes[i - 1].requests) && routes.some((r) => r.route === null && r.refused === 1), routes);
  const teamsRoute = routes.find((r) => r.route === 'GET /api/teams');
  tap.equal('with what was refused', [teamsRoute.requests, teamsRoute.refused, teamsRoute.failed], [50, 1, 0]);
  await sql.run(`create table if not exists "${nameOf(-1)}" partition of "request_usage" for values from ('${monthFrom(-1)}') to ('${monthFrom(0)}')`);
  await sql.run(`insert into "request_usage" values (now() - interval '25 days', 'GET /api/teams', 5, '', 3, 30, 20) on conflict do nothing`);
  tap.equal('as many days as are wanted', [(await usage('?days=1')).days.length, (await usage('?days=26')).days.some((d) => d.failed === 3), (await usage('?days=5')).days.some((d) => d.failed === 3)], [1, true, false]);
  for (const days of ['0', '367', 'x', '']) tap.equal(`days=${days} is refused`, (await b.request('GET', `/api/admin/usage?days=${days}`, { cookie })).status, 400);
}

async function outage() {
  const before = (await of('GET /api/teams')).requests;
  await sql.run('alter table "request_usage" add constraint "broken" check (false) not valid');
  await teams(6);
  await until('it to be told', () => b.output.includes('could not be written down'));
  await sql.run('alter table "request_usage" drop constraint "broken"');
  await until('what could not be written', async () => (await of('GET /api/teams')).requests === before + 6);
  tap.check('what could not be written comes later', true);
}

async function oldMonths() {
  await sql.run(`create table "request_usage_2020_01" partition of "request_usage" for values from ('2020-01-01') to ('2020-02-01')`);
  await b.stop();
  b.extra.USAGE_KEEP_MONTHS = '1';
  await b.start();
  await until('the old month to go', async () => !(await months()).includes('request_usage_2020_01'));
  tap.equal('the month before this one stays', await months(), [-1, 0, 1, 2].map(nameOf));
}

async function strangers() {
  await sql.run(`insert into "authUser" ("id", "username", "email", "hashed_password", "role_id") select 'eve', 'eve', 'eve@example.org', "hashed_password", 'global_user' from "authUser" where "id" = '${user.id}'`);
  const eve = cookieOf(await b.request('POST', '/api/auth/email/login', { body: { login: 'eve', password: ada.password } }));
  tap.equal('it is for administrators', [(await b.request('GET', '/api/admin/usage', { cookie: eve })).status, (await b.request('GET', '/api/admin/usage')).status], [403, 401]);
}

try {
  for (const part of [monthsAhead, counted, added, shown, outage, oldMonths, strangers]) await part();
  await sql.close();
  await b.endsWell(tap);
} catch (error) {
  tap.check('the test ran to its end', false, `${error.stack}\n${b.output.slice(-3000)}`);
} finally {
  await sql.close().catch(() => {});
  await b.remove();
  tap.finish();
}
