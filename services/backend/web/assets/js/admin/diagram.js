/* admin/diagram.js - the schema drawn: its tables, and which refers to which */

import { el, notice } from '../dom.js';
import { admin } from './api.js';
import { button, card, code, empty, feed, head, skeleton } from './parts.js';

export const title = 'Diagram';

const LEGEND =
    'PK: primary key, FK: refers to another table, U: unique, ?: may be empty. A fork is many rows, a bar exactly one, a circle none or one.';

/* What Graphviz made is SVG; anything else is not put into the page. */
function drawing(text) {
    const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    if (root.localName !== 'svg') return null;
    for (const node of root.querySelectorAll('script, foreignObject')) node.remove();
    const node = document.importNode(root, true);
    node.setAttribute('role', 'img');
    node.setAttribute('aria-label', 'Tables and the references between them');
    return node;
}

function save(text) {
    const address = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
    el('a', { href: address, download: 'schema.svg' }).click();
    URL.revokeObjectURL(address);
}

/* As wide as the page, or as large as it was drawn. */
function resizer(box) {
    const node = button('Full size', () => {
        const fits = box.classList.toggle('fits');
        node.textContent = fits ? 'Full size' : 'Fit the width';
    });
    return node;
}

function picture(svg, text) {
    const box = el('div', { class: 'diagram fits', tabindex: '0', role: 'region', 'aria-label': title }, svg);
    const tools = [resizer(box), button('Save as SVG', () => save(text))];
    return card('The newest migration', { tools, lead: LEGEND }, box).node;
}

function asText(mermaid) {
    return el(
        'details',
        { class: 'more' },
        el('summary', {}, 'As text for Mermaid'),
        code(mermaid, 'the diagram for Mermaid'),
    );
}

export function mount(ctx) {
    const page = head(ctx, title);
    const region = el('div', { class: 'stack', 'aria-busy': 'true' }, skeleton(8));
    page.lead('The schema as the newest migration leaves it.');
    ctx.root.append(region);

    function draw({ svg, reason, mermaid }) {
        if (mermaid.trim() === 'erDiagram')
            return region.replaceChildren(empty('There are no tables', 'The migrations make none.'));
        const node = svg && drawing(svg);
        region.replaceChildren(
            node
                ? picture(node, svg)
                : notice('warn', 'It cannot be drawn here', reason, 'With the package graphviz installed it can.'),
            asText(mermaid),
        );
        return null;
    }

    feed(ctx, { page, region, read: admin.diagram, draw }).begin();
}
