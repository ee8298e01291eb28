/* admin/main.js - the administrators' pages: who may see them, the navigation, addresses and going back */

import { api, sentence } from '../api.js';
import { $, announce, el, focusOn, icon, notice } from '../dom.js';
import { refreshTimes } from '../format.js';
import { isAdministrator, mountUserMenu } from '../home/account.js';
import * as activity from './activity.js';
import * as audit from './audit.js';
import * as backups from './backups.js';
import * as diagram from './diagram.js';
import * as indexes from './indexes.js';
import * as migrations from './migrations.js';
import * as overview from './overview.js';
import * as plan from './plan.js';
import * as slow from './slow.js';
import * as tables from './tables.js';

const TIMES_MS = 30_000;
const PAGES = [
    { path: '/admin', icon: 'gauge', ...overview },
    { path: '/admin/tables', icon: 'table', ...tables },
    { path: '/admin/indexes', icon: 'key', ...indexes },
    { path: '/admin/activity', icon: 'pulse', ...activity },
    { path: '/admin/slow', icon: 'clock', ...slow },
    { path: '/admin/plan', icon: 'tree', ...plan },
    { path: '/admin/diagram', icon: 'database', ...diagram },
    { path: '/admin/migrations', icon: 'steps', ...migrations },
    { path: '/admin/backups', icon: 'archive', ...backups },
    { path: '/admin/audit', icon: 'list', ...audit },
];

const userMenu = mountUserMenu();
let current = null; /* { page, control, update } */

/* ---- navigation ---- */

function link(page) {
    return el('li', {}, el('a', { href: page.path }, icon(page.icon), page.title));
}

function openList(button, list, open) {
    button.setAttribute('aria-expanded', String(open));
    list.classList.toggle('open', open);
}

/* Beside the page on wide screens; a button that opens the list on narrow ones. */
function drawNavigation() {
    const list = el('ul', { id: 'side-nav-list' }, ...PAGES.map(link));
    const label = el('span', { id: 'side-nav-now' });
    const button = el(
        'button',
        { class: 'side-nav-button', type: 'button', 'aria-expanded': 'false', 'aria-controls': 'side-nav-list' },
        label,
        icon('down'),
    );
    button.addEventListener('click', () => openList(button, list, !list.classList.contains('open')));
    list.addEventListener('click', () => openList(button, list, false));
    $('side-nav').addEventListener('keydown', (event) => {
        if (event.key !== 'Escape' || !list.classList.contains('open')) return;
        openList(button, list, false);
        button.focus();
    });
    $('side-nav').replaceChildren(el('h2', { id: 'side-nav-title' }, 'Database'), button, list);
    $('side-nav').hidden = false;
}

function markNavigation(page) {
    for (const anchor of $('side-nav').querySelectorAll('a')) {
        if (anchor.getAttribute('href') === page?.path) anchor.setAttribute('aria-current', 'page');
        else anchor.removeAttribute('aria-current');
    }
    $('side-nav-now').textContent = page?.title ?? 'Pages';
}

/* ---- addresses ---- */

const trimmed = (path) => (path.length > 1 ? path.replace(/\/+$/, '') : path);

function tellTitle(title) {
    document.title = `${title} · DeployStack`;
}

function leave() {
    current?.control.abort();
    current = null;
}

/* What a page gets: where to draw, its part of the address, and a signal for when it is left. */
function contextOf(control) {
    return {
        root: $('page'),
        signal: control.signal,
        params: () => new URLSearchParams(location.search),
        go,
        goWith,
        tellTitle,
        fail,
    };
}

function unknown() {
    tellTitle('No such page');
    $('page').replaceChildren(el('h1', {}, 'No such page'), el('p', {}, 'Choose one from the navigation.'));
}

/* Within a page (another filter, the next rows) it only gets told; else it is left and another made. */
function show({ focus }) {
    const page = PAGES.find(({ path }) => path === trimmed(location.pathname));
    markNavigation(page);
    if (page && current?.page === page && current.update) return current.update();
    leave();
    const control = new AbortController();
    $('page').removeAttribute('aria-busy');
    current = { page, control };
    if (!page) return unknown();
    tellTitle(page.title);
    const mine = current;
    mine.update = page.mount(contextOf(control));
    if (focus) {
        window.scrollTo(0, 0);
        const heading = $('page').querySelector('h1');
        if (heading) focusOn(heading);
        announce(`${page.title}, page loaded`);
    }
    return null;
}

function go(address, { replace = false } = {}) {
    const before = location.pathname;
    history[replace ? 'replaceState' : 'pushState'](null, '', address);
    show({ focus: before !== location.pathname });
}

/* The same page with other parameters; what is empty leaves the address. */
function goWith(values, options) {
    const params = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(values)) {
        if (value == null || value === '') params.delete(name);
        else params.set(name, value);
    }
    const text = params.toString();
    go(text ? `${location.pathname}?${text}` : location.pathname, options);
}

function follow(event) {
    const anchor = event.target.closest?.('a[href^="/admin"]');
    if (
        !anchor ||
        event.defaultPrevented ||
        event.button !== 0 ||
        event.metaKey ||
        event.ctrlKey ||
        event.shiftKey ||
        event.altKey
    )
        return;
    event.preventDefault();
    go(anchor.getAttribute('href'));
}

/* ---- who is there ---- */

function fail(error) {
    if (error.status !== 401) return false;
    leave();
    location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    return true;
}

function refuse() {
    tellTitle('Not for this account');
    $('page').replaceChildren(
        el('h1', {}, 'This page is for administrators'),
        el('p', { class: 'muted after-title' }, 'Your account does not have the permission to look at the database.'),
        el('a', { class: 'button primary', href: '/' }, 'Back to the dashboard'),
    );
    $('page').removeAttribute('aria-busy');
}

async function unreachable(error) {
    const status = await api.status().catch(() => null);
    if (status && ['unset', 'no_admin', 'migrating'].includes(status.state)) return location.replace('/setup');
    const retry = el('button', { class: 'button', type: 'button' }, icon('refresh'), 'Try again');
    retry.addEventListener('click', start);
    $('page').replaceChildren(
        el('h1', {}, 'Administration'),
        notice('error', 'The page could not be opened', sentence(status?.hint) || error.message),
        el('div', { class: 'actions after-notice' }, retry),
    );
    $('page').removeAttribute('aria-busy');
    return null;
}

async function start() {
    try {
        const user = await api.me();
        userMenu.draw(user);
        if (!isAdministrator(user)) return refuse();
        for (const node of document.querySelectorAll('[data-administrators]')) node.hidden = false;
        drawNavigation();
        show({ focus: false });
    } catch (error) {
        if (!fail(error)) await unreachable(error);
    }
    return null;
}

document.addEventListener('click', follow);
window.addEventListener('popstate', () => show({ focus: true }));
setInterval(refreshTimes, TIMES_MS);
start();
