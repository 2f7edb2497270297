import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoBrowser, ended, eventually, numbersOf, outputOfCode, settled } from './browser.js';

let demo: DemoBrowser;
beforeAll(async () => void (demo = await DemoBrowser.start()));
afterAll(() => demo.stop());

const SHORT = 'decoding.html#v=1&a=greedy&b=mirostat&b.tau=4&c=none&prompt=The+whale&length=80&seed=7&size=600&order=3';

const open = async (address: string) => {
  const { page, errors } = await demo.open(address);
  await ended(page);
  return { page, errors };
};
const text = (page: Page, side: string) => page.locator(`#texts .side-${side} .surprisal-text`).textContent();

describe('the decoding lab', () => {
  it('shows with its defaults what it is about: one text loops, one wanders, one keeps to its target', async () => {
    const { page, errors } = await open('decoding.html');
    const [greedy, mirostat, topP] = (await numbersOf(page, 'cross-entropy')).at(-1)!.slice(1).map(Number);
    expect(Math.abs(mirostat! - 4)).toBeLessThan(0.1);
    expect(greedy).toBeLessThan(3);
    expect(topP).toBeGreaterThan(5);
    const repeated = (await numbersOf(page, 'repetition')).at(-1)!.slice(1).map(Number);
    expect(repeated[0]).toBeGreaterThan(80);
    expect(repeated[1]).toBeLessThan(10);
    expect(await page.locator('#engine').textContent()).toMatch(/^The model: 2048 tokens/);
    expect(await page.locator('[data-figure=cross-entropy] .picture').textContent()).toContain('target of B: 4 bits');
    const aim = page.locator('.totals tr', { hasText: 'target of perplexity' });
    expect(await aim.locator('td').allTextContents()).toEqual(['–', '16.0', '–']);
    expect(errors).toEqual([]);
  });

  it('marks surprise by shade, by the line below and in numbers, as its legend says', async () => {
    const { page } = await open(SHORT);
    const marks = (selector: string) =>
      page.locator(selector).evaluateAll((all) =>
        all.map((one) => {
          const { backgroundColor, boxShadow } = getComputedStyle(one);
          return {
            text: one.textContent!,
            shade: backgroundColor,
            line: Number(/0px ([\d.]+)px 0px/.exec(boxShadow)![1]),
          };
        }),
      );
    const legend = await marks('#legend .sample');
    expect(legend.map(({ text }) => text)).toEqual(['0', '2', '4', '6', '8', '10 or more']);
    expect(legend.map(({ line }) => line)).toEqual([0, 0.6, 1.2, 1.8, 2.4, 3].map((width) => expect.closeTo(width, 1)));
    expect(new Set(legend.map(({ shade }) => shade)).size).toBe(6);
    const tokens = await marks('#texts .side-b .surprisal-text span[style]');
    await page.locator('#texts .side-b summary').click();
    const bits = await page.locator('#texts .side-b tbody td:last-child').allTextContents();
    expect(tokens.map(({ line }) => line)).toEqual(
      bits.map((each) => expect.closeTo((3 * Math.min(10, Number(each))) / 10, 1)),
    );
  });

  it('writes the same for the same link in a fresh profile, and something else for another seed', async () => {
    const [first, second, other] = [
      await open(SHORT),
      await open(SHORT),
      await open(SHORT.replace('seed=7', 'seed=8')),
    ];
    const written = await text(first.page, 'b');
    expect(written).toMatch(/^The whale.{60}/s);
    expect(await text(second.page, 'b')).toBe(written);
    expect(await text(other.page, 'b')).not.toBe(written);
    expect(await numbersOf(second.page, 'recent')).toEqual(await numbersOf(first.page, 'recent'));
    expect(await second.page.locator('#texts .side-c').count()).toBe(0);
  });

  it('shows code that writes the same, and commands with the same settings', async () => {
    const { page } = await open(SHORT);
    const output = await outputOfCode(page);
    for (const side of ['a', 'b']) {
      const written = (await text(page, side))!.slice('The whale'.length);
      expect(output).toContain(written);
    }
    expect(await page.locator('#command').textContent()).toContain(
      "surprisal decode --prompt 'The whale' --sampler mirostat:tau=4 --max-tokens 80 --seed 7 --tokenizer bpe:size=600,",
    );
  });

  it('gives the surprise of a token in numbers: by keys, by a click, in a table', async () => {
    const { page } = await open(SHORT);
    const panel = page.locator('#texts .side-b');
    await panel.locator('.surprisal-text').focus();
    await page.keyboard.press('ArrowRight');
    expect(await panel.locator('[role=status]').textContent()).toMatch(/^Token 1, “.+”: [\d.]+ bits, probability /s);
    await page.keyboard.press('End');
    expect(await panel.locator('[role=status]').textContent()).toMatch(/^Token 80, /);
    await panel.locator('.surprisal-text span[style]').nth(3).click();
    expect(await panel.locator('[role=status]').textContent()).toMatch(/^Token 4, /);
    await panel.locator('summary').click();
    const bits = await panel
      .locator('tbody tr td:last-child')
      .evaluateAll((cells) => cells.map((cell) => Number(cell.textContent)));
    expect(bits).toHaveLength(80);
    const mean = bits.reduce((sum, value) => sum + value, 0) / 80;
    expect(mean).toBeCloseTo(Number((await numbersOf(page, 'cross-entropy')).at(-1)![2]), 1);
  });

  it('pauses, steps, goes on, resets, takes a new seed; a change writes anew and goes into the address', async () => {
    const { page } = await demo.open(SHORT.replace('length=80', 'length=1000'));
    const progress = page.locator('#progress-text');
    const at = async () => Number(/token (\d+)/.exec((await progress.textContent())!)?.[1] ?? 0);
    await eventually(at).toBeGreaterThan(2);
    await page.click('#pause');
    const held = await settled(at);
    await page.click('#step');
    await eventually(at).toBe(held + 1);
    await page.click('#run');
    await eventually(at).toBeGreaterThan(held + 3);
    await page.click('#reset');
    expect(await progress.textContent()).toBe('not started');
    expect(await page.locator('#texts .side-a .surprisal-text').textContent()).toBe('The whale');
    await page.click('#new-seed');
    expect(new URL(page.url()).hash).toContain('seed=8');
    await eventually(at).toBeGreaterThan(0);
    await page.fill('#task-prompt', 'Ahab');
    await page.selectOption('#sampler-a', 'top-k');
    await eventually(() => text(page, 'a')).toMatch(/^Ahab./s);
    expect(new URL(page.url()).hash).toMatch(/a=top-k.*prompt=Ahab/);
  });

  it('names what it does not know in a link', async () => {
    const { page } = await demo.open('decoding.html#v=1&a=greedy&b=mirrorstat&colour=blue&length=7');
    expect(await page.locator('#notice').textContent()).toBe(
      'The link holds settings that are not known here and were left out: b, colour, length.',
    );
  });
});
