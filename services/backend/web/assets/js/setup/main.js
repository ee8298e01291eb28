/* setup/main.js - which step of the wizard is due; the server's state decides, also after a reload */

import { api } from '../api.js';
import { $, announce, focusOn } from '../dom.js';
import { mountAccount } from './account.js';
import { mountCode } from './code.js';
import { mountDatabase } from './database.js';
import { mountTables } from './tables.js';

const STEPS = ['database', 'tables', 'account', 'ready'];
const PANELS = ['loading', 'code', ...STEPS];

let codeRequired = false;

const wizard = { show, go, finish, fail, code };
const database = mountDatabase(wizard);
const tables = mountTables(wizard);
const account = mountAccount(wizard);
const codes = mountCode(wizard);

function code() {
    return codes.value();
}

function mark(step) {
    const at = STEPS.indexOf(step);
    for (const item of $('steps').children) {
        const place = STEPS.indexOf(item.dataset.step);
        const done = place < at || step === 'ready';
        item.classList.toggle('done', done);
        item.querySelector('.step-mark').textContent = done ? '✓' : String(place + 1);
        if (place === at) item.setAttribute('aria-current', 'step');
        else item.removeAttribute('aria-current');
    }
    const name = $('steps').children[at].querySelector('.step-name').textContent;
    $('steps-now').textContent = `Step ${at + 1} of ${STEPS.length}: ${name}`;
}

/* Shows a panel and, when it is another one than before, moves the focus to its heading. */
function show(panel, step = panel) {
    const same = !$(`panel-${panel}`).hidden;
    for (const name of PANELS) $(`panel-${name}`).hidden = name !== panel;
    mark(step);
    if (same) return;
    const heading = $(`panel-${panel}`).querySelector('h1');
    document.title = `${heading.textContent || 'Setup'} · DeployStack`;
    window.scrollTo(0, 0);
    focusOn(heading);
}

function needsCode(status) {
    const open = status.state === 'unset' || status.state === 'no_admin';
    return open && status.setup_code_required && !codes.value();
}

/* Leads to the step that the server's answer asks for. */
function go(status) {
    codeRequired = status.setup_code_required ?? codeRequired;
    if (needsCode(status)) return codes.open(status);
    if (status.state === 'ready') return finish();
    if (status.state === 'no_admin') return account.open();
    if (status.state === 'migrating') return tables.watch(status);
    return database.open(status);
}

function finish(lead) {
    codes.forget();
    if (lead) $('ready-lead').textContent = lead;
    show('ready');
    announce('Everything is set up.');
}

/* A refused code leads back to asking for it; true when the error was that. */
function fail(error) {
    if (error.status !== 403 || !codeRequired) return false;
    codes.refuse(error.message);
    return true;
}

async function start() {
    try {
        go(await api.status());
    } catch (error) {
        database.silent(error);
    }
}

start();
