/* admin/usage.js - how much the API is used: a column for each day, and the routes that are called most */

import { el, notice, svg } from '../dom.js';
import { count, duration, plural } from '../format.js';
import { admin } from './api.js';
import { dataTable } from './data_table.js';
import { bdi, card, empty, none, skeleton } from './parts.js';

const DAYS = 30;
const DAY = 86_400_000;
const HEIGHT = 150;
const EDGE = { left: 44, right: 8, top: 8, bottom: 22 };
/* stacked from below */
const PARTS = [
    { label: 'Answered', tone: 1, value: (day) => day.requests - day.refused - day.failed },
    { label: 'Refused', tone: 2, value: (day) => day.refused },
    { label: 'Failed', tone: 'failed', value: (day) => day.failed },
];
const shortDay = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

const dayName = (day) => shortDay.format(new Date(`${day}T00:00:00Z`));
const said = (day) =>
    [
        plural(day.requests, 'request'),
        day.refused && `${count(day.refused)} refused`,
        day.failed && `${count(day.failed)} failed`,
        plural(day.people, 'person', 'people'),
    ]
        .filter(Boolean)
        .join(', ');

/* Days on which nothing was asked for are days as well. */
function everyDay(days) {
    const known = new Map(days.map((one) => [one.day, one]));
    const today = Math.floor(Date.now() / DAY);
    return Array.from({ length: DAYS }, (_, index) => {
        const day = new Date((today - DAYS + 1 + index) * DAY).toISOString().slice(0, 10);
        return known.get(day) ?? { day, requests: 0, refused: 0, failed: 0, people: 0 };
    });
}

/* The next of 4, 10, 20, 40, 100... */
function roundUp(value) {
    const step = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
    return Math.max(4, [1, 2, 4, 10].map((factor) => factor * step).find((limit) => limit >= value));
}

function columnsOfDays() {
    const now = el('span', { class: 'chart-now' });
    const drawing = svg('svg', { class: 'chart-svg', role: 'img', height: HEIGHT });
    const box = el('div', { class: 'chart-box' }, drawing);
    const legend = el(
        'ul',
        { class: 'legend' },
        ...PARTS.map(({ label, tone }) => el('li', {}, el('span', { class: `swatch tone-${tone}` }), label)),
    );
    const caption = el('figcaption', { class: 'chart-head' }, el('span', { class: 'chart-title' }, 'By day'), now);
    const node = el('figure', { class: 'chart plain' }, caption, box, legend);
    let days = [];

    const tell = (day) => {
        now.textContent = day ? `${dayName(day.day)}: ${said(day)}` : '';
    };

    function render() {
        const width = box.clientWidth;
        if (!width || !days.length) return;
        const high = roundUp(Math.max(...days.map(({ requests }) => requests)));
        const across = (width - EDGE.left - EDGE.right) / days.length;
        const up = HEIGHT - EDGE.top - EDGE.bottom;
        const y = (value) => EDGE.top + up - (value / high) * up;
        const lines = [0, high / 2, high].flatMap((value) => [
            svg('line', { class: 'chart-grid', x1: EDGE.left, x2: width - EDGE.right, y1: y(value), y2: y(value) }),
            svg('text', { class: 'chart-text', x: EDGE.left - 6, y: y(value) + 4, 'text-anchor': 'end' }, count(value)),
        ]);
        const names = [0, Math.floor(days.length / 2), days.length - 1].map((index) =>
            svg(
                'text',
                {
                    class: 'chart-text',
                    x: index === 0 ? EDGE.left : index === days.length - 1 ? width - EDGE.right : EDGE.left + (index + 0.5) * across,
                    y: HEIGHT - 5,
                    'text-anchor': index === 0 ? 'start' : index === days.length - 1 ? 'end' : 'middle',
                },
                dayName(days[index].day),
            ),
        );
        const bars = days.flatMap((day, index) => {
            let below = 0;
            return PARTS.filter(({ value }) => value(day) > 0).map(({ tone, value }) => {
                const top = y(below + value(day));
                const tall = Math.max(1, y(below) - top);
                below += value(day);
                const place = { x: EDGE.left + index * across + across * 0.15, y: top, width: across * 0.7, height: tall };
                return svg('rect', { class: `chart-area tone-${tone}`, ...place });
            });
        });
        drawing.setAttribute('width', width);
        drawing.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
        const busiest = days.reduce((best, day) => (day.requests > best.requests ? day : best));
        drawing.setAttribute(
            'aria-label',
            `Requests by day, ${dayName(days[0].day)} to ${dayName(days.at(-1).day)}. Today: ${said(days.at(-1))}; most on ${dayName(busiest.day)}: ${said(busiest)}.`,
        );
        drawing.replaceChildren(...lines, ...names, ...bars);
        tell(days.at(-1));
    }

    function point(event) {
        const { left } = drawing.getBoundingClientRect();
        const across = (box.clientWidth - EDGE.left - EDGE.right) / days.length;
        tell(days[Math.floor((event.clientX - left - EDGE.left) / across)] ?? days.at(-1));
    }

    drawing.addEventListener('pointermove', point);
    drawing.addEventListener('pointerleave', () => tell(days.at(-1)));
    new ResizeObserver(render).observe(box);
    return {
        node,
        draw(fresh) {
            days = everyDay(fresh);
            render();
        },
    };
}

const number = (name, label, value, show = count) => ({
    name,
    label,
    numeric: true,
    descending: true,
    value,
    cell: (one) => (value(one) ? show(value(one)) : none()),
});
const columns = [
    {
        name: 'route',
        label: 'Route',
        main: true,
        wide: true,
        value: (one) => one.route ?? '',
        cell: (one) => (one.route ? bdi(one.route, { class: 'mono' }) : none('no such address')),
    },
    number('requests', 'Requests', (one) => one.requests),
    number('refused', 'Refused', (one) => one.refused),
    number('failed', 'Failed', (one) => one.failed),
    number('mean', 'Mean', (one) => one.ms_mean, duration),
    number('most', 'Longest', (one) => one.ms_max, duration),
];

/* {node, load(signal)}: a failure is told in the card, the rest of the page goes on. */
export function usage() {
    const { node, body, number: total } = card('Use of the API', {
        lead: 'Requests of the last 30 days, by days of UTC. What was asked for is not kept.',
    });
    const region = el('div', { class: 'stack' }, skeleton(4));
    const days = columnsOfDays();
    const routes = dataTable({
        caption: 'Routes that are called most',
        columns,
        key: (one) => one.route ?? '',
        sort: { name: 'requests', descending: true },
        limit: 6,
    });
    body.append(region);

    function draw(answer) {
        const sum = answer.days.reduce((all, day) => all + day.requests, 0);
        total.textContent = sum ? count(sum) : '';
        if (!sum) {
            region.replaceChildren(empty('Nothing was counted yet', 'What is called now stands here in a few seconds.'));
            return;
        }
        if (!days.node.isConnected) region.replaceChildren(days.node, routes.node);
        days.draw(answer.days);
        routes.set(answer.routes);
    }

    async function load(signal) {
        try {
            draw(await admin.usage({ days: DAYS }, signal));
        } catch (error) {
            if (signal.aborted || days.node.isConnected) return; /* what was there stays */
            if (!('status' in error)) throw error;
            region.replaceChildren(notice('error', 'This could not be loaded', error.message));
        }
    }
    return { node, load };
}
