import { readFileSync } from 'node:fs';
import { entropyBits, jointEntropyBits, minimumEntropyCoupling } from '@surprisal/divergences/couplings';
import divergences from '@surprisal/divergences/plugin';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DemoBrowser,
  ended,
  eventually,
  expectNoSeriousFindings,
  firstLoad,
  firstLoadOf,
  outputOfCode,
} from './browser.js';

let demo: DemoBrowser;
beforeAll(async () => void (demo = await DemoBrowser.start()));
afterAll(() => demo.stop());

const open = async (address: string, options = {}) => {
  const { page, errors } = await demo.open(address, options);
  await ended(page);
  return { page, errors };
};

const slider = (page: Page, side: string, place: number) =>
  page.locator(`.marginals .side-${side} [role=slider]`).nth(place - 1);

/** The shares of the bars of one side, as its sliders say them. */
const shares = (page: Page, side: string) =>
  page
    .locator(`.marginals .side-${side} [role=slider]`)
    .evaluateAll((all) => all.map((one) => Number(one.getAttribute('aria-valuenow'))));

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const stateOf = (page: Page) => new URLSearchParams(new URL(page.url()).hash.slice(1));

/** Drags a bar to a share of its whole height. */
async function drag(page: Page, side: string, place: number, share: number): Promise<void> {
  const track = page.locator(`.marginals .side-${side} .track`).nth(place - 1);
  const { x, y, width, height } = (await track.boundingBox())!;
  await page.mouse.move(x + width / 2, y + height - 5);
  await page.mouse.down();
  await page.mouse.move(x + width / 2, y + height / 3, { steps: 5 });
  await page.mouse.move(x + width / 2, y + (1 - share) * height);
  await page.mouse.up();
  await ended(page);
}

/** What a table shows of a method: P to Q, Q to P, the unit. */
const values = (page: Page, method: string) => page.locator(`[data-divergence="${method}"] > td`).allTextContents();

/** A number as it is written in the page, or in a terminal. */
const numberOf = (text: string) => (text.includes('∞') ? Infinity : Number(text));

/** Expects that the first column shows what the code of the page prints. */
async function expectAsInCode(page: Page): Promise<void> {
  const lines = (await outputOfCode(page)).trim().split('\n');
  expect(lines).toHaveLength(divergences.methods.length);
  for (const line of lines) {
    const [kind, name, value, unit] = line.split(' ') as [string, string, string, string];
    const [shown, , shownUnit] = await values(page, `${kind}/${name}`);
    const [given, due] = [numberOf(shown!), Number(value)];
    if (given !== due) expect(Math.abs(given - due), line).toBeLessThanOrEqual(1e-3 * Math.abs(due) + 1e-6);
    expect(shownUnit).toBe(unit);
  }
}

/** The labs in which distributions are dragged. */
const pages = [
  {
    page: 'divergences.html',
    link: 'v=1&p=0.5,0.25,0.25&q=0.1,0.2,0.7&divergence.renyi.alpha=3&sample-divergence.mmd.kernel=laplacian',
    methods: divergences.methods.length,
  },
  { page: 'couplings.html', link: 'v=1&x=0.5,0.25,0.25&y=0.6,0.4&coupling=bottleneck&coupling.rate=0.9', methods: 0 },
] as const;

describe.each(pages)('$page', ({ page: name, link, methods }) => {
  it('has its bars at once, ends without complaint, and takes all of a link', async () => {
    const { page, errors } = await open(`${name}#${link}`);
    expect(await page.locator('#notice').textContent()).toBe('');
    expect(await page.locator('nav [aria-current=page]').getAttribute('href')).toBe(`./${name}`);
    await eventually(() => Object.fromEntries(stateOf(page))).toEqual(Object.fromEntries(new URLSearchParams(link)));
    expect(await page.locator('#summary').textContent()).toMatch(/\d/);
    expect(errors).toEqual([]);
  });

  it('has no serious accessibility finding, in light and dark', async () => {
    const { page } = await open(name);
    await page.locator('details').evaluateAll((all) => all.forEach((one) => ((one as HTMLDetailsElement).open = true)));
    await expectNoSeriousFindings(page);
  });

  it('fits a phone: bars in the first view, no sideways scrolling at 320 pixels, targets of 44', async () => {
    const { page } = await open(name, { viewport: { width: 320, height: 640 }, hasTouch: true });
    await page.locator('details').evaluateAll((all) => all.forEach((one) => ((one as HTMLDetailsElement).open = true)));
    expect((await page.locator('.track').first().boundingBox())!.y).toBeLessThan(640);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    const small = await page
      .locator('button:visible, select:visible, input:visible, summary:visible, .track:visible')
      .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML));
    expect(small).toEqual([]);
  });

  it('can be read without scripts, and loads little at first', async () => {
    const { page } = await demo.open(name, { javaScriptEnabled: false });
    expect(await page.locator('#about svg').count()).toBe(1);
    expect(await page.locator('#about').textContent()).toContain('claims');
    expect(await page.locator('#bars').isVisible()).toBe(false);
    expect(firstLoad(name).bytes).toBeLessThan(firstLoadOf(methods));
  });
});

/** The rows of the CSV that a page gives away. */
async function csvOf(page: Page, file: string): Promise<string[][]> {
  const download = page.waitForEvent('download');
  await page.click('#csv');
  const given = await download;
  expect(given.suggestedFilename()).toBe(file);
  const text = readFileSync(await given.path(), 'utf8');
  return text
    .trim()
    .split('\r\n')
    .map((line) => line.split(','));
}

describe('the divergence lab', () => {
  it('shows every registered divergence, both ways, with its unit, as the code beside it prints it', async () => {
    const { page, errors } = await open('divergences.html');
    const shown = await page
      .locator('[data-divergence]')
      .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.divergence));
    expect(shown.toSorted()).toEqual(divergences.methods.map(({ info }) => `${info.kind}/${info.name}`).sort());
    await expectAsInCode(page);
    const back = (await values(page, 'divergence/kullback-leibler'))[1];
    expect(back).toBe((await values(page, 'divergence/reverse-kullback-leibler'))[0]);
    const [head, first, ...rows] = await csvOf(page, 'divergences.csv');
    expect(head).toEqual(['kind', 'divergence', 'P to Q', 'Q to P', 'unit']);
    expect([first![0], first![1], first![4]]).toEqual(['divergence', 'kullback-leibler', 'nats']);
    expect(Number(first![3]).toPrecision(4)).toBe(back);
    expect(rows).toHaveLength(divergences.methods.length - 1);
    await page.click('#swap');
    await ended(page);
    expect((await values(page, 'divergence/kullback-leibler'))[0]).toBe(back);
    expect(errors).toEqual([]);
  });

  it('follows a bar that is dragged; the others share what is left', async () => {
    const { page, errors } = await open('divergences.html#v=1&p=0.25,0.25,0.5&q=0.2,0.2,0.6');
    await drag(page, 'b', 1, 0.6);
    const [first, second, third] = await shares(page, 'b');
    expect(first).toBeCloseTo(0.6, 1);
    expect(sum([first!, second!, third!])).toBeCloseTo(1, 2);
    expect(third! / second!).toBeCloseTo(3, 1);
    expect(await shares(page, 'a')).toEqual([0.25, 0.25, 0.5]);
    await eventually(() => stateOf(page).get('q')).not.toBe('0.2,0.2,0.6');
    await expectAsInCode(page);
    expect(errors).toEqual([]);
  });

  it('is moved by keys, to nothing and to all there is, and comes back', async () => {
    const { page, errors } = await open('divergences.html#v=1&p=0.5,0.3,0.2&q=0.5,0.3,0.2');
    expect((await values(page, 'divergence/kullback-leibler'))[0]).toBe('0');
    await slider(page, 'b', 1).focus();
    await page.keyboard.press('ArrowUp');
    expect(await shares(page, 'b')).toEqual([0.51, 0.294, 0.196]);
    await page.keyboard.press('PageDown');
    expect((await shares(page, 'b'))[0]).toBe(0.41);
    await page.keyboard.press('End');
    await ended(page);
    expect(await shares(page, 'b')).toEqual([1, 0, 0]);
    expect(await values(page, 'divergence/kullback-leibler')).toEqual(['∞', Math.LN2.toPrecision(4), 'nats']);
    expect(await values(page, 'divergence/total-variation')).toEqual(['0.5000', '0.5000', 'number']);
    await page.keyboard.press('Home');
    await ended(page);
    expect(await shares(page, 'b')).toEqual([0, 0.6, 0.4]);
    expect(errors).toEqual([]);
  });

  it('has the parameters of a method beside it', async () => {
    const { page } = await open('divergences.html#v=1&p=0.5,0.5&q=0.75,0.25');
    const row = page.locator('[data-divergence="divergence/renyi"]');
    await row.locator('summary').click();
    await row.locator('input[type=number]').fill('1');
    await row.locator('input[type=number]').blur();
    const [kl] = await values(page, 'divergence/kullback-leibler');
    await eventually(async () => (await values(page, 'divergence/renyi'))[0]).toBe(kl);
    expect(await row.locator('summary').textContent()).toBe('renyi (alpha 1)');
    await eventually(() => stateOf(page).get('divergence.renyi.alpha')).toBe('1');
    expect(await page.locator('#command').textContent()).toMatch(
      /^echo 0\.5,0\.5 > p\.csv\n[^]* --all\n[^]* renyi:alpha=1$/,
    );
  });
});

describe('the coupling lab', () => {
  const cells = async (page: Page) =>
    (await page.locator('.matrix tbody td').allTextContents()).map((text) => Number(text.replace('<', '')));
  const rowOf = async (page: Page, name: string) =>
    (await page.locator(`[data-coupling=${name}] > td`).allTextContents()).map(Number);

  it('draws the matrix of the greedy coupling, and says what is known of its entropy', async () => {
    const { page, errors } = await open('couplings.html#v=1&x=0.5,0.25,0.25&y=0.6,0.4');
    expect(await cells(page)).toEqual([0.5, 0, 0, 0.25, 0.1, 0.15]); // as in the package's own example
    expect(await csvOf(page, 'coupling.csv')).toEqual([
      ['', 'y1', 'y2'],
      ['x1', '0.5', '0'],
      ['x2', '0', '0.25'],
      ['x3', expect.stringMatching(/^0\.(1|0999)/), expect.stringMatching(/^0\.1[45]/)],
    ]);
    const bits = jointEntropyBits(minimumEntropyCoupling([0.5, 0.25, 0.25], [0.6, 0.4]));
    const information = 1.5 + entropyBits([0.6, 0.4]) - bits;
    expect(await rowOf(page, 'greedy')).toEqual([Number(bits.toFixed(3)), Number(information.toFixed(3)), 4]);
    expect(await rowOf(page, 'independent')).toEqual([Number((1.5 + entropyBits([0.6, 0.4])).toFixed(3)), 0, 6]);
    expect((await rowOf(page, 'exact'))[0]).toBeLessThanOrEqual(Number(bits.toFixed(3)));
    expect(await page.locator('#bounds').textContent()).toContain('at least the larger of them, 1.500,');
    expect(await page.locator('#guarantee').textContent()).toContain('0.53 bit');
    const printed = (await outputOfCode(page)).trim().split('\n').at(-1)!;
    expect(printed.split(' ').map(Number)).toEqual([expect.closeTo(bits, 9), expect.closeTo(information, 9)]);
    expect(errors).toEqual([]);
  });

  it('follows the bars, keeps the marginals, and says where the exact one gives up', async () => {
    const { page, errors } = await open('couplings.html#v=1&x=0.25,0.25,0.25,0.25&y=0.5,0.5&coupling=exact');
    await drag(page, 'b', 1, 0.8);
    const [first, second] = await shares(page, 'b');
    expect(first).toBeCloseTo(0.8, 1);
    const joint = await cells(page);
    expect(sum(joint.filter((_, i) => i % 2 === 0))).toBeCloseTo(first!, 2);
    expect(sum(joint.filter((_, i) => i % 2 === 1))).toBeCloseTo(second!, 2);
    await page.locator('summary', { hasText: 'Sizes' }).click();
    await page.locator('#bar-count-y').fill('8');
    await page.locator('#bar-count-y').blur();
    await page.click('#draw');
    await ended(page);
    expect(await page.locator('#guarantee').textContent()).toMatch(/must have at most 9 entries above 0/);
    expect(await page.locator('[data-coupling=exact] > td').first().textContent()).toBe('–');
    await page.selectOption('#coupling-coupling', 'least-transport');
    await ended(page);
    expect(await cells(page)).toHaveLength(32);
    expect(sum(await cells(page))).toBeCloseTo(1, 1);
    expect(errors).toEqual([]);
  });

  it.each(['bottleneck', 'least-transport'])('shows code that couples as %s does', async (name) => {
    const { page } = await open(`couplings.html#v=1&coupling=${name}`);
    const [entropy, information] = (await outputOfCode(page)).trim().split('\n').at(-1)!.split(' ').map(Number);
    const [shown, shownInformation] = await rowOf(page, name);
    expect(shown).toBeCloseTo(entropy!, 3);
    expect(shownInformation).toBeCloseTo(information!, 3);
  });
});
