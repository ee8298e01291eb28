// api.mjs - the backend from outside: set-up, sign-in, teams, catalogue, installations, tokens, permissions, restart
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Backend, Tap, until } from './backend.mjs';

const tap = new Tap();
const b = new Backend(process.argv[2]);
const admin = { username: 'ada', email: 'Ada@example.org', password: 'correct horse', team_name: 'Difference Engine', sample_catalog: true };

async function setUp() {
  let r = await b.request('GET', '/api/health');
  tap.equal('health', r.json, { status: 'ok' });
  await until('the database', async () => (await b.request('GET', '/api/db/status')).json.state === 'unset');
  r = await b.request('GET', '/api/db/status');
  tap.check('status before set-up', r.json.configured === true && r.json.initialized === false && r.json.dialect === 'postgresql', r.json);
  tap.check('status names the database and its migrations', r.json.database.version && r.json.database.empty && r.json.migrations.total > 0, r.json);
  r = await b.request('GET', '/api/teams');
  tap.check('all else is 503 with the reason and where to go', r.status === 503 && /setup/.test(r.json.error) && r.json.details.setup === '/setup', r.text);
  r = await b.request('GET', '/', { headers: { accept: 'text/html' } });
  tap.check('a browser is led to the wizard', r.status === 302 && r.headers.get('location') === '/setup', r.status);
  tap.equal('the wizard answers', (await b.request('GET', '/setup', { headers: { accept: 'text/html' } })).status, 200);
  r = await b.request('POST', '/api/db/setup', { body: { type: 'mysql' } });
  tap.check('another type is 400 with the field', r.status === 400 && r.json.details[0].field === 'type', r.text);
  const two = await Promise.all([1, 2].map(() => b.request('POST', '/api/db/setup', { body: { type: 'postgresql' } })));
  tap.equal('two set-ups at once: one does it', two.map((x) => x.status).sort(), [200, 409]);
  const done = two.find((x) => x.status === 200).json;
  tap.check('its answer', done.restart_required === false && done.database_type === 'postgresql' && /successful/.test(done.message), done);
  r = await b.request('POST', '/api/db/setup', { body: { type: 'postgresql' } });
  tap.check('a second set-up is 409', r.status === 409 && r.json.message === 'Database setup has already been performed.', r.text);
  tap.equal('the marker file was written', JSON.parse(readFileSync(join(b.folder, 'persistent_data/db.selection.json'))).type, 'postgresql');
  r = await b.request('GET', '/api/db/status');
  tap.check('now an administrator is missing', r.json.state === 'no_admin' && r.json.initialized === false && r.json.migrations.applied === r.json.migrations.total, r.json);
  r = await b.request('POST', '/api/setup/admin', { body: { username: 'x y', email: 'nobody', password: 'short' } });
  tap.equal('every bad field is named', r.json.details?.map((d) => d.field).sort(), ['email', 'password', 'team_name', 'username']);
  const made = await Promise.all([1, 2].map(() => b.request('POST', '/api/setup/admin', { body: admin })));
  tap.equal('two wizards at once: one administrator', made.map((x) => x.status).sort(), [201, 409]);
  const first = made.find((x) => x.status === 201);
  tap.check('the team is there and the sample catalogue loaded', first.json.team.slug === 'difference-engine' && first.json.catalog.loaded >= 35, first.text);
  const cookie = first.headers.get('set-cookie');
  tap.check('the session cookie is HttpOnly and SameSite=Lax', /^session=[^;]+;.*HttpOnly.*SameSite=Lax/.test(cookie) && !/Secure/.test(cookie), cookie);
  tap.equal('the state is ready', (await b.request('GET', '/api/db/status')).json.state, 'ready');
  return { cookie: cookie.split(';')[0], team: first.json.team };
}

async function signIn() {
  let r = await b.request('POST', '/api/auth/email/login', { body: { login: 'ada@EXAMPLE.org', password: 'wrong one' } });
  const unknown = await b.request('POST', '/api/auth/email/login', { body: { login: 'nobody', password: 'wrong one' } });
  tap.check('wrong password and unknown user look the same', r.status === unknown.status && r.status === 400 && r.text === unknown.text, [r.text, unknown.text]);
  r = await b.request('POST', '/api/auth/email/login', { body: { login: 'ada@EXAMPLE.org', password: admin.password } });
  tap.check('sign in by email in any case', r.status === 200 && r.json.user.username === 'ada', r.text);
  const cookie = r.headers.get('set-cookie').split(';')[0];
  r = await b.request('GET', '/api/users/me', { cookie });
  tap.check('who am I', r.json.username === 'ada' && r.json.role.id === 'global_admin' && r.json.role.permissions.includes('system.admin'), r.text);
  tap.equal('no credential is 401', (await b.request('GET', '/api/users/me')).status, 401);
  tap.equal('an invented cookie is 401', (await b.request('GET', '/api/users/me', { cookie: 'session=abc' })).status, 401);
  r = await b.request('POST', '/api/auth/logout', { cookie });
  tap.check('sign out blanks the cookie', r.status === 200 && /session=;.*Max-Age=0/.test(r.headers.get('set-cookie')), r.headers.get('set-cookie'));
  tap.equal('and ends the session', (await b.request('GET', '/api/users/me', { cookie })).status, 401);
}

async function origin(cookie) {
  const rename = (headers) => b.request('POST', '/api/teams', { cookie, headers, body: { name: 'X' } });
  tap.equal('a change from another site is 403', (await rename({ origin: 'http://evil.example' })).status, 403);
  tap.equal('also by Sec-Fetch-Site', (await rename({ origin: b.url, 'sec-fetch-site': 'cross-site' })).status, 403);
  const r = await b.request('POST', '/api/auth/email/login', { headers: { origin: 'null' }, body: { login: 'ada', password: admin.password } });
  tap.equal('a sign-in from a foreign page is 403', r.status, 403);
}

async function teams({ cookie, team }) {
  let r = await b.request('GET', '/api/teams', { cookie });
  tap.check('the list has the first team', r.json.data.teams.length === 1 && r.json.data.teams[0].role === 'team_admin' && r.json.data.pagination.total === 1, r.text);
  const before = (await b.request('GET', `/api/teams/${team.id}`, { cookie })).json.data.team;
  r = await b.request('PATCH', `/api/teams/${team.id}`, { cookie, body: { name: '  Analytical Engine ' } });
  tap.check('renamed, updated_at moved, created_at not', r.json.data.team.name === 'Analytical Engine' && r.json.data.team.updated_at > before.updated_at && r.json.data.team.created_at === before.created_at, r.text);
  tap.equal('rename of a team that is not there is 404', (await b.request('PATCH', '/api/teams/nope', { cookie, body: { name: 'x' } })).status, 404);
  tap.equal('a blank name is 400', (await b.request('PATCH', `/api/teams/${team.id}`, { cookie, body: { name: '   ' } })).status, 400);
  r = await b.request('POST', '/api/teams', { cookie, body: { name: 'Difference Engine' } });
  tap.check('a second team with the same name gets its own slug', r.status === 201 && r.json.data.team.slug === 'difference-engine-2', r.text);
  await b.request('POST', '/api/teams', { cookie, body: { name: 'Third' } });
  r = await b.request('POST', '/api/teams', { cookie, body: { name: 'Fourth' } });
  tap.check('a fourth team is refused', r.status === 400 && /maximum limit of 3/.test(r.json.error), r.text);
}

async function catalogue({ cookie }) {
  let r = await b.request('GET', '/api/mcp/servers?limit=5', { cookie });
  tap.check('a page of the catalogue', r.json.data.servers.length === 5 && r.json.data.pagination.has_more && r.json.data.tags.length > 3, r.text);
  r = await b.request('GET', '/api/mcp/servers?q=databases', { cookie });
  tap.check('search finds by stem', r.json.data.servers.length > 0 && r.json.data.servers.every((s) => /database|sql|table/i.test(s.name + s.description)), r.text);
  const tag = (await b.request('GET', '/api/mcp/servers', { cookie })).json.data.tags[0];
  r = await b.request('GET', `/api/mcp/servers?limit=100&tag=${encodeURIComponent(tag.tag)}`, { cookie });
  tap.check('the tag filter agrees with its count', r.json.data.pagination.total === tag.count && r.json.data.servers.every((s) => s.tags.includes(tag.tag)), r.text);
  for (const q of ["'", '"', '%', '_', '\\', '&|!():*', '<->', 'a -b', ' ', '("', "';--", '日本', '🙂', 'x'.repeat(255)]) {
    r = await b.request('GET', `/api/mcp/servers?q=${encodeURIComponent(q)}`, { cookie });
    tap.check(`search for ${JSON.stringify(q.slice(0, 20))} is an answer`, r.status === 200, r.text);
  }
  tap.equal('limit 0 is 400', (await b.request('GET', '/api/mcp/servers?limit=0', { cookie })).status, 400);
  tap.equal('limit 101 is 400', (await b.request('GET', '/api/mcp/servers?limit=101', { cookie })).status, 400);
  tap.equal('an unknown server is 404', (await b.request('GET', '/api/mcp/servers/nope', { cookie })).status, 404);
  const one = (await b.request('GET', '/api/mcp/servers?limit=1', { cookie })).json.data.servers[0];
  tap.equal('one entry', (await b.request('GET', `/api/mcp/servers/${one.id}`, { cookie })).json.data.server.name, one.name);
}

async function importing({ cookie }) {
  mkdirSync(join(b.folder, 'in'));
  const file = join(b.folder, 'in/servers.tsv');
  writeFileSync(file, 'name\tversion\tdownloads a month\tsummary\nzz-one\t1.0.0\t12\tan otter counter\n@x/zz-two\t2.0\t7\t\n中文-服务\t1\t0\t连接数据库的服务器\n');
  let r = await b.command(['catalog', 'import', file]);
  tap.check('import counts what it read', r.code === 0 && /3 servers read: 3 new/.test(r.out), r);
  r = await b.command(['catalog', 'import', file]);
  tap.check('a second import changes nothing', r.code === 0 && /3 unchanged/.test(r.out), r);
  r = await b.request('GET', `/api/mcp/servers?q=${encodeURIComponent('数据库')}`, { cookie });
  tap.equal('Chinese words are found inside a text', r.json.data.servers.map((s) => s.name), ['中文-服务']);
  writeFileSync(file, 'name\tversion\tdownloads a month\tsummary\nzz-three\t1\t1\tfine\nzz-four\tbroken\n');
  r = await b.command(['catalog', 'import', file]);
  tap.check('a malformed line is named', r.code === 1 && /line 3/.test(r.err), r);
  r = await b.request('GET', '/api/mcp/servers?q=zz-three', { cookie });
  tap.equal('and nothing was loaded', r.json.data.pagination.total, 0);
}

async function installations({ cookie, team }) {
  const path = `/api/teams/${team.id}/mcp/installations`;
  const [one, two] = (await b.request('GET', '/api/mcp/servers?limit=2', { cookie })).json.data.servers;
  let r = await b.request('POST', path, { cookie, body: { server_id: one.id, name: 'first' } });
  tap.check('installed, with a deployment', r.status === 201 && r.json.data.installation.server.id === one.id && r.json.data.installation.deployments[0].status === 'pending', r.text);
  const first = r.json.data.installation;
  tap.equal('the same name again is 409', (await b.request('POST', path, { cookie, body: { server_id: two.id, name: 'first' } })).status, 409);
  tap.equal('an unknown server is 404', (await b.request('POST', path, { cookie, body: { server_id: 'nope', name: 'n' } })).status, 404);
  await b.request('POST', path, { cookie, body: { server_id: two.id, name: 'second' } });
  r = await b.request('GET', path, { cookie });
  tap.equal('the list is newest first', r.json.data.installations.map((i) => i.name), ['second', 'first']);
  tap.check('each with server and team', r.json.data.installations.every((i) => i.server && i.team.id === team.id), r.text);
  r = await b.request('DELETE', `${path}/${first.id}`, { cookie });
  tap.check('deleted', r.status === 200 && r.json.data.deleted === true, r.text);
  r = await b.request('GET', path, { cookie });
  tap.equal('the list shows the deletion', r.json.data.installations.map((i) => i.name), ['second']);
  tap.equal('deleting again is 404', (await b.request('DELETE', `${path}/${first.id}`, { cookie })).status, 404);
  const deployment = r.json.data.installations[0].deployments[0];
  tap.equal('a deployment is deleted', (await b.request('DELETE', `/api/mcp/deployments/${deployment.id}`, { cookie })).status, 200);
  tap.equal('once', (await b.request('DELETE', `/api/mcp/deployments/${deployment.id}`, { cookie })).status, 404);
}

async function tokens({ cookie, team }) {
  let r = await b.request('POST', '/api/oauth/tokens', { cookie, body: { team_id: team.id, name: 'ci', scope: 'mcp:read', expires_in: 3600 } });
  const token = r.json?.data?.token;
  tap.check('a token is shown once', r.status === 201 && /^dst_/.test(token), r.text);
  tap.check('the list holds no token', !(await b.request('GET', '/api/oauth/tokens', { cookie })).text.includes('dst_'));
  tap.equal('it reads', (await b.request('GET', `/api/teams/${team.id}/mcp/installations`, { token })).status, 200);
  tap.equal('it does not write', (await b.request('PATCH', `/api/teams/${team.id}`, { token, body: { name: 'x' } })).status, 403);
  tap.equal('it makes no tokens', (await b.request('POST', '/api/oauth/tokens', { token, body: { team_id: team.id, name: 'x', scope: 'mcp:read' } })).status, 403);
  tap.equal('an unknown scope is 400', (await b.request('POST', '/api/oauth/tokens', { cookie, body: { team_id: team.id, name: 'x', scope: 'all' } })).status, 400);
  tap.equal('a team of others is 403', (await b.request('POST', '/api/oauth/tokens', { cookie, body: { team_id: 'nope', name: 'x', scope: 'mcp:read' } })).status, 403);
  r = await b.request('POST', '/api/oauth/tokens/revoke-expired', { cookie });
  tap.equal('nothing has expired', [r.status, r.json.count], [200, 0]);
}

async function shapes({ cookie }) {
  let r = await b.request('GET', '/api/nothing');
  tap.check('404 in the shape of errors', r.status === 404 && r.json.success === false && r.json.error, r.text);
  r = await b.request('PUT', '/api/health');
  tap.check('405 names what is allowed', r.status === 405 && r.headers.get('allow')?.includes('GET') && r.json.success === false, r.text);
  r = await b.request('POST', '/api/teams', { cookie, headers: { 'content-type': 'text/plain', origin: b.url }, raw: '{"name":"x"}' });
  tap.check('415 for another content type', r.status === 415 && r.json.success === false, r.text);
  r = await b.request('POST', '/api/teams', { cookie, headers: { 'content-type': 'application/json', origin: b.url }, raw: '{"name":"x","name":"y"}' });
  tap.equal('duplicate keys are 400', r.status, 400);
  r = await b.request('POST', '/api/teams', { cookie, headers: { 'content-type': 'application/json', origin: b.url }, raw: '['.repeat(100) + ']'.repeat(100) });
  tap.equal('deep JSON is 400', r.status, 400);
  r = await b.request('POST', '/api/auth/email/login', { raw: JSON.stringify({ login: 'x'.repeat(2 ** 20), password: 'x' }), headers: { 'content-type': 'application/json' } });
  tap.check('413 for a large body', r.status === 413 && r.json.success === false, r.status);
  r = await b.request('GET', '/metrics');
  tap.check('metrics', r.status === 200 && /deploystack_http_requests_total \d+/.test(r.text), r.text);
  r = await b.request('GET', '/api/openapi.json');
  const paths = Object.keys(r.json.paths);
  tap.check('openapi lists every route of the table', paths.includes('/api/teams/{id}') && r.json.paths['/api/teams/{id}'].patch && paths.length >= 18, paths);
  r = await b.request('GET', '/');
  tap.check('the front page as JSON', r.json.message === 'DeployStack Backend is running.', r.text);
  tap.check('security headers', /default-src 'self'/.test(r.headers.get('content-security-policy')) && r.headers.get('x-content-type-options') === 'nosniff' && r.headers.get('x-request-id'), [...r.headers]);
}

async function restarts(session) {
  tap.equal('SIGTERM stops it cleanly', (await b.stop('SIGTERM')).code, 0);
  await b.start();
  await until('ready again', async () => (await b.request('GET', '/api/db/status')).json.state === 'ready');
  tap.equal('a second run finds the same data', (await b.request('GET', `/api/teams/${session.team.id}`, session)).json.data.team.name, 'Analytical Engine');
  await b.stop('SIGKILL');
  await b.start();
  await until('ready after a kill', async () => (await b.request('GET', '/api/db/status')).json.state === 'ready');
  tap.equal('after kill -9 it recovers by itself', (await b.request('GET', '/api/users/me', session)).status, 200);
  tap.equal('Ctrl-C stops it cleanly', (await b.stop('SIGINT')).code, 0);
}

try {
  await b.start();
  const session = await setUp();
  await signIn();
  await origin(session.cookie);
  await teams(session);
  await catalogue(session);
  await importing(session);
  await installations(session);
  await tokens(session);
  await shapes(session);
  await restarts(session);
  tap.check('no password or token in the log', !b.output.includes(admin.password));
} catch (error) {
  tap.check('the test ran to its end', false, `${error.stack}\n${b.output.slice(-3000)}`);
} finally {
  await b.remove();
  tap.finish();
}
