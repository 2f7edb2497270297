import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoBrowser, ended, eventually, expectNoSeriousFindings, numbersOf, outputOfCode } from './browser.js';

const SHORT = 'training.html#v=1&train=512&epochs=2&batch=32&filters=4&rate=0.03&seed=1';
const LONG = 'training.html#v=1&train=6000&epochs=20&batch=64&filters=8&rate=0.05&seed=1';

const ready = (page: Page) => page.waitForSelector('body[data-engine]');
const engine = (page: Page) => page.locator('#engine').textContent();

/** Trains to the end. @returns what each point of the course says of the accuracy, in percent, and the accuracy on test digits */
async function train(page: Page): Promise<{ course: number[]; test: number }> {
  await ready(page);
  await page.click('#run');
  await ended(page);
  const course = (await numbersOf(page, 'accuracy')).map((row) => Number(row.at(-1)));
  const cells = await page.locator('#times tbody tr:last-child td').allTextContents();
  return { course, test: Number(cells.at(-1)) };
}

/** Far above the 10% of chance, and rising. */
function expectLearned({ course, test }: Awaited<ReturnType<typeof train>>): void {
  expect(course.length).toBeGreaterThan(6);
  expect(course[0]).toBeLessThan(30);
  expect(course.at(-1)).toBeGreaterThan(60);
  expect(test).toBeGreaterThan(60);
}

describe('the training lab', () => {
  let demo: DemoBrowser;
  beforeAll(async () => void (demo = await DemoBrowser.start()));
  afterAll(() => demo.stop());

  it('trains by model.fit on wasm, on threads; an engine that is not there is told of in a line', async () => {
    const { page, errors } = await demo.open(SHORT);
    await ready(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.fill('#engine-threads', '2');
    await page.locator('#engine-threads').blur();
    await eventually(() => engine(page)).toMatch(/^Engine: wasm\. It is .* on 2 threads\. webgpu does not work here: /);
    expect(await page.locator('#engine-name option[value=webgpu]').isDisabled()).toBe(true);
    expectLearned(await train(page));
    expect(await page.locator('#summary').textContent()).toMatch(/^Done on wasm: [\d.]+ ms a step, test accuracy /);
    await expectNoSeriousFindings(page);
    expect(errors).toEqual([]);
  });

  it('remembers the engine, for all visits', async () => {
    const { page } = await demo.open(SHORT);
    await ready(page);
    await page.selectOption('#engine-name', 'cpu');
    await eventually(() => engine(page)).toMatch(/^Engine: cpu\./);
    expect(await page.locator('#engine-threads').isVisible()).toBe(false);
    await page.reload();
    await ready(page);
    expect(await page.locator('#engine-name').inputValue()).toBe('cpu');
    expect(await engine(page)).toMatch(/^Engine: cpu\./);
  });

  it('pauses, goes on, and stops', async () => {
    const { page, errors } = await demo.open(LONG);
    await ready(page);
    const step = async () => Number(/step (\d+)/.exec((await page.locator('#progress-text').textContent())!)?.[1] ?? 0);
    await page.click('#step');
    await eventually(step).toBe(1);
    await page.click('#run');
    await eventually(step).toBeGreaterThan(3);
    await page.click('#reset');
    expect(await page.locator('#progress-text').textContent()).toBe('not started');
    await page.click('#run');
    await eventually(step).toBeGreaterThan(1);
    expect(errors).toEqual([]);
  });

  it('shows code that trains so in Node', async () => {
    const { page } = await demo.open(SHORT);
    await ready(page);
    expect(Number(await outputOfCode(page))).toBeGreaterThan(0.5);
  });

  it('fits a phone: no sideways scrolling at 320 pixels', async () => {
    const { page } = await demo.open(SHORT, { viewport: { width: 320, height: 640 } });
    await ready(page);
    await page.locator('.settings > summary').click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });
});

describe('the training lab on a page that is not isolated', () => {
  let demo: DemoBrowser;
  beforeAll(async () => void (demo = await DemoBrowser.start({ isolated: false })));
  afterAll(() => demo.stop());

  it('trains on one thread, without a word', async () => {
    const { page, errors } = await demo.open(SHORT);
    await ready(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await engine(page)).toMatch(/^Engine: wasm\. It is .* on one thread\./);
    expect(await page.locator('#engine-threads').isVisible()).toBe(false);
    expect(await page.locator('#notice').textContent()).toBe('');
    expectLearned(await train(page));
    expect(errors).toEqual([]);
  });
});
