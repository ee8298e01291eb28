/* dialog.js - questions in a <dialog>: the browser keeps the focus inside and gives it back */

import { el, whileBusy } from './dom.js';
import { Form } from './form.js';

let serial = 0;

function frame(title, content, actions, wide) {
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
    const dialog = el('dialog', { 'aria-labelledby': id, class: wide ? 'wide' : null }, form);
    return { dialog, form };
}

/* A click beside the dialog closes it; a selection that was dragged out of a field does not. */
function open(dialog) {
    let pressed = null;
    document.body.append(dialog);
    dialog.addEventListener('close', () => dialog.remove());
    dialog.addEventListener('pointerdown', (event) => {
        pressed = event.target;
    });
    dialog.addEventListener('click', (event) => {
        if (event.target === dialog && pressed === dialog) dialog.close();
    });
    dialog.showModal();
}

/*
 * Asks and does: `work(values)` runs when the person agrees, and the dialog closes when it
 * succeeded. What it throws is shown inside, beside the field where the server named one.
 * `closed` is told when the dialog has gone, whatever the reason.
 */
export function ask({ title, content, checks = {}, action, danger = false, wide = false, work, closed }) {
    const cancel = el('button', { class: 'button', type: 'button' }, 'Cancel');
    const agree = el('button', { class: `button ${danger ? 'danger' : 'primary'}`, type: 'submit' }, action);
    const { dialog, form } = frame(title, content, [cancel, agree], wide);
    const fields = new Form(form, checks);
    cancel.addEventListener('click', () => dialog.close());
    form.addEventListener('submit', (event) => {
        event.preventDefault();
        const values = fields.read();
        if (values) whileBusy(agree, () => attempt(dialog, fields, () => work(values, fields)));
    });
    open(dialog);
    if (closed) dialog.addEventListener('close', closed);
    const first = form.querySelector('input:enabled:not([readonly]), textarea:enabled, select:enabled') ?? cancel;
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
