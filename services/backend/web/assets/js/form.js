/* form.js - fields that say beside themselves what is wrong, with the same rules as the server's */

import { ApiError } from './api.js';
import { el } from './dom.js';

export const rules = {
    username(value) {
        if (value.length < 3 || value.length > 50) return 'Use 3 to 50 characters.';
        if (!/^[a-zA-Z0-9_-]+$/.test(value)) return 'Use only letters, digits, - and _.';
        return '';
    },
    email(value) {
        return /^[^\s@]+@[^\s@]+$/.test(value) ? '' : 'Enter an address such as ada@example.org.';
    },
    password(value) {
        const length = [...value].length;
        if (length < 8) return 'Use at least 8 characters.';
        return length > 128 ? 'Use at most 128 characters.' : '';
    },
    team_name(value) {
        if (!value) return 'Give the team a name.';
        return [...value].length > 100 ? 'Use at most 100 characters.' : '';
    },
    installation_name(value) {
        if (!value) return 'Give the installation a name.';
        return [...value].length > 100 ? 'Use at most 100 characters.' : '';
    },
    required: (value) => (value ? '' : 'Fill in this field.'),
};

function trimmed(input) {
    if (input.type === 'checkbox') return input.checked;
    return input.type === 'password' || input.dataset.raw ? input.value : input.value.trim();
}

export class Form {
    /* checks: { field name: (value) => '' or what is wrong } */
    constructor(form, checks) {
        this.form = form;
        this.checks = checks;
        this.general = form.querySelector('[data-form-error]');
        for (const name of Object.keys(checks)) this.watch(name);
    }

    input(name) {
        return this.form.elements.namedItem(name);
    }

    watch(name) {
        const input = this.input(name);
        input.addEventListener('input', () => this.mark(name, ''));
        input.addEventListener('change', () => {
            if (input.value) this.mark(name, this.checks[name](trimmed(input)));
        });
    }

    mark(name, text) {
        const input = this.input(name);
        const place = this.form.querySelector(`[data-error-for="${CSS.escape(name)}"]`);
        if (place) place.textContent = text;
        if (text) input.setAttribute('aria-invalid', 'true');
        else input.removeAttribute('aria-invalid');
    }

    values() {
        const names = Object.keys(this.checks);
        return Object.fromEntries(names.map((name) => [name, trimmed(this.input(name))]));
    }

    /* The values when all are right; else null, with the first wrong field focused. */
    read() {
        this.fail('');
        const values = this.values();
        const wrong = Object.keys(values).filter((name) => {
            const text = this.checks[name](values[name]);
            this.mark(name, text);
            return text;
        });
        if (wrong.length === 0) return values;
        this.input(wrong[0]).focus();
        return null;
    }

    fail(text) {
        if (!this.general) return;
        this.general.textContent = text;
        this.general.hidden = !text;
    }

    /* Puts what the server refused beside the fields; the rest goes to the head of the form. */
    show(error) {
        const known = error instanceof ApiError ? error.details : [];
        const mine = known.filter(({ field }) => field in this.checks);
        for (const { field, message } of mine) this.mark(field, message);
        if (mine.length) this.input(mine[0].field).focus();
        const others = known.filter(({ field }) => !(field in this.checks));
        const extra = others.map(({ field, message }) => `${field}: ${message}`).join(' ');
        if (!mine.length || others.length) this.fail([error.message, extra].filter(Boolean).join(' '));
    }
}

/* A labelled field as the static pages write it, for forms made at run time. */
export function field({ name, label, value = '', hint = '', maxlength = 100, type = 'text', autocomplete = 'off', ...more }) {
    const id = `field-${name}`;
    const described = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(' ');
    const input = el('input', {
        class: 'input', id, name, type, value, maxlength, autocomplete,
        'aria-describedby': described, required: true, ...more,
    });
    return el(
        'div',
        { class: 'field' },
        el('label', { for: id }, label),
        input,
        hint && el('p', { class: 'hint', id: `${id}-hint` }, hint),
        el('p', { class: 'field-error', id: `${id}-error`, 'data-error-for': name, 'aria-live': 'polite' }),
    );
}

/* The Show button of a password field. */
export function passwordToggle(button, input) {
    button.addEventListener('click', () => {
        const show = input.type === 'password';
        input.dataset.raw = 'yes';
        input.type = show ? 'text' : 'password';
        button.firstElementChild.textContent = show ? 'Hide' : 'Show';
    });
}
