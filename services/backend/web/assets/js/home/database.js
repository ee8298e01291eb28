/* home/database.js - how the database is doing: asked now and then while somebody looks */

import { api, sentence } from '../api.js';
import { $, announce, el, notice, whileBusy } from '../dom.js';
import { bytes, count } from '../format.js';

const AGAIN_MS = 30_000;

const fact = (name, value) => (value ? [el('dt', {}, name), el('dd', {}, value)] : []);

function place({ private: own, host, port }) {
    if (own) return 'private, this machine';
    return port ? `${host}:${port}` : host;
}

function facts({ database, migrations }) {
    const { total = 0, applied = 0 } = migrations ?? {};
    const of = applied === total ? `${count(total)} applied` : `${count(applied)} of ${count(total)} applied`;
    return el(
        'dl',
        { class: 'facts' },
        fact('Server', `PostgreSQL ${database.version}`),
        fact('Where', place(database)),
        fact('Database', database.name),
        fact('Size', bytes(database.size_bytes)),
        fact('Tables', count(database.tables)),
        fact('Migrations', migrations && of),
    );
}

function pool({ max, open, busy, waiting }) {
    const numbers = el(
        'dl',
        { class: 'facts' },
        fact('Connections', `${count(open)} of ${count(max)} open`),
        fact('Busy', count(busy)),
        fact('Waiting', count(waiting)),
    );
    const bar = el('progress', { class: 'thin', max: Math.max(max, 1), value: open, 'aria-label': 'Open connections' });
    return el('div', { class: 'database-bar' }, numbers, bar);
}

function state(status) {
    if (status.state === 'unreachable') {
        return notice('error', 'The database cannot be reached', sentence(status.error), sentence(status.hint));
    }
    return el('p', {}, el('span', { class: 'badge ok dot' }, 'Connected'));
}

function parts(status) {
    const known = status.database && facts(status);
    return [state(status), known, status.pool && pool(status.pool)].filter(Boolean);
}

export function mountDatabase(app) {
    async function load() {
        try {
            const status = await api.status();
            $('database-body').replaceChildren(...parts(status));
        } catch (error) {
            $('database-body').replaceChildren(notice('error', 'The status could not be loaded', error.message));
        }
        $('database-body').removeAttribute('aria-busy');
    }

    async function refresh() {
        await load();
        announce(`Database status as of ${new Date().toLocaleTimeString('en')}.`);
    }

    $('database-refresh').addEventListener('click', () => whileBusy($('database-refresh'), refresh));
    setInterval(() => document.hidden || load(), AGAIN_MS);
    return { load };
}
