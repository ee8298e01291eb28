/* admin/activity.js - who is connected and does what, who waits for whom, and how to stop one of them */

import { announce, el, hiddenText, icon } from '../dom.js';
import { count, duration, plural } from '../format.js';
import { toast } from '../toast.js';
import { admin } from './api.js';
import { dataTable } from './data_table.js';
import { badge, bdi, button, card, empty, feed, head, longText, skeleton } from './parts.js';
import { confirmed } from './password.js';

export const title = 'Activity';

const AGAIN_MS = 3000;
const LONG_TRANSACTION_MS = 60_000;
const TONE = { active: 'ok', 'idle in transaction': 'warn', 'idle in transaction (aborted)': 'danger' };
const who = (one) => `${one.user}@${one.database}`;
const named = (one) => `session ${one.pid} of ${who(one)}`;

/* ---- stopping one ---- */

async function stop(call, one, done, password) {
    const { signalled } = await call(one.pid, password);
    toast(signalled === false ? `Session ${one.pid} could not be signalled.` : done);
}

function askCancel(one, reload) {
    confirmed({
        title: `Cancel the statement of session ${one.pid}?`,
        lines: [
            `The statement that ${named(one)} runs stops with an error, and what its transaction did is lost unless it handles that. The session stays connected.`,
        ],
        content: [el('div', { class: 'quote' }, longText(one.query, { limit: 300 }))],
        action: 'Cancel the statement',
        work: async ({ password }) => {
            await stop(admin.cancel, one, `The statement of session ${one.pid} was cancelled.`, password);
            reload();
        },
    });
}

function askTerminate(one, reload) {
    const lost =
        one.transaction_ms > 0 ? 'its transaction is rolled back' : 'it is in no transaction, so nothing is lost';
    confirmed({
        title: `Terminate session ${one.pid}?`,
        lines: [
            `Terminates ${named(one)}: ${lost}, and its connection closes. ${one.application ? `“${one.application}” has to connect again.` : ''}`.trim(),
        ],
        content: one.query ? [el('div', { class: 'quote' }, longText(one.query, { limit: 300 }))] : [],
        action: `Terminate session ${one.pid}`,
        work: async ({ password }) => {
            await stop(admin.terminate, one, `Session ${one.pid} was terminated.`, password);
            reload();
        },
    });
}

function buttons(one, reload) {
    const cancel = button('Cancel', () => askCancel(one, reload), {
        kind: 'quiet compact',
        label: `Cancel the statement of session ${one.pid}`,
    });
    const end = button('Terminate', () => askTerminate(one, reload), {
        kind: 'quiet remove compact',
        label: `Terminate session ${one.pid}`,
    });
    return el('span', { class: 'row-actions above' }, one.state === 'active' ? cancel : null, end);
}

/* ---- the sessions ---- */

function stateOf(one) {
    const wait = one.wait ? el('span', { class: 'muted small' }, one.wait) : null;
    const blocked = one.blocked_by ? badge(`waits for ${one.blocked_by}`, 'danger list') : null;
    return el(
        'span',
        { class: 'stacked' },
        badge(one.state || 'background', `dot ${TONE[one.state] ?? ''}`),
        blocked,
        wait,
    );
}

function since(one) {
    const text = `transaction ${duration(one.transaction_ms)}`;
    const long = one.transaction_ms > LONG_TRANSACTION_MS;
    const inside = one.transaction_ms
        ? long
            ? badge(text, 'warn')
            : el('span', { class: 'muted small' }, text)
        : null;
    return el('span', { class: 'stacked end' }, el('span', {}, duration(one.state_ms)), inside);
}

function client(one) {
    return el(
        'span',
        { class: 'stacked' },
        bdi(one.application || 'unnamed', { class: one.application ? '' : 'muted' }),
        el('span', { class: 'muted small' }, one.client || 'Unix socket'),
    );
}

const columns = (reload) => [
    {
        name: 'pid',
        label: 'Session',
        main: true,
        value: (one) => one.pid,
        cell: (one) =>
            el(
                'span',
                { class: 'stacked' },
                el('strong', { class: 'number' }, String(one.pid)),
                bdi(who(one), { class: 'muted small' }),
            ),
    },
    { name: 'application', label: 'Program', value: (one) => one.application, cell: client },
    { name: 'state', label: 'State', value: (one) => one.state, cell: stateOf },
    {
        name: 'since',
        label: 'For',
        numeric: true,
        descending: true,
        value: (one) => Math.max(one.state_ms, one.transaction_ms),
        cell: since,
    },
    { name: 'query', label: 'Statement', wide: true, cell: (one) => longText(one.query, { limit: 110 }) },
    { name: 'stop', label: 'Stop', action: true, cell: (one) => buttons(one, reload) },
];

/* ---- who waits for whom ---- */

function lockLine(one, sessions, reload) {
    const session = sessions.find(({ pid }) => pid === one.pid);
    const name = one.pid ? `Session ${one.pid}` : 'A prepared transaction';
    const does =
        one.depth === 0
            ? badge('keeps others waiting', 'warn')
            : badge(`waits ${duration(one.waiting_ms)} for ${one.wants}`, 'danger');
    return el(
        'div',
        { class: 'lock' },
        el(
            'p',
            {},
            el('strong', {}, name),
            ' ',
            bdi([one.user, one.application].filter(Boolean).join(' · '), { class: 'muted' }),
            ' ',
            el('span', { class: 'muted' }, one.state),
        ),
        el('p', {}, does),
        longText(one.query, { limit: 200 }),
        session ? buttons(session, reload) : null,
    );
}

/* Lines with a depth become lists inside of lists. */
function lockTree(locks, sessions, reload) {
    const root = el('ul', { class: 'locks' });
    const path = [root];
    for (const one of locks) {
        path.length = Math.min(path.length, one.depth + 1);
        const item = el('li', {}, lockLine(one, sessions, reload));
        path.at(-1).append(item);
        const below = el('ul', {});
        item.append(below);
        path.push(below);
    }
    for (const list of root.querySelectorAll('ul:empty')) list.remove();
    return root;
}

export function mount(ctx) {
    let running = true;
    let drawnLocks = '';
    const pause = el('button', { class: 'button compact', type: 'button' });
    const page = head(ctx, title, pause);
    const region = el('div', { class: 'stack', 'aria-busy': 'true' }, skeleton(8));
    const locks = card('Who waits for whom');
    const table = dataTable({
        caption: 'Sessions',
        columns: columns(() => source.load()),
        key: (one) => one.pid,
        steady: true,
        sort: { name: 'since', descending: true },
        rowClass: (one) => (one.blocked_by ? 'blocked' : null),
    });
    const sessions = card('Sessions', {}, table.node);
    ctx.root.append(region);

    function drawPause() {
        pause.replaceChildren(icon(running ? 'pause' : 'play'), running ? 'Pause' : 'Go on', hiddenText(' refreshing'));
    }

    function drawLocks(answer) {
        const text = JSON.stringify(
            answer.locks.map(({ waiting_ms, ...rest }) => ({ ...rest, waiting: Math.floor(waiting_ms / 1000) })),
        );
        if (text === drawnLocks || locks.body.contains(document.activeElement)) return;
        drawnLocks = text;
        const waiting = answer.locks.filter(({ depth }) => depth > 0).length;
        locks.number.textContent = waiting ? count(waiting) : '';
        locks.body.replaceChildren(
            waiting
                ? lockTree(answer.locks, answer.sessions, source.load)
                : el('p', { class: 'muted' }, 'No session waits for a lock.'),
        );
        if (waiting) announce(`${plural(waiting, 'session waits', 'sessions wait')} for a lock`);
    }

    function draw(answer) {
        const active = answer.sessions.filter(({ state }) => state === 'active').length;
        page.lead(
            `${plural(answer.sessions.length, 'session')}, ${count(active)} active. Refreshed each three seconds; rows keep their places.`,
        );
        drawLocks(answer);
        table.set(answer.sessions);
        sessions.number.textContent = count(answer.sessions.length);
        const body = answer.sessions.length
            ? table.node
            : empty('Nobody else is connected', 'Sessions appear here as soon as they are there.');
        if (body.parentNode !== sessions.body) sessions.body.replaceChildren(body);
        if (!sessions.node.isConnected) region.replaceChildren(locks.node, sessions.node);
    }

    const paused = () => !running || document.querySelector('dialog[open]') !== null;
    const source = feed(ctx, { page, region, read: admin.activity, draw, every: () => AGAIN_MS, paused });
    pause.addEventListener('click', () => {
        running = !running;
        drawPause();
        if (running) source.load();
    });
    drawPause();
    source.begin();
}
