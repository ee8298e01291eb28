/* admin/edit.js - changing a row: each changed value is shown beside what it was, the password is asked for */

import { el } from '../dom.js';
import { plural } from '../format.js';
import { toast } from '../toast.js';
import { admin } from './api.js';
import { bdi, none } from './parts.js';
import { confirmed } from './password.js';

const TEXTAREA = /^(text|json|jsonb|xml|character varying)|\[\]$/;

function whyLocked(column, cut) {
    if (column.secret) return 'Secret: not shown, not changed here.';
    if (column.generated) return 'Computed by the database.';
    if (cut) return 'Too long to be changed here.';
    if (column.primary_key) return 'Part of the primary key: it names the row.';
    return column.editable === false ? 'Cannot be changed here.' : '';
}

function inputFor(column, value, id) {
    const props = { class: 'input', id, name: `value ${column.name}`, 'aria-describedby': `${id}-note` };
    const options = column.labels ?? (column.type === 'boolean' ? ['true', 'false'] : null);
    if (options) {
        const list = value == null || options.includes(value) ? options : [value, ...options];
        return el('select', props, ...list.map((one) => el('option', { value: one, selected: one === value }, one)));
    }
    const tall =
        TEXTAREA.test(column.type) &&
        ((value ?? '').length > 60 || /^json|\[\]$/.test(column.type) || (value ?? '').includes('\n'));
    const node = el(tall ? 'textarea' : 'input', {
        ...props,
        rows: tall ? 4 : null,
        autocomplete: 'off',
        spellcheck: 'false',
        dir: 'auto',
        class: tall ? 'input mono' : 'input',
    });
    node.value = value ?? '';
    return node;
}

/* PostgreSQL writes true as "t" in some places and "true" in others. */
const normal = (column, value) => (column.type === 'boolean' ? ({ t: 'true', f: 'false' }[value] ?? value) : value);

/* One column of the row: its field, whether it is null, what it was. */
function line(column, given, cut, id, onChange) {
    const before = normal(column, given);
    const locked = whyLocked(column, cut);
    const label = el('label', { for: id }, bdi(column.name), ' ', el('span', { class: 'muted small' }, column.type));
    const note = el('p', { class: 'hint', id: `${id}-note` }, locked);
    const error = el('p', { class: 'field-error', 'data-column-error': column.name, 'aria-live': 'polite' });
    if (locked) {
        const text = column.secret && before != null ? '•••' : (before ?? 'null');
        const output = el('input', {
            class: 'input',
            id,
            value: cut ? `${text.slice(0, 60)}…` : text,
            readonly: true,
            'aria-describedby': `${id}-note`,
            dir: 'auto',
        });
        return { node: el('div', { class: 'field locked' }, label, output, note), column, error, changed: () => false };
    }
    const input = inputFor(column, before, id);
    const isNull = el('input', { type: 'checkbox', id: `${id}-null`, 'aria-label': `${column.name} is null` });
    isNull.checked = before == null;
    const now = () => (isNull.checked ? null : input.value);
    const changed = () => now() !== before;

    function tell() {
        input.disabled = isNull.checked;
        const was =
            before == null
                ? none('null')
                : before === ''
                  ? none('empty text')
                  : bdi(before.length > 200 ? `${before.slice(0, 200)}…` : before);
        note.replaceChildren(...(changed() ? [el('span', { class: 'badge warn' }, 'Changed'), ' before: ', was] : []));
        error.textContent = '';
        onChange();
    }

    input.addEventListener('input', tell);
    isNull.addEventListener('change', tell);
    input.disabled = isNull.checked;
    const nullBox = column.nullable || before == null ? el('label', { class: 'null-box' }, isNull, 'null') : null;
    return {
        node: el('div', { class: 'field' }, label, el('div', { class: 'with-null' }, input, nullBox), note, error),
        column,
        error,
        changed,
        now,
        before,
        input,
    };
}

function bodyOf({ about, columns, row, cut }, lines) {
    const at = (name) => row[columns.indexOf(name)];
    const changed = lines.filter((one) => one.changed());
    const known = (column, index) => !column.secret && !cut[index];
    const compared = columns
        .map((name) => about.columns.find((one) => one.name === name))
        .filter((column, index) => column && known(column, index));
    return {
        key: Object.fromEntries(about.primary_key.map((name) => [name, at(name)])),
        before: Object.fromEntries(compared.map(({ name }) => [name, at(name)])),
        changes: Object.fromEntries(changed.map((one) => [one.column.name, one.now()])),
    };
}

function tellWhere(error, lines) {
    const known = (error.details ?? []).map(({ field, column, message }) => ({ name: column ?? field, message }));
    for (const { name, message } of known) {
        const found = lines.find((one) => one.column.name === name);
        if (found) found.error.textContent = message ?? error.message;
    }
}

/* `changed` is told when the row was saved, or when it turned out that another had changed it. */
export function editRow(ctx, { about, columns, row, cut, changed }) {
    const total = el('p', { class: 'hint', role: 'status' }, 'Nothing is changed yet.');
    const count = () => lines.filter((one) => one.changed()).length;
    const tell = () => {
        total.textContent = count() ? `${plural(count(), 'value')} will be changed.` : 'Nothing is changed yet.';
    };
    const lines = columns.map((name, index) => {
        const column = about.columns.find((one) => one.name === name) ?? { name, type: '', editable: false };
        return line(column, row[index], cut[index], `edit-${index}`, tell);
    });

    async function save({ password }) {
        if (!count()) throw Object.assign(new Error('Nothing is changed yet.'), { details: [] });
        try {
            await admin.changeRow(about.schema, about.name, {
                ...bodyOf({ about, columns, row, cut }, lines),
                password,
            });
        } catch (error) {
            tellWhere(error, lines);
            if (error.status === 409 && !error.details?.length) changed();
            throw error;
        }
        toast(`The row of ${about.name} was changed.`);
        changed();
    }

    const key = about.primary_key.map((name) => `${name} ${row[columns.indexOf(name)]}`).join(', ');
    confirmed({
        title: `Edit a row of ${about.name}`,
        lines: [
            `The row with ${key}. Only the values that you change are written; if somebody else changed the row since, nothing is.`,
        ],
        content: [el('div', { class: 'edit-fields' }, ...lines.map(({ node }) => node)), total],
        action: 'Save the row',
        danger: false,
        wide: true,
        work: save,
    });
}
