// idle.mjs - a thousand connections that say nothing cost the others little: p99 under load stays within three times
import { connect } from 'node:net';
import { readyBackend, Tap, until } from './backend.mjs';

const IDLE = 1000, AT_ONCE = 16, REQUESTS = 1500, ROUNDS = 3;
const FLOOR_MS = 10; // below it the machine's own noise is larger than what is looked for

const tap = new Tap();
const { b, cookie, team } = await readyBackend(process.argv[2]);

/** p99 in milliseconds of reading one team with `AT_ONCE` callers. */
async function load() {
  const times = [];
  let left = REQUESTS;
  const caller = async () => {
    while (left-- > 0) {
      const start = performance.now();
      const { status } = await b.request('GET', `/api/teams/${team.id}`, { cookie });
      if (status !== 200) throw new Error(`status ${status}`);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return times.sort((x, y) => x - y)[Math.floor(times.length * 0.99)];
}

/** The middle of a few rounds: one hiccup of the machine decides nothing. */
async function typical() {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await load());
  return rounds.sort((x, y) => x - y)[Math.floor(ROUNDS / 2)];
}

function idleConnection() {
  return new Promise((done, fail) => {
    // another address than the load's: an address may hold a thousand connections
    const socket = connect({ port: b.port, host: '127.0.0.1', localAddress: '127.0.0.2' }, () => done(socket));
    socket.on('error', fail);
  });
}

const connections = async () => Number(/deploystack_http_connections (\d+)/.exec((await b.request('GET', '/metrics')).text)[1]);

try {
  await load(); // warm
  const alone = await typical();
  const sockets = await Promise.all(Array.from({ length: IDLE }, idleConnection));
  await until('all idle connections to be accepted', async () => (await connections()) >= IDLE, 20000);
  const crowded = await typical();
  tap.check(`all ${IDLE} are still there`, (await connections()) >= IDLE);
  tap.check(`p99 with ${IDLE} idle connections is within 3 times`, crowded <= 3 * Math.max(alone, FLOOR_MS), `${alone.toFixed(1)} ms alone, ${crowded.toFixed(1)} ms with them`);
  console.log(`# p99 ${alone.toFixed(1)} ms alone, ${crowded.toFixed(1)} ms with ${IDLE} idle connections`);
  for (const socket of sockets) socket.destroy();
  await until('them to be gone', async () => (await connections()) < 100, 20000);
  tap.check('what leaves is forgotten', true);
} catch (error) {
  tap.check('the test ran to its end', false, error.stack);
} finally {
  await b.remove();
  tap.finish();
}
