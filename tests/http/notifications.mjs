// notifications.mjs - what a person should know: listed newest first, marked as read, nobody else's
import { cookieOf, Psql, readyBackend, Tap } from './backend.mjs';

const tap = new Tap();
const { b, cookie, user, team } = await readyBackend(process.argv[2]);
const sql = new Psql(b);
try {
  const list = async (query = '') => (await b.request('GET', `/api/notifications${query}`, { cookie })).json.data;
  let data = await list();
  tap.check('a new team tells its owner', data.notifications.length === 1 && data.notifications[0].title === `${team.name} is ready` && data.notifications[0].read === false, data);
  tap.equal('how many are unread', data.unread, 1);
  const id = data.notifications[0].id;
  let r = await b.request('PATCH', `/api/notifications/${id}`, { cookie, body: { read: true } });
  tap.check('one is marked as read', r.status === 200 && r.json.data.notification.read === true && r.json.data.notification.id === id, r.text);
  tap.equal('and counts no more', (await list()).unread, 0);
  r = await b.request('PATCH', `/api/notifications/${id}`, { cookie, body: { read: false } });
  tap.equal('and may be unread again', r.json.data.notification.read, false);
  for (const body of [{}, { read: 'yes' }, { read: true, title: 'mine' }]) {
    r = await b.request('PATCH', `/api/notifications/${id}`, { cookie, body });
    tap.check(`${JSON.stringify(body)} is refused with the field`, r.status === 400 && r.json.details.length === 1, r.text);
  }
  tap.equal('an unknown one is 404', (await b.request('PATCH', '/api/notifications/none', { cookie, body: { read: true } })).status, 404);
  await sql.run(`insert into "notifications" ("id", "user_id", "title", "message", "created_at") select 'n' || n, '${user.id}', 'Number ' || n, '<b>&"', now() + n * interval '1 second' from generate_series(1, 30) n`);
  data = await list('?limit=2&offset=1');
  tap.equal('newest first, a page at a time', data.notifications.map((n) => n.title), ['Number 29', 'Number 28']);
  tap.equal('with the numbers', [data.unread, data.pagination.total, data.pagination.has_more], [31, 31, true]);
  r = await b.request('POST', '/api/notifications/read-all', { cookie, body: {} });
  tap.equal('all at once', r.json, { success: true, count: 31 });
  tap.equal('a second time there is nothing left', (await b.request('POST', '/api/notifications/read-all', { cookie, body: {} })).json.count, 0);

  await sql.run(`insert into "authUser" ("id", "username", "email", "hashed_password", "role_id") select 'eve', 'eve', 'eve@example.org', "hashed_password", 'global_user' from "authUser" where "id" = '${user.id}'`);
  const eve = cookieOf(await b.request('POST', '/api/auth/email/login', { body: { login: 'eve', password: 'correct horse battery' } }));
  tap.equal('another person sees none of it', (await b.request('GET', '/api/notifications', { cookie: eve })).json.data.pagination.total, 0);
  tap.equal('and marks none of it', (await b.request('PATCH', '/api/notifications/n1', { cookie: eve, body: { read: false } })).status, 404);
  await sql.run(`insert into "notifications" ("id", "user_id", "title", "message") values ('hers', 'eve', 'a', 'b')`);
  await sql.run(`delete from "authUser" where "id" = 'eve'`);
  tap.equal('they go with the person', await sql.run(`select count(*) from "notifications" where "id" = 'hers'`), ['0']);
  await sql.close();
  await b.endsWell(tap);
} finally {
  await sql.close().catch(() => {});
  await b.remove();
}
tap.finish();
