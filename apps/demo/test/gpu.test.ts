import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoBrowser, ended, eventually, numbersOf } from './browser.js';

/** As much as a GPU that the processor plays does in seconds: it compiles each program at length. */
const NETWORK = 'training.html#v=1&train=128&epochs=1&batch=16&filters=4&rate=0.03&seed=1';
const LOSSES = 'index.html#v=1&a=cross-entropy&b=focal&noise=0.4&model=mlp&rate=0.05&epochs=1&train=128&seed=1';

async function choose(page: Page, engine: string): Promise<void> {
  await page.selectOption('#engine-name', engine);
  await eventually(() => page.locator('#engine').textContent()).toMatch(new RegExp(`^Engine: ${engine}\\.`));
}

async function train(page: Page): Promise<void> {
  await page.click('#run');
  await ended(page);
}

/** Expects numbers to be alike, but for what single precision leaves. */
function expectAlike(given: readonly number[], due: readonly number[], within: number): void {
  expect(given).toHaveLength(due.length);
  given.forEach((value, i) => expect(Math.abs(value - due[i]!), `number ${i}`).toBeLessThan(within));
}

describe('the labs on a GPU', () => {
  let demo: DemoBrowser;
  beforeAll(async () => void (demo = await DemoBrowser.start({ gpu: true })));
  afterAll(() => demo.stop());

  it('learn in the training lab what is learned on wasm', async () => {
    const { page, errors } = await demo.open(NETWORK);
    await page.waitForSelector('body[data-engine=wasm]');
    expect(await page.locator('#engine').textContent()).toContain('webgpu works here too, but the processor plays it');
    await train(page);
    await choose(page, 'webgpu');
    expect(await page.locator('#engine').textContent()).toMatch(/swiftshader.*a GPU that the processor plays/i);
    await train(page);
    const rows = (await numbersOf(page, 'loss')).map((row) => row.map(Number));
    const courseOf = (column: number) => rows.map((row) => row[column]!);
    expect(courseOf(1).length).toBe(8);
    expect(courseOf(1).at(-1)).toBeLessThan(courseOf(1)[0]! - 0.1);
    expectAlike(courseOf(2), courseOf(1), 1e-3);
    expect(await page.locator('#times tbody tr').count()).toBe(2);
    expect(errors).toEqual([]);
  });

  it('draw in the loss lab what is drawn on wasm, and train', async () => {
    const { page, errors } = await demo.open(LOSSES);
    await page.waitForSelector('body[data-engine=wasm]');
    const landscape = async () => [
      ...(await numbersOf(page, 'triangle-b')).flat().map(Number),
      ...(await numbersOf(page, 'margin-slope')).map((row) => Number(row[2])),
    ];
    const accuracies = async () => (await numbersOf(page, 'test-accuracy')).flatMap((row) => row.slice(1).map(Number));
    const title = () => page.locator('[data-figure=triangle-b] .picture').getAttribute('aria-label');
    await eventually(title).toMatch(/^B, focal,/);
    await train(page);
    const [drawn, course] = [await landscape(), await accuracies()];
    await choose(page, 'webgpu');
    await page.reload(); // the engine is remembered: all is computed on it now
    await eventually(title).toMatch(/^B, focal,/);
    expectAlike(await landscape(), drawn, 2e-3);
    await train(page);
    expectAlike(await accuracies(), course, 1.1); // of 250 digits and of 500, some few are between two classes
    expect(course.slice(-2)).not.toEqual(course.slice(0, 2));
    await page.locator('.digit').first().click();
    await page.waitForSelector('.bars');
    expect(errors).toEqual([]);
  });
});
