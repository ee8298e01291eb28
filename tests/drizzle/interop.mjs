// interop.mjs - a folder and a database of ours are drizzle's, and the reverse: drizzle-orm's migrator and drizzle-kit
// themselves against tusk_migrate_up and tusk_generate
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tap } from '../http/backend.mjs';
import { files, here, Rig, withoutIds } from './rig.mjs';

const tap = new Tap();
const rig = new Rig(process.argv[2]);
const shipped = join(here, '../../services/backend/drizzle/migrations');
const nothing = /No schema changes/;
const fine = /Everything's fine/;

/** Like equal, but says only where two long texts part. */
function same(name, actual, expected) {
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at++;
  const from = actual.lastIndexOf('\n', at - 1) + 1;
  tap.check(name, actual === expected, `got ...${actual.slice(from, from + 400)}\nexpected ...${expected.slice(from, from + 400)}`);
}

/** Each file that was in `before` is in `after`, byte for byte; the journal may have grown. */
function kept(name, before, after) {
  const lost = Object.keys(before).filter((file) => file !== 'meta/_journal.json' && before[file] !== after[file]);
  tap.equal(`${name}: no file of before is touched`, lost, []);
  const entries = (text) => JSON.parse(text['meta/_journal.json']).entries;
  tap.equal(`${name}: no entry of before is touched`, entries(after).slice(0, entries(before).length), entries(before));
}

/** JSON laid out as JavaScript does it, so that drizzle-kit's rewriting changes no byte. */
function stable(name, folder) {
  for (const [file, text] of Object.entries(files(folder))) {
    if (file.endsWith('.json')) same(`${name}: ${file} is laid out as drizzle-kit does it`, text, JSON.stringify(JSON.parse(text), null, 2));
  }
}

/** drizzle-kit sees nothing to add to the folder for its own schema. */
async function upToDate(name, schema, folder) {
  const kit = await rig.kitGenerate(schema, folder, 'none');
  tap.check(`${name}: drizzle-kit finds it up to date`, nothing.test(kit.text), kit.text);
}

/** Its check accepts the folder. */
async function accepted(name, folder) {
  const check = await rig.kit('check', folder);
  tap.check(`${name}: drizzle-kit check accepts it`, check.code === 0 && fine.test(check.text), check.text);
}

/** The folder applied by drizzle-orm and by ours, then each on what the other did. */
async function migrators(name, folder) {
  const [theirs, ours] = [await rig.database(), await rig.database()];
  const count = JSON.parse(files(folder)['meta/_journal.json']).entries.length;
  tap.equal(`${name}: before, everything is pending`, await rig.states(ours, folder), Array(count).fill('pending').join(' '));
  await rig.kitMigrate(theirs, folder);
  tap.equal(`${name}: ours applies every file`, await rig.up(ours, folder), count);
  same(`${name}: pg_dump is the same after drizzle-orm and after ours`, await rig.schema(ours), await rig.schema(theirs));
  const rows = await rig.rows(theirs);
  tap.equal(`${name}: a row for each file`, rows.length, count);
  tap.equal(`${name}: the rows are the same`, await rig.rows(ours), rows);
  tap.equal(`${name}: ours sees drizzle-orm's as applied`, await rig.states(theirs, folder), Array(count).fill('applied').join(' '));
  tap.equal(`${name}: ours finds nothing to do after drizzle-orm`, await rig.up(theirs, folder), 0);
  await rig.kitMigrate(ours, folder);
  tap.equal(`${name}: drizzle-orm finds nothing to do after ours`, await rig.rows(ours), rows);
}

/** The migrations that are shipped with the backend. */
async function baseline() {
  const folder = rig.copy(shipped, 'shipped');
  await migrators('the backend', folder);
  await accepted('the backend', folder);
  stable('the backend', folder);
  tap.equal('the backend: the folder is as its schema', (await rig.generate('../../services/backend/db/schema.def', folder, 'none')).changed, false);
}

/** One schema said in both languages: the same SQL and the same snapshot. */
async function generators() {
  const [ours, theirs] = [rig.folder('every-ours'), rig.folder('every-theirs')];
  await rig.generate('every/schema.def', ours, 'all');
  const kit = await rig.kitGenerate('every/schema.mjs', theirs, 'all');
  const [a, b] = [files(ours), files(theirs)];
  tap.equal('every construct: the same files', Object.keys(a), Object.keys(b));
  same('every construct: the same SQL', a['0000_all.sql'], b['0000_all.sql'] ?? kit.text);
  same('every construct: the same snapshot', withoutIds(a['meta/0000_snapshot.json']), withoutIds(b['meta/0000_snapshot.json'] ?? ''));
  await migrators('every construct', theirs);
  await upToDate('every construct, by ours', 'every/schema.mjs', ours);
  tap.equal('every construct: ours finds theirs up to date', (await rig.generate('every/schema.def', theirs, 'none')).changed, false);
}

/** drizzle-kit goes on in a folder that ours began; ours goes on after that. */
async function continueOurs() {
  const folder = rig.folder('from-ours');
  const database = await rig.database();
  await rig.generate('steps/1.def', folder, 'one');
  tap.equal('begun by ours: applied by ours', await rig.up(database, folder), 1);
  const one = files(folder);
  await upToDate('begun by ours', 'steps/1.mjs', folder);
  tap.equal('begun by ours: and leaves it as it is', files(folder), one);
  const kit = await rig.kitGenerate('steps/2.mjs', folder, 'two');
  const two = files(folder);
  tap.check('begun by ours: drizzle-kit adds a migration', '0001_two.sql' in two, kit.text);
  kept('begun by ours', one, two);
  stable('begun by ours', folder);
  tap.equal('begun by ours: it is pending', await rig.states(database, folder), 'applied pending');
  tap.equal('begun by ours: ours applies what drizzle-kit added', await rig.up(database, folder), 1);
  tap.equal('begun by ours: ours agrees with its snapshot', (await rig.generate('steps/2.def', folder, 'none')).changed, false);
  tap.equal('begun by ours: ours adds another', (await rig.generate('steps/3.def', folder, 'three')).tag, '0002_three');
  kept('continued by drizzle-kit', two, files(folder));
  await upToDate('begun by ours, with another by ours', 'steps/3.mjs', folder);
  await rig.kitMigrate(database, folder);
  tap.equal('begun by ours: drizzle-orm applies what ours added', await rig.states(database, folder), 'applied applied applied');
  await migrators('begun by ours', folder);
}

/** Ours goes on in a folder that drizzle-kit began; drizzle-kit goes on after that. */
async function continueTheirs() {
  const folder = rig.folder('from-kit');
  const database = await rig.database();
  await rig.kitGenerate('steps/1.mjs', folder, 'one');
  const one = files(folder);
  await rig.kitMigrate(database, folder);
  tap.equal('begun by drizzle-kit: ours finds it up to date', (await rig.generate('steps/1.def', folder, 'none')).changed, false);
  tap.equal('begun by drizzle-kit: and leaves it as it is', files(folder), one);
  const made = await rig.generate('steps/2.def', folder, 'two');
  tap.equal('begun by drizzle-kit: ours adds a table and columns', made.tag, '0001_two');
  const two = files(folder);
  kept('begun by drizzle-kit', one, two);
  await accepted('begun by drizzle-kit', folder);
  await upToDate('begun by drizzle-kit, continued by ours', 'steps/2.mjs', folder);
  tap.equal('begun by drizzle-kit: ours applies it', await rig.up(database, folder), 1);
  const kit = await rig.kitGenerate('steps/3.mjs', folder, 'three');
  const three = files(folder);
  tap.check('begun by drizzle-kit: it adds another', '0002_three.sql' in three, kit.text);
  kept('continued by ours', two, three);
  stable('begun by drizzle-kit', folder);
  tap.equal('begun by drizzle-kit: one after the other, ours applies that too', await rig.up(database, folder), 1);
  await migrators('begun by drizzle-kit', folder);
  return folder;
}

/** The same two steps by each generator alone: the same texts and snapshots, statement for statement. */
async function additions(mixed) {
  const [ours, theirs] = [rig.folder('steps-ours'), rig.folder('steps-theirs')];
  for (const step of [1, 2, 3]) {
    await rig.generate(`steps/${step}.def`, ours, `step${step}`);
    await rig.kitGenerate(`steps/${step}.mjs`, theirs, `step${step}`);
  }
  const [a, b] = [files(ours), files(theirs)];
  tap.equal('additions: the same files', Object.keys(a), Object.keys(b));
  for (const file of Object.keys(a)) {
    if (file !== 'meta/_journal.json') same(`additions: ${file} is the same`, withoutIds(a[file]), withoutIds(b[file] ?? ''));
  }
  const times = (folder) => JSON.parse(folder['meta/_journal.json']).entries.map(({ when, ...rest }) => rest);
  tap.equal('additions: the journals are the same but for the time', times(a), times(b));
  const snapshot = (folder) => withoutIds(files(folder)['meta/0002_snapshot.json']);
  same('additions: by turns the last snapshot is the same', snapshot(mixed), snapshot(ours));
}

/** drizzle-kit orders tables by their exported names, a .def by its own order: only the order differs then. */
async function order() {
  const folder = rig.folder('order'), turned = join(rig.top, 'turned.def');
  const [head, ...tables] = readFileSync(join(here, 'every/schema.def'), 'utf8').split(/\n\n(?=TABLE)/);
  writeFileSync(turned, [head, ...tables.reverse()].join('\n\n') + '\n');
  await rig.generate(turned, folder, 'all');
  const statements = (path) => files(path)['0000_all.sql'].split('--> statement-breakpoint').map((text) => text.trim()).sort();
  const theirs = rig.folder('every-theirs');
  tap.check('another order: not the same text', files(folder)['0000_all.sql'] !== files(theirs)['0000_all.sql']);
  tap.equal('another order: the same statements', statements(folder), statements(theirs));
  tap.equal('another order: no change for ours', (await rig.generate('every/schema.def', folder, 'none')).changed, false);
  await upToDate('another order', 'every/schema.mjs', folder);
  const [a, b] = [await rig.database(), await rig.database()];
  await rig.up(a, folder);
  await rig.up(b, theirs);
  same('another order: pg_dump is the same', await rig.schema(a), await rig.schema(b));
}

/** Where drizzle-kit's SQL fails, ours runs, and the folder still is one that drizzle-kit continues. */
async function odd() {
  const [ours, theirs] = [rig.folder('odd-ours'), rig.folder('odd-theirs')];
  await rig.generate('odd/schema.def', ours, 'odd');
  await rig.kitGenerate('odd/schema.mjs', theirs, 'odd');
  const [a, b] = [files(ours), files(theirs)];
  same('better SQL: the same snapshot', withoutIds(a['meta/0000_snapshot.json']), withoutIds(b['meta/0000_snapshot.json']));
  const failed = await rig.kitMigrate(await rig.database(), theirs).then(() => null, (error) => error);
  tap.check("better SQL: drizzle-kit's does not run", failed !== null);
  await migrators('better SQL', ours);
  await upToDate('better SQL', 'odd/schema.mjs', ours);
}

/** Folders whose files drizzle-kit was told to name by time: ours goes on in the same way, or its next snapshot would
 *  not be the one that drizzle-kit takes for the newest. */
async function named(prefix, digits) {
  const name = `prefix ${prefix}`, folder = rig.folder(prefix);
  await rig.kitGenerate('steps/1.mjs', folder, 'one', '--prefix', prefix);
  const { tag } = await rig.generate('steps/2.def', folder, 'two');
  tap.check(`${name}: ours names its file alike`, digits.test(tag), tag);
  await upToDate(name, 'steps/2.mjs', folder);
  const kit = await rig.kitGenerate('steps/3.mjs', folder, 'three', '--prefix', prefix);
  tap.check(`${name}: drizzle-kit adds one more`, Object.keys(files(folder)).filter((file) => file.endsWith('.sql')).length === 3, kit.text);
  tap.equal(`${name}: ours agrees`, (await rig.generate('steps/3.def', folder, 'none')).changed, false);
  await migrators(name, folder);
}

/** No breakpoints: a file is one text with many statements. */
async function withoutBreakpoints() {
  const folder = rig.folder('no-breakpoints');
  await rig.kitGenerate('every/schema.mjs', folder, 'all', '--breakpoints=false');
  tap.check('no breakpoints: there are none', !/statement-breakpoint/.test(files(folder)['0000_all.sql']));
  await migrators('no breakpoints', folder);
  tap.equal('no breakpoints: ours finds it up to date', (await rig.generate('every/schema.def', folder, 'none')).changed, false);
}

/** Migrations written by hand, prepared by either. */
async function byHand() {
  const name = 'by hand', folder = rig.folder('by-hand');
  await rig.generate('steps/1.def', folder, 'one');
  const kit = await rig.kit('generate', folder, '--custom', '--name', 'theirs', '--schema', 'steps/1.mjs');
  tap.check(`${name}: drizzle-kit prepares one`, '0001_theirs.sql' in files(folder), kit.text);
  tap.equal(`${name}: ours prepares another`, (await rig.custom('steps/1.def', folder, 'ours')).tag, '0002_ours');
  same(`${name}: with the same words`, files(folder)['0002_ours.sql'], files(folder)['0001_theirs.sql']);
  writeFileSync(join(folder, '0001_theirs.sql'), "insert into clubs values (1, 'a;b');--> statement-breakpoint\ndo $$ begin create view v as select id from clubs; end $$;\n");
  writeFileSync(join(folder, '0002_ours.sql'), "-- by hand\nupdate clubs set name = 'ü'; create function f() returns int language sql as $f$ select 1; $f$");
  await upToDate(name, 'steps/1.mjs', folder);
  tap.equal(`${name}: ours goes on`, (await rig.generate('steps/2.def', folder, 'two')).tag, '0003_two');
  await upToDate(`${name}, then ours`, 'steps/2.mjs', folder);
  await accepted(name, folder);
  await migrators(name, folder);
}

/** Everything that drizzle-kit can say, changed by it, then all of it taken away by ours: the way leads to the same end
 *  as a folder that never had it. */
async function wide() {
  const name = 'everything of drizzle-kit', folder = rig.folder('wide');
  await rig.kitGenerate('wide/1.mjs', folder, 'one');
  const database = await rig.database();
  tap.equal(`${name}: ours applies it`, await rig.up(database, folder), 1);
  const kit = await rig.kitGenerate('wide/2.mjs', folder, 'two');
  tap.check(`${name}: drizzle-kit changes and removes`, /DROP TABLE/.test(files(folder)['0001_two.sql']), kit.text);
  same(`${name}: ours makes the same changes`, await rig.changes(folder, 0, 1), files(folder)['0001_two.sql']);
  await rig.kitMigrate(database, folder);
  tap.equal(`${name}: drizzle-orm goes on`, await rig.states(database, folder), 'applied applied');
  await migrators(name, folder);
  await rig.generate('steps/1.def', folder, 'three');
  await upToDate(`${name}, then nothing of it`, 'steps/1.mjs', folder);
  tap.equal(`${name}: ours takes it away`, await rig.up(database, folder), 1);
  await migrators(`${name}, then nothing of it`, folder);
  const [plain, fresh] = [rig.folder('plain'), await rig.database()];
  await rig.generate('steps/1.def', plain, 'one');
  await rig.up(fresh, plain);
  same(`${name}: what is left is as if made alone`, await rig.schema(database), await rig.schema(fresh));
}

/** What drizzle-kit makes of changes of every kind, ours makes too, to the byte, and it runs. */
async function changes() {
  const name = 'changes', folder = rig.folder('changes');
  for (const step of [1, 2]) await rig.kitGenerate(`changes/${step}.mjs`, folder, `step${step}`);
  const [one, two] = ['0000_step1.sql', '0001_step2.sql'].map((file) => files(folder)[file] ?? '');
  tap.check(`${name}: drizzle-kit makes many`, two.split('statement-breakpoint').length > 40, two);
  same(`${name}: ours makes the same of nothing`, await rig.changes(folder, null, 0), one);
  same(`${name}: ours makes the same of the change`, await rig.changes(folder, 0, 1), two);
  tap.equal(`${name}: ours applies both`, await rig.up(await rig.database(), folder), 2);
}

/** What ours makes one stays one for both, wherever its parts were applied. */
async function squashed() {
  const name = 'squashed', folder = rig.folder('squashed');
  const [database, old] = [await rig.database(), await rig.database()];
  for (const step of [1, 2]) await rig.generate(`steps/${step}.def`, folder, `step${step}`);
  await rig.kitMigrate(database, folder);
  await rig.up(old, folder);
  const rows = await rig.rows(database);
  tap.equal(`${name}: two are one`, (await rig.squash(folder)).tag, '0000_squashed');
  const one = files(folder);
  tap.equal(`${name}: ours knows what drizzle-orm applied`, await rig.states(database, folder), 'applied');
  await rig.kitMigrate(database, folder);
  tap.equal(`${name}: drizzle-orm finds nothing to do`, await rig.rows(database), rows);
  tap.equal(`${name}: nor does ours`, await rig.up(old, folder), 0);
  await accepted(name, folder);
  stable(name, folder);
  await upToDate(name, 'steps/2.mjs', folder);
  await rig.kitGenerate('steps/3.mjs', folder, 'three');
  kept(name, one, files(folder));
  tap.equal(`${name}: ours goes on with what drizzle-kit added`, await rig.up(database, folder), 1);
  await rig.kitMigrate(old, folder);
  tap.equal(`${name}: and drizzle-orm`, await rig.states(old, folder), 'applied applied');
  await migrators(name, folder);
}

/** What ours takes out of a folder has never been, for drizzle-kit as well. */
async function dropped() {
  const name = 'dropped', folder = rig.folder('dropped');
  await rig.kitGenerate('steps/1.mjs', folder, 'one');
  const one = files(folder);
  await rig.kitGenerate('steps/2.mjs', folder, 'two');
  tap.equal(`${name}: ours takes what drizzle-kit made`, (await rig.drop(folder)).tag, '0001_two');
  tap.equal(`${name}: and the folder is as before`, files(folder), one);
  await accepted(name, folder);
  await upToDate(name, 'steps/1.mjs', folder);
  const kit = await rig.kitGenerate('steps/3.mjs', folder, 'three');
  tap.check(`${name}: drizzle-kit makes the change anew`, '0001_three.sql' in files(folder), kit.text);
  tap.equal(`${name}: ours agrees`, (await rig.generate('steps/3.def', folder, 'none')).changed, false);
  await migrators(name, folder);
}

/** The folder that git leaves: files of both branches, those that both wrote with its marks. */
function merge(folder, other) {
  const [ours, theirs] = [files(folder), files(other)];
  for (const [file, text] of Object.entries(theirs)) {
    const marked = `<<<<<<< HEAD\n${ours[file]}\n=======\n${text}\n>>>>>>> other\n`;
    if (ours[file] !== text) writeFileSync(join(folder, file), file in ours ? marked : text);
  }
}

/** A branch of drizzle-kit's and one of ours that went on from the same migration, either moved behind the other. */
async function rebased(mine) {
  const name = `rebased, ${mine} moved`, folder = rig.folder(`rebased-${mine}`);
  await rig.kitGenerate('steps/1.mjs', folder, 'base');
  const other = rig.copy(folder, `rebased-${mine}-other`);
  const database = await rig.database();
  await rig.generate('branches/ours.def', folder, 'ours');
  await rig.kitGenerate('branches/kit.mjs', other, 'kit');
  await (mine === 'ours' ? rig.up(database, folder) : rig.kitMigrate(database, other));
  merge(folder, other);
  tap.equal(`${name}: it is the third now`, await rig.rebase(folder, `0001_${mine}`), [`0002_${mine}`]);
  tap.equal(`${name}: the indices follow each other`, JSON.parse(files(folder)['meta/_journal.json']).entries.map(({ idx }) => idx), [0, 1, 2]);
  stable(name, folder);
  await accepted(name, folder);
  await upToDate(name, 'branches/both.mjs', folder);
  tap.equal(`${name}: ours agrees`, (await rig.generate('branches/both.def', folder, 'none')).changed, false);
  tap.equal(`${name}: a database that had it gets the other's`, await rig.up(database, folder), 1);
  await migrators(name, folder);
}

try {
  await rig.start();
  const cases = [baseline(), generators().then(order), continueOurs(), continueTheirs().then(additions), odd(),
    named('timestamp', /^\d{14}_two$/).then(() => named('unix', /^\d{10}_two$/)), withoutBreakpoints(), byHand(), wide(), changes(), squashed(),
    dropped(), rebased('ours'), rebased('kit')];
  // all of them end, however, before the server does
  for (const { reason } of await Promise.allSettled(cases)) if (reason) throw reason;
} catch (error) {
  tap.check('every case reaches its end', false, error.stack);
} finally {
  await rig.stop();
}
tap.finish();
