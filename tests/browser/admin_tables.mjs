/* admin_tables.mjs - the tables: sorted, filtered, looked into, a row changed; with names that want to be markup */

import { ada } from '../http/backend.mjs';
import { ARABIC, HOSTILE, LONGEST, SLASHED, UNCARRIED } from './admin.mjs';
import { heading, open } from './admin_shell.mjs';
import { check, equal, truth } from './tap.mjs';

const names = (page) => page.locator('.table.data .cell-main a').allTextContents();
const cells = (page, column) => page.locator(`.grid tbody tr td:nth-child(${column})`).allTextContents();
const zoo = '/admin/tables?schema=public&table=zoo';
const settled = (page) => page.locator('#page [aria-busy], #page .waiting').first().waitFor({ state: 'detached' });

async function sortTables(visitor, label, value) {
    if (visitor.width > 600) await visitor.page.getByRole('button', { name: label, exact: true }).click();
    else await visitor.page.getByLabel('Sort Tables').selectOption(value);
}

export async function walkTables(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('the tables are listed by size, and sorted by name on request'), async () => {
        await open(page, '/admin/tables');
        const bySize = await names(page);
        truth(
            bySize.includes('teams') && bySize.includes('zoo') && bySize.includes(LONGEST),
            `all are there: ${bySize.join(', ')}`,
        );
        await visitor.look('tables');
        await sortTables(visitor, 'Table', 'name up');
        const sorted = await names(page);
        equal(sorted.length, bySize.length, 'tables');
        equal(sorted[0].startsWith('archive.'), true, `the first by name: ${sorted[0]}`);
        if (visitor.width > 600) equal(await page.locator('th[aria-sort]').textContent(), 'Table', 'sorted head');
    });

    await check(say('a part of a name finds a table, nonsense finds none'), async () => {
        const filter = page.getByLabel('Filter tables by name');
        await filter.fill('ZO');
        equal((await names(page)).join(), 'zoo', 'found');
        await filter.fill('nonsense');
        await page.getByText('No table has such a name').waitFor();
        await filter.fill('');
        truth((await names(page)).length > 5, 'all are back');
    });

    await check(say('a table opens with its columns and indexes, each at an address of its own'), async () => {
        await page.getByRole('link', { name: 'zoo', exact: true }).click();
        await heading(page, 'zoo');
        await page.getByRole('link', { name: 'Columns' }).click();
        await page.locator('#page').getByText('generated', { exact: true }).waitFor();
        truth(new URL(page.url()).search.includes('view=columns'), 'address');
        await visitor.look('table-columns');
        await page.getByRole('link', { name: 'Indexes', exact: true }).last().click();
        await page.getByText('zoo_twice').waitFor();
        await visitor.look('table-indexes');
        await page.goBack();
        await page.locator('#page').getByText('generated', { exact: true }).waitFor();
        await page.locator('.trail').getByRole('link', { name: 'Tables' }).click();
        await heading(page, 'Tables');
        visitor.expect(/status of 404/);
        await page.goto('/admin/tables?schema=public&table=no_such_table');
        await page.getByText('There is no such table').waitFor();
        visitor.forget();
    });
}

async function openEdit(page, id) {
    await page.getByRole('button', { name: `Edit the row id ${id}`, exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit a row of zoo' });
    await dialog.waitFor();
    return dialog;
}

export async function walkRows(visitor, scene) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;
    const changed = `renamed at ${visitor.width} ${visitor.scheme}`;

    await check(say('rows come in pages, in an order, and the address keeps both'), async () => {
        await open(page, zoo);
        await settled(page);
        await page.getByText('1–50 of 60').waitFor();
        await visitor.look('rows');
        await page.getByRole('button', { name: 'Next page' }).click();
        await page.getByText('51–60 of 60').waitFor();
        await page.goBack();
        await page.getByText('1–50 of 60').waitFor();
        await page.getByRole('link', { name: /^count/ }).click();
        await page.locator('th[aria-sort="ascending"]').waitFor();
        await page.getByRole('link', { name: /^count/ }).click();
        await page.locator('th[aria-sort="descending"]').waitFor();
        await settled(page);
        equal((await cells(page, 2))[0], '60', 'the first row, descending');
        await page.reload();
        await page.locator('th[aria-sort="descending"]').waitFor();
        equal((await cells(page, 2))[0], '60', 'after a reload');
    });

    await check(say('a filter narrows the rows, a wrong one is told, clearing shows all again'), async () => {
        await open(page, zoo);
        await page.getByLabel('Column').selectOption('name');
        await page.getByLabel('Comparison').selectOption('contains');
        await page.getByLabel('Value', { exact: true }).fill('animal 5');
        await page.getByRole('button', { name: 'Filter', exact: true }).click();
        await page.getByText(/^1–\d+ of 1\d$/).waitFor();
        truth(
            (await cells(page, 3)).every((text) => text.includes('animal 5')),
            'all fit',
        );
        await page.getByLabel('Value', { exact: true }).fill('unheard of');
        await page.keyboard.press('Enter');
        await page.getByText('No row fits the filter').waitFor();
        visitor.expect(/status of 400/);
        await page.getByLabel('Column').selectOption('count');
        await page.getByLabel('Comparison').selectOption('gt');
        await page.getByRole('button', { name: 'Filter', exact: true }).click();
        await page.getByText('The value does not fit').waitFor();
        await visitor.look('rows-filter-wrong');
        await page.getByRole('button', { name: 'Clear the filter' }).click();
        await page.getByText('1–50 of 60').waitFor();
        visitor.forget();
    });

    await check(say('a row is changed after a password, with before and after in sight'), async () => {
        visitor.expect(/status of 403/);
        const dialog = await openEdit(page, 7);
        await dialog.getByLabel('name text').fill(changed);
        await dialog.getByLabel('price is null').check();
        truth((await dialog.textContent()).includes('before: animal 7'), 'what it was');
        await dialog.getByText('2 values will be changed.').waitFor();
        await visitor.look('row-edit', false);
        await dialog.getByRole('button', { name: 'Save the row' }).click();
        await dialog.getByText('Fill in this field.').waitFor();
        await dialog.getByLabel('Your password').fill('not the password');
        await dialog.getByRole('button', { name: 'Save the row' }).click();
        await dialog.locator('#field-password-error').filter({ hasText: /\w/ }).waitFor();
        await dialog.getByLabel('Your password').fill(ada.password);
        await dialog.getByRole('button', { name: 'Save the row' }).click();
        await dialog.waitFor({ state: 'detached' });
        equal(
            (await scene.sql.run('select name, price is null from zoo where id = 7')).join(),
            `${changed}|t`,
            'the row',
        );
        await page.locator('.grid').getByText(changed).waitFor();
        await scene.sql.run(`update zoo set name = 'animal 7', price = 1.75 where id = 7`);
        visitor.forget();
    });

    await check(say('a row that somebody else changed meanwhile is left alone'), async () => {
        visitor.expect(/status of 409/);
        await open(page, zoo);
        const dialog = await openEdit(page, 8);
        await scene.sql.run('update zoo set count = count + 1 where id = 8');
        await dialog.getByLabel('name text').fill('overwritten');
        await dialog.getByLabel('Your password').fill(ada.password);
        await dialog.getByRole('button', { name: 'Save the row' }).click();
        await dialog.getByText(/changed or removed since/).waitFor();
        await visitor.look('row-conflict', false);
        await page.keyboard.press('Escape');
        equal((await scene.sql.run('select name from zoo where id = 8')).join(), 'animal 8', 'the row');
        visitor.forget();
    });

    await check(say('a constraint that a change breaks is named'), async () => {
        visitor.expect(/status of 409/);
        await open(page, zoo);
        const dialog = await openEdit(page, 9);
        await dialog.getByLabel('name text').fill('animal 10');
        await dialog.getByLabel('Your password').fill(ada.password);
        await dialog.getByRole('button', { name: 'Save the row' }).click();
        await dialog
            .getByText(/zoo_name_key/)
            .first()
            .waitFor();
        await page.keyboard.press('Escape');
        visitor.forget();
    });

    await check(say('what cannot be changed says why; secrets are not shown'), async () => {
        const dialog = await openEdit(page, 3);
        const text = await dialog.textContent();
        truth(
            text.includes('Computed by the database.') &&
                text.includes('Too long to be changed here.') &&
                text.includes('it names the row'),
            'reasons',
        );
        await page.keyboard.press('Escape');
        await open(page, '/admin/tables?schema=public&table=log_without_key');
        await page.getByText('editing needs a table with a primary key').waitFor();
        await open(page, '/admin/tables?schema=public&table=authUser');
        await page.locator('.grid').getByText('ada@example.org').waitFor();
        truth(!(await page.locator('#page').textContent()).includes('$argon2'), 'no hash');
        truth(
            !(await page.getByLabel('Column').textContent()).includes('hashed_password'),
            'secrets cannot be filtered',
        );
        await visitor.look('rows-secret');
    });
}

export async function walkHostile(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('names and values that want to be markup are text'), async () => {
        const dialogs = [];
        page.on('dialog', (dialog) => {
            dialogs.push(dialog.message());
            dialog.dismiss();
        });
        await open(page, '/admin/tables');
        await page.getByRole('link', { name: HOSTILE, exact: true }).click();
        await heading(page, HOSTILE);
        await page.locator('.grid').getByText('<script>alert(2)</script>').waitFor();
        equal(await page.title(), `${HOSTILE} · DeployStack`, 'title');
        await visitor.look('rows-hostile');
        await page.getByRole('button', { name: 'Edit the row id 1', exact: true }).click();
        await page.getByRole('dialog', { name: `Edit a row of ${HOSTILE}` }).waitFor();
        await visitor.look('row-edit-hostile', false);
        equal(
            await page.locator('dialog').evaluate((node) => node.scrollWidth - node.clientWidth),
            0,
            'pixels that the dialog is too wide',
        );
        await page.keyboard.press('Escape');
        equal(await page.locator('#page img, #page script, #page b, dialog img').count(), 0, 'elements made of names');
        equal(dialogs.join(), '', 'alerts');
    });

    await check(say('names that no path can carry are opened all the same'), async () => {
        for (const [name, line] of [
            [SLASHED, 'carried'],
            [UNCARRIED, 'carried as well'],
        ]) {
            await open(page, '/admin/tables');
            await page.getByRole('link', { name, exact: true }).click();
            await heading(page, name);
            await page.locator('.grid').getByText(line, { exact: true }).waitFor();
        }
        await visitor.look('rows-uncarried');
    });

    await check(say('a name of 63 bytes and one from right to left stay within the page'), async () => {
        await open(page, `/admin/tables?schema=public&table=${LONGEST}`, LONGEST);
        await visitor.look('rows-longest');
        await open(
            page,
            `/admin/tables?${new URLSearchParams({ schema: 'archive', table: ARABIC })}`,
            `archive.${ARABIC}`,
        );
        await page.locator('.grid').getByText('علي').waitFor();
        await visitor.look('rows-arabic');
    });
}
