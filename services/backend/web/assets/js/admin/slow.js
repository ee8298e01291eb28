/* admin/slow.js - which statements take the server's time, as pg_stat_statements counts them */

import { el } from '../dom.js';
import { count, duration, percent, plural } from '../format.js';
import { admin } from './api.js';
import { dataTable } from './data_table.js';
import { bar, bdi, button, card, code, empty, feed, head, longText, none, skeleton } from './parts.js';
import { carry } from './plan.js';

export const title = 'Slow statements';

const hits = ({ cache_hits, cache_reads }) =>
    cache_hits + cache_reads > 0 ? cache_hits / (cache_hits + cache_reads) : null;

function look(ctx, one) {
    const open = button(
        'Plan',
        () => {
            carry(one.query);
            ctx.go('/admin/plan');
        },
        { kind: 'quiet compact', label: 'Plan of this statement' },
    );
    return open;
}

const columns = (ctx) => [
    {
        name: 'query',
        label: 'Statement',
        main: true,
        wide: true,
        cell: (one) =>
            el(
                'div',
                {},
                longText(one.query, { limit: 110 }),
                one.user ? bdi(one.user, { class: 'muted small' }) : null,
            ),
    },
    {
        name: 'total',
        label: 'Total',
        numeric: true,
        descending: true,
        value: (one) => one.total_ms,
        cell: (one) =>
            el(
                'span',
                { class: 'with-bar', title: `${percent(one.share)} of all execution time` },
                bar(one.share),
                el('span', { class: 'bar-number' }, duration(one.total_ms)),
            ),
    },
    {
        name: 'calls',
        label: 'Calls',
        numeric: true,
        descending: true,
        value: (one) => one.calls,
        cell: (one) => count(one.calls),
    },
    {
        name: 'mean',
        label: 'Mean',
        numeric: true,
        descending: true,
        value: (one) => one.mean_ms,
        cell: (one) => el('span', { title: `standard deviation ${duration(one.stddev_ms)}` }, duration(one.mean_ms)),
    },
    {
        name: 'max',
        label: 'Longest',
        numeric: true,
        descending: true,
        value: (one) => one.max_ms,
        cell: (one) => duration(one.max_ms),
    },
    {
        name: 'rows',
        label: 'Rows',
        numeric: true,
        descending: true,
        value: (one) => one.rows,
        cell: (one) => count(one.rows),
    },
    {
        name: 'cache',
        label: 'Cache hits',
        numeric: true,
        value: hits,
        cell: (one) => (hits(one) == null ? none() : percent(hits(one))),
    },
    { name: 'plan', label: 'Plan', action: true, cell: (one) => look(ctx, one) },
];

/* "2. As superuser: alter system ...;" is who or where, and what is to be typed. */
function step(text) {
    const plain = text.replace(/^\d+\. /, '');
    const [, who, statement] = /^([^:]+): (.+;)$/.exec(plain) ?? [];
    return statement ? el('li', {}, bdi(`${who}:`), code(statement, 'the statement')) : el('li', {}, bdi(plain));
}

function howTo(steps) {
    return el(
        'div',
        { class: 'stack' },
        el(
            'p',
            { class: 'muted' },
            'PostgreSQL counts statements with its extension pg_stat_statements, which this server does not have yet. To have it:',
        ),
        el('ol', { class: 'how-to' }, ...steps.map(step)),
    );
}

export function mount(ctx) {
    const page = head(ctx, title);
    const region = el('div', { 'aria-busy': 'true' }, skeleton(8));
    const table = dataTable({
        caption: 'Slow statements',
        columns: columns(ctx),
        key: (one) => `${one.id} ${one.user}`,
        sort: { name: 'total', descending: true },
        limit: 25,
    });
    ctx.root.append(region);

    function draw({ available, steps, statements }) {
        page.lead(
            available
                ? `${plural(statements.length, 'statement')} with the greatest total time, since the counting began. Values are shown as $1, $2…`
                : 'Nothing is counted yet.',
        );
        if (!available) return region.replaceChildren(card('How to count statements', {}, howTo(steps)).node);
        if (!statements.length)
            return region.replaceChildren(empty('Nothing was counted yet', 'Statements appear here after they ran.'));
        table.set(statements);
        if (!table.node.isConnected)
            region.replaceChildren(card('Statements', { count: count(statements.length) }, table.node).node);
        return null;
    }

    feed(ctx, { page, region, read: admin.slow, draw, every: () => 60_000 }).begin();
}
