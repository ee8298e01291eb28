/* admin/migrations.js - which migrations the database has, which wait, and which are not what was applied */

import { el, notice } from '../dom.js';
import { count, plural, time } from '../format.js';
import { admin } from './api.js';
import { badge, bdi, card, code, empty, feed, head, skeleton } from './parts.js';

export const title = 'Migrations';

const STATES = {
    applied: ['applied', 'ok'],
    pending: ['pending', 'warn'],
    changed: ['changed since', 'danger'],
    missing: ['file missing', 'danger'],
};

function item(one) {
    const [text, tone] = STATES[one.state] ?? [one.state, ''];
    const sql = one.sql
        ? el('details', { class: 'more' }, el('summary', {}, 'SQL'), code(one.sql, `the SQL of ${one.tag}`))
        : el('p', { class: 'muted small' }, 'The file is not there, so its SQL cannot be shown.');
    return el(
        'li',
        { class: 'migration' },
        el(
            'p',
            { class: 'migration-head' },
            el('strong', {}, bdi(one.tag)),
            badge(text, tone),
            el('span', { class: 'muted small' }, 'generated ', time(one.when)),
        ),
        one.hash
            ? el('p', { class: 'small' }, el('span', { class: 'muted' }, 'SHA-256 '), el('code', {}, one.hash))
            : null,
        sql,
    );
}

function trouble(migrations, pending) {
    const changed = migrations.filter(({ state }) => state === 'changed');
    const list = [];
    if (pending)
        list.push(
            notice(
                'warn',
                `${plural(pending, 'migration')} not applied yet`,
                'They are applied with the command “deploystack db:up”, or at the next start when that is set so.',
            ),
        );
    if (changed.length)
        list.push(
            notice(
                'error',
                `${plural(changed.length, 'file')} changed after being applied`,
                'The database has what the file said then. “deploystack db:check” tells what differs.',
            ),
        );
    return list;
}

export function mount(ctx) {
    const page = head(ctx, title);
    const region = el('div', { class: 'stack', 'aria-busy': 'true' }, skeleton(5));
    ctx.root.append(region);

    function draw({ folder, table, migrations, pending }) {
        const applied = migrations.filter(({ state }) => state === 'applied').length;
        page.lead(
            `${count(applied)} of ${count(migrations.length)} applied. The files are in `,
            el('code', {}, folder),
            ', what was applied is in ',
            el('code', {}, table),
            '.',
        );
        if (!migrations.length)
            return region.replaceChildren(
                empty('There are no migrations', 'They are made with “deploystack db:generate”.'),
            );
        const items = [...migrations].sort((one, other) => other.index - one.index).map(item);
        region.replaceChildren(
            ...trouble(migrations, Number(pending)),
            card('Newest first', {}, el('ol', { class: 'migrations', reversed: true }, ...items)).node,
        );
        return null;
    }

    feed(ctx, { page, region, read: admin.migrations, draw }).begin();
}
