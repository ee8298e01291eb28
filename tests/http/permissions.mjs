// permissions.mjs - every route x every kind of caller against one table of codes: nobody may do more, or less, than it says
import { ada, cookieOf, Psql, readyBackend, Tap } from './backend.mjs';

const tap = new Tap();

// The callers, in the order of the columns below. "other" administers another team, "member" is team_user of the team that
// the paths name, "admin" its team_admin, "global" the global administrator, who is not a member of it. The t:/m: tokens
// are the team admin's, with one scope each; "tok2" has every scope for another team; "gtok" is the administrator's, with
// every scope for a team of his own.
const callers = ['nobody', 'invent', 'expird', 'signed', 'other', 'member', 'admin', 'global', 't:r', 't:w', 'm:r', 'm:w', 'mtok', 'tok2', 'gtok', 'tokexp', 'tokrev'];
const expected = {
  'GET /': 200,
  'GET /setup': 200,
  'GET /login': 200,
  'GET /admin': 200,
  'GET /admin/{page}': 200,
  'GET /metrics': 200,
  'GET /api/health': 200,
  'GET /api/openapi.json': 200,
  'GET /api/db/status': 200,
  'POST /api/db/setup': 409,
  'POST /api/setup/admin': 409,
  'POST /api/auth/email/login': 200,
  //                                                     nobody invent expird signed other member admin global t:r t:w m:r m:w mtok tok2 gtok tokexp tokrev
  'GET /api/users/me':                                    '401   401    401    401   200   200    200   200   200 403 403 403 200  200  200   401    401',
  'GET /api/teams':                                       '401   401    401    401   200   200    200   200   200 403 403 403 200  200  200   401    401',
  'POST /api/teams':                                      '401   401    401    401   201   201    201   201   403 403 403 403 403  403  403   401    401',
  'GET /api/teams/{id}':                                  '401   401    401    401   403   200    200   200   200 403 403 403 200  403  403   401    401',
  'PATCH /api/teams/{id}':                                '401   401    401    401   403   403    200   200   403 200 403 403 403  403  403   401    401',
  'GET /api/mcp/servers':                                 '401   401    401    401   200   200    200   200   403 403 200 403 200  200  200   401    401',
  'GET /api/mcp/servers/{server}':                        '401   401    401    401   200   200    200   200   403 403 200 403 200  200  200   401    401',
  'GET /api/teams/{id}/mcp/installations':                '401   401    401    401   403   200    200   200   403 403 200 403 200  403  403   401    401',
  'POST /api/teams/{id}/mcp/installations':               '401   401    401    401   403   403    201   201   403 403 403 201 403  403  403   401    401',
  'DELETE /api/teams/{id}/mcp/installations/{installation}': '401 401  401    401   403   403    200   200   403 403 403 200 403  403  403   401    401',
  'DELETE /api/mcp/deployments/{deployment}':             '401   401    401    401   404   404    200   200   403 403 403 403 403  403  403   401    401',
  'GET /api/notifications':                               '401   401    401    401   200   200    200   200   403 403 403 403 403  403  403   401    401',
  'PATCH /api/notifications/{notification}':              '401   401    401    401   404   404    200   404   403 403 403 403 403  403  403   401    401', // tara's own
  'POST /api/notifications/read-all':                     '401   401    401    401   200   200    200   200   403 403 403 403 403  403  403   401    401',
  'GET /api/oauth/tokens':                                '401   401    401    401   200   200    200   200   403 403 403 403 403  403  403   401    401',
  'POST /api/oauth/tokens':                               '401   401    401    401   403   201    201   403   403 403 403 403 403  403  403   401    401',
  'POST /api/oauth/tokens/revoke-expired':                '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/overview':                              '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/overview/stream':                       '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/usage':                                 '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/activity':                              '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'POST /api/admin/activity/{pid}/cancel':                '401   401    401    401   403   403    403   404   403 403 403 403 403  403  403   401    401', // a session that is not there
  'POST /api/admin/activity/{pid}/terminate':             '401   401    401    401   403   403    403   404   403 403 403 403 403  403  403   401    401', // a session that is not there
  'GET /api/admin/audit':                                 '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/tables':                              '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/tables/{schema}/{table}':             '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/tables/{schema}/{table}/rows':        '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'PATCH /api/admin/tables/{schema}/{table}/rows':      '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/indexes':                             '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/slow':                                '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'POST /api/admin/plan':                               '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'POST /api/admin/query':                              '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/migrations':                          '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/erd':                                 '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/backups':                                '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'POST /api/admin/backups':                               '401   401    401    401   403   403    403   202   403 403 403 403 403  403  403   401    401',
  'PATCH /api/admin/backups/settings':                     '401   401    401    401   403   403    403   200   403 403 403 403 403  403  403   401    401',
  'POST /api/admin/backups/{name}/verify':                 '401   401    401    401   403   403    403   404   403 403 403 403 403  403  403   401    401',
  'DELETE /api/admin/backups/{name}':                      '401   401    401    401   403   403    403   404   403 403 403 403 403  403  403   401    401',
  'POST /api/admin/backups/{name}/ticket':                 '401   401    401    401   403   403    403   404   403 403 403 403 403  403  403   401    401',
  'GET /api/admin/backups/{name}/file':                    '401   401    401    401   403   403    403   400   403 403 403 403 403  403  403   401    401', // without a ticket
  'POST /api/auth/logout': 200, // last: it ends the sessions above
};

function codeFor(route, caller) {
  const row = expected[route];
  return typeof row === 'number' ? row : Number(row.split(/ +/)[callers.indexOf(caller)]);
}

const { b, cookie: adaCookie, team: adaTeam } = await readyBackend(process.argv[2]);
const sql = new Psql(b);
const team = 'the-team', otherTeam = 'other-team';

/** People that the API cannot make yet: all have the administrator's password. */
async function people() {
  const add = (name) => `insert into "authUser" ("id", "username", "email", "hashed_password", "role_id") select '${name}', '${name}', '${name}@example.org', "hashed_password", 'global_user' from "authUser" where "username" = 'ada'`;
  for (const name of ['olga', 'tim', 'tara']) await sql.run(add(name));
  await sql.run(`insert into "teams" ("id", "name", "slug", "owner_id") values ('${team}', 'The Team', 'the-team', 'tara'), ('${otherTeam}', 'Other', 'other', 'olga')`);
  await sql.run(`insert into "teamMemberships" ("team_id", "user_id", "role") values ('${team}', 'tara', 'team_admin'), ('${team}', 'tim', 'team_user'), ('${otherTeam}', 'olga', 'team_admin')`);
}

async function signIn(login) {
  const r = await b.request('POST', '/api/auth/email/login', { body: { login, password: ada.password } });
  if (r.status !== 200) throw new Error(`${login} cannot sign in: ${r.text}`);
  return { cookie: cookieOf(r) };
}

async function token(who, team_id, scope) {
  const r = await b.request('POST', '/api/oauth/tokens', { ...who, body: { team_id, name: 'matrix', scope } });
  if (r.status !== 201) throw new Error(`no token: ${r.text}`);
  return { token: r.json.data.token, id: r.json.data.access_token.id };
}

const everything = 'teams:read teams:write mcp:read mcp:write';
const expireToken = (t) => sql.run(`update "oauthAccessTokens" set "expires_at" = now() - interval '1 second' where "id" = '${t.id}'`);

async function makeCallers() {
  const who = { nobody: {}, invent: { cookie: `session=${'A'.repeat(43)}` } };
  who.signed = await signIn('tara');
  await b.request('POST', '/api/auth/logout', who.signed);
  who.other = await signIn('olga');
  who.member = await signIn('tim');
  who.admin = await signIn('tara');
  who.global = { cookie: adaCookie };
  who.expird = await signIn('tara');
  await sql.run(`update "authSession" set "expires_at" = now() - interval '1 second' where "id" = (select "id" from "authSession" where "user_id" = 'tara' order by "created_at" desc limit 1)`);
  who['t:r'] = await token(who.admin, team, 'teams:read');
  who['t:w'] = await token(who.admin, team, 'teams:write');
  who['m:r'] = await token(who.admin, team, 'mcp:read');
  who['m:w'] = await token(who.admin, team, 'mcp:write');
  who.mtok = await token(who.member, team, everything);
  who.tok2 = await token(who.other, otherTeam, everything);
  who.gtok = await token(who.global, adaTeam.id, everything);
  who.tokrev = await token(who.admin, team, everything);
  await expireToken(who.tokrev);
  const revoked = await b.request('POST', '/api/oauth/tokens/revoke-expired', who.global);
  tap.equal('one expired token is revoked', revoked.json, { success: true, count: 1 });
  who.tokexp = await token(who.admin, team, everything);
  await expireToken(who.tokexp);
  return who;
}

const bodies = {
  'POST /api/db/setup': { type: 'postgresql' },
  'POST /api/setup/admin': { username: 'eve', email: 'eve@example.org', password: 'correct horse', team_name: 'Eve' },
  'POST /api/auth/email/login': { login: 'ada', password: ada.password },
  'POST /api/admin/activity/{pid}/cancel': { password: ada.password },
  'POST /api/admin/activity/{pid}/terminate': { password: ada.password },
  'POST /api/teams': { name: 'Matrix' },
  'PATCH /api/teams/{id}': { name: 'Renamed' },
  'PATCH /api/notifications/{notification}': { read: true },
  'POST /api/admin/plan': { sql: 'select 1', password: ada.password },
  'POST /api/admin/query': { sql: 'select 1', password: ada.password },
  'PATCH /api/admin/tables/{schema}/{table}/rows': { key: { id: team }, before: { name: 'The Team' }, changes: { name: 'Browsed' }, password: ada.password },
  'PATCH /api/admin/backups/settings': { keep_last: 3, password: ada.password },
  'DELETE /api/admin/backups/{name}': { password: ada.password },
  'POST /api/admin/backups/{name}/ticket': { password: ada.password },
  'POST /api/oauth/tokens': { team_id: team, name: 'made by the matrix', scope: 'mcp:read' },
};

/** What the matrix itself made goes away again: every cell starts from the same rows. */
async function freshRows(server) {
  await sql.run(`delete from "teams" where "name" = 'Matrix'`);
  await sql.run(`delete from "notifications"`);
  await sql.run(`insert into "notifications" ("id", "user_id", "title", "message") values ('note', 'tara', 'One', 'for tara')`);
  await sql.run(`delete from "mcpTeamInstallations"`);
  await sql.run(`update "teams" set "name" = 'The Team' where "id" = '${team}'`);
  await sql.run(`insert into "mcpTeamInstallations" ("id", "team_id", "server_id", "name") values ('inst', '${team}', '${server}', 'one')`);
  await sql.run(`insert into "mcpServerInstallations" ("id", "team_installation_id") values ('depl', 'inst')`);
}

/** Sessions are left out: signing in makes some. */
async function fingerprint() {
  const tables = ['authUser', 'roles', 'teams', 'teamMemberships', 'mcpServerTemplates', 'mcpTeamInstallations', 'mcpServerInstallations', 'satellites', 'oauthAccessTokens', 'globalSettings', 'notifications'];
  const parts = tables.map((t) => `select coalesce(md5(string_agg(t::text, ',' order by t::text)), '') from "${t}" t`);
  return (await sql.run(parts.join(' union all '))).join();
}

async function cell(route, caller, credentials, server) {
  const [method, pattern] = route.split(' ');
  const path = pattern.replace('{id}', team).replace('{installation}', 'inst').replace('{deployment}', 'depl').replace('{notification}', 'note').replace('{server}', server).replace('{pid}', '2147483647').replace('{schema}', 'public').replace('{table}', 'teams').replace('{page}', 'tables');
  const body = route.endsWith('installations') && method === 'POST' ? { server_id: server, name: 'two' } : bodies[route];
  const before = codeFor(route, caller) >= 400 ? await fingerprint() : null;
  const r = await b.request(method, path, { ...credentials, body });
  const wrong = [];
  if (r.status !== codeFor(route, caller)) wrong.push(`${caller}: ${r.status}, expected ${codeFor(route, caller)} ${r.text.slice(0, 200)}`);
  if (r.status >= 400 && !(r.json?.success === false && typeof r.json.error === 'string')) wrong.push(`${caller}: not in the shape of errors: ${r.text.slice(0, 200)}`);
  if (r.status === 401 && !r.headers.get('www-authenticate')) wrong.push(`${caller}: 401 without WWW-Authenticate`);
  if (before && before !== (await fingerprint())) wrong.push(`${caller}: was refused, yet changed something`);
  return wrong;
}

async function matrix(who) {
  const openapi = (await b.request('GET', '/api/openapi.json')).json;
  const routes = Object.entries(openapi.paths).flatMap(([path, methods]) => Object.keys(methods).map((m) => `${m.toUpperCase()} ${path}`));
  tap.equal('every route has an expectation, and every expectation a route', routes.filter((r) => !(r in expected)).concat(Object.keys(expected).filter((r) => !routes.includes(r))), []);
  const server = (await b.request('GET', '/api/mcp/servers?limit=1', who.global)).json.data.servers[0].id;
  for (const route of Object.keys(expected)) {
    const wrong = [];
    for (const caller of callers) {
      await freshRows(server);
      wrong.push(...(await cell(route, caller, who[caller], server)));
    }
    tap.check(`${route} for ${callers.length} kinds of callers`, wrong.length === 0, wrong.join('\n'));
    if (!route.startsWith('GET')) continue;
    const heads = [];
    for (const caller of callers) {
      const r = await b.request('HEAD', route.slice(4).replace('{id}', team).replace('{server}', server).replace('{pid}', '2147483647').replace('{schema}', 'public').replace('{table}', 'teams').replace('{page}', 'tables'), who[caller]);
      if (r.status !== codeFor(route, caller) || r.text) heads.push(`${caller}: ${r.status}`);
    }
    tap.check(`HEAD as ${route}`, heads.length === 0, heads.join('\n'));
  }
}

/** What a wrong body, an unknown path and a foreign id tell: nothing before the caller is known. */
async function secrecy(who) {
  let r = await b.request('PATCH', `/api/teams/${team}`, { ...who.other, body: { nonsense: 1 } });
  tap.equal('permission is looked at before the body', r.status, 403);
  r = await b.request('POST', '/api/teams', { body: { nonsense: 1 } });
  tap.equal('so is the sign-in', r.status, 401);
  const there = await b.request('GET', `/api/teams/${team}`, who.other), not = await b.request('GET', '/api/teams/no-such-team', who.other);
  tap.equal('a team of others and no team look the same', [there.status, there.text], [not.status, not.text]);
  const mine = `/api/teams/${otherTeam}/mcp/installations/inst`;
  tap.equal('an installation is not reached through the path of another team', (await b.request('DELETE', mine, who.other)).status, 404);
  tap.equal('and is still there', await sql.run(`select count(*) from "mcpTeamInstallations" where "id" = 'inst'`), ['1']);
  r = await b.request('GET', '/api/oauth/tokens?limit=100', who.other);
  tap.check('nobody sees the tokens of others', r.json.data.tokens.every((t) => t.team_id === otherTeam), r.text);
  const { id } = (await b.request('GET', '/api/mcp/servers?limit=1', who.other)).json.data.servers[0];
  await sql.run(`update "mcpServerTemplates" set "status" = 'hidden' where "id" = '${id}'`);
  tap.equal('a hidden catalogue entry is not found by its id either', (await b.request('GET', `/api/mcp/servers/${id}`, who.other)).status, 404);
  await sql.run(`update "mcpServerTemplates" set "status" = 'active' where "id" = '${id}'`);
  r = await b.request('GET', '/api/teams', who.gtok);
  tap.equal('a token shows its own team only', r.json.data.teams.map((t) => t.id), [adaTeam.id]);
}

async function tokenOfOneTeam(who) {
  await sql.run(`insert into "teams" ("id", "name", "slug", "owner_id") values ('second', 'Second', 'second', 'tara')`);
  await sql.run(`insert into "teamMemberships" ("team_id", "user_id", "role") values ('second', 'tara', 'team_admin')`);
  const r = await b.request('GET', '/api/teams', who['t:r']);
  tap.equal('nor another team of the same person', [r.json.data.teams.map((t) => t.id), r.json.data.pagination.total], [[team], 1]);
  tap.equal('which it cannot read either', (await b.request('GET', '/api/teams/second', who['t:r'])).status, 403);
}

async function changesOfRole(who) {
  const rename = () => b.request('PATCH', `/api/teams/${team}`, { ...who.admin, body: { name: 'Now' } });
  await sql.run(`update "teamMemberships" set "role" = 'team_user' where "user_id" = 'tara' and "team_id" = '${team}'`);
  tap.equal('who is no longer team admin cannot rename, in the same session', (await rename()).status, 403);
  tap.equal('nor can an older token', (await b.request('PATCH', `/api/teams/${team}`, { ...who['t:w'], body: { name: 'Now' } })).status, 403);
  await sql.run(`delete from "teamMemberships" where "user_id" = 'tara' and "team_id" = '${team}'`);
  tap.equal('who left the team does not see it', (await b.request('GET', `/api/teams/${team}`, who.admin)).status, 403);
  tap.equal('nor does an older token', (await b.request('GET', `/api/teams/${team}`, who['t:r'])).status, 403);
  await sql.run(`delete from "authUser" where "id" = 'tim'`);
  tap.equal('a deleted user is signed out', (await b.request('GET', '/api/users/me', who.member)).status, 401);
  tap.equal('and so are the tokens', (await b.request('GET', '/api/users/me', who.mtok)).status, 401);
}

try {
  await people();
  const who = await makeCallers();
  await inOrder(who);
  await sql.close();
  await b.endsWell(tap);
} catch (error) {
  tap.check('the test ran to its end', false, `${error.stack}\n${b.output.slice(-3000)}`);
} finally {
  await sql.close();
  await b.remove();
  tap.finish();
}

async function inOrder(who) {
  const server = (await b.request('GET', '/api/mcp/servers?limit=1', who.global)).json.data.servers[0].id;
  await freshRows(server);
  await secrecy(who);
  await matrix(who);
  // the matrix signed everybody out
  who.admin = await signIn('tara');
  who.member = await signIn('tim');
  await tokenOfOneTeam(who);
  await changesOfRole(who);
}
