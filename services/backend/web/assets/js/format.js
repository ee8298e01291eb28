/* format.js - numbers, sizes and times as people read them */

import { el } from './dom.js';

const number = new Intl.NumberFormat('en');
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const clockTime = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

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

/* Milliseconds in the unit that needs no more than three digits. */
export function duration(value) {
    if (value == null) return '–';
    if (value > 0 && value < 0.01) return '< 0.01 ms';
    if (value < 10) return `${value.toFixed(value === 0 ? 0 : value < 0.1 ? 2 : 1)} ms`;
    if (value < 1000) return `${Math.round(value)} ms`;
    const seconds = value / 1000;
    if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
    if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
    return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/* 0.99983 is not 100 %: what is not whole never looks so. */
export function percent(share) {
    if (share == null) return '–';
    const value = share * 100;
    if (value > 99.9 && value < 100) return '> 99.9 %';
    if (value > 0 && value < 0.1) return '< 0.1 %';
    return `${value.toFixed(value >= 100 || value === 0 ? 0 : 1)} %`;
}

export function rate(value) {
    if (value == null) return '–';
    return value < 100 && value > 0 ? value.toFixed(1) : count(Math.round(value));
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

/* "14:03:22" */
export const clock = (date) => clockTime.format(date);

/* Distances grow while a page stays open. */
export function refreshTimes() {
    for (const node of document.querySelectorAll('time[datetime]')) {
        const text = ago(new Date(node.dateTime));
        if (node.textContent !== text) node.textContent = text;
    }
}
