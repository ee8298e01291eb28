/* dom.js - building elements without markup in strings: data can only ever become text */

const SVG = 'http://www.w3.org/2000/svg';

export const $ = (id) => document.getElementById(id);

/* el('p', { class: 'muted', onclick }, 'text', node, null): null and false children are left out. */
export function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (value == null || value === false) continue;
        if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
        else node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.flat().filter((child) => child != null && child !== false));
    return node;
}

export function svg(tag, props = {}, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(props)) if (value != null) node.setAttribute(name, value);
    node.append(...children);
    return node;
}

export const icon = (name) =>
    svg('svg', { class: 'icon', 'aria-hidden': 'true' }, svg('use', { href: `/assets/icons.svg#${name}` }));

export const hiddenText = (text) => el('span', { class: 'visually-hidden' }, text);

export function notice(kind, title, ...lines) {
    const body = lines.filter(Boolean).map((line) => el('p', {}, line));
    return el('div', { class: `notice ${kind}` }, el('strong', {}, title), ...body);
}

/* A button that is busy stays focusable, so that keyboard users do not lose their place. */
export async function whileBusy(button, work) {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.classList.add('busy');
    button.setAttribute('aria-disabled', 'true');
    try {
        await work();
    } finally {
        button.classList.remove('busy');
        button.removeAttribute('aria-disabled');
    }
}

let lastAnnounced = '';

/* One polite live region a page; the same sentence is not said twice in a row. */
export function announce(text) {
    const region = $('announcer');
    if (!region || text === lastAnnounced) return;
    lastAnnounced = text;
    region.textContent = text;
}

export function focusOn(node) {
    node.setAttribute('tabindex', '-1');
    node.focus({ preventScroll: false });
}
