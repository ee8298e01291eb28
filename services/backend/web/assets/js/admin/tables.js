/* admin/tables.js - all tables with their sizes and how they are kept; one of them opens in table.js */

import { el, icon } from '../dom.js';
import { bytes, count, percent, plural, time } from '../format.js';
import { admin } from './api.js';
import { dataTable } from './data_table.js';
import { badge, bar, card, empty, feed, head, none, skeleton, tableAddress, tableName } from './parts.js';
import { mountTable } from './table.js';

export const title = 'Tables';

const DEAD_SHARE = 0.2;
const DEAD_ROWS = 1000;
const fullName = (one) => `${one.schema}.${one.name}`;
const ms = (value) => (value ? new Date(value).getTime() : null);

function dead({ rows, dead_rows }) {
    const share = rows + dead_rows > 0 ? dead_rows / (rows + dead_rows) : 0;
    const many = share > DEAD_SHARE && dead_rows > DEAD_ROWS;
    return el('span', {}, count(dead_rows), many && [' ', badge(percent(share), 'warn')]);
}

function size(one, largest) {
    const parts = `table ${bytes(one.table_bytes)}, indexes ${bytes(one.index_bytes)}, long values ${bytes(one.toast_bytes)}`;
    return el(
        'span',
        { class: 'with-bar', title: parts },
        bar(one.total_bytes / largest),
        el('span', { class: 'bar-number' }, bytes(one.total_bytes)),
    );
}

function bloat({ bloat_bytes, table_bytes }) {
    if (bloat_bytes == null) return el('span', { class: 'muted', title: 'Not known before ANALYZE' }, '–');
    const share = table_bytes > 0 ? bloat_bytes / table_bytes : 0;
    return el(
        'span',
        {},
        bytes(bloat_bytes),
        share > 0.3 && bloat_bytes > 1_000_000 && [' ', badge(percent(share), 'warn')],
    );
}

const when = (value) => (value ? time(value) : none('never'));
const twoLines = (first, ...second) =>
    el('span', { class: 'stacked end' }, first, el('span', { class: 'muted small' }, ...second));
const scans = (one) =>
    twoLines(el('span', {}, `${count(one.index_scans)} by index`), `${count(one.table_scans)} of the whole`);
const vacuumed = (one) => twoLines(when(one.last_vacuum), 'analyzed ', when(one.last_analyze));

function columns(largest) {
    return [
        {
            name: 'name',
            label: 'Table',
            main: true,
            value: fullName,
            cell: (one) => el('a', { href: tableAddress(one.schema, one.name) }, tableName(one.schema, one.name)),
        },
        {
            name: 'size',
            label: 'Size',
            numeric: true,
            descending: true,
            value: (one) => one.total_bytes,
            cell: (one) => size(one, largest()),
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
            name: 'dead',
            label: 'Dead rows',
            numeric: true,
            descending: true,
            value: (one) => one.dead_rows,
            cell: dead,
        },
        {
            name: 'bloat',
            label: 'Bloat',
            numeric: true,
            descending: true,
            value: (one) => one.bloat_bytes,
            cell: bloat,
        },
        {
            name: 'scans',
            label: 'Scans',
            numeric: true,
            descending: true,
            value: (one) => one.table_scans + one.index_scans,
            cell: scans,
        },
        {
            name: 'vacuum',
            label: 'Vacuumed',
            numeric: true,
            date: true,
            descending: true,
            value: (one) => ms(one.last_vacuum),
            cell: vacuumed,
        },
    ];
}

function nothing(filter) {
    if (filter) return empty('No table has such a name', 'Try a part of the name.');
    return empty('There are no tables yet', 'They are made by the migrations.');
}

function mountList(ctx) {
    let all = [];
    let largest = 1;
    const search = el('input', {
        class: 'input',
        type: 'search',
        placeholder: 'Part of a name',
        'aria-label': 'Filter tables by name',
        autocomplete: 'off',
        spellcheck: 'false',
    });
    const page = head(ctx, title, el('div', { class: 'search' }, icon('search'), search));
    const region = el('div', { 'aria-busy': 'true' }, skeleton(8));
    const table = dataTable({
        caption: 'Tables',
        columns: columns(() => largest),
        key: fullName,
        sort: { name: 'size', descending: true },
        limit: 100,
    });
    ctx.root.append(card('All tables', {}, region).node);

    function drawRows() {
        const words = search.value.trim().toLowerCase();
        const found = all.filter((one) => fullName(one).toLowerCase().includes(words));
        table.set(found);
        region.replaceChildren(found.length ? table.node : nothing(words));
    }

    function draw({ tables }) {
        all = tables;
        largest = Math.max(1, ...all.map((one) => one.total_bytes));
        const bytesOf = all.reduce((sum, one) => sum + one.total_bytes, 0);
        page.lead(
            `${plural(all.length, 'table')}, ${bytes(bytesOf)} with their indexes. Rows and bloat are the server's estimates.`,
        );
        drawRows();
    }

    search.addEventListener('input', drawRows);
    feed(ctx, { page, region, read: admin.tables, draw, every: () => 60_000 }).begin();
}

/* A table has an address of its own; going between it and the list is another page. */
export function mount(ctx) {
    const which = () => `${ctx.params().get('schema') ?? ''} ${ctx.params().get('table') ?? ''}`;
    let shown;
    let control;
    let update;

    function draw() {
        if (which() === shown) return update?.();
        control?.abort();
        control = new AbortController();
        ctx.signal.addEventListener('abort', () => control.abort());
        const moved = shown !== undefined;
        shown = which();
        const inner = { ...ctx, signal: control.signal };
        update = ctx.params().get('table') ? mountTable(inner) : mountList(inner);
        if (!ctx.params().get('table')) ctx.tellTitle(title);
        if (moved) {
            window.scrollTo(0, 0);
            const heading = ctx.root.querySelector('h1');
            heading.setAttribute('tabindex', '-1');
            heading.focus();
        }
        return null;
    }

    draw();
    return draw;
}
