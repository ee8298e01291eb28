/* admin/overview.js - how the server does now, in the last hour, in the last day */

import { el } from '../dom.js';
import { bytes, clock, count, percent, rate, time } from '../format.js';
import { admin } from './api.js';
import { chart } from './chart.js';
import { live } from './live.js';
import { bdi, choices, feed, head, skeleton } from './parts.js';
import { usage } from './usage.js';

export const title = 'Overview';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RANGES = {
    hour: { spans: [HOUR / 30, HOUR / 6, HOUR / 2, HOUR], stepMs: 5000, every: 300_000 },
    day: { spans: [HOUR, 6 * HOUR, DAY], stepMs: 60_000, every: 7_200_000 },
};
const STATES = {
    connecting: ['Connecting', ''],
    live: ['Live', 'ok'],
    reconnecting: ['Reconnecting', 'warn'],
    paused: ['Paused', ''],
};
const connections = (sample) => sample.active + sample.idle + sample.idle_in_transaction;
const whole = (value) => (value == null ? '–' : Number.isInteger(value) ? count(value) : rate(value));

/* Where hardly anything is missed, the scale begins at 90 %: else the line lies at the upper edge. */
function lowest(samples) {
    return samples.every(({ cache_hit }) => cache_hit == null || cache_hit >= 0.9) ? 0.9 : 0;
}

function charts() {
    return [
        chart({
            title: 'Connections',
            stacked: true,
            format: whole,
            top: () => 4,
            series: [
                { label: 'Active', tone: 1, value: (one) => one.active },
                { label: 'Idle in transaction', tone: 2, value: (one) => one.idle_in_transaction },
                { label: 'Idle', tone: 3, value: (one) => one.idle },
            ],
        }),
        chart({
            title: 'Transactions a second',
            format: (value, short) => (short ? whole(value) : rate(value)),
            series: [{ label: 'Transactions', tone: 1, value: (one) => one.tps }],
        }),
        chart({
            title: 'Cache hits',
            format: (value, short) => (short ? `${Math.round(value * 100)} %` : percent(value)),
            top: () => 1,
            bottom: lowest,
            series: [{ label: 'Found in shared buffers', tone: 4, value: (one) => one.cache_hit }],
        }),
        chart({
            title: 'Pool',
            stacked: true,
            format: whole,
            top: () => 4,
            series: [
                { label: 'Busy', tone: 1, value: (one) => one.pool_busy },
                { label: 'Free', tone: 3, value: (one) => Math.max(0, one.pool_connections - one.pool_busy) },
                { label: 'Queued', tone: 2, value: (one) => one.pool_queued, line: true },
            ],
        }),
    ];
}

/* While the backend is young its few samples have the width for themselves. */
function spanOf(samples, to, spans) {
    const age = samples.length ? to - new Date(samples[0].at).getTime() : 0;
    return spans.find((span) => span >= age) ?? spans.at(-1);
}

function tile(label) {
    const value = el('dd', { class: 'tile-value' }, '–');
    const note = el('dd', { class: 'tile-note muted' }, '\u00a0');
    return {
        node: el('div', { class: 'tile' }, el('dt', {}, label), value, note),
        set(text, unit, more) {
            value.replaceChildren(text, unit ? el('span', { class: 'unit' }, ` ${unit}`) : '');
            note.textContent = more || '\u00a0';
        },
    };
}

function tiles() {
    const all = {
        connections: tile('Connections'),
        tps: tile('Transactions'),
        cache: tile('Cache hits'),
        pool: tile('Pool'),
        requests: tile('Requests'),
        size: tile('Database'),
    };
    const split = (text) => text.split(/ (?=\S+$)/);
    function set(now) {
        const idle = now.idle_in_transaction ? `, ${count(now.idle_in_transaction)} idle in transaction` : '';
        all.connections.set(
            count(connections(now)),
            `of ${count(now.max_connections)}`,
            `${count(now.active)} active${idle}`,
        );
        all.tps.set(
            rate(now.tps),
            'a second',
            now.waiting ? `${count(now.waiting)} waiting for a lock` : 'nobody waits for a lock',
        );
        all.cache.set(
            ...split(percent(now.cache_hit)),
            now.cache_hit == null ? 'nothing was read' : 'of the blocks asked for',
        );
        all.pool.set(
            count(now.pool_busy),
            `of ${count(now.pool_connections)} busy`,
            now.pool_queued ? `${count(now.pool_queued)} queued` : 'nobody queues',
        );
        all.requests.set(rate(now.requests_per_second), 'a second', 'to this program');
        all.size.set(...split(bytes(now.database_bytes)), 'on disk');
    }
    return { node: el('dl', { class: 'tiles' }, ...Object.values(all).map(({ node }) => node)), set };
}

/* The same figures in words and rows: at each fifth minute, or each second hour. */
function figures(samples, { every }) {
    const picked = samples
        .filter((sample, index) => {
            const slot = (one) => Math.floor(new Date(one.at).getTime() / every);
            return index === samples.length - 1 || slot(sample) !== slot(samples[index + 1]);
        })
        .reverse();
    const heads = [
        'Time',
        'Connections',
        'Active',
        'Transactions/s',
        'Cache hits',
        'Pool busy',
        'Queued',
        'Waiting',
        'Size',
    ];
    const row = (one) => [
        clock(new Date(one.at)),
        count(connections(one)),
        count(one.active),
        rate(one.tps),
        percent(one.cache_hit),
        `${one.pool_busy} of ${one.pool_connections}`,
        count(one.pool_queued),
        count(one.waiting),
        bytes(one.database_bytes),
    ];
    return el(
        'div',
        { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': 'Figures of the charts' },
        el(
            'table',
            { class: 'grid' },
            el('thead', {}, el('tr', {}, ...heads.map((text) => el('th', { scope: 'col', class: 'number' }, text)))),
            el(
                'tbody',
                {},
                ...picked.map((one) => el('tr', {}, ...row(one).map((text) => el('td', { class: 'number' }, text)))),
            ),
        ),
    );
}

export function mount(ctx) {
    const state = el('span', { class: 'badge dot live-state', role: 'status' });
    const range = el('div', {});
    const page = head(ctx, title, state, range);
    const region = el('div', { class: 'stack', 'aria-busy': 'true' }, skeleton(3), skeleton(5));
    const big = tiles();
    const drawn = charts();
    const grid = el('div', { class: 'charts' }, ...drawn.map(({ node }) => node));
    const requests = usage();
    const table = el('div', {});
    const details = el('details', { class: 'more figures' }, el('summary', {}, 'These figures as a table'), table);
    let samples = [];
    let hours = [];
    let said = '';
    ctx.root.append(region);

    const chosen = () => (ctx.params().get('range') === 'day' ? 'day' : 'hour');
    const list = () => (chosen() === 'day' ? hours : samples);

    function drawRange() {
        range.replaceChildren(
            choices('Range', [
                { text: 'Last hour', href: '/admin', chosen: chosen() === 'hour' },
                { text: 'Last day', href: '/admin?range=day', chosen: chosen() === 'day' },
            ]),
        );
    }

    function drawCharts() {
        const { spans, stepMs } = RANGES[chosen()];
        const to = Math.max(Date.now(), new Date(list().at(-1)?.at ?? 0).getTime());
        const from = to - spanOf(list(), to, spans);
        for (const one of drawn) one.draw(list(), { from, to, stepMs });
    }

    function drawFigures() {
        if (details.open) table.replaceChildren(figures(list(), RANGES[chosen()]));
    }

    function tellServer({ server, backend }) {
        const where = server.is_private ? 'private, on this machine' : null;
        const parts = [
            `PostgreSQL ${server.version}`,
            bdi(server.database),
            where,
            server.started_at && el('span', {}, 'started ', time(server.started_at)),
            backend?.started_at && el('span', {}, `backend ${backend.version} started `, time(backend.started_at)),
        ].filter(Boolean);
        page.lead(...parts.flatMap((part, index) => (index ? [' · ', part] : [part])));
    }

    function draw(answer) {
        samples = answer.samples ?? [];
        hours = answer.hours ?? [];
        if (!grid.isConnected) {
            const early = el(
                'p',
                { class: 'muted small', hidden: samples.length > 1 },
                'The first samples are being taken: one each five seconds.',
            );
            region.replaceChildren(big.node, early, grid, details, requests.node);
        }
        requests.load(ctx.signal);
        tellServer(answer);
        if (samples.length) big.set(samples.at(-1));
        drawCharts();
        drawFigures();
    }

    function tell(name) {
        const [text, tone] = STATES[name];
        state.className = `badge dot live-state ${tone}`;
        if (said !== name) state.textContent = text;
        said = name;
    }

    function take(sample) {
        if (samples.length && new Date(sample.at) <= new Date(samples.at(-1).at)) return;
        const oldest = Date.now() - HOUR - 60_000;
        samples = [...samples.filter((one) => new Date(one.at).getTime() > oldest), sample];
        big.set(sample);
        if (chosen() === 'hour' && grid.isConnected) drawCharts();
    }

    details.addEventListener('toggle', drawFigures);
    drawRange();
    tell('connecting');
    const source = feed(ctx, { page, region, read: admin.overview, draw, every: () => 60_000 });
    source.begin();
    live(ctx.signal, { onSample: take, onState: tell, onBack: source.load });

    return () => {
        drawRange();
        drawCharts();
        drawFigures();
    };
}
