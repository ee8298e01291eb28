/* format.js - numbers, sizes and times as people read them */

import { el } from './dom.js';

const number = new Intl.NumberFormat('en');
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

const UNITS = [
    ['year', 31_536_000],
    ['month', 2_592_000],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
];

export const count = (value) => number.format(value ?? 0);

export function plural(value, one, many = `${one}s`) {
    return `${count(value)} ${value === 1 ? one : many}`;
}

export function bytes(value) {
    const names = ['bytes', 'kB', 'MB', 'GB', 'TB'];
    let size = value ?? 0;
    let step = 0;
    while (size >= 1000 && step < names.length - 1) {
        size /= 1000;
        step += 1;
    }
    return `${step && size < 100 ? size.toFixed(1) : Math.round(size)} ${names[step]}`;
}

function ago(date) {
    const seconds = Math.round((date.getTime() - Date.now()) / 1000);
    const found = UNITS.find(([, length]) => Math.abs(seconds) >= length);
    if (!found) return 'just now';
    return relative.format(Math.round(seconds / found[1]), found[0]);
}

/* <time> with the distance as text and the exact moment on hover. */
export function time(value) {
    const date = new Date(value);
    if (Number.isNaN(date.getTime())) return el('span', {}, 'unknown');
    const exact = moment.format(date);
    return el('time', { datetime: date.toISOString(), title: exact }, ago(date));
}
