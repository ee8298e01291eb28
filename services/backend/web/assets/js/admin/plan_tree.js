/* admin/plan_tree.js - a plan drawn as boxes in a tree, each with its share of the time, marked in words where it hurts */

import { el } from '../dom.js';
import { count, duration, percent, plural } from '../format.js';
import { badge, bar, bdi } from './parts.js';

const rows = (value) => count(Math.round(value));
const rowsOf = (value) => plural(Math.round(value), 'row');

function costOf(node) {
    return node.cost ?? node.total_cost ?? 0;
}

/* Cost and time of a node hold what is below it; its own is what is left. */
function ownCost(node) {
    const below = (node.children ?? []).reduce((sum, child) => sum + costOf(child), 0);
    return Math.max(0, costOf(node) - below);
}

function heading(node) {
    return el(
        'p',
        { class: 'plan-title' },
        el('strong', {}, node.type),
        node.what ? [' ', bdi(node.what)] : null,
        node.subplan ? [' ', badge(node.subplan)] : null,
    );
}

function marks(node, share, measured) {
    const list = [];
    if (node.slow) list.push(badge(`Slow: ${percent(share)} of the ${measured ? 'time' : 'cost'}`, 'danger'));
    if (node.misestimated)
        list.push(badge(`Misestimated: ${rows(node.plan_rows)} expected, ${rows(node.actual_rows ?? 0)} came`, 'warn'));
    if (node.spilled) list.push(badge('Went to disk', 'warn'));
    return list.length ? el('p', { class: 'plan-marks' }, ...list) : null;
}

function numbers(node, measured) {
    const loops = measured && node.loops > 1 ? `, ${count(node.loops)} times` : '';
    const found = measured && node.actual_rows != null ? `${rowsOf(node.actual_rows)}${loops}` : null;
    const parts = [
        found,
        `${rowsOf(node.plan_rows)} expected`,
        measured && node.total_ms != null ? `${duration(node.total_ms)} with what is below` : null,
        `cost ${count(Math.round(costOf(node)))}`,
    ];
    const { buffers } = node;
    if (buffers && buffers.hit + buffers.read > 0)
        parts.push(`${count(buffers.hit)} blocks in cache, ${count(buffers.read)} read`);
    return el('p', { class: 'muted small number' }, parts.filter(Boolean).join(' · '));
}

function conditions(node) {
    const lines = [
        ['Condition', node.condition],
        ['Filter', node.filter],
        ['Keys', node.keys],
        ['Sort', node.sort],
    ].filter(([, text]) => text);
    if (!lines.length) return null;
    return el(
        'dl',
        { class: 'plan-conditions' },
        ...lines.flatMap(([name, text]) => [el('dt', {}, name), el('dd', {}, bdi(text, { class: 'mono' }))]),
    );
}

function box(node, scale) {
    const own = scale.measured ? (node.self_ms ?? 0) : ownCost(node);
    const share = scale.whole > 0 ? Math.min(1, own / scale.whole) : 0;
    const tone = node.slow ? 'danger' : '';
    const took = scale.measured ? duration(own) : percent(share);
    return el(
        'div',
        { class: `plan-node ${node.slow ? 'slow' : ''}` },
        el(
            'div',
            { class: 'plan-top' },
            heading(node),
            el(
                'span',
                { class: 'with-bar', title: `${percent(share)} of the ${scale.measured ? 'time' : 'cost'}` },
                bar(share, tone),
                el('span', { class: 'bar-number' }, took),
            ),
        ),
        marks(node, share, scale.measured),
        numbers(node, scale.measured),
        conditions(node),
        node.advice ? el('p', { class: 'plan-advice' }, bdi(node.advice)) : null,
    );
}

function branch(node, scale) {
    const children = node.children ?? [];
    const below = children.length ? el('ul', {}, ...children.map((child) => branch(child, scale))) : null;
    return el('li', {}, box(node, scale), below);
}

/* The bars are shares of the execution time where it was measured, else of the planner's cost. */
export function planTree(plan, { measured, whole }) {
    const scale = { measured, whole: measured ? whole || plan.total_ms : costOf(plan) };
    return el('ul', { class: 'plan-tree', 'aria-label': 'Plan' }, branch(plan, scale));
}
