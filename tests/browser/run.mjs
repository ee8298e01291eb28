/* run.mjs - walks through the pages of the real program as people do: run.mjs PROGRAM [--shots FOLDER] */

import { parseArgs } from 'node:util';
import { walkCatalogue, walkInstallations, walkNotifications, walkSignIn, walkTeam } from './dashboard.mjs';
import { startProgram } from './program.mjs';
import { check, equal, finish, WalkEnded } from './tap.mjs';
import { launch, makeVisitor } from './visitor.mjs';
import { walkWizard } from './wizard.mjs';

const LOOKS = [
    { width: 1280, scheme: 'light' },
    { width: 390, scheme: 'dark' },
    { width: 1280, scheme: 'dark' },
    { width: 390, scheme: 'light' },
];
const PERSON = {
    username: 'ada', email: 'ada@example.org', password: 'quiet grey elephants', team: 'Herd of "one" & <more>',
};

async function walk(visitor) {
    await walkWizard(visitor, PERSON);
    await walkSignIn(visitor, PERSON);
    await walkTeam(visitor, 'Elephants & friends');
    await walkNotifications(visitor);
    await walkCatalogue(visitor);
    await walkInstallations(visitor);
}

function tellFailure(error, program) {
    if (!(error instanceof WalkEnded)) throw error;
    const lines = program.output().split('\n').filter((line) => !/"code":[23]/.test(line)).slice(-15);
    console.log(['# the program said last:', ...lines.map((line) => `#   ${line}`)].join('\n'));
}

/* Each look has a program and data of its own: the wizard is there once only. */
async function walkOnce(browser, path, look) {
    const program = await startProgram(path);
    const visitor = await makeVisitor(browser, program.url, look);
    try {
        await walk(visitor);
    } catch (error) {
        await visitor.shoot('failed');
        tellFailure(error, program);
    } finally {
        await visitor.close();
        const how = await program.stop();
        await check(`${look.width} ${look.scheme}: SIGTERM ends the program cleanly`, () => equal(how, 0, 'exit'))
            .catch(() => {});
    }
}

async function main() {
    const { values, positionals } = parseArgs({ allowPositionals: true, options: { shots: { type: 'string' } } });
    if (positionals.length !== 1) throw new Error('usage: run.mjs PROGRAM [--shots FOLDER]');
    const browser = await launch();
    try {
        for (const look of LOOKS) await walkOnce(browser, positionals[0], { ...look, shots: values.shots });
    } finally {
        await browser.close();
    }
}

main().then(
    () => process.exit(finish()),
    (error) => {
        console.log(`Bail out! ${error.message.split('\n')[0]}`);
        console.error(error);
        process.exit(1);
    },
);
