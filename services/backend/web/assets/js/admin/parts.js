/* admin/parts.js - what the administrators' pages are made of: heads, regions that load, bars, names, texts to copy */

import { el, icon, notice, whileBusy } from '../dom.js';
import { clock } from '../format.js';
import { toast } from '../toast.js';

const RETRY_MS = 5000;

/* Names and values from the database: their direction of writing stays inside. */
export const bdi = (text, props = {}) => el('bdi', props, text);

/* A name that is broken behind "_" before it is broken anywhere. */
function brokenName(name) {
    const parts = name.split(/(?<=_)(?!_|$)/);
    return el('bdi', {}, ...parts.flatMap((text, index) => (index ? [el('wbr'), text] : [text])));
}

/* "teams", or "archive.teams" where the schema is not the usual one. */
export function tableName(schema, name) {
    if (!schema || schema === 'public') return brokenName(name);
    return el('span', {}, bdi(schema, { class: 'muted' }), el('span', { class: 'muted' }, '.'), brokenName(name));
}

export const tableAddress = (schema, name, more = {}) =>
    `/admin/tables?${new URLSearchParams({ schema, table: name, ...more })}`;

/* The head of a page: title, a line below it that may change, buttons. */
export function head(ctx, title, ...tools) {
    const heading = el('h1', {}, title);
    const lead = el('p', { class: 'muted lead' });
    const stale = el('p', { class: 'stale', role: 'status' });
    const node = el(
        'header',
        { class: 'admin-head' },
        el('div', {}, heading, lead),
        el('div', { class: 'actions' }, ...tools),
        stale,
    );
    ctx.root.replaceChildren(node);
    return {
        node,
        heading,
        stale,
        lead: (...content) => lead.replaceChildren(...content.filter(Boolean)),
    };
}

export function button(text, work, { kind = '', name = '', label = '' } = {}) {
    const node = el(
        'button',
        { class: `button ${kind}`, type: 'button', 'aria-label': label || null },
        name && icon(name),
        text,
    );
    node.addEventListener('click', () => whileBusy(node, () => work(node)));
    return node;
}

export function card(title, { count = '', tools = [], lead = '' } = {}, ...content) {
    const number = el('span', { class: 'count' }, count);
    const heading = el('h2', {}, title, ' ', number);
    const body = el('div', { class: 'card-body' }, lead && el('p', { class: 'muted card-lead' }, lead), ...content);
    const node = el(
        'section',
        { class: 'card', 'aria-label': title },
        el('div', { class: 'card-head' }, heading, ...tools),
        body,
    );
    return { node, body, number };
}

export function skeleton(lines = 4) {
    return el(
        'div',
        { class: 'skeletons', 'aria-hidden': 'true' },
        ...Array.from({ length: lines }, () => el('span', { class: 'skeleton row' })),
    );
}

export function empty(title, ...content) {
    return el(
        'div',
        { class: 'empty' },
        el('h3', {}, title),
        ...content.map((one) => (typeof one === 'string' ? el('p', {}, one) : one)),
    );
}

/*
 * Reads and draws, again every so often when `every` says so: a skeleton first, an error with a way
 * on when there is nothing to show yet, else what was there with the time it is from. Nothing is
 * asked while nobody looks or `paused()`. When the server could not answer it tries again by itself.
 */
export function feed(ctx, { page, region, read, draw, every = () => 0, paused = () => false }) {
    let timer = 0;
    let turn = 0;
    let fresh = null;

    function plan(ms) {
        clearTimeout(timer);
        if (ms && !ctx.signal.aborted) timer = setTimeout(() => (document.hidden || paused() ? plan(ms) : load()), ms);
    }

    function failed(error) {
        if (ctx.fail(error)) return;
        region.classList.remove('waiting');
        if (fresh) {
            page.stale.replaceChildren(
                el('span', { class: 'badge warn dot' }, `As of ${clock(fresh)}`),
                ` ${error.message}`,
            );
        } else {
            const again = button('Try again', load, { name: 'refresh' });
            region.replaceChildren(
                notice('error', 'This could not be loaded', error.message),
                el('div', { class: 'actions after-notice' }, again),
            );
            region.removeAttribute('aria-busy');
        }
        if (error.status === 0 || error.status >= 500) plan(every() || RETRY_MS);
    }

    /* An answer that a newer question overtook is left out. */
    async function load() {
        turn += 1;
        const mine = turn;
        clearTimeout(timer);
        try {
            const answer = await read(ctx.signal);
            if (ctx.signal.aborted || mine !== turn) return;
            draw(answer);
            fresh = new Date();
            region.removeAttribute('aria-busy');
            page.stale.replaceChildren();
            plan(every());
        } catch (error) {
            if (ctx.signal.aborted || mine !== turn) return;
            if (!('status' in error)) throw error; /* a mistake of ours: not to be taken for the server's */
            failed(error);
        }
    }

    function begin() {
        fresh = null;
        region.setAttribute('aria-busy', 'true');
        return load();
    }

    const online = () => fresh || load();
    window.addEventListener('online', online, { signal: ctx.signal });
    ctx.signal.addEventListener('abort', () => clearTimeout(timer));
    return { begin, load };
}

/* A share as a bar; the number stands beside it, so it is not said twice. */
export function bar(share, tone = '') {
    const fill = el('span', { class: `bar-fill ${tone}` });
    fill.style.width = `${Math.max(0, Math.min(1, share || 0)) * 100}%`;
    return el('span', { class: 'bar-track', 'aria-hidden': 'true' }, fill);
}

export const badge = (text, tone = '') => el('span', { class: `badge ${tone}` }, text);

export const none = (text = '–') => el('span', { class: 'muted' }, text);

async function copyText(text) {
    try {
        await navigator.clipboard.writeText(text);
        toast('Copied.');
    } catch {
        toast('The browser did not allow copying: select the text and copy it yourself.', { urgent: true });
    }
}

/* SQL as text, in a box that scrolls for itself, with a button to copy it. */
export function code(text, label) {
    const copy = button('Copy', () => copyText(text), { kind: 'compact', name: 'copy', label: `Copy ${label}` });
    return el('div', { class: 'code' }, el('pre', { tabindex: '0', role: 'region', 'aria-label': label }, text), copy);
}

/* Long texts take two lines and open on request. */
export function longText(text, { limit = 160, name = 'statement' } = {}) {
    const flat = text.replace(/\s+/g, ' ').trim();
    if (!flat) return none();
    const whole = bdi(flat.length > limit ? `${flat.slice(0, limit)}…` : flat, { class: 'mono sql' });
    if (flat.length <= limit) return whole;
    const more = el(
        'details',
        { class: 'more' },
        el('summary', {}, `Whole ${name}`),
        el('pre', { tabindex: '0' }, text),
    );
    return el('div', {}, whole, more);
}

/* Chosen one of a few, as links: each has an address of its own. */
export function choices(label, items) {
    const links = items.map(({ text, href, chosen }) =>
        el('a', { href, 'aria-current': chosen ? 'true' : null }, text),
    );
    return el('nav', { class: 'choices', 'aria-label': label }, ...links);
}
