import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoBrowser, ended, eventually, numbersOf, outputOfCode } from './browser.js';

let demo: DemoBrowser;
beforeAll(async () => void (demo = await DemoBrowser.start()));
afterAll(() => demo.stop());

const open = async (address = 'tokenisation.html') => {
  const { page, errors } = await demo.open(address);
  await ended(page);
  return { page, errors };
};

describe('the tokenisation lab', () => {
  it('shows with its defaults what it is about: tokens break the barrier of single characters, learned ones before blocks', async () => {
    const { page, errors } = await open();
    const rows = (await numbersOf(page, 'loss')).map((row) => row.map((cell) => (cell === '' ? NaN : Number(cell))));
    const at = (size: number) => rows.find(([each]) => each === size)!;
    const [, bpe, lzw] = at(64);
    expect(bpe).toBeLessThan(1.15 * 0.1985);
    expect(lzw).toBeGreaterThan(bpe!);
    expect(at(66)[3]).toBeGreaterThan(lzw!);
    expect(at(2)[1]).toBeCloseTo(Math.LN2, 2);
    const picture = await page.locator('[data-figure=loss] .picture').textContent();
    expect(picture).toContain('entropy rate: 0.199');
    expect(picture).toContain('characters alone: 0.693');
    expect(errors).toEqual([]);
  });

  it('shows the same for the same link in a fresh profile, and code that measures the same', async () => {
    const link =
      'tokenisation.html#v=1&source=switching&source.k=1&source.p=0.9&source.q=0.9&a=bpe&b=lzw&c=none&size=16&length=4000&seed=9';
    const [first, second] = [await open(link), await open(link)];
    expect(await numbersOf(second.page, 'loss')).toEqual(await numbersOf(first.page, 'loss'));
    const facts = await second.page.locator('#texts .hint').allTextContents();
    expect(facts).toHaveLength(2);
    const lines = (await outputOfCode(second.page)).trim().split('\n');
    expect(lines).toEqual(facts.map((text, i) => `${['bpe', 'lzw'][i]} 16 ${/([\d.]+) nats/.exec(text)![1]}`));
  });

  it('cuts a text as it is typed, with bounds that are no matter of colour', async () => {
    const { page } = await open('tokenisation.html#v=1&source=own-text&a=bpe&b=blocks&c=none&size=40');
    await page.fill('#text-text', 'banana bandana banana bandana banana');
    const tokens = page.locator('#texts .side-a > .cut-text .token');
    await eventually(async () => (await tokens.allTextContents()).join('')).toBe(
      'banana bandana banana bandana banana',
    );
    expect(await tokens.count()).toBeLessThan(20);
    expect(await tokens.first().evaluate((token) => getComputedStyle(token).borderStyle)).toBe('solid');
    expect(new URL(page.url()).hash).toContain('source.text=banana');
    await ended(page);
    await page.locator('#texts .side-a summary').click();
    expect(await page.locator('#texts .side-a details .token').first().textContent()).toBe('an');
    expect(await outputOfCode(page)).toMatch(/^bpe \d+ \d/);
  });

  it.each(['bpe', 'lzw', 'sequential-bpe', 'unigram-lm', 'blocks'])('trains %s, and shows its pieces', async (name) => {
    const { page, errors } = await open(
      `tokenisation.html#v=1&source=own-text&a=${name}&b=${name}&c=none&size=30&source.text=banana+bandana+banana+bandana`,
    );
    const tokens = await page.locator('#texts .side-a > .cut-text .token').allTextContents();
    expect(tokens.join('')).toBe('banana bandana banana bandana');
    expect(await page.locator('#texts .side-a .hint').textContent()).toMatch(
      /^\d+ tokens, [\d.]+ characters per token, [\d.]+ nats per character$/,
    );
    expect(errors).toEqual([]);
  });

  it('reads the book, and cuts a text of one’s own by what it has learned', async () => {
    const { page } = await open(
      'tokenisation.html#v=1&source=moby-dick&a=bpe&b=lzw&c=none&size=300&length=20000&cut=the+whale',
    );
    expect(
      (await page.locator('#texts .side-a .token').first().locator('..').textContent())!.replaceAll(/ (?=.)/g, ''),
    ).toContain('thewhale');
    expect(await page.locator('[data-figure=loss] .picture').textContent()).not.toContain('entropy rate');
    expect(await page.locator('#texts .side-a .hint').textContent()).toMatch(
      /^300 tokens, [12]\.\d+ characters per token/,
    );
  });

  it.each([
    [
      'a character that it has not learned',
      'tokenisation.html#v=1&cut=0123',
      /^That did not work: the text to cut holds “2”, which is not among the 2 characters that were learned \(0 1\); leave it out$/,
    ],
    [
      'a text of nothing',
      'tokenisation.html#v=1&source=own-text&source.text=',
      /^That did not work: the text must have at least two characters/,
    ],
    [
      'a source that cannot be',
      'tokenisation.html#v=1&source=switching&source.p=0&source.q=0',
      /^That did not work: switching: p \+ q must be greater than 0/,
    ],
  ])('gives one clear line for %s', async (_, address, line) => {
    const { page } = await demo.open(address);
    await eventually(() => page.locator('#notice').textContent()).toMatch(line);
  });

  it('cancels', async () => {
    const { page } = await demo.open('tokenisation.html#v=1&source=moby-dick&size=4096&length=200000&a=unigram-lm');
    await page.locator('#cancel:not([disabled])').waitFor();
    await page.click('#cancel');
    expect(await page.locator('#progress-text').textContent()).toBe('cancelled');
    await page.click('#new-seed');
    await eventually(() => page.locator('#progress-text').textContent()).not.toBe('cancelled');
  });
});
