/* admin_strangers.mjs - the administrators' pages for those who are none: nobody signed in, and a normal user */

import { signIn } from './admin.mjs';
import { check, equal, truth } from './tap.mjs';
import { makeVisitor } from './visitor.mjs';

const PATHS = [
    '/admin',
    '/admin/tables',
    '/admin/tables?schema=public&table=authUser',
    '/admin/activity',
    '/admin/backups',
    '/admin/audit',
];

async function walkUser(user, say) {
    const { page } = user;
    await signIn(page, 'tim');
    await page.locator('#user-menu-button:enabled').waitFor();
    equal(await page.locator('[data-administrators]:visible').count(), 0, 'links to the administration');
    await page.getByRole('button', { name: 'Your account' }).click();
    equal(await page.locator('#user-menu-sheet').getByText('Administration').isVisible(), false, 'link in the menu');
    for (const path of PATHS) {
        const asked = [];
        page.on('request', (request) => asked.push(new URL(request.url()).pathname));
        await page.goto(path);
        await page.getByRole('heading', { level: 1, name: 'This page is for administrators' }).waitFor();
        equal(await page.locator('#side-nav').isVisible(), false, `navigation on ${path}`);
        equal(await page.locator('#side-nav a').count(), 0, `links in it on ${path}`);
        equal(asked.filter((one) => one.startsWith('/api/admin')).join(), '', `questions asked from ${path}`);
        page.removeAllListeners('request');
    }
    await user.look('admin-refused');
    user.expect(/status of 403/);
    const status = await page.evaluate(async () => (await fetch('/api/admin/tables')).status);
    equal(status, 403, `${say}: the figures themselves`);
}

export async function walkStrangers(visitor, scene) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('who is not signed in is led to sign in, and from there back to the page'), async () => {
        visitor.expect(/status of 401/);
        await page.goto('/admin/tables?schema=public&table=zoo');
        await page.getByRole('heading', { level: 1, name: 'Sign in to DeployStack' }).waitFor();
        await signIn(page, 'ada', '/admin/tables?schema=public&table=zoo');
        await page.getByRole('heading', { level: 1, name: 'zoo' }).waitFor();
        visitor.forget();
    });

    await check(say('no other address is followed after signing in'), async () => {
        for (const next of ['https://example.org/', '//example.org/admin', '/admin.example.org', '/\\example.org']) {
            await signIn(page, 'ada', next);
            await page.locator('#user-menu-button:enabled').waitFor();
            equal(new URL(page.url()).origin + new URL(page.url()).pathname, `${scene.b.url}/`, `after ${next}`);
        }
    });

    await check(say('a normal user sees neither the way there nor the pages'), async () => {
        const user = await makeVisitor(scene.browser, scene.b.url, scene.look);
        try {
            await walkUser(user, say('user'));
        } finally {
            await user.close();
        }
    });

    await check(say('an administrator finds the way from the dashboard'), async () => {
        await page.goto('/');
        await page.locator('#user-menu-button:enabled').waitFor();
        if (visitor.width < 600) await page.getByRole('button', { name: 'Your account' }).click();
        await page.locator('[data-administrators]:visible').first().click();
        await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
        truth(await page.locator('#side-nav').isVisible(), 'the navigation is there');
    });
}
