/* wizard.mjs - from a program that was just started to an administrator, by keyboard alone */

import { check, equal, truth } from './tap.mjs';

async function tabTo(visitor, id) {
    await visitor.page.keyboard.press('Tab');
    const now = await visitor.active();
    equal(now.id, id, 'the next stop of the Tab key');
    truth(now.seen, `the focus on #${id} can be seen`);
}

async function write(visitor, id, text) {
    await tabTo(visitor, id);
    await visitor.page.keyboard.type(text);
}

const step = (page) => page.locator('#steps [aria-current="step"] .step-name').textContent();
const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();

export async function walkWizard(visitor, person) {
    const { page } = visitor;
    const { keyboard } = page;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('a new program leads the browser to the wizard and shows the database'), async () => {
        const answer = await page.goto('/');
        equal(new URL(page.url()).pathname, '/setup', 'path');
        const policy = answer.headers()['content-security-policy'] ?? '';
        truth(/default-src 'self'/.test(policy) && !/unsafe/.test(policy), `content security policy: ${policy}`);
        await heading(page, 'Your database was found');
        equal(await step(page), 'Database', 'step');
        const card = await page.locator('#database-found').textContent();
        truth(/PostgreSQL \d+/.test(card), `version in ${card}`);
        truth(/Empty/.test(card), `says that it is empty: ${card}`);
        await visitor.look('wizard-database');
    });

    await check(say('the tables are made and every migration is shown as applied'), async () => {
        await tabTo(visitor, '');
        equal((await visitor.active()).text, 'Make the tables', 'button');
        await keyboard.press('Enter');
        await heading(page, 'The tables are ready');
        const [, applied, total] = /(\d+) of (\d+)/.exec(await page.locator('#tables-count').textContent());
        equal(applied, total, 'applied migrations');
        equal(String(await page.locator('#tables-files li.applied').count()), total, 'files shown as applied');
        await visitor.look('wizard-tables');
    });

    await check(say('a reload in the middle continues at the administrator'), async () => {
        await page.reload();
        await heading(page, 'Create the administrator');
        equal(await step(page), 'Administrator and team', 'step');
        await visitor.look('wizard-account');
    });

    await check(say('wrong entries are told beside their fields'), async () => {
        await write(visitor, 'username', 'a b');
        await keyboard.press('Enter');
        equal(await page.locator('#username-error').textContent(), 'Use only letters, digits, - and _.', 'username');
        equal(await page.locator('#email-error').textContent(), 'Enter an address such as ada@example.org.', 'e-mail');
        equal(await page.locator('#password-error').textContent(), 'Use at least 8 characters.', 'password');
        equal(await page.locator('#team_name-error').textContent(), 'Give the team a name.', 'team');
        equal((await visitor.active()).id, 'username', 'focus');
        await visitor.look('wizard-account-errors');
    });

    await check(say('the form is filled in by keyboard alone'), async () => {
        await keyboard.press('Control+A');
        await keyboard.type(person.username);
        await write(visitor, 'email', person.email);
        await write(visitor, 'password', person.password);
        equal(await page.locator('#password').getAttribute('type'), 'password', 'hidden password');
        await tabTo(visitor, 'password-toggle');
        await keyboard.press('Space');
        equal(await page.locator('#password').getAttribute('type'), 'text', 'shown password');
        await write(visitor, 'team_name', person.team);
        await tabTo(visitor, 'sample_catalog');
        truth(await page.locator('#sample_catalog').isChecked(), 'the sample catalogue is offered');
        await tabTo(visitor, 'account-button');
        await visitor.look('wizard-account-filled');
    });

    await check(say('the administrator is created and signed in'), async () => {
        await keyboard.press('Enter');
        await heading(page, 'Everything is set up');
        const text = await page.locator('#ready-lead').textContent();
        truth(text.includes(person.username) && text.includes(person.team), `names the account and the team: ${text}`);
        truth(/4\d servers/.test(text), `tells how many servers were loaded: ${text}`);
        await visitor.look('wizard-ready');
        await tabTo(visitor, 'ready-open');
        await keyboard.press('Enter');
        await heading(page, person.team);
    });

    await check(say('the wizard says that everything is set up when it is opened again'), async () => {
        await page.goto('/setup');
        await heading(page, 'Everything is set up');
        await page.getByRole('link', { name: 'Open the dashboard' }).click();
        await heading(page, person.team);
    });
}
