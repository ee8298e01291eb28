/* home/notifications.js - the bell: what the signed-in person should know, and what of it was read */

import { api } from '../api.js';
import { $, announce, el, hiddenText, whileBusy } from '../dom.js';
import { plural, time } from '../format.js';
import { toast } from '../toast.js';
import { menu } from './account.js';

export function mountNotifications() {
    let unread = 0;
    menu($('bell-button'), $('bell-sheet'), $('bell'));

    function count(number) {
        unread = number;
        $('bell-name').textContent = unread ? `Notifications, ${unread} unread` : 'Notifications';
        $('bell-count').textContent = unread > 9 ? '9+' : String(unread);
        $('bell-count').hidden = unread === 0;
        $('bell-all').hidden = unread === 0;
    }

    async function mark(one, button) {
        try {
            const changed = await api.markNotification(one.id, true);
            button.closest('li').replaceWith(row(changed));
            count(Math.max(0, unread - 1));
            announce(`${one.title}: marked as read`);
            $('bell-button').focus();
        } catch (error) {
            toast(error.message, { urgent: true });
        }
    }

    function row(one) {
        const button = one.read
            ? null
            : el('button', { class: 'button quiet compact', type: 'button' }, 'Mark as read', hiddenText(`: ${one.title}`));
        button?.addEventListener('click', () => whileBusy(button, () => mark(one, button)));
        return el('li', { class: one.read ? null : 'unread' },
            el('strong', {}, one.title, one.read ? null : hiddenText(' (unread)')),
            el('p', {}, one.message),
            el('div', { class: 'news-foot' }, el('span', { class: 'muted small' }, time(one.created_at)), button));
    }

    async function load() {
        const { notifications, unread: number } = await api.notifications();
        const none = el('li', { class: 'muted' }, 'Nothing yet.');
        $('bell-list').replaceChildren(...(notifications.length ? notifications.map(row) : [none]));
        $('bell-button').disabled = false;
        count(number);
    }

    async function markAll() {
        try {
            const { count: changed } = await api.markAllNotifications();
            await load();
            announce(`${plural(changed, 'notification')} marked as read`);
            $('bell-button').focus();
        } catch (error) {
            toast(error.message, { urgent: true });
        }
    }

    $('bell-all').addEventListener('click', () => whileBusy($('bell-all'), markAll));
    return { load };
}
