/* setup/database.js - the database that was found, or why none was and what to do about it */

import { api, sentence } from '../api.js';
import { $, announce, el, icon, notice, whileBusy } from '../dom.js';
import { bytes, plural } from '../format.js';

const FIRST_WAIT_MS = 3000;
const LONGEST_WAIT_MS = 15_000;

function fact(name, value) {
    return value ? [el('dt', {}, name), el('dd', {}, value)] : [];
}

function where(database) {
    if (database.private) return 'Started by DeployStack, for this machine only';
    return database.port ? `${database.host}, port ${database.port}` : database.host;
}

function contents(database) {
    if (database.empty) return 'Empty';
    return `${plural(database.tables, 'table')}, ${bytes(database.size_bytes)}`;
}

function card(database) {
    const badge = el('span', { class: 'badge ok dot' }, 'Connected');
    const head = el(
        'div',
        { class: 'database-head' },
        icon('database'),
        el('div', {}, el('strong', {}, `PostgreSQL ${database.version}`), el('span', { class: 'muted small' }, where(database))),
        badge,
    );
    const facts = el(
        'dl',
        { class: 'facts' },
        fact('Database', database.name),
        fact('User', database.user),
        database.private ? fact('Socket', database.host) : fact('Server', where(database)),
        fact('Contents', contents(database)),
    );
    return el('div', { class: 'card' }, head, facts);
}

function warning(database) {
    if (database.empty) return null;
    return notice('warn', 'This database is not empty',
        'What is in it stays as it is. DeployStack adds its own tables beside it and stops if a name is taken.');
}

export function mountDatabase(wizard) {
    let timer = 0;
    let wait = FIRST_WAIT_MS;

    function text(title, lead) {
        $('database-title').textContent = title;
        $('database-lead').textContent = lead;
    }

    function found(status) {
        wait = FIRST_WAIT_MS;
        const { database } = status;
        text('Your database was found', 'DeployStack keeps everything in PostgreSQL. Next, it makes its tables here.');
        $('database-found').replaceChildren(...(database ? [card(database), warning(database)] : []).filter(Boolean));
        const next = el('button', { class: 'button primary', type: 'button' }, 'Make the tables');
        next.addEventListener('click', () => wizard.go({ state: 'migrating', begin: true, migrations: status.migrations }));
        $('database-actions').replaceChildren(next);
        wizard.show('database');
    }

    async function look() {
        clearTimeout(timer);
        try {
            wizard.go(await api.status());
        } catch (error) {
            silent(error);
        }
    }

    /* Asks again by itself, less and less often, and not at all while nobody looks. */
    function later() {
        clearTimeout(timer);
        timer = setTimeout(() => (document.hidden ? later() : look()), wait);
        wait = Math.min(wait * 1.5, LONGEST_WAIT_MS);
    }

    function away(title, lead, body) {
        text(title, lead);
        const retry = el('button', { class: 'button primary', type: 'button' }, icon('refresh'), 'Try now');
        retry.addEventListener('click', () => whileBusy(retry, look));
        const held = $('database-actions').contains(document.activeElement);
        $('database-found').replaceChildren(body);
        $('database-actions').replaceChildren(retry, el('span', { class: 'muted small' }, 'It is also tried again by itself.'));
        wizard.show('database');
        if (held) retry.focus();
        announce(title);
        later();
    }

    function unreachable(status) {
        away('The database cannot be reached', 'Setup continues by itself as soon as it answers.',
            notice('error', sentence(status.error) || 'There was no answer.',
                sentence(status.hint) || 'Check that PostgreSQL is running and that the POSTGRES_ settings name the right host, port, database, user and password.'));
    }

    function silent(error) {
        away('DeployStack does not answer', 'This page waits for it to come back.',
            notice('error', error.message, 'If you stopped the program, start it again.'));
    }

    const open = (status) => (status.state === 'unset' ? found(status) : unreachable(status));
    return { open, silent };
}
