/* login.js - signing in */

import { api } from './api.js';
import { $, announce, whileBusy } from './dom.js';
import { Form, passwordToggle, rules } from './form.js';

const button = $('signin-button');
const form = new Form($('signin-form'), { login: rules.required, password: rules.required });

/* Back to the administrators' page that was asked for; no other address is followed. */
function destination() {
    const next = new URLSearchParams(location.search).get('next') ?? '';
    return /^\/admin(?:[/?]|$)/.test(next) ? next : '/';
}

/* After too many attempts the button counts down instead of inviting the next refusal. */
function holdBack(seconds) {
    const until = Date.now() + seconds * 1000;
    button.disabled = true;
    const tick = () => {
        const left = Math.ceil((until - Date.now()) / 1000);
        button.disabled = left > 0;
        button.textContent = left > 0 ? `Try again in ${left} s` : 'Sign in';
        if (left > 0) setTimeout(tick, 500);
        else form.fail('');
    };
    tick();
}

async function signIn({ login, password }) {
    try {
        await api.login(login, password);
        announce('Signed in. Opening the dashboard.');
        location.assign(destination());
    } catch (error) {
        form.show(error);
        if (error.status === 429) holdBack(error.retryAfter || 30);
        else if (error.status === 503) checkReady();
        else if (!error.details?.length) form.input('password').select();
    }
}

async function checkReady() {
    const status = await api.status().catch(() => null);
    if (!status) return;
    if (['unset', 'no_admin', 'migrating'].includes(status.state)) location.replace('/setup');
    if (status.state === 'unreachable') {
        form.fail('The database cannot be reached at the moment. Signing in works again when it is back.');
    }
    $('signed-in').hidden = !(status.state === 'ready' && status.database);
}

$('signin-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const values = form.read();
    if (values) whileBusy(button, () => signIn(values));
});
passwordToggle($('password-toggle'), $('password'));
checkReady();
