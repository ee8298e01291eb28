/* home/installations.js - what the team has installed, newest first */

import { api } from '../api.js';
import { ask } from '../dialog.js';
import { $, announce, el, focusOn, hiddenText, notice, whileBusy } from '../dom.js';
import { count, plural, time } from '../format.js';
import { toast } from '../toast.js';

const PAGE = 20;
const TONE = {
    online: 'ok', running: 'ok', active: 'ok', connected: 'ok', ready: 'ok', deployed: 'ok',
    error: 'danger', failed: 'danger', offline: 'danger',
    pending: 'warn', requested: 'warn', provisioning: 'warn', starting: 'warn',
};

function deployment({ status, satellite }) {
    const where = satellite?.name ?? 'No satellite yet';
    const badge = el('span', { class: `badge dot ${TONE[status] ?? ''}` }, String(status).replaceAll('_', ' '));
    return el('li', {}, badge, ' ', el('span', { class: 'small muted' }, where));
}

function deployments(list) {
    if (!list?.length) return el('span', { class: 'muted' }, 'None');
    return el('ul', { class: 'deployments' }, ...list.map(deployment));
}

function serverCell(server) {
    if (!server) return el('span', { class: 'muted' }, 'No longer in the catalogue');
    return el('span', {}, server.name, ' ', el('span', { class: 'muted small' }, server.version));
}

function row(item, onRemove) {
    const remove = el('button', { class: 'button quiet remove compact', type: 'button' }, 'Remove', hiddenText(` ${item.name}`));
    remove.addEventListener('click', () => onRemove(item));
    return el(
        'tr',
        { role: 'row', 'data-installation': item.id },
        el('td', { role: 'cell' }, el('strong', {}, item.name)),
        el('td', { role: 'cell', 'data-label': 'Server' }, serverCell(item.server)),
        el('td', { role: 'cell', 'data-label': 'Deployments' }, deployments(item.deployments)),
        el('td', { role: 'cell', 'data-label': 'Installed' }, time(item.created_at)),
        el('td', { role: 'cell', class: 'cell-action' }, remove),
    );
}

/* The roles are said aloud because the phone layout takes the table's own away. */
function table(items, onRemove) {
    const heads = ['Installation', 'Server', 'Deployments', 'Installed'].map((text) =>
        el('th', { role: 'columnheader', scope: 'col' }, text));
    const last = el('th', { role: 'columnheader', scope: 'col' }, hiddenText('Action'));
    return el(
        'table',
        { class: 'table', role: 'table', 'aria-labelledby': 'installations-title' },
        el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...heads, last)),
        el('tbody', { role: 'rowgroup' }, ...items.map((item) => row(item, onRemove))),
    );
}

function empty() {
    const go = el('a', { class: 'button primary', href: '#catalogue' }, 'Look through the catalogue');
    go.addEventListener('click', () => $('search').focus({ preventScroll: true }));
    return el('div', { class: 'empty' }, el('h3', {}, 'Nothing is installed yet'),
        el('p', {}, 'Choose an MCP server from the catalogue and it appears here.'), go);
}

export function mountInstallations(app) {
    let items = [];
    let page = { total: 0, has_more: false };

    const serverIds = () => new Set(items.map((item) => item.server?.id).filter(Boolean));

    function more() {
        const button = el('button', { class: 'button', type: 'button' }, 'Show older ones');
        button.addEventListener('click', () => whileBusy(button, () => load(items.length)));
        return el('div', { class: 'results-more' }, button);
    }

    function draw() {
        $('installations-count').textContent = page.total ? count(page.total) : '';
        const body = items.length ? table(items, askRemove) : app.team ? empty() : el('p', { class: 'muted' }, 'Create a team first.');
        $('installations-body').replaceChildren(body, ...(page.has_more ? [more()] : []));
        $('installations-body').removeAttribute('aria-busy');
        app.catalogue.markInstalled(serverIds());
    }

    async function fetchPage(offset) {
        const team = app.team.id;
        const answer = await api.installations(team, { limit: PAGE, offset });
        if (team !== app.team.id) return;
        items = offset ? [...items, ...answer.installations] : answer.installations;
        page = answer.pagination ?? { total: items.length, has_more: false };
    }

    async function load(offset = 0) {
        try {
            if (app.team) await fetchPage(offset);
            else [items, page] = [[], { total: 0 }];
            draw();
        } catch (error) {
            if (error.status === 401 || error.status === 503) return app.fail(error);
            const retry = el('button', { class: 'button', type: 'button' }, 'Try again');
            retry.addEventListener('click', () => whileBusy(retry, load));
            $('installations-body').replaceChildren(notice('error', 'The installations could not be loaded', error.message), retry);
        }
        return null;
    }

    /* After an installation: the new row is lit for a moment. */
    async function reload(made) {
        await load();
        const fresh = document.querySelector(`[data-installation="${CSS.escape(made.id)}"]`);
        fresh?.classList.add('fresh');
    }

    async function removeNow(item) {
        try {
            await api.uninstall(app.team.id, item.id);
        } catch (error) {
            if (error.status !== 404) throw error;
        }
        await load();
        toast(`${item.name} was removed. ${plural(page.total, 'installation')} left.`);
        announce(`${item.name} was removed.`);
        setTimeout(() => focusOn($('installations-title')));
    }

    function askRemove(item) {
        const running = item.deployments?.length ?? 0;
        const also = running ? ` Its ${plural(running, 'deployment')} ${running === 1 ? 'goes' : 'go'} with it.` : '';
        ask({
            title: `Remove ${item.name}?`,
            content: [el('p', { class: 'muted' }, `The team can no longer use it.${also} You can install it again from the catalogue.`)],
            action: 'Remove',
            danger: true,
            work: () => removeNow(item),
        });
    }

    return { load, reload, serverIds };
}
