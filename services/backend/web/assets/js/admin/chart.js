/* admin/chart.js - small charts over time, drawn as SVG: lines and stacked areas, with words for those who do not see them */

import { el, svg } from '../dom.js';
import { clock } from '../format.js';

const HEIGHT = 150;
const EDGE = { left: 44, right: 8, top: 8, bottom: 22 };
const GAP = 3.5; /* steps without a sample after which a line breaks */

/* The next of 4, 10, 20, 40, 100...: half of it is whole as well. */
function roundUp(value) {
    const step = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 4, 10].map((factor) => factor * step).find((limit) => limit >= value * 0.999);
}

const at = (sample) => new Date(sample.at).getTime();

/* Runs of samples without a gap in time or value. */
function runs(samples, value, gapMs) {
    const found = [];
    let before = null;
    for (const sample of samples) {
        if (value(sample) == null) {
            before = null;
            continue;
        }
        if (!before || at(sample) - at(before) > gapMs) found.push([]);
        found.at(-1).push(sample);
        before = sample;
    }
    return found;
}

const path = (points) => points.map(([x, y], index) => `${index ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');

function hourMinute(ms) {
    return clock(new Date(ms)).slice(0, 5);
}

/*
 * series: { label, tone 1..4, value(sample), line? }. With `stacked` the areas stand on each other,
 * except those with `line`. `format(value)` writes a value with its unit; `top(samples)` may fix the scale.
 */
export function chart({ title, series, stacked = false, format, top = () => 0, bottom = () => 0 }) {
    const now = el('span', { class: 'chart-now' });
    const drawing = svg('svg', { class: 'chart-svg', role: 'img', height: HEIGHT });
    const legend = el(
        'ul',
        { class: 'legend' },
        ...series.map(({ label, tone }) => el('li', {}, el('span', { class: `swatch tone-${tone}` }), label)),
    );
    const box = el('div', { class: 'chart-box' }, drawing);
    const caption = el('figcaption', { class: 'chart-head' }, el('span', { class: 'chart-title' }, title), now);
    const node = el('figure', { class: 'chart' }, caption, box, series.length > 1 ? legend : null);
    const cursor = svg('line', { class: 'chart-cursor', y1: EDGE.top, y2: HEIGHT - EDGE.bottom });
    let data = { samples: [], from: 0, to: 1, gapMs: 1 };

    const areas = series.filter((one) => stacked && !one.line);
    const height = (sample) => (stacked ? areas.reduce((sum, one) => sum + (one.value(sample) ?? 0), 0) : 0);

    function limits() {
        const lines = series.filter((one) => !areas.includes(one));
        const highest = Math.max(
            0,
            top(data.samples),
            ...data.samples.map((sample) => Math.max(height(sample), ...lines.map((one) => one.value(sample) ?? 0))),
        );
        return {
            low: bottom(data.samples),
            high: roundUp(Math.max(highest - bottom(data.samples), 0.001)) + bottom(data.samples),
        };
    }

    function scales(width) {
        const { low, high } = limits();
        const across = width - EDGE.left - EDGE.right;
        const up = HEIGHT - EDGE.top - EDGE.bottom;
        return {
            low,
            high,
            x: (ms) => EDGE.left + ((ms - data.from) / (data.to - data.from)) * across,
            y: (value) => EDGE.top + up - ((Math.min(value, high) - low) / (high - low)) * up,
        };
    }

    function grid({ x, y, low, high }, width) {
        const nodes = [low, (low + high) / 2, high].flatMap((value) => [
            svg('line', { class: 'chart-grid', x1: EDGE.left, x2: width - EDGE.right, y1: y(value), y2: y(value) }),
            svg(
                'text',
                { class: 'chart-text', x: EDGE.left - 6, y: y(value) + 4, 'text-anchor': 'end' },
                format(value, true),
            ),
        ]);
        const marks = width < 420 ? 2 : 4;
        for (let step = 0; step <= marks; step += 1) {
            const ms = data.from + ((data.to - data.from) * step) / marks;
            const anchor = step === 0 ? 'start' : step === marks ? 'end' : 'middle';
            nodes.push(
                svg('text', { class: 'chart-text', x: x(ms), y: HEIGHT - 5, 'text-anchor': anchor }, hourMinute(ms)),
            );
        }
        return nodes;
    }

    function area(one, index, { x, y }) {
        const below = (sample) => areas.slice(0, index).reduce((sum, other) => sum + (other.value(sample) ?? 0), 0);
        return runs(data.samples, one.value, data.gapMs).map((run) => {
            const upper = run.map((sample) => [x(at(sample)), y(below(sample) + one.value(sample))]);
            const lower = run.map((sample) => [x(at(sample)), y(below(sample))]).reverse();
            return svg('path', { class: `chart-area tone-${one.tone}`, d: `${path([...upper, ...lower])}Z` });
        });
    }

    function line(one, { x, y }) {
        return runs(data.samples, one.value, data.gapMs).map((run) => {
            const points = run.map((sample) => [x(at(sample)), y(one.value(sample))]);
            if (points.length === 1)
                return svg('circle', { class: `chart-dot tone-${one.tone}`, cx: points[0][0], cy: points[0][1], r: 2 });
            return svg('path', { class: `chart-line tone-${one.tone}`, d: path(points) });
        });
    }

    /* What the chart says, in a sentence. */
    function words() {
        const parts = series.map((one) => {
            const values = data.samples.map(one.value).filter((value) => value != null);
            if (!values.length) return `${one.label}: nothing known`;
            return `${one.label}: now ${format(values.at(-1))}, least ${format(Math.min(...values))}, most ${format(Math.max(...values))}`;
        });
        return `${title}, ${hourMinute(data.from)} to ${hourMinute(data.to)}. ${parts.join('; ')}.`;
    }

    const readout = (sample) =>
        series.map((one) => (series.length > 1 ? `${one.label} ` : '') + format(one.value(sample))).join(' · ');

    function tell(sample, when = '') {
        now.textContent = sample ? [when, readout(sample)].filter(Boolean).join('  ') : '';
    }

    function render() {
        const width = box.clientWidth;
        if (!width) return;
        const scale = scales(width);
        drawing.setAttribute('width', width);
        drawing.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
        drawing.setAttribute('aria-label', words());
        const shapes = [
            ...areas.flatMap((one, index) => area(one, index, scale)),
            ...series.filter((one) => !areas.includes(one)).flatMap((one) => line(one, scale)),
        ];
        drawing.replaceChildren(...grid(scale, width), ...shapes, cursor);
        tell(data.samples.at(-1));
    }

    function point(event) {
        const { left } = drawing.getBoundingClientRect();
        const { x } = scales(box.clientWidth);
        const here = event.clientX - left;
        const near = data.samples.reduce(
            (best, sample) => (!best || Math.abs(x(at(sample)) - here) < Math.abs(x(at(best)) - here) ? sample : best),
            null,
        );
        if (!near) return;
        cursor.setAttribute('x1', x(at(near)));
        cursor.setAttribute('x2', x(at(near)));
        cursor.classList.add('shown');
        tell(near, clock(new Date(near.at)));
    }

    function away() {
        cursor.classList.remove('shown');
        tell(data.samples.at(-1));
    }

    drawing.addEventListener('pointermove', point);
    drawing.addEventListener('pointerleave', away);
    new ResizeObserver(render).observe(box);

    return {
        node,
        draw(samples, { from, to, stepMs }) {
            data = { samples: samples.filter((sample) => at(sample) >= from), from, to, gapMs: stepMs * GAP };
            if (!cursor.classList.contains('shown')) render();
        },
    };
}
