/* admin/rows.js - looking through the rows of a table: pages, order, a filter; every view has an address */

import { announce, el, hiddenText, icon } from '../dom.js';
import { count, plural } from '../format.js';
import { admin } from './api.js';
import { editRow } from './edit.js';
import { bdi, button, empty, feed, skeleton, tableAddress } from './parts.js';

const SIZES = [20, 50, 100];
const OPERATORS = {
    eq: 'is',
    ne: 'is not',
    lt: 'is less than',
    gt: 'is greater than',
    contains: 'contains',
    null: 'is null',
    not_null: 'is not null',
};
const LONG = 120;
const needsValue = (op) => op !== 'null' && op !== 'not_null';
const numeric = (type) => /^(smallint|integer|bigint|numeric|real|double precision|oid|money)/.test(type ?? '');

/* ---- one value ---- */

function longValue(text) {
    return el(
        'details',
        { class: 'more' },
        el('summary', {}, bdi(`${text.slice(0, LONG)}…`)),
        el('pre', { tabindex: '0' }, text),
    );
}

function shown(value, column, cut) {
    if (column?.secret && value != null)
        return el('span', { class: 'muted', title: 'Secret values are not shown' }, '•••', hiddenText(' secret'));
    if (value == null) return el('span', { class: 'null' }, 'null');
    if (value === '') return el('span', { class: 'null' }, 'empty text');
    if (cut)
        return el('span', {}, longValue(value), el('span', { class: 'muted small' }, 'the first 2,000 characters'));
    return value.length > LONG ? longValue(value) : bdi(value, { dir: 'auto' });
}

function cell(value, column, cut) {
    const content = shown(value, column, cut);
    const { references } = column ?? {};
    if (!references || value == null || column.secret || cut) return content;
    const href = tableAddress(references.schema, references.table, { column: references.column, op: 'eq', value });
    return el('a', { href, title: `The row of ${references.table} it refers to` }, content);
}

/* ---- the filter ---- */

function option(value, text, chosen) {
    return el('option', { value, selected: value === chosen }, text);
}

function filterForm(about, params, onApply) {
    const usable = about.columns.filter(({ secret }) => !secret);
    const column = el(
        'select',
        { class: 'input', name: 'column', 'aria-label': 'Column' },
        ...usable.map(({ name }) => option(name, name, params.get('column'))),
    );
    const op = el(
        'select',
        { class: 'input', name: 'op', 'aria-label': 'Comparison' },
        ...Object.entries(OPERATORS).map(([name, text]) => option(name, text, params.get('op'))),
    );
    const value = el('input', {
        class: 'input',
        name: 'value',
        value: params.get('value') ?? '',
        maxlength: 200,
        autocomplete: 'off',
        spellcheck: 'false',
        'aria-label': 'Value',
        placeholder: 'Value',
    });
    const apply = el('button', { class: 'button', type: 'submit' }, 'Filter');
    const form = el('form', { class: 'filter', 'aria-label': 'Filter rows' }, column, op, value, apply);
    if (params.get('op'))
        form.append(
            button('Clear', () => onApply({ column: '', op: '', value: '' }), {
                kind: 'quiet',
                label: 'Clear the filter',
            }),
        );
    const adapt = () => {
        value.hidden = !needsValue(op.value);
    };
    op.addEventListener('change', adapt);
    adapt();
    form.addEventListener('submit', (event) => {
        event.preventDefault();
        onApply({ column: column.value, op: op.value, value: needsValue(op.value) ? value.value : '' });
    });
    return form;
}

/* ---- the grid ---- */

function headCell(ctx, column, params) {
    const props = { scope: 'col', class: numeric(column.type) ? 'number' : null };
    const inside = [
        el('span', { class: 'column-name' }, bdi(column.name)),
        el('span', { class: 'column-type' }, column.type),
    ];
    if (column.secret) return el('th', props, el('span', { class: 'sort' }, el('span', {}, ...inside), icon('lock')));
    const mine = params.get('sort') === column.name;
    const down = mine && params.get('order') === 'desc';
    if (mine) props['aria-sort'] = down ? 'descending' : 'ascending';
    const next = new URLSearchParams(params);
    next.set('sort', column.name);
    next.set('order', mine && !down ? 'desc' : 'asc');
    next.delete('page');
    return el(
        'th',
        props,
        el(
            'a',
            { class: 'sort', href: `/admin/tables?${next}`, 'data-sort': column.name },
            el('span', {}, ...inside),
            icon('down'),
        ),
    );
}

function rowLabel(answer, about, row) {
    const keys = about.primary_key ?? [];
    return keys.map((key) => `${key} ${row[answer.columns.indexOf(key)]}`).join(', ');
}

function grid(ctx, about, answer, onEdit) {
    const params = ctx.params();
    const columns = answer.columns.map((name) => about.columns.find((one) => one.name === name) ?? { name, type: '' });
    const cut = new Set(
        (answer.cut ?? []).map(
            ([row, column]) => `${row} ${typeof column === 'number' ? column : answer.columns.indexOf(column)}`,
        ),
    );
    const edit = (row, index) => {
        const press = el(
            'button',
            {
                class: 'button quiet compact only-icon',
                type: 'button',
                'aria-label': `Edit the row ${rowLabel(answer, about, row)}`,
                title: 'Edit',
            },
            icon('pencil'),
        );
        press.addEventListener('click', () =>
            onEdit(
                row,
                columns.map((_, at) => cut.has(`${index} ${at}`)),
            ),
        );
        return el('td', { class: 'grid-action' }, press);
    };
    const line = (row, index) =>
        el(
            'tr',
            {},
            about.editable && edit(row, index),
            ...row.map((value, at) =>
                el(
                    'td',
                    { class: numeric(columns[at].type) ? 'number' : null },
                    cell(value, columns[at], cut.has(`${index} ${at}`)),
                ),
            ),
        );
    return el(
        'div',
        { class: 'table-scroll grid-scroll', tabindex: '0', role: 'region', 'aria-label': `Rows of ${about.name}` },
        el(
            'table',
            { class: 'grid' },
            el('caption', { class: 'visually-hidden' }, `Rows of ${about.name}`),
            el(
                'thead',
                {},
                el(
                    'tr',
                    {},
                    about.editable && el('th', { scope: 'col', class: 'grid-action' }, hiddenText('Edit')),
                    ...columns.map((column) => headCell(ctx, column, params)),
                ),
            ),
            el('tbody', {}, ...answer.rows.map(line)),
        ),
    );
}

function pager(ctx, { pagination, rows }) {
    const { total, limit, offset, has_more } = pagination;
    const estimate = pagination.total_is_estimate;
    const page = Math.floor(offset / limit) + 1;
    const about = estimate ? 'about ' : '';
    const text = rows.length
        ? `${count(offset + 1)}–${count(offset + rows.length)} of ${about}${count(total)}`
        : `${about}${plural(total, 'row')}`;
    const turn = (name, to, possible) => {
        const press = button(name, () => ctx.goWith({ page: to > 1 ? to : '' }), {
            kind: 'compact',
            label: `${name} page`,
        });
        press.disabled = !possible;
        press.dataset.turn = name;
        return press;
    };
    const size = el(
        'select',
        { class: 'input compact', 'aria-label': 'Rows on a page' },
        ...SIZES.map((one) => option(String(one), `${one} a page`, String(limit))),
    );
    size.addEventListener('change', () => ctx.goWith({ size: size.value === '50' ? '' : size.value, page: '' }));
    return el(
        'div',
        { class: 'pager' },
        el('p', { class: 'muted', role: 'status' }, text),
        size,
        turn('Previous', page - 1, page > 1),
        turn('Next', page + 1, has_more),
    );
}

/* A view over a table with secrets could show them: its rows are not to be seen. */
function hidden(region) {
    region.replaceChildren(empty('The rows of this view are not shown', 'It reads a table with secret columns.'));
    return { update() {}, leave() {} };
}

export function mountRows(outer, region, about) {
    if (about.revealing) return hidden(region);
    const control = new AbortController();
    outer.signal.addEventListener('abort', () => control.abort());
    const ctx = { ...outer, signal: control.signal };
    const filter = el('div', {});
    const place = el('div', { class: 'rows-place', 'aria-busy': 'true' }, skeleton(8));
    const stale = el('p', { class: 'stale', role: 'status' });
    const card = el(
        'section',
        { class: 'card', 'aria-label': 'Rows' },
        el('div', { class: 'card-body' }, filter, stale, place),
    );
    const why = about.editable
        ? ''
        : 'The rows can be looked at, not edited here: editing needs a table with a primary key.';
    region.replaceChildren(card, ...(why ? [el('p', { class: 'muted small' }, why)] : []));
    let last = '';

    function question() {
        const params = ctx.params();
        const size = SIZES.includes(Number(params.get('size'))) ? Number(params.get('size')) : 50;
        const page = Math.max(1, Number.parseInt(params.get('page') ?? '1', 10) || 1);
        const filtered = params.get('column') && OPERATORS[params.get('op')];
        return {
            limit: size,
            offset: (page - 1) * size,
            sort: params.get('sort'),
            order: params.get('sort') ? (params.get('order') ?? 'asc') : null,
            column: filtered ? params.get('column') : null,
            op: filtered ? params.get('op') : null,
            value: filtered && needsValue(params.get('op')) ? (params.get('value') ?? '') : null,
        };
    }

    function drawFilter() {
        const values = `${ctx.params().get('column')} ${ctx.params().get('op')} ${ctx.params().get('value')}`;
        if (values === last) return;
        last = values;
        const again = filter.contains(document.activeElement);
        filter.replaceChildren(filterForm(about, ctx.params(), (chosen) => ctx.goWith({ ...chosen, page: '' })));
        if (again) filter.querySelector('[type="submit"]').focus();
    }

    function nothing() {
        if (ctx.params().get('op')) {
            return empty(
                'No row fits the filter',
                button('Show all rows', () => ctx.goWith({ column: '', op: '', value: '', page: '' })),
            );
        }
        if (ctx.params().get('page'))
            return empty(
                'There are no rows on this page',
                button('To the first page', () => ctx.goWith({ page: '' })),
            );
        return empty('This table has no rows');
    }

    /* What had the focus (a head, a page button) has it again after the rows were exchanged. */
    function keepFocus() {
        const { sort, turn } = document.activeElement?.dataset ?? {};
        const inside = place.contains(document.activeElement);
        return () => {
            if (!inside) return;
            const wanted = sort
                ? `[data-sort="${CSS.escape(sort)}"]`
                : turn
                  ? `[data-turn="${turn}"]:enabled, [data-turn]:enabled`
                  : 'select';
            (place.querySelector(wanted) ?? place.querySelector('.table-scroll'))?.focus({ preventScroll: true });
        };
    }

    function draw(answer) {
        const focusAgain = keepFocus();
        const left = place.querySelector('.grid-scroll')?.scrollLeft ?? 0;
        const edit = (row, cut) => editRow(ctx, { about, columns: answer.columns, row, cut, changed: source.load });
        place.replaceChildren(answer.rows.length ? grid(ctx, about, answer, edit) : nothing(), pager(ctx, answer));
        if (left) place.querySelector('.grid-scroll')?.scrollTo(left, 0);
        place.classList.remove('waiting');
        focusAgain();
        announce(`${plural(answer.rows.length, 'row')} shown`);
    }

    /* A filter that cannot be asked (a word where a number belongs) is told in place of the rows. */
    const read = (signal) => admin.rows(about.schema, about.name, question(), signal);
    const source = feed(ctx, { page: { stale }, region: place, read, draw });

    function update() {
        drawFilter();
        place.classList.add('waiting');
        source.begin();
    }

    drawFilter();
    source.begin();
    return { update, leave: () => control.abort() };
}
