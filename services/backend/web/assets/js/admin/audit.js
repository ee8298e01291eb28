/* admin/audit.js - who did what that could do harm, and whether it was allowed */

import { el } from '../dom.js';
import { count, plural, time } from '../format.js';
import { admin } from './api.js';
import { dataTable } from './data_table.js';
import { badge, bdi, button, card, empty, feed, head, none, skeleton } from './parts.js';

export const title = 'Audit log';

const PAGE = 25;
const TONE = { ok: 'ok', refused: 'warn', failed: 'danger' };

const COLUMNS = [
    { name: 'at', label: 'When', main: true, cell: (one) => time(one.at) },
    {
        name: 'who',
        label: 'Who',
        cell: (one) => (one.username ? el('strong', {}, bdi(one.username)) : none('somebody since removed')),
    },
    { name: 'action', label: 'Action', cell: (one) => el('code', {}, one.action) },
    {
        name: 'target',
        label: 'Target',
        wide: true,
        cell: (one) => (one.target ? bdi(one.target, { class: 'mono' }) : none()),
    },
    { name: 'outcome', label: 'Outcome', cell: (one) => badge(one.outcome, `dot ${TONE[one.outcome] ?? ''}`) },
    { name: 'address', label: 'Address', cell: (one) => bdi(one.address ?? '', { class: 'muted' }) },
];

export function mount(ctx) {
    let entries = [];
    const page = head(
        ctx,
        title,
        button('Refresh', () => source.load(), { name: 'refresh' }),
    );
    const region = el('div', { 'aria-busy': 'true' }, skeleton(8));
    const table = dataTable({ caption: 'Audit log', columns: COLUMNS, key: (one) => one.id });
    const more = el('div', { class: 'results-more' });
    const list = card('Newest first', {}, table.node, more);
    page.lead('Everything dangerous that was done or tried from these pages.');
    ctx.root.append(region);

    async function older() {
        try {
            const answer = await admin.audit({ limit: PAGE, offset: entries.length }, ctx.signal);
            const known = new Set(entries.map(({ id }) => id));
            show([...entries, ...answer.entries.filter(({ id }) => !known.has(id))], answer.pagination);
        } catch (error) {
            if (!ctx.signal.aborted && !ctx.fail(error))
                page.stale.replaceChildren(badge('Older ones could not be loaded', 'warn'), ` ${error.message}`);
        }
    }

    function show(all, pagination) {
        entries = all;
        table.set(entries);
        list.number.textContent = pagination ? count(pagination.total) : '';
        const left = pagination ? Math.max(0, pagination.total - entries.length) : 0;
        more.replaceChildren(...(left ? [button(`Show older ones (${plural(left, 'entry', 'entries')})`, older)] : []));
        more.hidden = !left;
    }

    function draw(answer) {
        if (!answer.entries.length)
            return region.replaceChildren(
                empty(
                    'Nothing has been written yet',
                    'Cancelling, terminating, editing, deleting and their refusals appear here.',
                ),
            );
        show(answer.entries, answer.pagination);
        if (!list.node.isConnected) region.replaceChildren(list.node);
        return null;
    }

    const source = feed(ctx, { page, region, read: (signal) => admin.audit({ limit: PAGE }, signal), draw });
    source.begin();
}
