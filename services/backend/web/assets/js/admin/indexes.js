/* admin/indexes.js - which indexes earn their keep, which do not, and which are missing */

import { el } from '../dom.js';
import { bytes, count, plural, time } from '../format.js';
import { admin } from './api.js';
import { dataTable } from './data_table.js';
import { badge, bdi, card, code, empty, feed, head, none, skeleton, tableAddress, tableName } from './parts.js';

export const title = 'Indexes';

const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
const dropStatement = ({ schema, name }) => `drop index concurrently ${quoted(schema)}.${quoted(name)}`;
const fullName = (one) => `${one.schema}.${one.name}`;

function state(one) {
    if (one.building) return badge('being built', 'warn');
    if (!one.valid) return badge('invalid', 'danger');
    if (one.duplicate_of) return one.accepted ? badge('duplicate, accepted') : badge('duplicate', 'warn');
    if (one.unused) return badge('unused', 'warn');
    return none(one.primary ? 'primary key' : one.unique ? 'unique' : 'in use');
}

const COLUMNS = [
    {
        name: 'name',
        label: 'Index',
        main: true,
        value: fullName,
        cell: (one) => el('strong', {}, tableName(one.schema, one.name)),
    },
    {
        name: 'table',
        label: 'Table',
        value: (one) => one.table,
        cell: (one) => el('a', { href: tableAddress(one.schema, one.table, { view: 'indexes' }) }, bdi(one.table)),
    },
    {
        name: 'columns',
        label: 'Columns',
        cell: (one) =>
            el('span', {}, bdi(one.columns, { class: 'mono' }), one.method !== 'btree' && [' ', badge(one.method)]),
    },
    {
        name: 'scans',
        label: 'Scans',
        numeric: true,
        descending: true,
        value: (one) => one.scans,
        cell: (one) => count(one.scans),
    },
    {
        name: 'last',
        label: 'Last used',
        numeric: true,
        date: true,
        descending: true,
        value: (one) => (one.last_scan ? Date.parse(one.last_scan) : null),
        cell: (one) => (one.last_scan ? time(one.last_scan) : none()),
    },
    {
        name: 'size',
        label: 'Size',
        numeric: true,
        descending: true,
        value: (one) => one.bytes,
        cell: (one) => bytes(one.bytes),
    },
    { name: 'state', label: 'State', cell: state },
];

function finding(one, why) {
    return el(
        'li',
        {},
        el(
            'p',
            {},
            el('strong', {}, tableName(one.schema, one.name)),
            ' ',
            el('span', { class: 'muted' }, 'on '),
            bdi(one.table),
            ' ',
            el('span', { class: 'muted number' }, bytes(one.bytes)),
        ),
        el('p', { class: 'muted' }, bdi(why)),
        code(dropStatement(one), `the statement that drops ${one.name}`),
    );
}

function findings(title, lead, list, why) {
    if (!list.length) return null;
    const items = el('ul', { class: 'findings' }, ...list.map((one) => finding(one, why(one))));
    return card(title, { count: count(list.length), lead }, items).node;
}

function missing(list) {
    if (!list.length) return null;
    const item = (one) =>
        el(
            'li',
            {},
            el(
                'p',
                {},
                el('strong', {}, tableName(one.schema, one.table)),
                ' ',
                bdi(one.columns, { class: 'mono' }),
                ' ',
                el('span', { class: 'muted' }, `${bytes(one.table_bytes)} to read`),
            ),
            el(
                'p',
                { class: 'muted' },
                'The foreign key ',
                bdi(one.constraint, { class: 'mono' }),
                ' refers to ',
                bdi(one.references, { class: 'mono' }),
                '.',
            ),
            code(one.statement, `the statement that makes the index on ${one.table}`),
        );
    return card(
        'Missing',
        {
            count: count(list.length),
            lead: 'Foreign keys whose columns lead no index: each delete in the other table reads all of this one.',
        },
        el('ul', { class: 'findings' }, ...list.map(item)),
    ).node;
}

export function mount(ctx) {
    const page = head(ctx, title);
    const region = el('div', { class: 'stack', 'aria-busy': 'true' }, skeleton(8));
    const table = dataTable({
        caption: 'Indexes',
        columns: COLUMNS,
        key: fullName,
        sort: { name: 'size', descending: true },
        limit: 100,
    });
    const all = card('All indexes', {}, table.node);
    ctx.root.append(region);

    function draw({ since, indexes, missing: lacking }) {
        const invalid = indexes.filter((one) => !one.valid && !one.building);
        const duplicate = indexes.filter((one) => one.valid && one.duplicate_of && !one.accepted);
        const unused = indexes.filter((one) => one.valid && one.unused && !one.duplicate_of);
        const begun = since
            ? ['Scans are counted since ', time(since), '.']
            : ['Scans are counted since the database was made.'];
        page.lead(
            `${plural(indexes.length, 'index', 'indexes')}, ${bytes(indexes.reduce((sum, one) => sum + one.bytes, 0))}. `,
            ...begun,
        );
        table.set(indexes);
        all.number.textContent = count(indexes.length);
        const cards = [
            findings(
                'Invalid',
                'Left behind by a CREATE INDEX CONCURRENTLY that failed: kept up to date, used by nothing.',
                invalid,
                () => 'Drop it, and make it again if it is wanted.',
            ),
            missing(lacking),
            findings(
                'Duplicate',
                'Another index can do all that these do.',
                duplicate,
                (one) => `${one.duplicate_of} does the same.`,
            ),
            findings(
                'Unused',
                'Never scanned since the counting began, and no constraint rests on them. A standby may use them all the same: it counts for itself.',
                unused,
                (one) => `On ${one.columns}.`,
            ),
        ].filter(Boolean);
        const fine = cards.length
            ? []
            : [empty('Nothing to mend', 'No index is invalid, duplicate or unused, and no foreign key lacks one.')];
        region.replaceChildren(...fine, ...cards, ...(indexes.length ? [all.node] : []));
    }

    feed(ctx, { page, region, read: admin.indexes, draw }).begin();
}
