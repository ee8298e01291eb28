/* setup/tables.js - applying the migrations, file by file, until all are in or one says why not */

import { api, sentence } from '../api.js';
import { $, announce, el, hiddenText, icon, notice, whileBusy } from '../dom.js';
import { count, plural } from '../format.js';

const LOOK_MS = 400;
const SAY = { pending: 'waiting', running: 'being applied', applied: 'applied', failed: 'failed' };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function duration(ms) {
    if (ms == null) return '';
    return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function line(file) {
    const mark = { applied: 'check', failed: 'cross' }[file.state];
    return el(
        'li',
        { class: file.state },
        el('span', { class: 'file-state' }, mark && icon(mark)),
        el('code', {}, file.tag, hiddenText(`, ${SAY[file.state] ?? file.state}`)),
        el('span', { class: 'muted small' }, file.state === 'applied' && duration(file.ms)),
        file.error && el('span', { class: 'file-error' }, file.error),
    );
}

function draw(migrations) {
    const { total = 0, applied = 0, files = [] } = migrations ?? {};
    $('tables-progress').max = Math.max(total, 1);
    $('tables-progress').value = applied;
    $('tables-count').textContent = total ? `${count(applied)} of ${count(total)}` : '';
    $('tables-files').replaceChildren(...files.map(line));
    $('tables-files').hidden = files.length === 0;
}

export function mountTables(wizard) {
    function actions(...buttons) {
        $('tables-actions').replaceChildren(...buttons);
    }

    function head(title, lead) {
        $('tables-title').textContent = title;
        $('tables-lead').textContent = lead;
    }

    function failed(error) {
        head('The tables could not be made', 'Nothing is lost: what was applied stays, and trying again goes on from there.');
        const details = error.details?.map?.((item) => item.message ?? '').filter(Boolean) ?? [];
        $('tables-error').replaceChildren(notice('error', error.message, ...details));
        const again = el('button', { class: 'button primary', type: 'button' }, icon('refresh'), 'Try again');
        again.addEventListener('click', () => whileBusy(again, begin));
        actions(again);
        again.focus();
    }

    async function done() {
        const status = await api.status();
        draw(status.migrations);
        if (status.state !== 'no_admin') return wizard.go(status);
        const total = status.migrations?.total ?? 0;
        head('The tables are ready', `${plural(total, 'migration')} applied. Only an administrator is missing now.`);
        const next = el('button', { class: 'button primary', type: 'button' }, 'Create the administrator');
        next.addEventListener('click', () => wizard.go(status));
        actions(next);
        next.focus();
        announce('The tables are ready.');
        return null;
    }

    function busy(migrations) {
        $('tables-error').replaceChildren();
        head('Making the tables', 'Each file is one step of the database design. This usually takes a second or two.');
        actions();
        draw(migrations);
        wizard.show('tables');
        announce('Making the tables.');
    }

    /* While the request that applies them is on its way, the status tells how far it is. */
    async function follow(running) {
        while (running.is) {
            await pause(LOOK_MS);
            const status = running.is && (await api.status().catch(() => null));
            if (running.is && status) draw(status.migrations);
        }
    }

    async function begin(migrations) {
        const running = { is: true };
        busy(migrations ?? (await api.status().catch(() => ({}))).migrations);
        follow(running);
        try {
            await api.setup(wizard.code());
            running.is = false;
            await done();
        } catch (error) {
            running.is = false;
            await settle(error);
        }
    }

    /* A conflict means that somebody else was quicker: then the state tells where to go on. */
    async function settle(error) {
        if (wizard.fail(error)) return;
        const status = await api.status().catch(() => null);
        if (status) draw(status.migrations);
        if (status && error.status === 409 && status.state !== 'unset') return watch(status);
        failed(error);
    }

    /* Another tab, or a program, has begun: only look on. */
    async function lookOn(status) {
        busy(status.migrations);
        let now = status;
        while (now?.state === 'migrating') {
            await pause(LOOK_MS);
            now = await api.status().catch(() => now);
            draw(now.migrations);
        }
        if (now.state !== 'unset') return wizard.go(now);
        return failed({ message: sentence(now.error || 'it stopped before all were applied') });
    }

    function watch(status) {
        if (status.begin) return begin(status.migrations);
        return status.state === 'migrating' ? lookOn(status) : wizard.go(status);
    }

    return { watch };
}
