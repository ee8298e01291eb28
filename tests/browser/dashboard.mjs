/* dashboard.mjs - signing out and in, renaming, searching, installing and removing */

import { check, equal, truth } from './tap.mjs';

const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const rows = (page) => page.locator('#installations-body tbody tr');
const results = (page) => page.locator('#results [data-server]');
const toast = (page, text) => page.locator('#toasts').getByText(text).first().waitFor();
const total = async (page) => Number(/(\d+) servers?/.exec(await page.locator('#results-line').textContent())[1]);

/* The list is there when it says so; an older answer does not count. */
async function lineSays(page, pattern) {
    await page.locator('#results-line').filter({ hasText: pattern }).waitFor();
    await page.locator('#results:not([aria-busy])').waitFor();
}

async function signIn(page, login, password) {
    await page.getByLabel('E-mail or username').fill(login);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function walkSignIn(visitor, person) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('signing out leads to the sign-in page, and the dashboard is closed'), async () => {
        await page.getByRole('button', { name: 'Your account' }).click();
        truth((await page.locator('#user-menu-sheet').textContent()).includes(person.email), 'the menu names the account');
        await visitor.look('account-menu', false);
        await page.getByRole('button', { name: 'Sign out' }).click();
        await heading(page, 'Sign in to DeployStack');
        await visitor.look('login');
        visitor.expect(/status of 401/, /status of 400 .*login/);
        await page.goto('/');
        await heading(page, 'Sign in to DeployStack');
    });

    await check(say('a wrong password is refused, and says so'), async () => {
        await signIn(page, person.username, 'not the password');
        const text = await page.getByRole('alert').filter({ hasText: /\w/ }).textContent();
        truth(text.length > 5, 'a reason is given');
        equal(new URL(page.url()).pathname, '/login', 'path');
        await visitor.look('login-refused');
    });

    await check(say('the e-mail address and the password sign in'), async () => {
        await signIn(page, person.email, person.password);
        await heading(page, person.team);
        visitor.forget();
    });
}

export async function walkTeam(visitor, name) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('the dashboard shows an empty team, the catalogue and the database'), async () => {
        await page.getByText('Nothing is installed yet').waitFor();
        await lineSays(page, /20 of 4\d servers/);
        equal(await results(page).count(), 20, 'servers on the first page');
        const database = page.locator('#database-body');
        await database.getByText(/PostgreSQL \d+/).waitFor();
        truth(/\d+ applied/.test(await database.textContent()), 'migrations');
        await visitor.look('dashboard-empty');
    });

    await check(say('by keyboard: the skip link, a dialog that Esc closes, the focus back on its button'), async () => {
        await page.reload();
        await page.locator('#rename-team').waitFor();
        await page.keyboard.press('Tab');
        const first = await visitor.active();
        equal(first.text, 'Skip to the content', 'first stop');
        truth(first.seen, 'the focus can be seen');
        await page.locator('#rename-team').focus();
        await page.keyboard.press('Enter');
        await page.getByRole('dialog', { name: 'Rename the team' }).waitFor();
        equal((await visitor.active()).id, 'field-name', 'focus in the dialog');
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        equal((await visitor.active()).id, 'rename-team', 'focus after the dialog');
    });

    await check(say('the team is renamed, and stays so'), async () => {
        await page.getByRole('button', { name: 'Rename team' }).click();
        const dialog = page.getByRole('dialog', { name: 'Rename the team' });
        await dialog.getByLabel('Team name').fill('');
        await dialog.getByRole('button', { name: 'Rename' }).click();
        await dialog.getByText('Give the team a name.').waitFor();
        await dialog.getByLabel('Team name').fill(name);
        await visitor.look('dialog-rename', false);
        await dialog.getByRole('button', { name: 'Rename' }).click();
        await toast(page, `The team is now called ${name}.`);
        await page.reload();
        await heading(page, name);
        truth((await page.locator('#team').textContent()).includes('Updated just now'), 'the time is shown');
    });
}

export async function walkCatalogue(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('more of the catalogue is loaded on request'), async () => {
        await lineSays(page, /20 of/);
        await page.getByRole('button', { name: 'Load more' }).click();
        await lineSays(page, /40 of/);
        equal(await results(page).count(), 40, 'servers shown');
    });

    await check(say('the search finds what belongs to "database"'), async () => {
        await page.getByLabel('Search the catalogue').fill('database');
        await lineSays(page, /^\d+ servers found$/);
        const texts = await results(page).allTextContents();
        equal(texts.length, await total(page), 'servers shown');
        truth(texts.length >= 3, `several are found, not ${texts.length}`);
        truth(texts.every((text) => /databas/i.test(text)), `all are about databases:\n${texts.join('\n')}`);
        truth(texts.some((text) => text.includes('ledger-postgres')), 'ledger-postgres is among them');
        const strays = await results(page).evaluateAll((entries) => entries.flatMap((entry) => {
            const box = entry.getBoundingClientRect();
            return [...entry.querySelectorAll('.badge')].filter((badge) => {
                const at = badge.getBoundingClientRect();
                return at.width > 0 && (at.top < box.top || at.bottom > box.bottom || at.left < box.left || at.right > box.right);
            }).map((badge) => badge.textContent);
        }));
        equal(strays.join(', '), '', 'tags outside of their entry');
        await visitor.look('catalogue-search');
    });

    await check(say('a search without result offers the way back'), async () => {
        await page.getByLabel('Search the catalogue').fill('zeppelin <b>"&');
        await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
        await visitor.look('catalogue-nothing');
        await page.getByRole('button', { name: 'Show everything' }).click();
        await lineSays(page, /20 of 4\d servers$/);
    });

    await check(say('a tag narrows the list to its servers, and again widens it'), async () => {
        const chip = page.locator('#tags [data-tag="git"]');
        const number = Number(await chip.locator('.count').textContent());
        await chip.click();
        await lineSays(page, /^\d+ servers found$/);
        equal(await chip.getAttribute('aria-pressed'), 'true', 'pressed');
        equal(await results(page).count(), number, 'servers with the tag');
        const tags = await results(page).locator('.tags').allTextContents();
        truth(tags.every((text) => text.includes('git')), `all have the tag: ${tags.join(' | ')}`);
        await visitor.look('catalogue-tag');
        await chip.click();
        await lineSays(page, /20 of/);
    });
}

async function openInstall(page, server) {
    await page.getByLabel('Search the catalogue').fill(server);
    await lineSays(page, /found/);
    await page.getByRole('button', { name: `Install ${server}` }).click();
    const dialog = page.getByRole('dialog', { name: `Install ${server}` });
    await dialog.waitFor();
    return dialog;
}

async function install(page, server, name) {
    const dialog = await openInstall(page, server);
    await dialog.getByLabel('Name of the installation').fill(name);
    await dialog.getByRole('button', { name: 'Install' }).click();
    await toast(page, `${name} was installed.`);
    await dialog.waitFor({ state: 'detached' });
}

export async function walkNotifications(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('the bell tells what is new, and forgets what was read'), async () => {
        const bell = page.locator('#bell-button');
        await page.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor();
        await bell.click();
        const list = page.locator('#bell-list');
        await list.getByText('Install its first server from the catalogue.').waitFor();
        await visitor.look('notifications');
        await list.getByRole('button', { name: /^Mark as read/ }).click();
        await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
        await page.keyboard.press('Escape');
        equal(await bell.getAttribute('aria-expanded'), 'false', 'expanded after Escape');
        await page.reload();
        await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
    });
}

export async function walkInstallations(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('a server is installed under a name of its own'), async () => {
        await openInstall(page, 'branchwise');
        await visitor.look('dialog-install', false);
        await page.keyboard.press('Escape');
        await install(page, 'branchwise', 'Our repositories');
        const row = rows(page).filter({ hasText: 'Our repositories' });
        await row.waitFor();
        truth((await row.textContent()).includes('branchwise'), 'the row names the server');
        await page.locator('[data-installed]:visible').first().waitFor();
    });

    await check(say('the same name a second time is refused beside the field'), async () => {
        visitor.expect(/status of 409/);
        const dialog = await openInstall(page, 'branchwise');
        await dialog.getByLabel('Name of the installation').fill('Our repositories');
        await dialog.getByRole('button', { name: 'Install' }).click();
        await dialog.locator('#field-name-error').filter({ hasText: /\w/ }).waitFor();
        await visitor.look('dialog-install-refused', false);
        await dialog.getByRole('button', { name: 'Cancel' }).click();
        equal(await rows(page).count(), 1, 'installations');
        visitor.forget();
    });

    await check(say('it is removed after a question, and is gone after a reload'), async () => {
        await page.getByRole('button', { name: 'Remove Our repositories' }).click();
        const dialog = page.getByRole('dialog', { name: 'Remove Our repositories?' });
        await visitor.look('dialog-remove', false);
        await dialog.getByRole('button', { name: 'Cancel' }).click();
        equal(await rows(page).count(), 1, 'installations after Cancel');
        await page.getByRole('button', { name: 'Remove Our repositories' }).click();
        await dialog.getByRole('button', { name: 'Remove' }).click();
        await page.getByText('Nothing is installed yet').waitFor();
        await page.reload();
        await page.getByText('Nothing is installed yet').waitFor();
    });

    await check(say('two more are installed and listed newest first, also after a reload'), async () => {
        await install(page, 'ledger-postgres', 'Books');
        await install(page, 'lantern-search', 'Look it up');
        const names = () => rows(page).locator('strong').allTextContents();
        equal((await names()).join(', '), 'Look it up, Books', 'order');
        await page.reload();
        await rows(page).first().waitFor();
        equal((await names()).join(', '), 'Look it up, Books', 'order after a reload');
        await lineSays(page, /20 of/);
        await page.locator('#database-body').getByText(/PostgreSQL \d+/).waitFor();
        await visitor.look('dashboard');
    });
}
