// run.mjs - docs/guide.md as a reader follows it: every command run in a copy of the tree that has no notifications yet, every
// excerpt held against the file it is from. What kind of block it is stands after ``` - a kind without a check fails.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Backend, cleanEnvironment, freePort, Tap, until } from '../http/backend.mjs';

const [root, tusk, deploystack] = process.argv.slice(2).map((path) => resolve(path));
const text = readFileSync(join(root, 'docs/guide.md'), 'utf8');
const tap = new Tap();

// The guide that this one retells; its page has them in this order.
const HEADINGS = `Overview|Technical Architecture|Enterprise PostgreSQL Features|Drizzle ORM Integration|Working with Query Results|Standard Patterns|Schema Architecture|Schema Structure|PostgreSQL Type System|Adding New Tables|Migration System|Migration Directory|Migration SQL Structure|Generating Migrations|Applying Migrations|Environment Configuration|Required Environment Variables|SSL Configuration|Docker Compose Example|Development Workflow|Local Development Setup|Testing with PostgreSQL|Advanced PostgreSQL Features|JSONB Support|Full-Text Search|Advanced Indexing|Connection Pool Tuning|Query Optimization|Using Explain|Query Builder Performance|Backup and Recovery|Backup Strategies|Restore Database|Monitoring and Maintenance|Database Statistics|Vacuum and Analyze`.split('|');

/** Every fenced block: {kind, words, body, line}. */
function blocks() {
  const found = [];
  let open = null;
  text.split('\n').forEach((line, i) => {
    const fence = line.match(/^( *)```(.*)$/);
    if (fence && !open) {
      const [kind, ...words] = fence[2].split(' ');
      open = { kind, words, indent: fence[1].length, lines: [], line: i + 1 };
    } else if (fence) {
      found.push({ ...open, body: open.lines.join('\n') });
      open = null;
    } else if (open) open.lines.push(line.slice(open.indent));
  });
  if (open) throw new Error(`the block of line ${open.line} has no end`);
  return found;
}

const plain = (line) => line.trim().replace(/\s+/g, ' ');

/** Does every line stand in `whole`, in this order? Gives the first that does not. */
function missing(lines, whole) {
  const have = whole.split('\n').map(plain);
  let at = 0;
  for (const line of lines.map(plain).filter(Boolean)) {
    const next = have.findIndex((one, i) => i >= at && one.includes(line));
    if (next < 0) return line;
    at = next;
  }
  return null;
}

function checkLines(name, block, whole) {
  const lost = missing(block.lines, whole);
  tap.check(name, lost === null, `not there: ${lost}\nin:\n${whole.slice(-3000)}`);
}

// ---- the sandbox: a copy of the tree as it was before the walk-through ----

const place = new Backend(deploystack); // its folder, and its way of ending
const tree = join(place.folder, 'tree');
const bin = join(place.folder, 'bin');
let data = null, server = null, port = 3000, last = '';

function makeTree() {
  const backend = join(tree, 'services/backend');
  for (const part of ['db', 'drizzle', 'web', 'catalog']) cpSync(join(root, 'services/backend', part), join(backend, part), { recursive: true });
  cpSync(join(root, 'include'), join(tree, 'include'), { recursive: true });
  const teams = join(backend, 'db/schema-tables/teams.def'), journal = join(backend, 'drizzle/migrations/meta/_journal.json');
  writeFileSync(teams, readFileSync(teams, 'utf8').replace(/\n\/\* what a person should know[^]*?END_TABLE\(notification, notifications\)\n/, ''));
  const schema = join(backend, 'db/schema.def'); // what came later is not there yet either
  writeFileSync(schema, readFileSync(schema, 'utf8').replace(/^.*\/(admin|usage)\.def.*\n/gm, ''));
  const entries = JSON.parse(readFileSync(journal, 'utf8'));
  entries.entries = entries.entries.slice(0, 1);
  writeFileSync(journal, JSON.stringify(entries, null, 2));
  spawnSync('sh', ['-c', 'rm -f 000[1-9]_*.sql meta/000[1-9]_*.json meta/_000[1-9]_*.json'], { cwd: join(backend, 'drizzle/migrations') });
  mkdirSync(bin);
  symlinkSync(tusk, join(bin, 'tusk'));
  symlinkSync(deploystack, join(bin, 'deploystack'));
}

const environment = () => cleanEnvironment({ TUSK_DATA_DIR: data, DEPLOYSTACK_DATA_DIR: join(tree, 'services/backend'), PATH: `${bin}:${process.env.PATH}`, PORT: String(port), FRONTEND_PORT: '0', PAGER: 'cat', NO_COLOR: '1' });

async function stopServer() {
  if (server) {
    server.child.kill('SIGTERM');
    tap.equal('the started backend ends cleanly', await server.exited, 0);
  }
  server = null;
  if (data) spawnSync(join(bin, 'tusk'), ['pg', '--force', 'stop'], { env: environment() });
}

let folders = 0;
async function fresh() {
  await stopServer();
  data = join(place.folder, `data${++folders}`);
}

async function serve(block) {
  port = await freePort();
  const child = spawn('sh', ['-c', `exec ${block.body.trim()}`], { cwd: tree, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  server = { child, exited: new Promise((done) => child.on('exit', (code) => done(code))), output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (more) => (server.output += more));
  await until('the backend', async () => (await (await fetch(`http://localhost:${port}/api/db/status`)).json()).state === 'unset').then(
    () => tap.check(`line ${block.line}: ${block.body.trim()} serves`, true),
    (error) => tap.check(`line ${block.line}: ${block.body.trim()} serves`, false, `${error.message}\n${server.output}`));
}

/** One command a check, so that a failure names it; heredocs and continued lines stay whole. */
function commands(body) {
  const parts = [];
  let here = null, open = false;
  for (const line of body.split('\n')) {
    if (here !== null || open) parts[parts.length - 1] += `\n${line}`;
    else parts.push(line);
    if (here === null) here = line.match(/<<'?(\w+)'?/)?.[1] ?? null;
    else if (line === here) here = null;
    open = here === null && line.endsWith('\\');
  }
  return parts.filter((part) => part.trim());
}

function run(block) {
  last = '';
  for (const command of commands(block.body)) {
    const r = spawnSync('sh', ['-eu', '-c', command.replaceAll('localhost:3000', `localhost:${port}`)], { cwd: tree, env: environment(), encoding: 'utf8', timeout: 120000 });
    last += `${r.stdout}${r.stderr}\n`;
    tap.check(`line ${block.line}: ${command.split('\n')[0]}`, r.status === 0, `exit ${r.status}\n${r.stdout}${r.stderr}`);
  }
}

// ---- the kinds of blocks ----

function compile(source) {
  const lines = ['#define TUSK_SCHEMA "services/backend/db/schema.def"', '#include "tusk/declare.h"', '#include "tusk/tusk.h"', source, ''];
  writeFileSync(join(tree, 'step.c'), lines.join('\n'));
  return spawnSync('cc', ['-std=gnu17', '-Wall', '-Wextra', '-fsyntax-only', '-I.', '-Iinclude', 'step.c'], { cwd: tree, encoding: 'utf8' });
}

const steps = blocks().find((b) => b.kind === 'c' && /tusk_status notify\(/.test(b.body) && /struct notification row/.test(b.body));

function checkDef(block) {
  const file = join('services/backend/db/schema-tables', block.words[0]);
  if (block.words[0] === 'teams.def') { // the walk-through: edit, and from then on the program compiles
    tap.check('before the edit its C does not compile', compile(steps.body).status !== 0);
    appendFileSync(join(tree, file), `\n${block.body}\n`);
    const r = compile(steps.body);
    tap.check('after the edit it does', r.status === 0, r.stderr);
    tap.equal(`line ${block.line}: the edited file is the tree's own`, readFileSync(join(tree, file), 'utf8'), readFileSync(join(root, file), 'utf8'));
  }
  checkLines(`line ${block.line}: this stands in ${block.words[0]}`, block, readFileSync(join(root, file), 'utf8'));
}

function checkTree(block) {
  let folder = '';
  const lost = [], listed = [];
  for (const line of block.lines.filter((one) => one.trim())) {
    const name = line.trim().split(/\s+/)[0];
    if (!line.startsWith(' ')) folder = name;
    const path = line.startsWith(' ') ? join(folder, name) : folder;
    if (!existsSync(join(root, path))) lost.push(path);
    else if (line.startsWith(' ')) listed.push(path);
  }
  tap.equal(`line ${block.line}: the files are there`, lost, []);
  const whole = [...new Set(listed.map(dirname))].flatMap((one) => readdirSync(join(root, one), { withFileTypes: true }).filter((entry) => /\.(def|sql|json)$/.test(entry.name)).map((entry) => join(one, entry.name)));
  tap.equal(`line ${block.line}: and no other beside them`, whole.filter((path) => !listed.includes(path)), []);
}

const migrations = () => ['0000_baseline.sql', '0001_create_notifications.sql'].map((name) => readFileSync(join(root, 'services/backend/drizzle/migrations', name), 'utf8')).join('\n');

const kinds = {
  'c': () => {}, // test_guide.c compiles and calls it
  'def': checkDef,
  'text tree': checkTree,
  'text output': (block) => checkLines(`line ${block.line}: that is what it says`, block, last),
  'sh': run,
  'sh fresh': async (block) => (await fresh(), run(block)),
  'sh fresh serve': async (block) => (await fresh(), serve(block)),
  'sh shown': (block) => tap.equal(`line ${block.line}: a shell could read it`, spawnSync('sh', ['-n', '-c', block.body]).status, 0),
  'sql': (block) => checkLines(`line ${block.line}: this stands in the migrations`, block, migrations().replaceAll('\\n', '\n')),
  'sql run': (block) => {
    const r = spawnSync(join(bin, 'tusk'), ['pg', 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-c', block.body], { cwd: tree, env: environment(), encoding: 'utf8' });
    tap.check(`line ${block.line}: PostgreSQL answers it`, r.status === 0 && /\(\d+ rows\)/.test(r.stdout), r.stdout + r.stderr);
  },
  'yaml': (block) => checkLines(`line ${block.line}: this stands in compose.yaml`, block, readFileSync(join(root, 'compose.yaml'), 'utf8')),
};

const kindOf = (block) => (block.kind === 'def' ? 'def' : [block.kind, ...block.words].join(' '));

function checkHeadings() {
  const own = text.split('\n').filter((line) => /^#{2,3} /.test(line)).map((line) => line.replace(/^#+ /, ''));
  tap.equal('the headings are those of the guide', own, [...HEADINGS, 'Which test holds what']);
  const rows = text.slice(text.indexOf('## Which test holds what')).split('\n').filter((line) => line.startsWith('| ')).slice(2).map((line) => line.split('|').map((cell) => cell.trim()));
  tap.equal('each has a line in the table of tests', rows.map((row) => row[1]), HEADINGS);
  const lost = rows.flatMap((row) => row[2].split(', ').map((one) => one.replaceAll('`', ''))).filter((file) => !existsSync(join(root, file)));
  tap.equal('and each test is there', [...new Set(lost)], []);
  tap.equal('every block is of a kind that is checked', blocks().filter((block) => !(kindOf(block) in kinds)).map((block) => block.line), []);
}

try {
  checkHeadings();
  makeTree();
  for (const block of blocks()) await kinds[kindOf(block)]?.(block);
  const name = '0001_create_notifications.sql', where = 'services/backend/drizzle/migrations';
  tap.equal('the walk-through made the very migration of the tree', readFileSync(join(tree, where, name), 'utf8'), readFileSync(join(root, where, name), 'utf8'));
} finally {
  await stopServer();
  rmSync(place.folder, { recursive: true, force: true });
}
tap.finish();
