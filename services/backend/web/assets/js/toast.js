/* toast.js - short news at the edge of the page; it says itself to screen readers and goes away */

import { $, el, icon } from './dom.js';

const STAY_MS = 6000;

export function toast(text, { urgent = false } = {}) {
    const close = el(
        'button',
        { class: 'toast-close', type: 'button', 'aria-label': 'Close message' },
        icon('cross'),
    );
    const box = el('div', { class: 'toast' }, el('p', {}, text), close);
    close.addEventListener('click', () => box.remove());
    $(urgent ? 'toasts-urgent' : 'toasts').append(box);
    if (!urgent) setTimeout(() => box.remove(), STAY_MS);
}
