import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import losses from '@surprisal/losses/plugin';
import nn from '@surprisal/nn/plugin';
import type { Page } from 'playwright-core';
import { type TopLevelSpec, compile } from 'vega-lite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DemoBrowser,
  eventually,
  expectNoSeriousFindings,
  firstLoad,
  firstLoadOf,
  outputOfCode,
  settled,
} from './browser.js';

let demo: DemoBrowser;
beforeAll(async () => void (demo = await DemoBrowser.start()));
afterAll(() => demo.stop());

const CLEAN = '#v=1&a=cross-entropy&b=generalized-cross-entropy&noise=0&model=mlp&rate=0.05&epochs=6&train=3000&seed=1';
const SHORT = '#v=1&a=focal&a.gamma=1&b=comp-sum&b.tau=1.5&noise=0.4&model=mlp&rate=0.05&epochs=2&train=600&seed=7';

const phase = (page: Page, name: string) => page.waitForSelector(`body[data-phase="${name}"]`);
const ready = (page: Page) => page.waitForSelector('body[data-engine]');

const assets = new URL('../dist/assets/', import.meta.url);

/** What a button of the first figure gives to save. */
async function taken(page: Page, button: string, file: string): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await page.locator('#figures figure').first().getByText(button, { exact: true }).click();
  const given = await download;
  expect(given.suggestedFilename()).toBe(file);
  return readFileSync(await given.path());
}

/** Trains to the end and gives the numbers of the first figure: epoch, A, B. */
async function train(page: Page): Promise<number[][]> {
  await ready(page);
  await page.click('#run');
  await phase(page, 'ended');
  const figure = page.locator('#figures figure').first();
  await figure.locator('summary').click();
  await figure.locator('tbody tr').first().waitFor();
  return figure
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => Number(cell.textContent))));
}

describe('the demo', () => {
  it('shows something useful at once, and every registered method with its paper', async () => {
    const { page, errors } = await demo.open();
    expect(await page.locator('#loss-a').count()).toBe(1);
    await ready(page);
    await page.waitForSelector('[data-method]');
    const shown = await page
      .locator('[data-method]')
      .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.method));
    for (const { info } of [...losses.methods, ...nn.methods]) expect(shown).toContain(info.name);
    expect(await page.locator('[data-method="comp-sum"] a').getAttribute('href')).toBe(
      'https://arxiv.org/abs/2304.07288',
    );
    expect(await page.locator('#engine').textContent()).toMatch(/^Engine: wasm\. .* webgpu does not work here: /);
    expect(errors).toEqual([]);
  });

  it('learns: above 90% on clean labels, for both losses', async () => {
    const { page, errors } = await demo.open(CLEAN);
    const course = await train(page);
    expect(course[0]![1]).toBeLessThan(50);
    expect(course.at(-1)![0]).toBe(6);
    expect(course.at(-1)![1]).toBeGreaterThan(90);
    expect(course.at(-1)![2]).toBeGreaterThan(90);
    expect(await page.locator('#summary').textContent()).toMatch(
      /^Done\. Test accuracy: A: cross-entropy [\d.]+, B: generalized-cross-entropy [\d.]+ at epoch 6\.$/,
    );
    await page.locator('.digit').first().click();
    const label = /a (\d)/.exec((await page.locator('.digit').first().getAttribute('aria-label'))!)![1];
    await page.waitForSelector('.bars');
    expect(await page.locator('.bars caption').first().textContent()).toBe(`A says ${label}`);
    expect(errors).toEqual([]);
  });

  it('shows the same figure for the same link in a fresh profile, and another one for another seed', async () => {
    const [first, second, other] = [
      await demo.open(SHORT),
      await demo.open(SHORT),
      await demo.open(SHORT.replace('seed=7', 'seed=8')),
    ];
    const course = await train(first.page);
    expect(course.length).toBeGreaterThan(4);
    expect(await train(second.page)).toEqual(course);
    expect(await train(other.page)).not.toEqual(course);
    expect(await second.page.locator('#a-gamma').inputValue()).toBe('1');
    expect(await second.page.locator('#command').textContent()).toBe(
      'surprisal compare loss focal:gamma=1 comp-sum:tau=1.5 --on mnist --noise 0.4 --model mlp --learning-rate 0.05 --epochs 2 --train-size 600 --seed 7 --engine wasm',
    );
    expect(await second.page.locator('#code').textContent()).toContain('[focal({ gamma: 1 }), compSum({ tau: 1.5 })]');
  });

  it('shows code that trains so in Node, on the engine that is chosen', async () => {
    const { page } = await demo.open(SHORT.replace('epochs=2', 'epochs=3'));
    await ready(page);
    await page.selectOption('#engine-name', 'cpu');
    expect(await page.locator('#code').textContent()).toContain("useEngine('cpu')");
    await page.selectOption('#engine-name', 'wasm');
    const printed = (await outputOfCode(page)).trim().split('\n');
    const accuracies = printed.filter((line) => /^[a-z]/.test(line)).map((line) => line.split(' '));
    expect(accuracies.map(([name]) => name)).toEqual(['focal', 'comp-sum']);
    for (const [, accuracy] of accuracies) expect(Number(accuracy)).toBeGreaterThan(0.5);
  });

  it('keeps what is chosen in the address, and names what it does not know in one', async () => {
    const { page } = await demo.open('#v=1&a=focal&colour=blue&noise=7');
    expect(await page.locator('#notice').textContent()).toBe(
      'The link holds settings that are not known here and were left out: colour, noise.',
    );
    await page.selectOption('#loss-b', 'comp-sum');
    await page.fill('#b-tau', '1.25');
    await page.locator('#b-tau').blur();
    expect(new URL(page.url()).hash).toContain('a=focal&b=comp-sum&b.tau=1.25');
    expect(await page.locator('#side-b .formula').textContent()).toContain('τ');
  });

  it('pauses, steps, goes on, and resets', async () => {
    const { page } = await demo.open(CLEAN.replace('epochs=6', 'epochs=30'));
    await ready(page);
    await page.click('#run');
    await page.waitForFunction(() => /step \d/.test(document.querySelector('#progress-text')!.textContent!));
    await page.click('#pause');
    const step = () =>
      page
        .locator('#progress-text')
        .textContent()
        .then((text) => Number(/step (\d+)/.exec(text!)![1]));
    const held = await settled(step);
    await page.click('#step');
    await page.waitForFunction(
      (before) => Number(/step (\d+)/.exec(document.querySelector('#progress-text')!.textContent!)![1]) === before + 1,
      held,
    );
    await page.click('#run');
    await page.waitForFunction(
      (before) => Number(/step (\d+)/.exec(document.querySelector('#progress-text')!.textContent!)![1]) > before + 5,
      held,
    );
    await page.click('#reset');
    expect(await page.locator('#progress-text').textContent()).toBe('not started');
    expect(await page.locator('#progress').getAttribute('aria-valuenow')).toBe('0');
  });

  it('takes a drawing', async () => {
    const { page } = await demo.open(SHORT);
    await train(page);
    await page.locator('#pad').scrollIntoViewIfNeeded();
    const box = (await page.locator('#pad').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 40, { steps: 10 });
    await page.mouse.up();
    await page.waitForSelector('.bars');
    expect(await page.locator('.bars tbody').first().locator('tr').count()).toBe(10);
  });

  it('has no serious accessibility finding, in light and dark', async () => {
    const { page } = await demo.open(SHORT);
    await train(page);
    await page.locator('.digit').first().click();
    await page.waitForSelector('.bars');
    await expectNoSeriousFindings(page);
  });

  it('can be used by keyboard alone: a skip link first, no trap, a run by Enter', async () => {
    const { page } = await demo.open(SHORT);
    await ready(page);
    const focused = () =>
      page.evaluate(() => document.activeElement!.id || document.activeElement!.textContent!.trim());
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the lab');
    const seen = new Set<string>();
    for (let i = 0; i < 60 && !seen.has('clear'); i++) {
      await page.keyboard.press('Tab');
      seen.add(await focused());
    }
    for (const id of ['loss-a', 'a-gamma', 'loss-b', 'b-tau', 'task-noise', 'run', 'clear']) expect(seen).toContain(id);
    await page.locator('#run').focus();
    await page.keyboard.press('Enter');
    await phase(page, 'ended');
  });

  it('fits a phone: no sideways scrolling at 320 pixels, targets of 44', async () => {
    const { page } = await demo.open(SHORT, { viewport: { width: 320, height: 640 } });
    await ready(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    const small = await page
      .locator('button:visible, select:visible, input:visible')
      .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML));
    expect(small).toEqual([]);
  });

  it('can be read without scripts', async () => {
    const { page } = await demo.open('', { javaScriptEnabled: false });
    expect(await page.locator('#about svg').count()).toBe(1);
    expect(await page.locator('#about figcaption').textContent()).toContain('cross-entropy');
    expect(await page.locator('noscript').count()).toBe(1);
    expect(await page.locator('#run').isVisible()).toBe(false);
    expect(await page.locator('#about').getByText('4.32', { exact: true }).last().isVisible()).toBe(true);
  });

  it('gives its figures away as PNG, SVG, CSV and Vega-Lite, on white whatever the page shows', async () => {
    const { page } = await demo.open(SHORT, { colorScheme: 'dark' });
    const course = await train(page);
    const png = await taken(page, 'PNG', 'test-accuracy.png');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(1400);
    const svg = (await taken(page, 'SVG', 'test-accuracy.svg')).toString();
    expect(svg).toMatch(/^<svg[^]*fill="#fff"[^]*stroke="#0062a3"/);
    expect(svg).toContain('>Test accuracy</text>');
    expect(svg).not.toContain('var(');
    const [head, ...rows] = (await taken(page, 'CSV', 'test-accuracy.csv')).toString().trim().split('\r\n');
    expect(head).toBe('epoch,A: focal (gamma 1),B: comp-sum (tau 1.5)');
    expect(rows.map((row) => row.split(',').map((cell) => Number(Number(cell).toFixed(4))))).toEqual(course);
    const spec = JSON.parse((await taken(page, 'Vega-Lite', 'test-accuracy.vl.json')).toString()) as TopLevelSpec;
    expect((spec.data as { values: unknown[] }).values).toHaveLength(2 * course.length);
    const warnings: unknown[] = [];
    const warn = (...warning: unknown[]) => void warnings.push(warning);
    compile(spec, { logger: { ...console, warn } as never });
    expect(warnings).toEqual([]);
  });

  it('draws in the colours of light and dark, and changes with them', async () => {
    const { page } = await demo.open(SHORT);
    await train(page);
    const colours = () =>
      page
        .locator('#figures figure')
        .first()
        .locator('.mark-line path')
        .evaluateAll((lines) => lines.map((line) => getComputedStyle(line).stroke));
    expect(await colours()).toEqual(['rgb(0, 98, 163)', 'rgb(179, 71, 0)']);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await colours()).toEqual(['rgb(99, 179, 238)', 'rgb(255, 154, 82)']);
  });

  it('tells lines apart by dash and shape too, and names both ends', async () => {
    const { page } = await demo.open(SHORT);
    const course = await train(page);
    const figure = page.locator('#figures figure').first();
    const all = (selector: string, attribute: string) =>
      figure.locator(selector).evaluateAll((found, name) => found.map((one) => one.getAttribute(name)), attribute);
    expect(new Set(await all('.mark-line path', 'stroke-dasharray')).size).toBe(2);
    expect(new Set(await all('.role-legend-symbol path', 'd')).size).toBe(2);
    const [, a, b] = course.at(-1)!;
    const picture = figure.getByRole('img', { name: `Test accuracy: A: focal (gamma 1) ${a!.toPrecision(3)}` });
    await eventually(() => picture.textContent()).toContain(`A ${a!.toPrecision(3)}`);
    expect(await picture.textContent()).toContain(`B ${b!.toPrecision(3)}`);
  });

  it('fits its figures to the window', async () => {
    const { page } = await demo.open(SHORT);
    await page.waitForSelector('#figures svg');
    const widths = () =>
      page
        .locator('#figures .picture')
        .evaluateAll((all) => all.map((one) => [one.clientWidth, one.querySelector('svg')?.clientWidth]));
    for (const width of [1280, 700, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await eventually(async () => (await widths()).every(([frame, svg]) => svg && Math.abs(frame! - svg) <= 1)).toBe(
        true,
      );
    }
  });

  it('loads little at first: the charts, the training and the list of all methods come after the page', () => {
    const size = (name: RegExp) =>
      readdirSync(assets)
        .filter((file) => name.test(file))
        .reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, assets))).length, 0);
    const { files, bytes } = firstLoad('index.html');
    expect(files.join(' ')).not.toMatch(/drawing|all-methods/);
    const kinds = ['loss', 'adversarial-loss', 'value-loss'];
    expect(bytes).toBeLessThan(firstLoadOf(losses.methods.filter(({ info }) => kinds.includes(info.kind)).length));
    expect(size(/^drawing-.*\.js$/)).toBeLessThan(280_000);
  });
});
