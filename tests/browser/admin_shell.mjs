/* admin_shell.mjs - what holds on all administrators' pages: addresses, keyboard, loading, errors, nothing there, no connection */

import { check, equal, truth } from './tap.mjs';

export const NAMES = {
    '/admin': 'Overview',
    '/admin/tables': 'Tables',
    '/admin/indexes': 'Indexes',
    '/admin/activity': 'Activity',
    '/admin/slow': 'Slow statements',
    '/admin/plan': 'Plan',
    '/admin/diagram': 'Diagram',
    '/admin/migrations': 'Migrations',
    '/admin/backups': 'Backups',
    '/admin/audit': 'Audit log',
};
const READING = Object.entries(NAMES).filter(([path]) => path !== '/admin/plan');
const EMPTY = {
    '/admin/tables': [{ tables: [] }, 'There are no tables yet'],
    '/admin/indexes': [{ since: null, indexes: [], missing: [] }, 'Nothing to mend'],
    '/admin/activity': [{ sessions: [], locks: [] }, 'Nobody else is connected'],
    '/admin/slow': [{ available: true, steps: [], statements: [] }, 'Nothing was counted yet'],
    '/admin/diagram': [{ svg: null, reason: null, mermaid: 'erDiagram\n' }, 'There are no tables'],
    '/admin/migrations': [{ folder: 'x', table: 'y', migrations: [], pending: 0 }, 'There are no migrations'],
    '/admin/backups': [
        {
            folder: 'x',
            nightly: { enabled: false, time: '02:30', keep_days: 14, keep_last: 7, next_at: null },
            job: null,
            last: null,
            backups: [],
        },
        'There is no backup yet',
    ],
    '/admin/audit': [
        { entries: [], pagination: { total: 0, limit: 50, offset: 0, has_more: false } },
        'Nothing has been written yet',
    ],
};

export const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

export async function open(page, path, name = NAMES[path]) {
    await page.goto(path);
    await heading(page, name);
    await page.locator('#page [aria-busy]').first().waitFor({ state: 'detached' });
}

/* By the navigation, which is behind a button on narrow screens. */
export async function choose(visitor, name) {
    const { page } = visitor;
    const list = page.locator('#side-nav-list');
    if (!(await list.isVisible())) await page.locator('.side-nav-button').click();
    await list.getByRole('link', { name, exact: true }).click();
    await heading(page, name);
}

export async function walkAddresses(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('each page has an address, a title and a mark in the navigation'), async () => {
        for (const [path, name] of Object.entries(NAMES)) {
            await choose(visitor, name);
            equal(new URL(page.url()).pathname, path, 'address');
            equal(await page.title(), `${name} · DeployStack`, 'title');
            equal(await page.locator('#side-nav [aria-current="page"]').textContent(), name, 'mark');
        }
    });

    await check(say('back, forward and reload lead where they should; the focus is on the heading'), async () => {
        await page.goBack();
        await heading(page, 'Backups');
        equal((await visitor.active()).text, 'Backups', 'focus after going back');
        await page.goBack();
        await heading(page, 'Migrations');
        await page.goForward();
        await heading(page, 'Backups');
        await page.reload();
        await heading(page, 'Backups');
        await page.goto('/admin/no-such-page');
        await heading(page, 'No such page');
    });

    await check(say('by keyboard: the skip link, then the navigation'), async () => {
        await open(page, '/admin/migrations');
        await page.keyboard.press('Tab');
        equal((await visitor.active()).text, 'Skip to the content', 'first stop');
        if (visitor.width > 600) {
            await page.locator('#side-nav a', { hasText: 'Indexes' }).focus();
            truth((await visitor.active()).seen, 'the focus can be seen');
            await page.keyboard.press('Enter');
            await heading(page, 'Indexes');
        } else {
            await page.locator('.side-nav-button').focus();
            await page.keyboard.press('Enter');
            equal(await page.locator('.side-nav-button').getAttribute('aria-expanded'), 'true', 'the list is open');
            await visitor.look('admin-navigation', false);
            await page.keyboard.press('Escape');
            equal(await page.locator('#side-nav-list').isVisible(), false, 'the list after Escape');
        }
    });
}

const answer = (route, data) => route.fulfill({ json: { success: true, data } });
const isList = (url) => /^\/api\/admin\/\w+$/.test(url.pathname);

export async function walkGlance(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;
    const zoo = '/admin/tables?schema=public&table=zoo';

    await check(say('every page can be read'), async () => {
        for (const path of Object.keys(NAMES)) {
            await open(page, path);
            await visitor.look(`glance${path.replaceAll('/', '-')}`);
        }
    });

    await check(say('so can a table and the dialog that changes a row'), async () => {
        for (const [name, address] of [
            ['columns', `${zoo}&view=columns`],
            ['indexes', `${zoo}&view=indexes`],
            ['rows', zoo],
        ]) {
            await open(page, address, 'zoo');
            await visitor.look(`glance-table-${name}`);
        }
        await page.getByRole('button', { name: 'Edit the row id 5', exact: true }).click();
        await page.getByRole('dialog').getByLabel('name text').fill('another');
        await visitor.look('glance-row-edit', false);
    });
}

export async function walkStates(visitor) {
    const { page } = visitor;
    const say = (text) => `${visitor.width} ${visitor.scheme}: ${text}`;

    await check(say('every page says what it is when there is nothing to show'), async () => {
        for (const [path, [data, text]] of Object.entries(EMPTY)) {
            await page.route(isList, (route) => answer(route, data));
            await open(page, path);
            await page.getByText(text).first().waitFor();
            await visitor.look(`empty${path.replaceAll('/', '-')}`);
            await page.unroute(isList);
        }
    });

    await check(say('every page shows that it is loading, and an error with a way on'), async () => {
        visitor.expect(/status of 500/);
        for (const [path, name] of READING) {
            let broken = true;
            let release = null;
            const held = new Promise((done) => {
                release = done;
            });
            await page.route(isList, async (route) => {
                await held;
                if (broken)
                    await route.fulfill({ status: 500, json: { success: false, error: 'something is broken' } });
                else await route.continue();
            });
            await page.goto(path);
            await heading(page, name);
            equal(
                await page.locator('#page [aria-busy="true"] .skeleton').first().isVisible(),
                true,
                `${name} is loading`,
            );
            release();
            await page.getByText('Something is broken.').first().waitFor();
            await visitor.look(`error${path.replaceAll('/', '-')}`);
            broken = false;
            await page.getByRole('button', { name: 'Try again' }).click();
            await page.getByText('Something is broken.').first().waitFor({ state: 'detached' });
            await page.unroute(isList);
        }
        visitor.forget();
    });

    await check(
        say('without a connection the figures stay, with the time they are from, until it is back'),
        async () => {
            visitor.expect(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load/);
            await open(page, '/admin/activity');
            const sessions = page.locator('[data-label="Statement"]').first();
            await sessions.waitFor();
            await page.context().setOffline(true);
            await page.getByText(/^As of \d\d:\d\d:\d\d/).waitFor();
            truth(await sessions.isVisible(), 'the sessions are still there');
            await visitor.look('offline', false);
            await page.context().setOffline(false);
            await page.getByText(/^As of \d\d:\d\d:\d\d/).waitFor({ state: 'detached' });
            visitor.forget();
        },
    );

    await check(say('a session that ended leads to the sign-in page, which leads back'), async () => {
        visitor.expect(/status of 401/);
        await open(page, '/admin/migrations');
        await page.context().clearCookies();
        await choose(visitor, 'Tables').catch(() => {});
        await page.getByRole('heading', { level: 1, name: 'Sign in to DeployStack' }).waitFor();
        equal(new URL(page.url()).searchParams.get('next'), '/admin/tables', 'way back');
        visitor.forget();
    });
}
