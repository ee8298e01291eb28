/* admin/backups.js - the backups: how old, how large, proven when; make, prove, fetch and remove them; the nightly one */

import { sentence } from '../api.js';
import { announce, el, hiddenText, notice } from '../dom.js';
import { field } from '../form.js';
import { bytes, count, plural, time } from '../format.js';
import { toast } from '../toast.js';
import { admin } from './api.js';
import { dataTable } from './data_table.js';
import { badge, bdi, button, card, empty, feed, head, none, skeleton } from './parts.js';
import { confirmed } from './password.js';

export const title = 'Backups';

const BUSY_MS = 1000;
const CALM_MS = 30_000;
const OLD_MS = 2 * 86_400_000;

/* ---- doing something with one ---- */

function askRemove(one, reload) {
    confirmed({
        title: 'Delete this backup?',
        lines: [`Deletes ${one.name} (${bytes(one.bytes)}) from the disk of the server. It cannot be brought back.`],
        action: 'Delete the backup',
        work: async ({ password }) => {
            await admin.removeBackup(one.name, password);
            toast(`${one.name} was deleted.`);
            reload();
        },
    });
}

function askDownload(one) {
    confirmed({
        title: 'Download this backup?',
        lines: [
            `${one.name}, ${bytes(one.bytes)}. It holds all that the database holds, addresses and password hashes too: keep it where only you can read it.`,
        ],
        action: 'Download',
        danger: false,
        work: async ({ password }) => {
            const { url } = await admin.backupTicket(one.name, password);
            const link = el('a', { href: url, download: '' });
            document.body.append(link);
            link.click();
            link.remove();
            toast('The download has begun.');
        },
    });
}

async function verify(one, reload) {
    try {
        await admin.verifyBackup(one.name);
        toast(`${one.name} is being restored into a scratch database and compared.`);
    } catch (error) {
        toast(error.message, { urgent: true });
    }
    return reload();
}

/* ---- the list ---- */

function proof(one) {
    if (one.problem)
        return el('span', { class: 'stacked' }, badge('problem', 'danger'), bdi(one.problem, { class: 'small' }));
    return one.verified_at ? el('span', {}, time(one.verified_at)) : badge('not yet', 'warn');
}

function actions(one, reload) {
    const named = hiddenText(` ${one.name}`);
    const prove = button(el('span', {}, 'Prove', named), () => verify(one, reload), { kind: 'quiet compact' });
    const fetchIt = button(el('span', {}, 'Download', named.cloneNode(true)), () => askDownload(one), {
        kind: 'quiet compact',
    });
    const remove = button(el('span', {}, 'Delete', named.cloneNode(true)), () => askRemove(one, reload), {
        kind: 'quiet remove compact',
    });
    return el('span', { class: 'row-actions' }, prove, one.format === 'directory' ? null : fetchIt, remove);
}

const columns = (reload) => [
    {
        name: 'made',
        label: 'Made',
        main: true,
        date: true,
        descending: true,
        value: (one) => Date.parse(one.made_at),
        cell: (one) =>
            el(
                'span',
                { class: 'stacked' },
                el('strong', {}, time(one.made_at)),
                bdi(one.name, { class: 'muted small mono' }),
            ),
    },
    {
        name: 'size',
        label: 'Size',
        numeric: true,
        descending: true,
        value: (one) => one.bytes,
        cell: (one) => bytes(one.bytes),
    },
    {
        name: 'rows',
        label: 'Rows',
        numeric: true,
        descending: true,
        value: (one) => one.rows,
        cell: (one) => (one.rows == null ? none() : count(one.rows)),
    },
    {
        name: 'server',
        label: 'From',
        cell: (one) =>
            el(
                'span',
                { class: 'stacked' },
                bdi(one.database ?? ''),
                el(
                    'span',
                    { class: 'muted small' },
                    [one.server_version && `PostgreSQL ${one.server_version}`, one.format].filter(Boolean).join(', '),
                ),
            ),
    },
    {
        name: 'proof',
        label: 'Last proven restore',
        date: true,
        descending: true,
        value: (one) => (one.verified_at ? Date.parse(one.verified_at) : null),
        cell: proof,
    },
    { name: 'do', label: 'Actions', action: true, cell: (one) => actions(one, reload) },
];

/* ---- the job under way, and the last one ---- */

function jobCard() {
    const text = el('p', { class: 'run-line' });
    const progress = el('progress', { 'aria-label': 'Progress' });
    const node = el('div', { class: 'notice job' }, text, progress);
    function set(job) {
        const what = job.kind === 'verify' ? 'Proving' : 'Making';
        const where = [job.phase, job.table].filter(Boolean).join(' ');
        const share = job.total ? `${count(job.done)} of ${count(job.total)}` : '';
        text.replaceChildren(
            el('span', {}, `${what} `, bdi(job.name ?? 'a backup'), where ? `: ${where}` : ''),
            el('span', { class: 'number' }, share),
        );
        if (job.total) {
            progress.max = job.total;
            progress.value = job.done;
        } else {
            progress.removeAttribute('value');
        }
    }
    return { node, set };
}

function lastLine(last) {
    if (!last || !last.error) return null;
    const what = last.kind === 'verify' ? 'Proving a backup did not succeed' : 'The last backup did not succeed';
    return notice('error', what, sentence(last.error), last.name && `It was ${last.name}.`);
}

function ageLine(backups, job) {
    const newest = backups.reduce((latest, one) => Math.max(latest, Date.parse(one.made_at)), 0);
    if (job || (newest && Date.now() - newest < OLD_MS)) return null;
    return newest
        ? notice(
              'warn',
              'The newest backup is more than two days old',
              'Make one now, or look why the nightly one does not come.',
          )
        : null;
}

/* ---- the nightly one ---- */

const wholeNumber = (least, most) => (value) => {
    const number = Number(value);
    return Number.isInteger(number) && number >= least && number <= most
        ? ''
        : `A whole number from ${count(least)} to ${count(most)}.`;
};

function askSettings(nightly, reload) {
    const enabled = el(
        'label',
        { class: 'check' },
        el('input', { type: 'checkbox', name: 'enabled', checked: nightly.enabled }),
        el('span', { class: 'label' }, 'Make a backup each night'),
        el('span', { class: 'hint' }, 'It is proven by a restore afterwards, and old ones are removed.'),
    );
    confirmed({
        title: 'Nightly backup',
        content: [
            enabled,
            field({
                name: 'time',
                label: 'Time',
                type: 'time',
                value: nightly.time,
                hint: 'By the clock of the server.',
            }),
            field({
                name: 'keep_days',
                label: 'Keep for (days)',
                type: 'number',
                min: 1,
                max: 3650,
                value: nightly.keep_days,
            }),
            field({
                name: 'keep_last',
                label: 'Keep at least (backups)',
                type: 'number',
                min: 1,
                max: 1000,
                value: nightly.keep_last,
                hint: 'The newest ones stay however old they are; so does the last proven one.',
            }),
        ],
        checks: {
            enabled: () => '',
            time: (value) => (/^([01]\d|2[0-3]):[0-5]\d$/.test(value) ? '' : 'Enter a time such as 02:30.'),
            keep_days: wholeNumber(1, 3650),
            keep_last: wholeNumber(1, 1000),
        },
        action: 'Save',
        danger: false,
        work: async (values) => {
            await admin.backupSettings({
                ...values,
                keep_days: Number(values.keep_days),
                keep_last: Number(values.keep_last),
            });
            toast('The settings were saved.');
            reload();
        },
    });
}

function byHand({ pause_s, next_at }) {
    const often = pause_s < 60 ? `one each ${plural(pause_s, 'second')}` : `one each ${plural(Math.ceil(pause_s / 60), 'minute')}`;
    return el('span', {}, `${often} at most`, next_at ? [', the next ', time(next_at)] : '');
}

function nightlyFacts({ nightly, by_hand, folder }) {
    const fact = (name, ...value) => [el('dt', {}, name), el('dd', {}, ...value)];
    return el(
        'dl',
        { class: 'facts start' },
        fact('Each night', nightly.enabled ? badge(`at ${nightly.time}`, 'ok dot') : badge('off', 'warn dot')),
        nightly.enabled && nightly.next_at ? fact('Next', time(nightly.next_at)) : [],
        fact('Kept for', plural(nightly.keep_days, 'day')),
        fact('Kept at least', plural(nightly.keep_last, 'backup')),
        by_hand?.pause_s ? fact('By hand', byHand(by_hand)) : [],
        fact('Folder', el('code', {}, folder)),
    );
}

/* ---- the page ---- */

export function mount(ctx) {
    let answer = null;
    const make = button('Back up now', makeNow, { kind: 'primary', name: 'archive' });
    const change = button('Change', () => answer && askSettings(answer.nightly, source.load), {
        kind: 'quiet compact',
        name: 'pencil',
        label: 'Change the settings of the nightly backup',
    });
    const page = head(ctx, title, make);
    const region = el('div', { class: 'stack', 'aria-busy': 'true' }, skeleton(6));
    const table = dataTable({
        caption: 'Backups',
        columns: columns(() => source.load()),
        key: (one) => one.name,
        sort: { name: 'made', descending: true },
    });
    const list = card('Backups');
    const nightly = card('Nightly', { tools: [change] });
    const told = el('div', { class: 'stack' });
    const job = jobCard();
    let running = null;
    ctx.root.append(region);

    async function makeNow() {
        try {
            await admin.makeBackup();
            announce('The backup has begun.');
        } catch (error) {
            toast(error.message, { urgent: true });
        }
        await source.load();
    }

    function tellEnd() {
        if (!running || answer.job) return;
        const { last } = answer;
        const done = running === 'verify' ? 'The backup was proven by a restore.' : 'The backup was made.';
        toast(last?.error ? `It did not succeed: ${last.error}` : done, { urgent: Boolean(last?.error) });
    }

    function drawJob() {
        make.disabled = Boolean(answer.job);
        if (answer.job) job.set(answer.job);
        const lines = [
            answer.problem && notice('error', 'Backups cannot be made', answer.problem),
            answer.job && job.node,
            lastLine(answer.last),
            ageLine(answer.backups, answer.job),
        ];
        const wanted = lines.filter(Boolean);
        if (
            JSON.stringify(wanted.map((one) => one.textContent)) !==
                JSON.stringify([...told.children].map((one) => one.textContent)) ||
            (answer.job && !job.node.isConnected)
        )
            told.replaceChildren(...wanted);
        told.hidden = wanted.length === 0;
    }

    function draw(fresh) {
        answer = fresh;
        tellEnd();
        running = answer.job?.kind ?? null;
        drawJob();
        const proven = answer.backups.filter(({ verified_at }) => verified_at).length;
        page.lead(
            `${plural(answer.backups.length, 'backup')}, ${bytes(answer.backups.reduce((sum, one) => sum + one.bytes, 0))}; ${count(proven)} proven by a restore.`,
        );
        table.set(answer.backups);
        list.number.textContent = count(answer.backups.length);
        const body = answer.backups.length
            ? table.node
            : empty('There is no backup yet', 'Make the first one now: it takes seconds for a small database.');
        if (body.parentNode !== list.body) list.body.replaceChildren(body);
        nightly.body.replaceChildren(nightlyFacts(answer));
        if (!list.node.isConnected) region.replaceChildren(told, list.node, nightly.node);
    }

    const paused = () => document.querySelector('dialog[open]') !== null;
    const source = feed(ctx, {
        page,
        region,
        read: admin.backups,
        draw,
        every: () => (running ? BUSY_MS : CALM_MS),
        paused,
    });
    source.begin();
}
