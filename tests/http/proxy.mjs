// proxy.mjs - behind a reverse proxy: whose address counts, Secure cookies, the set-up code, and a proxy nobody named
import { ada, Backend, Tap, until } from './backend.mjs';

const tap = new Tap();
const forwarded = { 'x-forwarded-for': '6.6.6.6, 203.0.113.9', 'x-forwarded-proto': 'https' };

async function trusted() {
  const b = new Backend(process.argv[2], { TRUSTED_PROXY: '127.0.0.1', DEPLOYSTACK_FRONTEND_URL: 'https://stack.example' });
  try {
    await b.start();
    await until('the database', async () => (await b.request('GET', '/api/db/status')).json.state === 'unset');
    const code = b.output.match(/set-up code:\s+(\S+)/)?.[1];
    tap.check('a set-up code is printed', code?.length > 5, b.output);
    let r = await b.request('POST', '/api/db/setup', { body: { type: 'postgresql' } });
    tap.equal('and asked for', r.status, 403);
    r = await b.request('POST', '/api/db/setup', { body: { type: 'postgresql', setup_code: code } });
    tap.equal('with it the set-up goes on', r.status, 200);
    r = await b.request('POST', '/api/setup/admin', { body: { ...ada, setup_code: code }, headers: forwarded });
    tap.check('who came by https gets a Secure cookie', r.status === 201 && /; Secure/.test(r.headers.get('set-cookie')), r.text);
    r = await b.request('POST', '/api/auth/email/login', { body: { login: ada.username, password: ada.password }, headers: { 'x-forwarded-proto': 'http' } });
    tap.check('who came by http does not', r.status === 200 && !/; Secure/.test(r.headers.get('set-cookie')), r.text);
    tap.equal('the machine itself reads /metrics', (await b.request('GET', '/metrics')).status, 200);
    tap.check('a client behind the proxy does not', (await b.request('GET', '/metrics', { headers: forwarded })).status >= 401);
    await b.request('GET', '/api/health', { headers: forwarded });
    tap.check('the log speaks of the client', b.output.includes('203.0.113.9') && !b.output.includes('6.6.6.6'), b.output.slice(-600));
    for (let i = 0; i < 6; i++) await b.request('POST', '/api/auth/email/login', { body: { login: `nobody${i}`, password: 'wrong one' }, headers: forwarded });
    tap.check('another client is not paused for it', (await b.request('POST', '/api/auth/email/login', { body: { login: ada.username, password: ada.password }, headers: { 'x-forwarded-for': '203.0.113.10' } })).status === 200);
    await b.endsWell(tap);
  } finally {
    await b.remove();
  }
}

async function unnamed() {
  const b = new Backend(process.argv[2]);
  try {
    await b.start();
    tap.equal('without a proxy /metrics is open to the machine', (await b.request('GET', '/metrics')).status, 200);
    tap.check('but not to what a proxy that nobody named hands on', (await b.request('GET', '/metrics', { headers: { 'x-forwarded-for': '127.0.0.1' } })).status >= 401);
    await b.endsWell(tap);
  } finally {
    await b.remove();
  }
}

await trusted();
await unnamed();
const bad = new Backend(process.argv[2], { TRUSTED_PROXY: 'proxy.example' });
try {
  const r = await bad.command(['serve']);
  tap.check('a name instead of an address is refused in a sentence', r.code === 1 && /TRUSTED_PROXY takes addresses/.test(r.err), r.err);
} finally {
  await bad.remove();
}
tap.finish();
