/* admin/plan.js - how PostgreSQL would run a statement, how it did, and what it returns: nothing is changed by it */

import { sentence } from '../api.js';
import { announce, el, notice, whileBusy } from '../dom.js';
import { count, duration, plural } from '../format.js';
import { admin } from './api.js';
import { bdi, card, code, empty, head } from './parts.js';
import { proven } from './password.js';
import { planTree } from './plan_tree.js';

export const title = 'Plan';

const MOST = 100_000;
const WHY = 'Statements of your own are only run for those who just proved who they are.';
let draft = ''; /* stays while going through the pages, not longer */

/* The next page of plans begins with this statement. */
export function carry(sql) {
    draft = sql;
}

/* ---- a plan ---- */

function planFacts(answer) {
    const parts = [
        ['Planning', answer.planning_ms],
        ['Execution', answer.execution_ms],
    ].filter(([, ms]) => ms != null);
    if (!parts.length) return null;
    return el(
        'dl',
        { class: 'plan-facts' },
        ...parts.map(([name, value]) =>
            el('div', {}, el('dt', {}, name), el('dd', { class: 'number' }, duration(value))),
        ),
    );
}

function planResult(answer) {
    const measured = answer.execution_ms != null;
    return [
        card(
            measured ? 'How it ran' : 'How it would run',
            {},
            planFacts(answer),
            answer.advice ? notice('warn', 'Advice', answer.advice) : null,
            planTree(answer.plan, { measured, whole: answer.execution_ms }),
        ).node,
        el('details', { class: 'more' }, el('summary', {}, 'The plan as text'), code(answer.text ?? '', 'the plan')),
    ];
}

/* ---- rows ---- */

const numeric = (type) =>
    /^(smallint|integer|bigint|numeric|real|double precision|int[248]|float[48]|oid)/.test(type ?? '');

function value(text) {
    if (text == null) return el('span', { class: 'null' }, 'null');
    if (text === '') return el('span', { class: 'null' }, 'empty text');
    return bdi(text, { dir: 'auto' });
}

function rowsTable({ columns, rows }) {
    const headCell = ({ name, type }) =>
        el(
            'th',
            { scope: 'col', class: numeric(type) ? 'number' : null },
            el(
                'span',
                { class: 'sort' },
                el(
                    'span',
                    {},
                    el('span', { class: 'column-name' }, bdi(name)),
                    el('span', { class: 'column-type' }, type),
                ),
            ),
        );
    const line = (row) =>
        el(
            'tr',
            {},
            ...row.map((one, at) => el('td', { class: numeric(columns[at]?.type) ? 'number' : null }, value(one))),
        );
    return el(
        'div',
        { class: 'table-scroll grid-scroll', tabindex: '0', role: 'region', 'aria-label': 'Rows of the statement' },
        el(
            'table',
            { class: 'grid' },
            el('caption', { class: 'visually-hidden' }, 'Rows of the statement'),
            el('thead', {}, el('tr', {}, ...columns.map(headCell))),
            el('tbody', {}, ...rows.map(line)),
        ),
    );
}

function rowsResult(answer) {
    const body = answer.rows.length ? rowsTable(answer) : empty('No rows', 'The statement was run and found nothing.');
    const more = answer.truncated
        ? el('p', { class: 'muted' }, `Only the first ${count(answer.rows.length)} rows are shown.`)
        : null;
    return [card('Rows', { count: count(answer.rows.length), lead: `In ${duration(answer.ms)}.` }, body, more).node];
}

/* ---- the page ---- */

const ACTIONS = {
    explain: {
        text: 'Explain',
        kind: 'primary',
        call: (sql) => (more) => admin.plan({ sql, analyze: false, ...more }),
        draw: planResult,
        said: () => 'The plan is shown.',
    },
    analyze: {
        text: 'Run and measure',
        kind: '',
        call: (sql) => (more) => admin.plan({ sql, analyze: true, ...more }),
        draw: planResult,
        said: () => 'The measured plan is shown.',
    },
    run: {
        text: 'Show rows',
        kind: '',
        call: (sql) => (more) => admin.query({ sql, ...more }),
        draw: rowsResult,
        said: (answer) => `${plural(answer.rows.length, 'row')} shown.`,
    },
};

function editor() {
    const area = el('textarea', {
        class: 'input mono sql-input',
        id: 'plan-sql',
        rows: 7,
        maxlength: MOST,
        spellcheck: 'false',
        autocomplete: 'off',
        autocapitalize: 'off',
        placeholder: 'select * from "teams" where "name" = \'Herd\'',
        'aria-describedby': 'plan-hint',
    });
    area.value = draft;
    area.addEventListener('input', () => {
        draft = area.value;
    });
    return area;
}

export function mount(ctx) {
    const page = head(ctx, title);
    const area = editor();
    const result = el('div', { class: 'stack plan-result' });
    const buttons = Object.values(ACTIONS).map((action) => {
        const node = el('button', { class: `button ${action.kind}`, type: 'button' }, action.text);
        node.addEventListener('click', () => whileBusy(node, () => perform(action)));
        return node;
    });
    const form = el(
        'form',
        { class: 'plan-form' },
        el('label', { class: 'label', for: 'plan-sql' }, 'One statement'),
        area,
        el(
            'p',
            { class: 'hint', id: 'plan-hint' },
            'It runs in a read-only transaction that ends after five seconds. Ctrl+Enter explains.',
        ),
        el('div', { class: 'actions' }, ...buttons),
    );
    page.lead('What PostgreSQL does for a statement, step by step, and where the time goes.');
    ctx.root.append(
        el('section', { class: 'card', 'aria-label': 'Statement' }, el('div', { class: 'card-body' }, form)),
        result,
    );

    /* The server counts characters from 1. */
    function place(position) {
        const rest = position > 0 ? [...area.value.trim()].slice(position - 1) : [];
        const words = rest.slice(0, 40).join('').split('\n')[0];
        return words ? `It stopped at character ${count(position)}: ${words}${rest.length > 40 ? '…' : ''}` : '';
    }

    function refused(error) {
        if (ctx.fail(error)) return;
        const { detail, hint, position } = error.about;
        const box = notice(
            'error',
            'The statement was refused',
            error.message,
            sentence(detail),
            sentence(hint),
            place(position),
        );
        box.setAttribute('role', 'alert');
        result.replaceChildren(box);
    }

    async function perform(action) {
        const sql = area.value.trim();
        if (!sql) return area.focus();
        result.classList.add('waiting');
        try {
            const answer = await proven(WHY, action.call(sql));
            if (!answer || ctx.signal.aborted) return null;
            result.replaceChildren(...action.draw(answer));
            announce(action.said(answer));
        } catch (error) {
            if (!('status' in error)) throw error;
            refused(error);
        } finally {
            result.classList.remove('waiting');
        }
        return null;
    }

    area.addEventListener('keydown', (event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        buttons[0].click();
    });
    form.addEventListener('submit', (event) => event.preventDefault());
}
