/* program.mjs - the real program on free ports with data of its own, stopped and removed afterwards */

import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const START_MS = 90_000;
const STOP_MS = 40_000;

function freePort() {
    return new Promise((done, fail) => {
        const server = createServer();
        server.once('error', fail);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => done(port));
        });
    });
}

function ownEnvironment(values) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(POSTGRES_|PG|TUSK_)/.test(name));
    return { ...Object.fromEntries(inherited), ...values };
}

async function answers(url, running) {
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline) {
        if (running.ended) throw new Error(`the program ended early:\n${running.output}`);
        const health = await fetch(`${url}/api/health`).catch(() => null);
        if (health?.ok) return;
        await new Promise((next) => setTimeout(next, 50));
    }
    throw new Error(`the program did not answer within ${START_MS} ms:\n${running.output}`);
}

function withDeadline(promise, ms) {
    return Promise.race([promise, new Promise((late) => setTimeout(() => late('late'), ms).unref())]);
}

/* As root the PostgreSQL server runs as another user, who must be able to enter the folder. */
async function makeFolder() {
    const folder = await mkdtemp(join(tmpdir(), 'tusk-browser-'));
    await chmod(folder, 0o755);
    return folder;
}

export async function startProgram(path) {
    const folder = await makeFolder();
    const [port, frontend] = [await freePort(), await freePort()];
    const env = ownEnvironment({
        TUSK_DATA_DIR: join(folder, 'data'), HOST: 'localhost', PORT: String(port), FRONTEND_PORT: String(frontend),
    });
    const child = spawn(resolve(path), ['serve'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const running = { ended: false, output: '' };
    for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (data) => { running.output = (running.output + data).slice(-20_000); });
    }
    const exited = new Promise((done) => {
        child.once('error', (error) => { running.ended = true; running.output += error.message; done(-1); });
        child.once('exit', (code, signal) => { running.ended = true; done(signal ?? code); });
    });

    async function stop() {
        if (!running.ended) child.kill('SIGTERM');
        const how = await withDeadline(exited, STOP_MS);
        if (how === 'late') child.kill('SIGKILL');
        await rm(folder, { recursive: true, force: true });
        return how;
    }

    const url = `http://localhost:${port}`;
    try {
        await answers(url, running);
    } catch (error) {
        await stop();
        throw error;
    }
    return { url, stop, output: () => running.output };
}
