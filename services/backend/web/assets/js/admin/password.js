/* admin/password.js - what is dangerous says exactly what it will do, and asks for the password again */

import { ApiError } from '../api.js';
import { ask } from '../dialog.js';
import { el } from '../dom.js';
import { field, rules } from '../form.js';

export function passwordField(hint = '') {
    return field({
        name: 'password',
        label: 'Your password',
        hint,
        type: 'password',
        autocomplete: 'current-password',
        maxlength: 128,
    });
}

const isAboutPassword = (error) =>
    error instanceof ApiError && error.status === 403 && /^(wrong password|password needed)/i.test(error.message);

/* A refused password is told beside its field, with the text selected for another try. */
export async function refusedBeside(fields, work) {
    try {
        return await work();
    } catch (error) {
        if (!isAboutPassword(error)) throw error;
        fields.input('password').select();
        throw Object.assign(error, { details: [{ field: 'password', message: error.message }] });
    }
}

export function confirmed({ title, lines = [], content = [], checks = {}, action, danger = true, wide = false, work }) {
    ask({
        title,
        action,
        danger,
        wide,
        content: [...lines.map((line) => el('p', { class: 'muted' }, line)), ...content, passwordField()],
        checks: { ...checks, password: rules.required },
        work: (values, fields) => refusedBeside(fields, () => work(values, fields)),
    });
}

/*
 * Makes a call that needs a password proven in the last minutes: the question only comes when the
 * server asks for it. Null when the person changed their mind.
 */
export async function proven(why, call) {
    try {
        return await call({});
    } catch (error) {
        if (!isAboutPassword(error)) throw error;
    }
    return new Promise((resolve, reject) => {
        const attempt = async (password) => {
            try {
                resolve(await call({ password }));
            } catch (error) {
                if (isAboutPassword(error) || error.status === 429) throw error;
                reject(error);
            }
        };
        ask({
            title: 'Your password, please',
            content: [el('p', { class: 'muted' }, why), passwordField('It is asked for again after ten minutes.')],
            checks: { password: rules.required },
            action: 'Continue',
            work: ({ password }, fields) => refusedBeside(fields, () => attempt(password)),
            closed: () => resolve(null),
        });
    });
}
