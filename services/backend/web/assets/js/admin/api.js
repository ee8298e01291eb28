/* admin/api.js - the requests that only administrators may make */

import { part, query, request } from '../api.js';

const BASE = '/api/admin';
const LONG_MS = 60_000;

const data = async (...args) => (await request(...args)).data;
const get = (path, filter = {}, signal) => data('GET', `${BASE}${path}${query(filter)}`, { signal });
const post = (path, body = {}) => data('POST', `${BASE}${path}`, { body, ms: LONG_MS });
const hexadecimal = (text) =>
    [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
/* A table may be called what no path can carry: "a/b", "..", a tab. */
const carried = (name) => (/^(?![=]|\.\.?$)[^/\p{Cc}]+$/u.test(name) ? part(name) : `=${hexadecimal(name)}`);
const table = (schema, name) => `/tables/${carried(schema)}/${carried(name)}`;
const backup = (name) => `/backups/${part(name)}`;

export const SAMPLES = `${BASE}/overview/stream`;

export const admin = {
    overview: (signal) => get('/overview', {}, signal),
    usage: (filter, signal) => get('/usage', filter, signal),
    activity: (signal) => get('/activity', {}, signal),
    cancel: (pid, password) => post(`/activity/${pid}/cancel`, { password }),
    terminate: (pid, password) => post(`/activity/${pid}/terminate`, { password }),
    audit: (filter, signal) => get('/audit', filter, signal),

    tables: (signal) => get('/tables', {}, signal),
    table: (schema, name, signal) => get(table(schema, name), {}, signal),
    rows: (schema, name, filter, signal) => get(`${table(schema, name)}/rows`, filter, signal),
    changeRow: (schema, name, body) => data('PATCH', `${BASE}${table(schema, name)}/rows`, { body }),

    indexes: (signal) => get('/indexes', {}, signal),
    slow: (signal) => get('/slow', {}, signal),
    plan: (body) => post('/plan', body),
    query: (body) => post('/query', body),
    migrations: (signal) => get('/migrations', {}, signal),
    diagram: (signal) => get('/erd', {}, signal),

    backups: (signal) => get('/backups', {}, signal),
    makeBackup: () => post('/backups'),
    verifyBackup: (name) => post(`${backup(name)}/verify`),
    removeBackup: (name, password) => data('DELETE', `${BASE}${backup(name)}`, { body: { password } }),
    backupTicket: (name, password) => post(`${backup(name)}/ticket`, { password }),
    backupSettings: (body) => data('PATCH', `${BASE}/backups/settings`, { body }),
};
