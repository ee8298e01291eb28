/* admin/table.js - one table: its rows to look through, its columns, its indexes */

import { el } from '../dom.js';
import { bytes, count, plural } from '../format.js';
import { admin } from './api.js';
import { dataTable } from './data_table.js';
import { badge, bdi, card, choices, empty, feed, head, none, skeleton, tableAddress, tableName } from './parts.js';
import { mountRows } from './rows.js';

const VIEWS = { data: 'Rows', columns: 'Columns', indexes: 'Indexes' };

function marks(column) {
    return [
        column.primary_key && badge('primary key', 'ok'),
        column.generated && badge('generated'),
        column.secret && badge('secret', 'warn'),
    ]
        .filter(Boolean)
        .flatMap((one) => [one, ' ']);
}

function reference({ references }) {
    if (!references) return none();
    const { schema, table, column } = references;
    return el('a', { href: tableAddress(schema, table) }, tableName(schema, table), '.', bdi(column));
}

function type(column) {
    const labels = column.labels?.length ? el('span', { class: 'muted small' }, ` ${column.labels.join(', ')}`) : null;
    return el('span', {}, bdi(column.type, { class: 'mono' }), labels);
}

function columnsTable(columns) {
    const table = dataTable({
        caption: 'Columns',
        key: (one) => one.name,
        columns: [
            {
                name: 'name',
                label: 'Column',
                main: true,
                cell: (one) => el('span', {}, el('strong', {}, bdi(one.name)), ' ', ...marks(one)),
            },
            { name: 'type', label: 'Type', cell: type },
            { name: 'null', label: 'May be null', cell: (one) => (one.nullable ? 'yes' : none('no')) },
            {
                name: 'default',
                label: 'Default',
                cell: (one) => (one.default ? bdi(one.default, { class: 'mono' }) : none()),
            },
            { name: 'references', label: 'References', cell: reference },
        ],
    });
    table.set(columns);
    return table.node;
}

function indexesTable(indexes) {
    if (!indexes.length) return empty('This table has no index', 'Each search reads all of its rows.');
    const table = dataTable({
        caption: 'Indexes',
        key: (one) => one.name,
        sort: { name: 'scans', descending: true },
        columns: [
            {
                name: 'name',
                label: 'Index',
                main: true,
                value: (one) => one.name,
                cell: (one) => el('strong', {}, bdi(one.name)),
            },
            {
                name: 'columns',
                label: 'Columns',
                cell: (one) =>
                    bdi(Array.isArray(one.columns) ? one.columns.join(', ') : one.columns, { class: 'mono' }),
            },
            { name: 'unique', label: 'Unique', cell: (one) => (one.unique ? 'yes' : none('no')) },
            {
                name: 'size',
                label: 'Size',
                numeric: true,
                descending: true,
                value: (one) => one.bytes,
                cell: (one) => bytes(one.bytes),
            },
            {
                name: 'scans',
                label: 'Scans',
                numeric: true,
                descending: true,
                value: (one) => one.scans,
                cell: (one) => count(one.scans),
            },
        ],
    });
    table.set(indexes);
    return table.node;
}

function views(schema, table, chosen) {
    return choices(
        'Parts of the table',
        Object.entries(VIEWS).map(([name, text]) => ({
            text,
            chosen: name === chosen,
            href: tableAddress(schema, table, name === 'data' ? {} : { view: name }),
        })),
    );
}

export function mountTable(ctx) {
    const [schema, name] = [ctx.params().get('schema') || 'public', ctx.params().get('table')];
    const tabs = el('div', {});
    const page = head(ctx, '', tabs);
    const region = el('div', { class: 'stack', 'aria-busy': 'true' }, skeleton(8));
    const trail = el('p', { class: 'trail' }, el('a', { href: '/admin/tables' }, 'Tables'));
    page.heading.replaceChildren(tableName(schema, name));
    page.node.prepend(trail);
    ctx.root.append(region);
    ctx.tellTitle(name);
    let about = null;
    let shown = '';
    let rows = null;
    const view = () => (VIEWS[ctx.params().get('view')] ? ctx.params().get('view') : 'data');

    function drawView() {
        tabs.replaceChildren(views(schema, name, view()));
        if (!about) return null;
        if (shown === view()) return rows?.update();
        shown = view();
        rows?.leave();
        rows = null;
        if (shown === 'columns')
            region.replaceChildren(
                card('Columns', { count: count(about.columns.length) }, columnsTable(about.columns)).node,
            );
        else if (shown === 'indexes')
            region.replaceChildren(
                card('Indexes', { count: count(about.indexes.length) }, indexesTable(about.indexes)).node,
            );
        else rows = mountRows(ctx, region, about);
        return null;
    }

    function draw(answer) {
        about = answer;
        const estimate =
            answer.rows_estimate == null ? null : `About ${plural(Math.max(0, answer.rows_estimate), 'row')}`;
        const key = answer.primary_key?.length ? `primary key ${answer.primary_key.join(', ')}` : 'no primary key';
        page.lead(
            bdi(
                [
                    answer.kind === 'table' ? null : answer.kind,
                    estimate,
                    plural(answer.columns.length, 'column'),
                    key,
                    answer.editable ? null : 'read only',
                ]
                    .filter(Boolean)
                    .join(' · '),
            ),
        );
        drawView();
    }

    tabs.replaceChildren(views(schema, name, view()));
    feed(ctx, { page, region, read: (signal) => admin.table(schema, name, signal), draw }).begin();
    return drawView;
}
