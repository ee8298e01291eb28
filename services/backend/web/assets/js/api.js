/* api.js - every request of the pages goes through here, so that errors have one shape */

const READ_MS = 20_000;
const SETUP_MS = 600_000;

export class ApiError extends Error {
    constructor(status, message, body = {}, retryAfter = 0) {
        super(message);
        this.status = status;
        this.details = Array.isArray(body.details) ? body.details : [];
        this.about = this.details.length ? {} : body.details ?? {}; /* of a statement: position, detail, hint */
        this.retryAfter = retryAfter;
    }
}

/* Server texts are lower case and without a full stop; a page shows sentences. */
export function sentence(text) {
    const trimmed = String(text ?? '').trim();
    if (!trimmed) return '';
    const start = trimmed[0].toUpperCase() + trimmed.slice(1);
    return /[.!?]$/.test(start) ? start : `${start}.`;
}

function fallback(status) {
    if (status === 403) return 'This is not allowed';
    if (status === 404) return 'This no longer exists';
    if (status === 429) return 'Too many attempts, please wait a moment';
    if (status === 503) return 'The server is not ready yet';
    return `The server answered with an error (${status})`;
}

function withDeadline(ms, outer) {
    const control = new AbortController();
    const timer = setTimeout(() => control.abort('deadline'), ms);
    outer?.addEventListener('abort', () => control.abort('replaced'), { once: true });
    return { signal: control.signal, done: () => clearTimeout(timer) };
}

async function send(method, path, body, signal) {
    const headers = { Accept: 'application/json' };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return fetch(path, { method, headers, body: payload, credentials: 'same-origin', signal });
}

export async function request(method, path, { body, signal, ms = READ_MS } = {}) {
    const wait = withDeadline(ms, signal);
    try {
        const response = await send(method, path, body, wait.signal);
        const answer = await response.json().catch(() => ({}));
        if (response.ok) return answer;
        const text = sentence(answer.error || answer.message || fallback(response.status));
        const retry = Number.parseInt(response.headers.get('Retry-After') ?? '', 10) || 0;
        throw new ApiError(response.status, text, answer, retry);
    } catch (error) {
        if (error instanceof ApiError || signal?.aborted) throw error;
        throw new ApiError(0, 'The server does not answer. Check that it is still running.');
    } finally {
        wait.done();
    }
}

export function query(values) {
    const pairs = Object.entries(values).filter(([, value]) => value !== '' && value != null);
    return pairs.length ? `?${new URLSearchParams(pairs)}` : '';
}

export const part = encodeURIComponent;

export const api = {
    status: () => request('GET', '/api/db/status'),
    setup: (code) =>
        request('POST', '/api/db/setup', {
            body: { type: 'postgresql', ...(code && { setup_code: code }) },
            ms: SETUP_MS,
        }),
    createAdmin: (body) => request('POST', '/api/setup/admin', { body, ms: 60_000 }),

    login: (login, password) =>
        request('POST', '/api/auth/email/login', { body: { login, password } }),
    logout: () => request('POST', '/api/auth/logout', { body: {} }),
    me: () => request('GET', '/api/users/me'),

    teams: async () => (await request('GET', `/api/teams${query({ limit: 100 })}`)).data.teams,
    createTeam: async (name) =>
        (await request('POST', '/api/teams', { body: { name } })).data.team,
    renameTeam: async (id, name) =>
        (await request('PATCH', `/api/teams/${part(id)}`, { body: { name } })).data.team,

    notifications: async () => (await request('GET', `/api/notifications${query({ limit: 20 })}`)).data,
    markNotification: async (id, read) =>
        (await request('PATCH', `/api/notifications/${part(id)}`, { body: { read } })).data.notification,
    markAllNotifications: () => request('POST', '/api/notifications/read-all', { body: {} }),

    servers: async (filter, signal) =>
        (await request('GET', `/api/mcp/servers${query(filter)}`, { signal })).data,
    installations: async (team, filter) =>
        (await request('GET', `/api/teams/${part(team)}/mcp/installations${query(filter)}`)).data,
    install: async (team, server_id, name) => {
        const path = `/api/teams/${part(team)}/mcp/installations`;
        return (await request('POST', path, { body: { server_id, name } })).data.installation;
    },
    uninstall: (team, id) =>
        request('DELETE', `/api/teams/${part(team)}/mcp/installations/${part(id)}`),
};
