// abuse.mjs - wrong values in every field, query parameter and path of every route: always a clear 4xx, never a 5xx, a hang or a changed table
import { connect } from 'node:net';
import { ada, Backend, cookieOf, Psql, Tap, until } from './backend.mjs';

const tap = new Tap();
const b = new Backend(process.argv[2]);
let sql, openapi, admin = {}, real = {};

const long = 'x'.repeat(10000);
const injections = ["'", "''", "' or '1'='1", "'; drop table \"teams\"; --", '"; drop table "teams"; --', "\\'; delete from teams; --", '$1', '$$; drop table teams; $$', "x'||pg_sleep(5)||'", '%', '_', '{}', '%s%n', "E'\\047", '1;select pg_sleep(5)'];

// as they stand in the JSON text
const values = {
  null: 'null', zero: '0', 'negative number': '-1', fraction: '1.5', 'huge number': '1e400', 'number of 30 digits': '123456789012345678901234567890', NaN: 'NaN',
  Infinity: 'Infinity', 'NaN in quotes': '"NaN"', 'number in quotes': '"100"', empty: '""', blank: '"   "', '10,000 characters': `"${long}"`,
  NUL: '"a\\u0000b"', 'high surrogate': '"\\ud800"', 'low surrogate': '"\\udc00x"', 'control characters': '"\\u0001\\u001f\\u007f"', 'line end': '"a\\r\\nSet-Cookie: x=y"',
  'raw control character': '"a\u0001b"', 'invalid UTF-8': Buffer.from('"\xff\xfe"', 'latin1'), 'overlong UTF-8': Buffer.from('"\xc0\xaf"', 'latin1'),
  'surrogate in UTF-8': Buffer.from('"\xed\xa0\x80"', 'latin1'), 'text that runs backwards': '"\\u202egnp.exe"', emoji: '"🙂👩‍👩‍👧"', array: '[]', 'array of text': '["a"]', object: '{}', 'object with a key': '{"$gt":""}',
  true: 'true', false: 'false', undefined: 'undefined', 'single quotes': "'x'", 'bad escape': '"\\x41"', 'leading zero': '012', 'no value': '',
};

const valid = {
  'POST /api/db/setup': () => ({ type: 'postgresql' }),
  'POST /api/setup/admin': () => ({ ...ada, sample_catalog: 7, setup_code: 7 }), // never acceptable as a whole
  'POST /api/auth/email/login': () => ({ login: 'nobody', password: 'wrong' }),
  'POST /api/teams': () => ({ name: 'Abuse' }),
  'PATCH /api/teams/{id}': () => ({ name: 'Abuse' }),
  'POST /api/teams/{id}/mcp/installations': () => ({ server_id: real.server, name: 'abuse' }),
  'PATCH /api/notifications/{notification}': () => ({ read: true }),
  'POST /api/admin/activity/{pid}/cancel': () => ({ password: ada.password }),
  'POST /api/admin/activity/{pid}/terminate': () => ({ password: ada.password }),
  'POST /api/admin/plan': () => ({ sql: 'select 1', analyze: true, password: ada.password }),
  'POST /api/admin/query': () => ({ sql: 'select 1', limit: 1, password: ada.password }),
  'PATCH /api/admin/tables/{schema}/{table}/rows': () => ({ key: { id: real.id }, before: { description: null }, changes: { description: 'abuse' }, password: ada.password }),
  'PATCH /api/admin/backups/settings': () => ({ time: '02:30', password: ada.password }),
  'DELETE /api/admin/backups/{name}': () => ({ password: ada.password }),
  'POST /api/admin/backups/{name}/ticket': () => ({ password: ada.password }),
  'POST /api/oauth/tokens': () => ({ team_id: real.id, name: 'abuse', scope: 'mcp:read', expires_in: 600 }),
};

function operations() {
  return Object.entries(openapi.paths).flatMap(([path, methods]) => Object.entries(methods).map(([m, operation]) => ({ method: m.toUpperCase(), path, route: `${m.toUpperCase()} ${path}`, operation })));
}
const schemaOf = (operation) => operation.requestBody?.content['application/json'].schema;
const fill = (path) => path.replace(/\{(\w+)\}/g, (_, name) => real[name] ?? 'none');

/** A request with a deadline; a hang is a failure like any other. */
async function send(method, path, raw, headers = {}) {
  const all = { ...headers };
  if (raw !== undefined) all['content-type'] ??= 'application/json';
  if (admin.cookie) Object.assign(all, { cookie: admin.cookie, origin: b.url });
  const answer = await fetch(b.url + path, { method, headers: all, body: raw, redirect: 'manual', signal: AbortSignal.timeout(20000) });
  const text = await answer.text();
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    /* told by `refused` */
  }
  return { status: answer.status, json, text };
}

const refused = (r) => r.status >= 400 && r.status < 500 && r.json?.success === false && typeof r.json.error === 'string' && r.json.error.length > 0;
const tell = (r) => `${r.status} ${r.text.slice(0, 160)}`;

/** Could this value be right for the field? Then a success is fine as well. */
function fits(schema, required, raw) {
  let value;
  try {
    value = JSON.parse(Buffer.isBuffer(raw) ? new TextDecoder('utf-8', { fatal: true }).decode(raw) : raw);
  } catch {
    return false;
  }
  if (value === null) return !required;
  if (schema.type === 'integer') return Number.isSafeInteger(value) && value >= schema.minimum && value <= schema.maximum;
  if (schema.type === 'object') return typeof value === 'object' && !Array.isArray(value) && Object.values(value).every((v) => v === null || typeof v === 'string');
  if (schema.type === 'boolean') return typeof value === 'boolean';
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value) && !value.includes('\0') && [...value].length >= schema.minLength && [...value].length <= schema.maxLength;
}

function bodyWith(route, field, raw) {
  const others = Object.entries(valid[route]()).filter(([name]) => name !== field).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)},`);
  return Buffer.concat([Buffer.from(`{${others.join('')}${JSON.stringify(field)}:`), Buffer.from(raw), Buffer.from('}')]);
}

async function fields(only) {
  for (const { method, path, route, operation } of operations()) {
    const schema = schemaOf(operation);
    if (!schema || !only(route)) continue;
    tap.check(`${route} has a valid body to start from`, route in valid);
    for (const [field, about] of Object.entries(schema.properties)) {
      const wrong = [];
      for (const [name, raw] of Object.entries(values)) {
        await tidy();
        const r = await send(method, fill(path), bodyWith(route, field, raw));
        const fine = refused(r) || (fits(about, schema.required.includes(field), raw) && r.status < 300);
        if (!fine) wrong.push(`${name}: ${tell(r)}`);
      }
      tap.check(`${route}, ${field}: ${Object.keys(values).length} wrong values`, wrong.length === 0, wrong.join('\n'));
    }
  }
}

/** What is not one well-formed JSON object is refused before anything is done. */
async function documents(only) {
  for (const { method, path, route, operation } of operations()) {
    if (!operation.requestBody || !only(route)) continue;
    if (!valid[route]) throw new Error(`${route} needs a line in the table of valid bodies`);
    const good = JSON.stringify(valid[route]());
    const first = Object.keys(valid[route]())[0];
    const bad = {
      empty: '', 'white space': ' \n', null: 'null', number: '7', string: '"x"', array: `[${good}]`, 'a key twice': `${good.slice(0, -1)},${JSON.stringify(first)}:"x"}`,
      'a key twice by escape': `${good.slice(0, -1)},"\\u00${first.charCodeAt(0).toString(16)}${first.slice(1)}":"x"}`,
      'depth 33': `{"a":${'['.repeat(32)}${']'.repeat(32)}}`, 'depth 10,000': '['.repeat(10000), 'objects 10,000 deep': '{"a":'.repeat(10000), 'trailing garbage': `${good} x`,
      'two documents': good + good, 'byte order mark': `\ufeff${good}`, 'half a document': good.slice(0, -1), comment: `/* */${good}`, 'trailing comma': `${good.slice(0, -1)},}`, 'NUL at the end': `${good}\0`,
      'unknown key': `${good.slice(0, -1)},"is_admin":true}`, '__proto__': `${good.slice(0, -1)},"__proto__":{"admin":true}}`, 'empty key': `${good.slice(0, -1)},"":1}`, 'key of 10,000 characters': `${good.slice(0, -1)},"${long}":1}`,
      'key with NUL': `${good.slice(0, -1)},"a\\u0000":1}`, '5,000 unknown keys': `{${Array.from({ length: 5000 }, (_, i) => `"k${i}":1`)}}`, 'UTF-16': Buffer.from(good, 'utf16le'),
    };
    const wrong = [];
    for (const [name, raw] of Object.entries(bad)) {
      const r = await send(method, fill(path), raw);
      if (!refused(r)) wrong.push(`${name}: ${tell(r)}`);
      if (r.text.length > 20000) wrong.push(`${name}: an answer of ${r.text.length} bytes`);
    }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=latin1', 'application/jsonx', '']) {
      const r = await send(method, fill(path), Buffer.from(good), { 'content-type': type });
      if (r.status !== 415 || !refused(r)) wrong.push(`Content-Type ${type}: ${tell(r)}`);
    }
    tap.check(`${route}: ${Object.keys(bad).length} bad documents and 6 other types`, wrong.length === 0, wrong.join('\n'));
  }
}

const pieces = ['%00', 'a%00b', '%2e%2e', '%2E%2E%2f', '%2f', 'a%2Fb', '..', '.', '%5c', '%ff', '%c0%af', '%ed%a0%80', '%f0%9f%99%82', '%e2%80%ae', '%0a', '%0d%0aX:y', '%7f', '%20', '%25', '%', '%z', '%zz', '%1', "'", '%22', ';', '*', '()', '{}', '~root', '$x', '+', ':id', '-1', 'null', 'undefined', 'NaN', '1e9', 'x'.repeat(3000), 'x'.repeat(20000), ...injections.map(encodeURIComponent)];

/** One request as bytes; {status, text, json} of its answer. */
function wire(bytes) {
  return new Promise((done, fail) => {
    const socket = connect(b.port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setTimeout(20000, () => socket.destroy(new Error('no answer within 20 s')));
    socket.on('data', (more) => (text += more));
    socket.on('error', (error) => (text ? end() : fail(error)));
    socket.on('close', end);
    function end() {
      const body = text.slice(text.indexOf('\r\n\r\n') + 4);
      let json = null;
      try {
        json = JSON.parse(body);
      } catch {
        /* told by the caller */
      }
      done({ status: Number(text.slice(9, 12)), text: body, json });
    }
  });
}

function request(method, target, body) {
  const about = body ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` : '';
  return Buffer.concat([Buffer.from(`${method} `), Buffer.from(target), Buffer.from(` HTTP/1.1\r\nHost: 127.0.0.1:${b.port}\r\nCookie: ${admin.cookie}\r\nOrigin: ${b.url}\r\nConnection: close\r\n${about}\r\n${body ?? ''}`)]);
}

async function paths() {
  const raw = [Buffer.from('\xff', 'latin1'), Buffer.from('🙂'), Buffer.from('a\tb'), Buffer.from('a\\b'), Buffer.from('a\x01b'), Buffer.from('<script>')];
  for (const { method, path, route, operation } of operations()) {
    for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
      const wrong = [];
      for (const piece of [...pieces, ...raw]) {
        const [before, after] = path.split(`{${name}}`).map(fill);
        const body = operation.requestBody ? JSON.stringify(valid[route]()) : undefined;
        const r = await wire(request(method, Buffer.concat([Buffer.from(before), Buffer.from(piece), Buffer.from(after)]), body));
        if (!refused(r)) wrong.push(`${piece.toString().slice(0, 40)}: ${tell(r)}`);
      }
      tap.check(`${route}, {${name}}: ${pieces.length + raw.length} wrong pieces of a path`, wrong.length === 0, wrong.join('\n'));
    }
  }
}

async function queries() {
  const numbers = ['', 'abc', '-1', '1.5', '1e3', '0x10', '%205', '5%20', '5;', '99999999999999999999', '-99999999999999999999', 'NaN', 'Infinity', '%00', '%ff', '%', '%zz', '[]', 'true', '5,6', '٣', 'x'.repeat(3000)].map((t) => (t.startsWith('%') ? t : encodeURIComponent(t)));
  const texts = ['%00', 'a%00', '%ff', '%c0%af', '%ed%a0%80', '%', '%zz', 'x'.repeat(3000), '🙂'.repeat(256)].map((t) => (t.startsWith('%') || t.startsWith('a') ? t : encodeURIComponent(t)));
  for (const { method, path, route, operation } of operations()) {
    for (const about of operation.parameters.filter((p) => p.in === 'query')) {
      const wrong = [];
      const bad = about.schema.type === 'integer' ? numbers : texts;
      for (const value of bad) {
        const r = await wire(request(method, `${fill(path)}?${about.name}=${value}`));
        if (!refused(r)) wrong.push(`${value.slice(0, 40)}: ${tell(r)}`);
      }
      const twice = await wire(request(method, `${fill(path)}?${about.name}=1&${about.name}=2`));
      if (!refused(twice)) wrong.push(`twice: ${tell(twice)}`);
      tap.check(`${route}, ?${about.name}: ${bad.length + 1} wrong values`, wrong.length === 0, wrong.join('\n'));
    }
  }
}

async function tidy() {
  if (!sql) return;
  await sql.run(`delete from "teams" where "id" <> '${real.id}'`);
  await sql.run('delete from "mcpTeamInstallations"');
  await sql.run('delete from "oauthAccessTokens"');
}

async function tables() {
  const each = ['authUser', 'roles', 'mcpServerTemplates', 'teamMemberships'].map((t) => `select coalesce(md5(string_agg(t::text, ',' order by t::text)), '') from "${t}" t`);
  return (await sql.run(`${each.join(' union all ')} union all select md5(string_agg(relname, ',' order by relname)) from pg_class where relnamespace = 'public'::regnamespace`)).join();
}

/** Text that would be SQL if it were pasted: it is stored and found as it is, and nothing else happens. */
async function injection() {
  await tidy();
  const before = await tables();
  const wrong = [];
  for (const text of injections) {
    const started = Date.now();
    for (const { method, path, route, operation } of operations()) {
      const schema = schemaOf(operation);
      for (const [field, about] of Object.entries(schema?.properties ?? {})) {
        if (about.type !== 'string') continue;
        const r = await send(method, fill(path), bodyWith(route, field, JSON.stringify(text)));
        if (!refused(r) && r.status >= 300) wrong.push(`${route} ${field} ${text}: ${tell(r)}`);
        const stored = r.json?.data?.team?.name ?? r.json?.data?.installation?.name ?? r.json?.data?.access_token?.name;
        if (r.status < 300 && field === 'name' && stored !== text) wrong.push(`${route}: ${text} came back as ${stored}`);
        await tidy();
      }
      for (const about of operation.parameters.filter((p) => p.in === 'query')) {
        const r = await send(method, `${fill(path)}?${about.name}=${encodeURIComponent(text)}`);
        if (!refused(r) && r.status !== 200) wrong.push(`${route} ?${about.name}=${text}: ${tell(r)}`);
      }
    }
    if (Date.now() - started > 4500 && /sleep/.test(text)) wrong.push(`${text} took ${Date.now() - started} ms`);
  }
  tap.check(`row 63: ${injections.length} pieces of SQL in every text`, wrong.length === 0, wrong.join('\n'));
  tap.equal('leave every table as it was', await tables(), before);
}

/** The same request many times at once: the rules hold as if they came one by one. */
async function races() {
  await tidy();
  const times = (n, method, path, body) => Promise.all(Array.from({ length: n }, () => b.request(method, path, { ...admin, body }))).then((all) => all.map((r) => r.status).sort().join());
  tap.equal('ten new teams at once: two, for three is the limit', await times(10, 'POST', '/api/teams', { name: 'Race' }), '201,201,400,400,400,400,400,400,400,400');
  tap.equal('ten installations of one name: one', await times(10, 'POST', `/api/teams/${real.id}/mcp/installations`, { server_id: real.server, name: 'race' }), `201${',409'.repeat(9)}`);
  const [one] = (await b.request('GET', `/api/teams/${real.id}/mcp/installations`, admin)).json.data.installations;
  tap.equal('ten removals of one deployment: one', await times(10, 'DELETE', `/api/mcp/deployments/${one.deployments[0].id}`), `200${',404'.repeat(9)}`);
  tap.equal('ten removals of one installation: one', await times(10, 'DELETE', `/api/teams/${real.id}/mcp/installations/${one.id}`), `200${',404'.repeat(9)}`);
  tap.equal('twenty renames: each is done', await times(20, 'PATCH', `/api/teams/${real.id}`, { name: 'Race' }), Array(20).fill(200).join());
}

/** Before the set-up: the same care, with nobody signed in. */
async function beforeReady() {
  await b.start();
  await until('the database', async () => (await b.request('GET', '/api/db/status')).json.state === 'unset');
  openapi = (await b.request('GET', '/api/openapi.json')).json;
  await documents((route) => route === 'POST /api/db/setup');
  tap.equal('after 30 bad documents nothing is set up', (await b.request('GET', '/api/db/status')).json.state, 'unset');
  await fields((route) => route === 'POST /api/db/setup');
  await until('the set-up', async () => (await b.request('POST', '/api/db/setup', { body: { type: 'postgresql' } })).status === 409);
  await documents((route) => route === 'POST /api/setup/admin');
  await fields((route) => route === 'POST /api/setup/admin');
  tap.equal('nobody became administrator', (await b.request('GET', '/api/db/status')).json.state, 'no_admin');
}

async function ready() {
  const made = await b.request('POST', '/api/setup/admin', { body: ada });
  admin = { cookie: cookieOf(made) };
  real = { id: made.json.team.id };
  Object.assign(real, { schema: 'public', table: 'teams' });
  real.notification = (await b.request('GET', '/api/notifications', admin)).json.data.notifications[0].id;
  real.server = (await b.request('GET', '/api/mcp/servers?limit=1', admin)).json.data.servers[0].id;
  sql = new Psql(b);
  await documents(() => true);
  await fields((route) => !/setup/.test(route));
  await paths();
  await queries();
  await injection();
  await races();
  const r = await b.request('GET', `/api/teams/${real.id}`, admin);
  tap.equal('it still answers', r.status, 200);
  const metrics = (await b.request('GET', '/metrics')).text;
  tap.equal('no answer of the whole run was a 5xx', metrics.match(/responses_total\{class="5xx"\} (\d+)/)[1], '0');
}

try {
  await beforeReady();
  await ready();
  await sql.close();
  await b.endsWell(tap);
} catch (error) {
  tap.check('the test ran to its end', false, `${error.stack}\n${b.output.slice(-3000)}`);
} finally {
  await sql?.close();
  await b.remove();
  tap.finish();
}
