/* tap.mjs - one TAP line for each check; a failed one ends its walk, for the next would only follow from it */

let number = 0;
let failures = 0;

export class WalkEnded extends Error {}

function diagnostic(error) {
    const text = String(error?.message ?? error);
    return text.split('\n').slice(0, 25).map((line) => `# ${line}`).join('\n');
}

export function equal(got, expected, what) {
    if (got !== expected) throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
}

export function truth(value, what) {
    if (!value) throw new Error(what);
}

export async function check(name, work) {
    number += 1;
    try {
        await work();
        console.log(`ok ${number} - ${name}`);
    } catch (error) {
        failures += 1;
        console.log(`not ok ${number} - ${name}`);
        console.error(diagnostic(error));
        throw new WalkEnded(name);
    }
}

export function finish() {
    console.log(`1..${number}`);
    return failures === 0 && number > 0 ? 0 : 1;
}
