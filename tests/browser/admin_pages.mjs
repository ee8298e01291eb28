/* admin_pages.mjs - overview, indexes, activity, statements, plans, migrations, backups, audit log, over real data */

import { ada, Psql, until } from '../http/backend.mjs';
import { signIn } from './admin.mjs';
import { heading, open } from './admin_shell.mjs';
import { check, equal, truth } from './tap.mjs';

const toast = (page, text) => page.locator('.toasts').getByText(text).first().waitFor();
const card = (page, name) => page.locator(`section[aria-label="${name}"]`);

async function confirm(page, dialog, action, password = ada.password) {
    await dialog.getByLabel('Your password').fill(password);
    await dialog.getByRole('button', { name: action }).click();
}

export async function walkOverview(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('the overview shows figures and charts, and new ones as they come'), async () => {
        await open(page, '/admin');
        await page.locator('.live-state', { hasText: 'Live' }).waitFor();
        await page
            .locator('.tile-value', { hasText: /of \d+/ })
            .first()
            .waitFor();
        const says = () => page.getByRole('img', { name: /^Connections, .* Active: now \d/ });
        await says().waitFor();
        const points = () =>
            page.evaluate(
                () =>
                    document.querySelector('.chart .chart-area, .chart .chart-line')?.getAttribute('d')?.split('L')
                        .length ?? 0,
            );
        const before = await points();
        await until('a new sample in the chart', async () => (await points()) > before, 20_000);
        await visitor.look('overview');
    });

    await check(say('the last day has an address; the figures are there as a table'), async () => {
        await page.getByRole('link', { name: 'Last day' }).click();
        truth(page.url().endsWith('?range=day'), 'address');
        await page.getByRole('link', { name: 'Last hour' }).click();
        await page.getByText('These figures as a table').click();
        await page.getByRole('columnheader', { name: 'Transactions/s' }).waitFor();
        truth((await page.locator('.figures tbody tr').count()) > 0, 'rows');
        await visitor.look('overview-figures');
    });

    await check(say('the use of the API is there by day and by route'), async () => {
        const use = card(page, 'Use of the API');
        await use.getByRole('img', { name: /^Requests by day, .* Today: [1-9][\d,]* requests/ }).waitFor();
        await use.locator('tbody tr', { hasText: /(GET|POST) \/api\// }).first().waitFor();
        truth((await use.locator('.chart-area').count()) > 0, 'a column');
    });

    await check(say('a cut stream says so, and comes back by itself'), async () => {
        visitor.expect(/ERR_|Failed to load|EventSource/);
        const stream = '**/api/admin/overview/stream';
        await page.route(stream, (route) => route.abort());
        await page.reload();
        await page.locator('.live-state', { hasText: 'Reconnecting' }).waitFor();
        await visitor.look('overview-reconnecting', false);
        await page.unroute(stream);
        await page.locator('.live-state', { hasText: 'Live' }).waitFor();
        visitor.forget();
    });
}

export async function walkIndexes(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('the indexes that are duplicate or missing come first, with the statement to copy'), async () => {
        await open(page, '/admin/indexes');
        await card(page, 'Duplicate').getByText('drop index concurrently "public"."zoo_twice"').waitFor();
        await card(page, 'Missing')
            .getByText(/create index concurrently .*keeper/)
            .waitFor();
        await card(page, 'All indexes').getByText('zoo_pkey').first().waitFor();
        await visitor.look('indexes');
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await card(page, 'Missing')
            .getByRole('button', { name: /^Copy .*keeper/ })
            .click();
        await toast(page, 'Copied.');
        truth((await page.evaluate(() => navigator.clipboard.readText())).includes('keeper'), 'in the clipboard');
    });
}

/* One session keeps a row, another waits for it. */
async function makeWait(scene) {
    const [holder, waiter] = [new Psql(scene.b), new Psql(scene.b)];
    await holder.run(`set application_name = '<b>holder</b>'`);
    await holder.run('begin');
    await holder.run('update zoo set count = count where id = 1');
    const [pid] = await holder.run('select pg_backend_pid()');
    const [waiterPid] = await waiter.run('select pg_backend_pid()');
    const waiting = waiter.run('update zoo set count = count where id = 1').then(
        () => 'done',
        (error) => error.message,
    );
    return { holder, waiter, pid, waiterPid, waiting };
}

export async function walkActivity(visitor, scene) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;
    const scenery = await makeWait(scene);
    const { pid, waiterPid } = scenery;

    await check(say('who waits for whom is a tree, with what was sent as text'), async () => {
        await open(page, '/admin/activity');
        const tree = card(page, 'Who waits for whom');
        await tree.getByText('keeps others waiting').waitFor();
        await tree.locator('.locks ul').getByText(`Session ${waiterPid}`).waitFor();
        await tree.getByText('<b>holder</b>').waitFor();
        await visitor.look('activity');
    });

    await check(say('a statement is cancelled after a password, and the session stays'), async () => {
        await page
            .getByRole('button', { name: `Cancel the statement of session ${waiterPid}` })
            .last()
            .click();
        const dialog = page.getByRole('dialog', { name: `Cancel the statement of session ${waiterPid}?` });
        await visitor.look('activity-cancel', false);
        await confirm(page, dialog, 'Cancel the statement');
        await toast(page, 'was cancelled');
        truth(/cancel/.test(await scenery.waiting), 'the statement ended with an error');
        equal((await scenery.waiter.run('select 1')).join(), '1', 'the session');
    });

    await check(say('a session is terminated only with the right password, and says what is lost'), async () => {
        visitor.expect(/status of 403/);
        await page
            .getByRole('button', { name: `Terminate session ${pid}` })
            .last()
            .click();
        const dialog = page.getByRole('dialog', { name: `Terminate session ${pid}?` });
        truth(/its transaction is rolled back/.test(await dialog.textContent()), 'what will happen');
        await confirm(page, dialog, `Terminate session ${pid}`, 'not the password');
        await dialog.locator('#field-password-error').filter({ hasText: /\w/ }).waitFor();
        equal((await scenery.holder.run('select 1')).join(), '1', 'the session after a wrong password');
        await visitor.look('activity-terminate', false);
        await confirm(page, dialog, `Terminate session ${pid}`);
        await toast(page, `Session ${pid} was terminated.`);
        await page
            .getByRole('button', { name: `Terminate session ${pid}` })
            .first()
            .waitFor({ state: 'detached' });
        visitor.forget();
    });

    await check(say('new data leaves the focus and opened texts alone; pausing stops it'), async () => {
        const end = page.getByRole('button', { name: `Terminate session ${waiterPid}` }).last();
        await end.focus();
        const focused = () => end.evaluate((node) => node === document.activeElement);
        const another = page.getByRole('button', { name: `Cancel the statement of session ${waiterPid}` });
        const busy = scenery.waiter.run('select pg_sleep(5)');
        await another.waitFor();
        equal(await focused(), true, 'the focus when the row has a button more');
        await busy;
        await another.waitFor({ state: 'detached' });
        equal(await focused(), true, 'the focus when it has one less');
        const answered = () => page.waitForResponse((response) => response.url().endsWith('/api/admin/activity'));
        await page.getByRole('button', { name: 'Pause refreshing' }).click();
        await page.getByRole('button', { name: 'Go on refreshing' }).waitFor();
        await page.getByRole('button', { name: 'Go on refreshing' }).click();
        await answered();
    });
    await scenery.waiter.close();
}

export async function walkSlow(visitor, scene) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('without pg_stat_statements the steps to have it are told'), async () => {
        await scene.sql.run('drop extension if exists pg_stat_statements');
        await open(page, '/admin/slow');
        await page.locator('.how-to').getByText('create extension pg_stat_statements;').waitFor();
        await visitor.look('slow-steps');
    });

    await check(say('with it the statements are listed, and one is taken to its plan'), async () => {
        await scene.sql.run('create extension pg_stat_statements');
        await scene.sql.run('select pg_sleep(0.5) as "<i>odd</i>"');
        await open(page, '/admin/slow');
        const row = page.locator('tbody tr', { hasText: '<i>odd</i>' });
        await row.waitFor();
        await visitor.look('slow');
        await row.getByRole('button', { name: 'Plan of this statement' }).click();
        await heading(page, 'Plan');
        equal(
            await page.getByLabel('One statement').inputValue(),
            'select pg_sleep($1) as "<i>odd</i>"',
            'the statement',
        );
    });
}

export async function walkPlan(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;
    const statement = () => page.getByLabel('One statement');

    await check(say('a plan is drawn after the password was asked for once'), async () => {
        visitor.expect(/status of 40[13]/);
        await page.context().clearCookies(); /* another session: in this one it was just proven */
        await signIn(page, 'ada', '/admin/plan');
        await heading(page, 'Plan');
        await visitor.look('plan');
        await statement().fill(
            'select z.name, k.id from zoo z join keeper k on k.animal = z.id where z.price > 2 order by z.name',
        );
        await page.keyboard.press('Control+Enter');
        const dialog = page.getByRole('dialog', { name: 'Your password, please' });
        await dialog.waitFor();
        await visitor.look('plan-password', false);
        await confirm(page, dialog, 'Continue');
        await page.getByRole('heading', { name: 'How it would run' }).waitFor();
        truth((await page.locator('.plan-node').count()) >= 3, 'nodes');
        await visitor.look('plan-explained');
        await page.getByRole('button', { name: 'Run and measure' }).click();
        await page.getByRole('heading', { name: 'How it ran' }).waitFor();
        truth(/Execution\s*\d/.test(await page.locator('.plan-facts').innerText()), 'time');
        await visitor.look('plan-measured');
        visitor.forget();
    });

    await check(say('rows are shown as text, with their types'), async () => {
        await statement().fill(
            `select id, name, null as nothing, '<img src=x onerror=alert(1)>' as "<b>" from zoo order by id limit 3`,
        );
        await page.getByRole('button', { name: 'Show rows' }).click();
        await page.locator('.grid').getByText('<img src=x onerror=alert(1)>').first().waitFor();
        equal(await page.locator('.grid tbody tr').count(), 3, 'rows');
        equal(await page.locator('#page img').count(), 0, 'elements made of values');
        await visitor.look('query-rows');
    });

    await check(say('what is wrong or writes is refused in a sentence'), async () => {
        visitor.expect(/status of 4\d\d/);
        await statement().fill('select id from from zoo');
        await page.getByRole('button', { name: 'Show rows' }).click();
        await page.getByRole('alert').getByText('The statement was refused').waitFor();
        await page.getByText(/syntax error/).waitFor();
        await page.getByText('It stopped at character 16: from zoo').waitFor();
        await visitor.look('plan-refused');
        await statement().fill('delete from zoo');
        await page.getByRole('button', { name: 'Run and measure' }).click();
        await page.getByText(/Only statements that read/).waitFor();
        visitor.forget();
    });
}

export async function walkMigrations(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('the migrations are listed as applied, with their SQL'), async () => {
        await open(page, '/admin/migrations');
        const items = page.locator('.migration');
        const number = await items.count();
        truth(number >= 2, 'migrations');
        equal(await items.getByText('applied', { exact: true }).count(), number, 'applied ones');
        await items.last().getByText('SQL', { exact: true }).click();
        await items
            .last()
            .getByText(/CREATE TABLE "authUser"/)
            .waitFor();
        await visitor.look('migrations');
    });
}

export async function walkDiagram(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;
    const svg =
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>window.ran = 1</script><text y="9">a table</text></svg>';

    await check(say('the schema is drawn, and is text where it cannot be'), async () => {
        const answer = (data) => (route) => route.fulfill({ json: { success: true, data } });
        const mermaid = 'erDiagram\n    teams {\n    }\n';
        await page.route('**/api/admin/erd', answer({ svg, reason: null, mermaid }));
        await open(page, '/admin/diagram');
        await page.getByRole('img', { name: 'Tables and the references between them' }).waitFor();
        equal(await page.evaluate(() => globalThis.ran), undefined, 'no script of a drawing runs');
        await page.getByRole('button', { name: 'Full size' }).click();
        await page.getByRole('button', { name: 'Fit the width' }).click();
        await visitor.look('diagram');
        await page.unroute('**/api/admin/erd');
        await page.route('**/api/admin/erd', answer({ svg: null, reason: 'There is no program "dot"', mermaid }));
        await open(page, '/admin/diagram');
        await page.getByText('It cannot be drawn here').waitFor();
        await page.getByText('As text for Mermaid').click();
        await page.getByText('erDiagram').waitFor();
        await page.unroute('**/api/admin/erd');
    });
}

export async function walkBackups(visitor, scene) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;
    const rows = () => card(page, 'Backups').locator('tbody tr');

    await check(say('a backup is made, proven by a restore, downloaded, and deleted'), async () => {
        await open(page, '/admin/backups');
        const before = await rows().count();
        await page.getByRole('button', { name: 'Back up now' }).click();
        await until('the backup in the list', async () => (await rows().count()) > before, 60_000);
        await page.getByRole('button', { name: 'Back up now' }).and(page.locator(':enabled')).waitFor();
        await rows()
            .first()
            .getByRole('button', { name: /^Prove/ })
            .click();
        await rows().first().getByText('not yet').waitFor({ state: 'detached', timeout: 60_000 });
        await visitor.look('backups');
        await rows()
            .first()
            .getByRole('button', { name: /^Download/ })
            .click();
        const dialog = page.getByRole('dialog', { name: 'Download this backup?' });
        const download = page.waitForEvent('download');
        await confirm(page, dialog, 'Download');
        const file = await (await download).createReadStream();
        let size = 0;
        for await (const chunk of file) size += chunk.length;
        truth(size > 1000, `bytes downloaded: ${size}`);
        await rows()
            .first()
            .getByRole('button', { name: /^Delete/ })
            .click();
        const sure = page.getByRole('dialog', { name: 'Delete this backup?' });
        await visitor.look('backup-delete', false);
        await confirm(page, sure, 'Delete the backup');
        await until('the backup to be gone', async () => (await rows().count()) === before);
    });

    await check(say('the nightly backup is set after a password'), async () => {
        await page.getByRole('button', { name: 'Change the settings of the nightly backup' }).click();
        const dialog = page.getByRole('dialog', { name: 'Nightly backup' });
        await dialog.getByLabel('Time').fill('03:15');
        await dialog.getByLabel('Keep for (days)').fill('0');
        await confirm(page, dialog, 'Save');
        await dialog.getByText('A whole number from 1').waitFor();
        await dialog.getByLabel('Keep for (days)').fill('30');
        await visitor.look('backup-settings', false);
        await dialog.getByRole('button', { name: 'Save' }).click();
        await card(page, 'Nightly').getByText('30 days').waitFor();
        truth((await card(page, 'Nightly').textContent()).includes('03:15'), 'time');
    });
}

export async function walkAudit(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('what was done and what was refused is in the audit log, newest first'), async () => {
        await open(page, '/admin/audit');
        const text = await card(page, 'Newest first').textContent();
        for (const word of ['ada', 'ok', 'refused', 'row.change', 'public.zoo', 'terminate'])
            truth(text.includes(word), `${word} in ${text.slice(0, 400)}`);
        await visitor.look('audit');
    });
}
