/* setup/account.js - the administrator, the first team and the sample catalogue, in one request */

import { api } from '../api.js';
import { $, whileBusy } from '../dom.js';
import { plural } from '../format.js';
import { Form, passwordToggle, rules } from '../form.js';

const DRAFT = 'deploystack-setup-draft';
const KEPT = ['username', 'email', 'team_name'];

/* The password is never kept; the rest survives a reload of this tab. */
function keepDraft() {
    const draft = Object.fromEntries(KEPT.map((name) => [name, $(name).value]));
    sessionStorage.setItem(DRAFT, JSON.stringify({ ...draft, sample: $('sample_catalog').checked }));
}

function restoreDraft() {
    try {
        const draft = JSON.parse(sessionStorage.getItem(DRAFT) ?? '{}');
        for (const name of KEPT) $(name).value = $(name).value || draft[name] || '';
        if (draft.sample === false) $('sample_catalog').checked = false;
    } catch {
        sessionStorage.removeItem(DRAFT);
    }
}

function showLength() {
    const length = [...$('password').value].length;
    const meter = $('password-meter');
    meter.value = Math.min(length, meter.max);
    meter.className = `thin ${length < 8 ? 'short' : length < 12 ? 'fair' : 'long'}`;
    $('password-hint').textContent = length === 0
        ? 'At least 8 characters. Several words are easy to remember and hard to guess.'
        : length < 8 ? `${length} of at least 8 characters` : `${length} characters: ${length < 12 ? 'long enough' : 'good'}`;
}

function welcome(answer) {
    const loaded = answer.catalog?.loaded ?? 0;
    const catalogue = loaded ? ` The catalogue has ${plural(loaded, 'server')} to choose from.` : '';
    return `You are signed in as ${answer.user.username}, and the team “${answer.team.name}” is yours.${catalogue}`;
}

export function mountAccount(wizard) {
    const { username, email, password, team_name } = rules;
    const form = new Form($('account-form'), { username, email, password, team_name });

    async function create(values) {
        try {
            const sample_catalog = $('sample_catalog').checked;
            const code = wizard.code();
            const answer = await api.createAdmin({ ...values, sample_catalog, ...(code && { setup_code: code }) });
            sessionStorage.removeItem(DRAFT);
            wizard.finish(welcome(answer));
        } catch (error) {
            if (wizard.fail(error)) return;
            await settle(error);
        }
    }

    /* A conflict: somebody else created an administrator meanwhile. */
    async function settle(error) {
        const status = error.status === 409 ? await api.status().catch(() => null) : null;
        if (status && status.state !== 'no_admin') wizard.go(status);
        else form.show(error);
    }

    $('account-form').addEventListener('input', () => {
        keepDraft();
        showLength();
    });
    $('account-form').addEventListener('submit', (event) => {
        event.preventDefault();
        const values = form.read();
        if (values) whileBusy($('account-button'), () => create(values));
    });
    passwordToggle($('password-toggle'), $('password'));

    function open() {
        restoreDraft();
        wizard.show('account');
    }

    return { open };
}
