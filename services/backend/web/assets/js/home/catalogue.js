/* home/catalogue.js - finding an MCP server by words and tag, and installing it */

import { api } from '../api.js';
import { ask } from '../dialog.js';
import { $, el, hiddenText, notice, whileBusy } from '../dom.js';
import { field, rules } from '../form.js';
import { count, plural } from '../format.js';
import { toast } from '../toast.js';

const PAGE = 20;
const TYPING_MS = 180;
const FEW_TAGS = 12;

function downloads(server) {
    if (server.downloads_a_month == null) return null;
    return el('span', { class: 'muted small' }, `${count(server.downloads_a_month)} downloads a month`);
}

function suggestion(server) {
    const last = server.name.split('/').pop();
    return last.slice(0, 100);
}

function askInstall(app, server) {
    const about = el('p', { class: 'muted' }, server.description || `Version ${server.version}`);
    ask({
        title: `Install ${server.name}`,
        content: [about, field({
            name: 'name', label: 'Name of the installation', value: suggestion(server),
            hint: `The team ${app.team.name} sees it under this name.`,
        })],
        checks: { name: rules.installation_name },
        action: 'Install',
        work: async ({ name }, form) => {
            const made = await install(app, server, name, form);
            toast(`${made.name} was installed.`);
        },
    });
}

async function install(app, server, name, form) {
    try {
        const made = await api.install(app.team.id, server.id, name);
        await app.installed(made);
        return made;
    } catch (error) {
        if (error.status === 409 && !error.details.length) {
            form.mark('name', error.message);
            form.input('name').select();
            throw Object.assign(error, { details: [{ field: 'name', message: error.message }] });
        }
        throw error;
    }
}

function entry(app, server, onTag) {
    const button = el('button', { class: 'button compact', type: 'button' }, 'Install', hiddenText(` ${server.name}`));
    button.addEventListener('click', () => (app.team ? askInstall(app, server) : toast('Create a team first.')));
    const tags = (server.tags ?? []).map((tag) => {
        const chip = el('button', { class: 'badge tag', type: 'button', 'aria-label': `Show only ${tag}` }, tag);
        chip.addEventListener('click', () => onTag(tag));
        return chip;
    });
    return el(
        'li',
        { 'data-server': server.id },
        el('div', { class: 'server-head' }, el('h3', {}, server.name),
            el('span', { class: 'muted small' }, server.version), downloads(server),
            el('span', { class: 'badge ok', 'data-installed': '', hidden: true }, 'Installed')),
        server.description && el('p', { class: 'summary' }, server.description),
        tags.length > 0 && el('div', { class: 'tags' }, ...tags),
        el('div', { class: 'server-action' }, button),
    );
}

export function mountCatalogue(app) {
    const filter = { q: '', tag: '' };
    let shown = 0;
    let allTags = false;
    let facet = [];
    let running = null;
    let typing = 0;

    function chip({ tag, count: number }) {
        const pressed = tag === filter.tag;
        const button = el('button', { class: 'chip', type: 'button', 'aria-pressed': String(pressed), 'data-tag': tag },
            tag, el('span', { class: 'count' }, count(number)));
        button.addEventListener('click', () => setTag(pressed ? '' : tag));
        return el('li', {}, button);
    }

    function moreTags() {
        const button = el('button', { class: 'chip more', type: 'button', 'aria-expanded': String(allTags) },
            allTags ? 'Fewer tags' : `All ${facet.length} tags`);
        button.addEventListener('click', () => {
            allTags = !allTags;
            drawTags();
            $('tags').querySelector('.more').focus();
        });
        return el('li', {}, button);
    }

    /* The chosen tag stays in sight even when the answer no longer counts it. */
    function drawTags() {
        const held = document.activeElement?.dataset?.tag;
        const few = allTags ? facet : facet.slice(0, FEW_TAGS);
        const chosen = facet.find(({ tag }) => tag === filter.tag) ?? { tag: filter.tag, count: 0 };
        const list = !filter.tag || few.some(({ tag }) => tag === filter.tag) ? few : [chosen, ...few];
        const items = list.map(chip);
        if (facet.length > FEW_TAGS) items.push(moreTags());
        $('tags').replaceChildren(...items);
        if (held) $('tags').querySelector(`[data-tag="${CSS.escape(held)}"]`)?.focus();
    }

    function setTag(tag) {
        filter.tag = tag;
        drawTags();
        return load();
    }

    function clear() {
        filter.q = '';
        filter.tag = '';
        $('search').value = '';
        $('search').focus();
        return load();
    }

    function nothing() {
        if (!filter.q && !filter.tag) {
            return el('div', { class: 'empty' }, el('h3', {}, 'The catalogue is empty'),
                el('p', {}, 'Load a list of servers with the command ', el('code', {}, 'deploystack catalog import FILE.tsv'), '.'));
        }
        const all = el('button', { class: 'button', type: 'button' }, 'Show everything');
        all.addEventListener('click', clear);
        return el('div', { class: 'empty' }, el('h3', {}, 'Nothing found'),
            el('p', {}, 'Try fewer or other words, or another tag.'), all);
    }

    function line(total) {
        if (!total) return 'No servers found';
        const of = filter.q || filter.tag ? ' found' : '';
        return shown < total ? `${count(shown)} of ${plural(total, 'server')}${of}` : `${plural(total, 'server')}${of}`;
    }

    function more() {
        const button = el('button', { class: 'button', type: 'button' }, 'Load more');
        button.addEventListener('click', () => whileBusy(button, () => load(shown)));
        return el('div', { class: 'results-more' }, button);
    }

    function draw(answer, offset) {
        const list = offset ? $('results').querySelector('.results') : el('ul', { class: 'results' });
        const entries = answer.servers.map((server) => entry(app, server, setTag));
        list.append(...entries);
        shown = offset + entries.length;
        facet = answer.tags ?? facet;
        drawTags();
        const { total, has_more } = answer.pagination;
        $('results').replaceChildren(total ? list : nothing(), ...(has_more ? [more()] : []));
        $('results').removeAttribute('aria-busy');
        $('results-line').textContent = line(total);
        markInstalled(app.installations.serverIds());
        if (offset) entries[0]?.querySelector('.server-action button').focus();
    }

    /* A newer question replaces one that is still on its way. */
    async function load(offset = 0) {
        running?.abort();
        const mine = new AbortController();
        running = mine;
        $('results').setAttribute('aria-busy', 'true');
        try {
            const answer = await api.servers({ ...filter, limit: PAGE, offset }, mine.signal);
            if (running === mine) draw(answer, offset);
        } catch (error) {
            if (!mine.signal.aborted) failed(error);
        }
    }

    function failed(error) {
        if (error.status === 401 || error.status === 503) return app.fail(error);
        const retry = el('button', { class: 'button', type: 'button' }, 'Try again');
        retry.addEventListener('click', () => whileBusy(retry, load));
        $('results-line').textContent = '';
        $('results').replaceChildren(notice('error', 'The catalogue could not be loaded', error.message), retry);
        return null;
    }

    function markInstalled(ids) {
        for (const item of $('results').querySelectorAll('[data-server]')) {
            item.querySelector('[data-installed]').hidden = !ids.has(item.dataset.server);
        }
    }

    function search() {
        clearTimeout(typing);
        const q = $('search').value.trim();
        if (q === filter.q) return;
        filter.q = q;
        load();
    }

    $('search').addEventListener('input', () => {
        clearTimeout(typing);
        typing = setTimeout(search, TYPING_MS);
    });
    $('search-form').addEventListener('submit', (event) => {
        event.preventDefault();
        search();
    });

    return { load, markInstalled };
}
