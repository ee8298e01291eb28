/* dialog.js - questions in a <dialog>: the browser keeps the focus inside and gives it back */

import { el, whileBusy } from './dom.js';
import { Form } from './form.js';

let serial = 0;

function frame(title, content, actions) {
    serial += 1;
    const id = `dialog-title-${serial}`;
    const form = el(
        'form',
        { class: 'dialog-form', novalidate: true },
        el('h2', { id }, title),
        ...content,
        el('p', { class: 'notice error', role: 'alert', 'data-form-error': '', hidden: true }),
        el('div', { class: 'actions' }, ...actions),
    );
    const dialog = el('dialog', { 'aria-labelledby': id }, form);
    return { dialog, form };
}

function open(dialog) {
    document.body.append(dialog);
    dialog.addEventListener('close', () => dialog.remove());
    dialog.addEventListener('click', (event) => {
        if (event.target === dialog) dialog.close();
    });
    dialog.showModal();
}

/*
 * Asks and does: `work(values)` runs when the person agrees, and the dialog closes when it
 * succeeded. What it throws is shown inside, beside the field where the server named one.
 */
export function ask({ title, content, checks = {}, action, danger = false, work }) {
    const cancel = el('button', { class: 'button', type: 'button' }, 'Cancel');
    const agree = el('button', { class: `button ${danger ? 'danger' : 'primary'}`, type: 'submit' }, action);
    const { dialog, form } = frame(title, content, [cancel, agree]);
    const fields = new Form(form, checks);
    cancel.addEventListener('click', () => dialog.close());
    form.addEventListener('submit', (event) => {
        event.preventDefault();
        const values = fields.read();
        if (values) whileBusy(agree, () => attempt(dialog, fields, () => work(values, fields)));
    });
    open(dialog);
    const first = form.querySelector('input') ?? cancel;
    first.focus();
    first.select?.();
}

async function attempt(dialog, fields, work) {
    try {
        await work();
        dialog.close();
    } catch (error) {
        fields.show(error);
    }
}
