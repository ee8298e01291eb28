/* visitor.mjs - a person at a browser: a page of one size and colour scheme, with what is looked at on each */

import { mkdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { equal, truth } from './tap.mjs';

const ARGUMENTS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const WAIT_MS = 15_000;

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function launch() {
    const executablePath = PLACES.find((place) => place && existsSync(place));
    if (!executablePath) throw new Error('Chromium was not found: install it, or name it in CHROMIUM');
    return chromium.launch({ executablePath, args: ARGUMENTS });
}

export async function makeVisitor(browser, url, { width, scheme, shots }) {
    const context = await browser.newContext({
        baseURL: url, colorScheme: scheme, reducedMotion: 'reduce',
        viewport: { width, height: width < 600 ? 844 : 800 }, isMobile: width < 600, hasTouch: width < 600,
    });
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    const complaints = [];
    const expected = [];
    listen(page, complaints, expected);
    if (shots) await mkdir(shots, { recursive: true });
    let picture = 0;

    async function shoot(name, fullPage = true) {
        if (!shots) return;
        if (fullPage) await page.evaluate(() => window.scrollTo(0, 0)); /* else the bar is in the middle */
        picture += 1;
        const file = `${width}-${scheme}-${String(picture).padStart(2, '0')}-${name}.png`;
        await page.screenshot({ path: join(shots, file), fullPage });
    }

    /* Everything that must hold wherever one stands. */
    async function look(name, fullPage = true) {
        await shoot(name, fullPage);
        const wide = await page.evaluate(() => Math.max(document.documentElement.scrollWidth, window.innerWidth));
        equal(wide, width, `${name}: pixels that the page is wide`);
        equal((await audit(page)).join('\n'), '', `axe-core on ${name}`);
        equal(complaints.join('\n'), '', `console on ${name}`);
    }

    const active = () => page.evaluate(() => {
        const node = document.activeElement;
        const style = getComputedStyle(node);
        const seen = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
        return { id: node.id, text: node.textContent.trim(), tag: node.tagName, seen };
    });

    return {
        page, width, scheme, look, shoot, active,
        expect: (...patterns) => expected.push(...patterns),
        forget: () => { expected.length = 0; },
        complaints, close: () => context.close(),
    };
}

/* An answer that a step provokes (a refused password) is also written to the console by the browser. */
function listen(page, complaints, expected) {
    page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`));
    page.on('console', (message) => {
        if (message.type() !== 'error' && message.type() !== 'warning') return;
        const text = `${message.text()} (${message.location().url})`;
        if (!expected.some((pattern) => pattern.test(text))) complaints.push(text);
    });
}

async function audit(page) {
    await page.evaluate(`window.axe ? undefined : (() => { ${axeSource} })()`);
    const found = await page.evaluate(async () => {
        const result = await window.axe.run(document, { resultTypes: ['violations'] });
        return result.violations.map(({ id, impact, nodes }) => ({
            id, impact, where: nodes.slice(0, 4).map((node) => `${node.target.join(' ')}: ${node.failureSummary}`),
        }));
    });
    const grave = found.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return grave.map(({ id, impact, where }) => `${impact} ${id}\n  ${where.join('\n  ')}`);
}
