/* admin/data_table.js - a table that sorts, becomes a list of cards on phones, and changes in place when new data comes */

import { el, icon } from '../dom.js';
import { count } from '../format.js';

const WAYS = {
    text: { up: 'A to Z', down: 'Z to A' },
    number: { up: 'least first', down: 'most first' },
    date: { up: 'oldest first', down: 'newest first' },
};

const CONTROLS = 'a, button, summary, pre';
const nameOf = (node) => node.getAttribute('aria-label') ?? (node.tagName === 'PRE' ? 'PRE' : node.textContent);

function compare(one, other) {
    if (one == null || other == null) return (one == null) - (other == null);
    if (typeof one === 'string') return one.localeCompare(other, 'en', { numeric: true });
    return one - other;
}

function order(rows, column, descending) {
    const sign = descending ? -1 : 1;
    return [...rows].sort((one, other) => {
        const [a, b] = [column.value(one), column.value(other)];
        return a == null || b == null ? compare(a, b) : sign * compare(a, b); /* what is unknown comes last */
    });
}

/*
 * columns: { name, label, value?(row) to sort by, cell(row), numeric?, date?, descending?, main?, action?, wide? }.
 * `key(row)` tells which row is which: one whose data did not change keeps its element, and with it
 * the focus and an opened text. With `steady` new data keeps rows where they are. Rows past `limit`
 * come on request.
 */
export function dataTable({
    caption,
    columns,
    key,
    sort = null,
    steady = false,
    limit = Infinity,
    rowClass = () => null,
}) {
    const by = { name: sort?.name ?? null, descending: sort?.descending ?? false };
    let rows = [];
    let most = limit;
    const made = new Map(); /* key -> { node, text } */
    const heads = new Map();

    const body = el('tbody', { role: 'rowgroup' });
    const select = el('select', { class: 'input', 'aria-label': `Sort ${caption}` });
    const table = el(
        'table',
        { class: 'table data', role: 'table' },
        el('caption', { class: 'visually-hidden' }, caption),
        el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...columns.map(headCell))),
        body,
    );
    const sortable = columns.filter((column) => column.value);
    const scroller = el('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': caption }, table);
    const more = el('div', { class: 'results-more', hidden: true });
    const node = el(
        'div',
        { class: 'table-box' },
        sortable.length > 1 ? el('div', { class: 'sort-phone' }, select) : null,
        scroller,
        more,
    );

    function headCell(column) {
        const props = { role: 'columnheader', scope: 'col', class: column.numeric ? 'number' : null };
        if (column.action) return el('th', props, el('span', { class: 'visually-hidden' }, column.label));
        if (!column.value) return el('th', props, column.label);
        const press = el('button', { class: 'sort', type: 'button' }, column.label, icon('down'));
        press.addEventListener('click', () => choose(column.name));
        const cell = el('th', props, press);
        heads.set(column.name, cell);
        return cell;
    }

    function choose(name, descending) {
        const column = columns.find((one) => one.name === name);
        by.descending = descending ?? (by.name === name ? !by.descending : Boolean(column.descending));
        by.name = name;
        drawHeads();
        draw(sorted(rows));
    }

    function drawMore() {
        const all = el('button', { class: 'button', type: 'button' }, `Show all ${count(rows.length)}`);
        all.addEventListener('click', () => {
            most = Infinity;
            draw(rows);
            scroller.focus({ preventScroll: true });
        });
        more.hidden = rows.length <= most;
        more.replaceChildren(...(more.hidden ? [] : [all]));
    }

    function drawHeads() {
        for (const [name, cell] of heads) {
            if (name === by.name) cell.setAttribute('aria-sort', by.descending ? 'descending' : 'ascending');
            else cell.removeAttribute('aria-sort');
        }
        select.value = `${by.name} ${by.descending ? 'down' : 'up'}`;
    }

    function sorted(list) {
        const column = columns.find(({ name }) => name === by.name);
        return column ? order(list, column, by.descending) : list;
    }

    /* Those that were there keep their places; what is new comes below. */
    function settled(list) {
        const old = new Map(rows.map((row, index) => [key(row), index]));
        return [...list].sort((one, other) => (old.get(key(one)) ?? Infinity) - (old.get(key(other)) ?? Infinity) || 0);
    }

    function cell(column, row) {
        const props = {
            role: 'cell',
            class:
                [
                    column.numeric && 'number',
                    column.main && 'cell-main',
                    column.action && 'cell-action',
                    column.wide && 'cell-wide',
                ]
                    .filter(Boolean)
                    .join(' ') || null,
        };
        if (!column.main && !column.action) props['data-label'] = column.label;
        return el('td', props, column.cell(row));
    }

    function rowOf(row) {
        const text = JSON.stringify(row);
        const had = made.get(key(row));
        if (had?.text === text) return had;
        const node = el('tr', { role: 'row', class: rowClass(row) }, ...columns.map((column) => cell(column, row)));
        for (const [index, details] of [...(had?.node.querySelectorAll('details') ?? [])].entries()) {
            const twin = node.querySelectorAll('details')[index];
            if (twin) twin.open = details.open;
        }
        return {
            node,
            text,
            focus: had?.node.contains(document.activeElement) ? nameOf(document.activeElement) : null,
        };
    }

    /* By name, not by place: a row may have one button more than before. */
    function focusAgain(node, name) {
        const same = [...node.querySelectorAll(CONTROLS)].find((one) => nameOf(one) === name);
        (same ?? scroller).focus({ preventScroll: true });
    }

    function draw(list) {
        rows = list;
        drawMore();
        const fresh = new Map(list.slice(0, most).map((row) => [key(row), rowOf(row)]));
        for (const [id, entry] of fresh) {
            const old = made.get(id)?.node;
            if (old && old !== entry.node && old.parentNode === body) old.replaceWith(entry.node);
        }
        for (const [id, entry] of made) if (!fresh.has(id)) entry.node.remove();
        made.clear();
        let at = body.firstChild;
        for (const [id, entry] of fresh) {
            made.set(id, { node: entry.node, text: entry.text });
            if (entry.node === at) at = at.nextSibling;
            else body.insertBefore(entry.node, at);
            if (entry.focus != null) focusAgain(entry.node, entry.focus);
        }
    }

    for (const column of sortable) {
        const [first, second] = column.descending ? ['down', 'up'] : ['up', 'down'];
        const words = WAYS[column.date ? 'date' : column.numeric ? 'number' : 'text'];
        for (const way of [first, second])
            select.append(el('option', { value: `${column.name} ${way}` }, `${column.label}: ${words[way]}`));
    }
    select.addEventListener('change', () => {
        const [name, way] = select.value.split(' ');
        choose(name, way === 'down');
    });
    drawHeads();

    return {
        node,
        body,
        set: (list, { resort = !steady } = {}) => draw(resort || rows.length === 0 ? sorted(list) : settled(list)),
    };
}
