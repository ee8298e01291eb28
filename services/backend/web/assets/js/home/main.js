/* home/main.js - the dashboard: loads who is there and which team, then lets the sections work */

import { api, sentence } from '../api.js';
import { $, el, icon, notice, whileBusy } from '../dom.js';
import { mountAccount } from './account.js';
import { mountCatalogue } from './catalogue.js';
import { mountDatabase } from './database.js';
import { mountInstallations } from './installations.js';
import { mountNotifications } from './notifications.js';
import { mountTeam } from './team.js';

const CHOSEN = 'deploystack-team';
const SETUP_STATES = ['unset', 'no_admin', 'migrating'];

/* What the sections share. `fail` is for errors that no section can show better itself. */
const app = { teams: [], team: null, fail, selectTeam, teamChanged, addTeam };
const account = mountAccount(app);
const team = mountTeam(app);
const installations = mountInstallations(app);
const catalogue = mountCatalogue(app);
const database = mountDatabase(app);
const notifications = mountNotifications();
app.installed = installations.reload;
app.installations = installations;
app.catalogue = catalogue;

async function whereTo() {
    const status = await api.status().catch(() => null);
    if (status && SETUP_STATES.includes(status.state)) location.replace('/setup');
    else trouble('The database cannot be reached', sentence(status?.hint) || 'Your data is safe. Try again in a moment.');
}

function trouble(title, text) {
    const retry = el('button', { class: 'button compact', type: 'button' }, icon('refresh'), 'Try again');
    retry.addEventListener('click', () => whileBusy(retry, start));
    const box = notice('error', title, text);
    box.append(el('div', { class: 'actions' }, retry));
    $('trouble').replaceChildren(box);
}

/* Signed out and not set up lead away; the rest is told on the page. */
function fail(error) {
    if (error.status === 401) location.replace('/login');
    else if (error.status === 503) whereTo();
    else trouble('Something did not work', error.message);
}

function remembered(teams) {
    const wanted = localStorage.getItem(CHOSEN);
    return teams.find(({ id }) => id === wanted) ?? teams.find((one) => one.is_default) ?? teams[0] ?? null;
}

function selectTeam(chosen) {
    app.team = chosen;
    if (chosen) localStorage.setItem(CHOSEN, chosen.id);
    teamChanged();
    return installations.load();
}

/* The same team with another name or time: only what shows the team is drawn again. */
function teamChanged(changed) {
    if (changed) {
        app.teams = app.teams.map((one) => (one.id === changed.id ? { ...one, ...changed } : one));
        app.team = app.teams.find(({ id }) => id === changed.id);
    }
    team.draw();
    account.drawSwitcher();
}

function addTeam(made) {
    app.teams = [...app.teams, made];
    notifications.load().catch(fail);
    return selectTeam(made);
}

async function start() {
    try {
        const [user, teams] = await Promise.all([api.me(), api.teams(), catalogue.load(), database.load(), notifications.load()]);
        $('trouble').replaceChildren();
        app.teams = teams;
        account.draw(user);
        await selectTeam(remembered(teams));
    } catch (error) {
        fail(error);
    }
}

start();
