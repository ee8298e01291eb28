/* home/account.js - who is signed in: the menu with signing out, the switcher between teams */

import { api } from '../api.js';
import { $, el, whileBusy } from '../dom.js';
import { toast } from '../toast.js';
import { askNewTeam } from './team.js';

export function menu(button, sheet, whole) {
    const set = (open) => {
        sheet.hidden = !open;
        button.setAttribute('aria-expanded', String(open));
    };
    button.addEventListener('click', () => set(sheet.hidden));
    whole.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape' || sheet.hidden) return;
        set(false);
        button.focus();
    });
    whole.addEventListener('focusout', (event) => {
        if (event.relatedTarget && !whole.contains(event.relatedTarget)) set(false);
    });
    document.addEventListener('click', (event) => {
        if (!whole.contains(event.target)) set(false);
    });
    return () => set(false);
}

async function signOut() {
    try {
        await api.logout();
    } catch (error) {
        if (error.status !== 401) return toast(error.message, { urgent: true });
    }
    location.assign('/login');
    return null;
}

/* The menu behind the initial of the name, on every page of signed-in people. */
export function mountUserMenu() {
    const close = menu($('user-menu-button'), $('user-menu-sheet'), $('user-menu'));
    $('sign-out').addEventListener('click', () => whileBusy($('sign-out'), signOut));

    function draw(user) {
        $('user-menu-button').disabled = false;
        $('user-initial').textContent = user.username.slice(0, 1);
        $('user-name').textContent = user.username;
        $('user-detail').textContent = [user.email, user.role?.name].filter(Boolean).join(' · ');
    }

    return { close, draw };
}

export const isAdministrator = (user) => (user.role?.permissions ?? []).includes('system.admin');

export function mountAccount(app) {
    const { close, draw: drawMenu } = mountUserMenu();

    $('new-team').addEventListener('click', () => {
        close();
        $('user-menu-button').focus();
        askNewTeam(app);
    });
    $('team-switcher').addEventListener('change', (event) => {
        app.selectTeam(app.teams.find(({ id }) => id === event.target.value));
    });

    function draw(user) {
        drawMenu(user);
        for (const link of document.querySelectorAll('[data-administrators]')) link.hidden = !isAdministrator(user);
    }

    function drawSwitcher() {
        const options = app.teams.map((team) =>
            el('option', { value: team.id, selected: team.id === app.team?.id }, team.name));
        $('team-switcher').replaceChildren(...options);
        $('switcher').hidden = app.teams.length < 2;
    }

    return { draw, drawSwitcher };
}
