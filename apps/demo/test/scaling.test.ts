import { readFileSync } from 'node:fs';
import { allocate } from '@surprisal/scaling-laws';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoBrowser, ended, eventually, numbersOf, outputOfCode } from './browser.js';

let demo: DemoBrowser;
beforeAll(async () => void (demo = await DemoBrowser.start()));
afterAll(() => demo.stop());

const open = async (address = 'scaling.html') => {
  const { page, errors } = await demo.open(address);
  await ended(page);
  return { page, errors };
};

/** The fitted constants by name: the cells after it. */
const constants = async (page: Page): Promise<Record<string, string[]>> =>
  Object.fromEntries(
    await page
      .locator('#parameters tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent!)))
      .then((rows) => rows.map(([name, ...cells]) => [name!, cells])),
  );

const csv = (rows: readonly string[]) => ({
  name: 'mine.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(rows.join('\n')),
});

/** Drops a file on the page, as a hand with a mouse does. */
const drop = (page: Page, rows: readonly string[]) =>
  page.evaluate((content) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content], 'mine.csv'));
    document.getElementById('drop')!.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
  }, rows.join('\n'));

/** Runs of a known law, with other names for the columns. */
const known = ['params,tokens,val_loss'];
for (const N of [1e8, 3e8, 1e9, 3e9, 1e10])
  for (const D of [2e9, 1e10, 5e10, 2e11]) known.push([N, D, 1.8 + 480 * N ** -0.35 + 2000 * D ** -0.37].join(','));

describe('the scaling lab', () => {
  it('fits the runs that it begins with as the re-analysis did, with intervals, residuals and the best split', async () => {
    const { page, errors } = await open();
    const { alpha, beta, E, A } = await constants(page);
    expect(Number(alpha![0])).toBeCloseTo(0.347, 2);
    expect(Number(beta![0])).toBeCloseTo(0.367, 2);
    expect(Number(E![0])).toBeCloseTo(1.82, 2);
    expect(Math.abs(Number(A![0]) - 478)).toBeLessThan(5);
    const [low, high] = alpha![1]!.split(' to ').map(Number);
    expect(low).toBeLessThan(0.347);
    expect(high).toBeGreaterThan(0.347);
    expect(await page.locator('#progress-text').textContent()).toBe('fitted to 240 runs');
    expect(await page.locator('#spent').textContent()).toMatch(
      /^5\.75e23 FLOP are best spent on 7\.\d+e10 parameters \(95% of resamples: .* to .*\) and 1\.\d+e12 tokens: 1[78][\d.]* tokens per parameter, loss 1\.97\d\.$/,
    );
    expect(await numbersOf(page, 'law')).toHaveLength(240 + 60);
    expect(await numbersOf(page, 'residuals')).toHaveLength(240);
    expect(await page.locator('#warnings').textContent()).toBe('');
    const told = (await page.locator('#about').textContent())!.replaceAll('\u00a0', ' ');
    const [from, to] = beta![1]!.split(' to ').map((end) => Number(end).toFixed(2));
    expect(told).toContain(`β = 0.367 (${from} to ${to})`);
    expect(errors).toEqual([]);
  });

  it('shows code that finds the same constants and intervals, and the command', async () => {
    const { page } = await open('scaling.html#v=1&resamples=20&seed=3');
    const output = await outputOfCode(page);
    const { alpha } = await constants(page);
    expect(output).toMatch(/alpha: 0\.347/);
    const [, low, high] = /alpha \[ ([\d.]+), ([\d.]+) \]/.exec(output)!;
    expect(`${Number(Number(low).toPrecision(3))} to ${Number(Number(high).toPrecision(3))}`).toBe(alpha![1]);
    expect(await page.locator('#command').textContent()).toBe(
      'surprisal fit chinchilla-epoch --law chinchilla:starts=auto --drop-top 5 --bootstrap 20 --seed 3 --budget 5.754e23',
    );
  });

  it('shows the same for the same link in a fresh profile', async () => {
    const link =
      'scaling.html#v=1&table=chinchilla-kyo-takano&law=chinchilla&law.loss=abs-log&law.starts=auto&dropTop=0&resamples=20&seed=5&budget=22';
    const [first, second] = [await open(link), await open(link)];
    expect(await constants(second.page)).toEqual(await constants(first.page));
    expect(await second.page.locator('#spent').textContent()).toBe(await first.page.locator('#spent').textContent());
    expect(await second.page.locator('#law-loss').inputValue()).toBe('abs-log');
    expect(await second.page.locator('#table-text').textContent()).toContain('234 runs');
  });

  it('spends another budget as the slider moves, without another fit', async () => {
    const { page } = await open();
    await page.fill('#task-budget', '21');
    await page.locator('#task-budget').blur();
    await eventually(() => page.locator('#spent').textContent()).toMatch(/^1\.00e21 FLOP .* loss 2\.\d+\.$/);
    expect(await page.locator('#progress-text').textContent()).toBe('fitted to 240 runs');
    expect(new URL(page.url()).hash).toContain('budget=21');
  });

  it('takes a file that is dropped, finds its columns by their names, and saves what it found', async () => {
    const { page } = await open();
    await drop(page, known);
    await eventually(() => page.locator('#progress-text').textContent()).toBe('fitted to 20 runs');
    const { alpha, beta, E } = await constants(page);
    expect([alpha![0], beta![0], E![0]]).toEqual(['0.35', '0.37', '1.8']);
    expect(await page.locator('#column-N').inputValue()).toBe('params');
    expect(await page.locator('#column-D').inputValue()).toBe('tokens');
    expect(await page.locator('#column-loss').inputValue()).toBe('val_loss');
    expect(await page.locator('#command').textContent()).toMatch(/^surprisal fit mine\.csv --law chinchilla/);
    const download = page.waitForEvent('download');
    await page.click('#export');
    const saved = JSON.parse(readFileSync(await (await download).path(), 'utf8')) as {
      version: number;
      columns: unknown;
      parameters: Record<'A' | 'B' | 'E' | 'alpha' | 'beta', number>;
      n: number;
    };
    expect(saved).toMatchObject({ version: 1, columns: { N: 'params', D: 'tokens', loss: 'val_loss' }, n: 20 });
    expect(saved.parameters.alpha).toBeCloseTo(0.35, 4);
    const best = allocate(saved.parameters, 10 ** 23.76);
    const [N, D, loss] = /([\d.e]+) parameters.* ([\d.e]+) tokens:.*loss ([\d.]+)\.$/
      .exec((await page.locator('#spent').textContent())!)!
      .slice(1)
      .map(Number);
    expect([N, D]).toEqual([best.N, best.D].map((value) => Number(value.toPrecision(3))));
    expect(loss).toBeCloseTo(best.loss, 3);
    expect(new URL(page.url()).hash).toContain('table=own+file');
    expect(decodeURIComponent(page.url())).not.toContain('mine.csv');
  });

  it('says plainly when the runs do not tell the constants', async () => {
    const { page } = await open();
    const oneSize = known.filter((row, i) => i === 0 || row.startsWith('1000000000,'));
    await page.setInputFiles('#file', csv([...oneSize, ...oneSize.slice(1), ...oneSize.slice(1)]));
    await eventually(() => page.locator('#warnings').textContent()).toContain(
      'Not identifiable: these 12 runs do not tell',
    );
    expect(await page.locator('#warnings').textContent()).toContain('the runs have only 1 value of N');
    expect((await constants(page)).alpha![0]).toContain('not told by the runs');
  });

  it.each([
    [
      'text in numbers',
      ['N,D,loss', '1e9,2e10,2.5', '7B,2e10,2.4', '1e9,3e10,2.4'],
      /^That did not work: mine\.csv: row 2, column N must be a number, got "7B"; write 7e9$/,
    ],
    [
      'a missing column',
      ['N,D', '1e9,2e10', '2e9,2e10'],
      /^That did not work: chinchilla: the runs need a column "loss" .*$/,
    ],
    ['three rows', known.slice(0, 4), /^That did not work: chinchilla: 3 runs cannot tell 5 parameters .*$/],
    ['no rows', ['N,D,loss'], /^That did not work: mine\.csv: .*$/],
  ])('gives one clear line for %s', async (_, rows, line) => {
    const { page } = await open();
    await page.setInputFiles('#file', csv(rows));
    await eventually(() => page.locator('#notice').textContent()).toMatch(line);
    expect(await page.locator('#parameters').textContent()).toBe('');
    expect(await page.locator('#figures').isVisible()).toBe(false);
    expect(await page.locator('#budget').isVisible()).toBe(false);
    await page.selectOption('#table', 'chinchilla-epoch');
    await eventually(() => page.locator('#progress-text').textContent()).toMatch(/^fitted to 2\d\d runs$/);
    expect(await page.locator('#notice').textContent()).toBe('');
    expect(await page.locator('#figures').isVisible()).toBe(true);
  });

  it('lets a column be chosen by hand, and another law', async () => {
    const { page } = await open();
    const renamed = ['width,tokens,val_loss', ...known.slice(1)];
    await page.setInputFiles('#file', csv(renamed));
    await eventually(() => page.locator('#notice').textContent()).toContain('need a column "N"');
    await page.selectOption('#column-N', 'width');
    await eventually(() => page.locator('#progress-text').textContent()).toBe('fitted to 20 runs');
    expect(await page.locator('#notice').textContent()).toBe('');
    expect(await page.locator('#command').textContent()).toContain('--columns N=width');
    await page.selectOption('#law-law', 'kaplan-data');
    await eventually(() => page.locator('#summary').textContent()).toMatch(/^Done: /);
    expect(await page.locator('#budget').isVisible()).toBe(false);
  });

  it('cancels what takes long', async () => {
    const { page } = await demo.open('scaling.html#v=1&law=chinchilla&law.loss=abs-log&resamples=2000');
    await page.locator('#cancel:not([disabled])').waitFor();
    await page.click('#cancel');
    expect(await page.locator('#progress-text').textContent()).toBe('cancelled');
    expect(await page.locator('#cancel').isDisabled()).toBe(true);
    await page.waitForTimeout(500);
    expect(await page.locator('#progress-text').textContent()).toBe('cancelled');
  });

  it('asks for the file again when a link was made with one', async () => {
    const { page } = await demo.open('scaling.html#v=1&table=own+file');
    expect(await page.locator('#notice').textContent()).toContain('choose the file again');
  });
});
