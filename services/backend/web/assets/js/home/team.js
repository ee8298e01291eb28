/* home/team.js - the team at the head of the page, and its name */

import { api } from '../api.js';
import { ask } from '../dialog.js';
import { $, el } from '../dom.js';
import { field, rules } from '../form.js';
import { time } from '../format.js';
import { toast } from '../toast.js';

function askRename(app) {
    const { id, name } = app.team;
    ask({
        title: 'Rename the team',
        content: [field({ name: 'name', label: 'Team name', value: name })],
        checks: { name: rules.team_name },
        action: 'Rename',
        work: async (values) => {
            const team = await api.renameTeam(id, values.name);
            app.teamChanged(team);
            toast(`The team is now called ${team.name}.`);
        },
    });
}

export function askNewTeam(app) {
    ask({
        title: 'New team',
        content: [field({ name: 'name', label: 'Team name', hint: 'Each team has its own installations.' })],
        checks: { name: rules.team_name },
        action: 'Create',
        work: async ({ name }) => {
            const team = await api.createTeam(name);
            await app.addTeam(team);
            toast(`The team ${team.name} was created.`);
        },
    });
}

function head(team) {
    const role = { team_admin: 'You administer this team', team_user: 'You are a member' }[team.role];
    return [
        el('h1', {}, team.name),
        el('p', { class: 'muted' }, role && `${role} · `, 'Updated ', time(team.updated_at)),
    ];
}

function none(app) {
    const make = el('button', { class: 'button primary', type: 'button' }, 'Create a team');
    make.addEventListener('click', () => askNewTeam(app));
    return [
        el('h1', {}, 'Welcome'),
        el('p', { class: 'muted' }, 'You are not in a team yet. MCP servers are installed for a team.'),
        make,
    ];
}

export function mountTeam(app) {
    $('rename-team').addEventListener('click', () => askRename(app));

    function draw() {
        const { team } = app;
        $('team').replaceChildren(...(team ? head(team) : none(app)));
        $('team').removeAttribute('aria-busy');
        $('rename-team').hidden = !team;
        document.title = team ? `${team.name} · DeployStack` : 'DeployStack';
    }

    return { draw };
}
