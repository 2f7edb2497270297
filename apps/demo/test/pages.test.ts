import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoBrowser, ended, eventually, expectNoSeriousFindings, firstLoad, firstLoadOf } from './browser.js';

let demo: DemoBrowser;
beforeAll(async () => void (demo = await DemoBrowser.start()));
afterAll(() => demo.stop());

interface Lab {
  readonly page: string;
  /** Holds all that a link can hold, and little to do. */
  readonly link: string;
  /** A control that is there at once. */
  readonly first: string;
  readonly controls: readonly string[];
  /** Waits for a hand, and then computes with tensors. */
  readonly trains?: boolean;
}

/** The labs of one kind of page; the loss lab, and those where bars are dragged, have tests of their own. */
const pages: readonly Lab[] = [
  {
    page: 'decoding.html',
    link: 'v=1&a=top-k&a.k=5&b=mirostat&b.tau=3&c=greedy&prompt=Ahab&length=60&seed=4&size=400&order=2&learn=half',
    first: '#sampler-a',
    controls: ['sampler-a', 'sampler-c', 'task-prompt', 'run', 'copy'],
  },
  {
    page: 'scaling.html',
    link: 'v=1&table=chinchilla-kyo-takano&law=chinchilla&law.starts=auto&columns.N=N&dropTop=1&resamples=20&seed=2&budget=21',
    first: '#law-law',
    controls: ['table', 'file', 'law-law', 'column-N', 'run', 'copy'],
  },
  {
    page: 'tokenisation.html',
    link: 'v=1&source=own-text&source.text=abracadabra&a=lzw&b=blocks&c=bpe&size=20&length=1000&seed=3&cut=abra',
    first: '#tokenizer-a',
    controls: ['source-text', 'tokenizer-a', 'task-size', 'run'],
  },
  {
    page: 'training.html',
    link: 'v=1&train=256&epochs=1&batch=32&filters=4&rate=0.03&seed=2',
    first: '#engine-name',
    controls: ['engine-name', 'engine-threads', 'task-train', 'run', 'copy'],
    trains: true,
  },
];

const PHONE = { viewport: { width: 320, height: 640 } };

describe.each(pages)('$page', ({ page: name, link, first, controls, trains = false }) => {
  /** Waits until the lab has done what it does by itself, or by a hand. */
  const done = async (page: Page) => {
    if (trains) {
      await page.waitForSelector('body[data-engine]');
      await page.locator('#run').evaluate((button) => (button as HTMLElement).click()); // the focus stays where it is
    }
    await ended(page);
  };
  const open = async (options = {}) => {
    const { page, errors } = await demo.open(`${name}#${link}`, options);
    await done(page);
    return { page, errors };
  };

  it('has its controls at once, ends without complaint, and leads to the other labs', async () => {
    const { page, errors } = await demo.open(name);
    expect(await page.locator(first).count()).toBe(1);
    await done(page);
    expect(await page.locator('#notice').textContent()).toBe('');
    expect(await page.locator('#progress').getAttribute('aria-valuenow')).toBe('100');
    expect(await page.locator('#summary').textContent()).toMatch(/^Done/);
    expect(await page.locator('nav [aria-current=page]').getAttribute('href')).toBe(`./${name}`);
    const links = await page.locator('nav a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect(links).toEqual(expect.arrayContaining(['./index.html', ...pages.map(({ page }) => `./${page}`)]));
    expect(errors).toEqual([]);
  });

  it('takes all of a link, and gives it back', async () => {
    const { page, errors } = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    expect(await page.locator('#notice').textContent()).toBe('');
    await page.click('#copy');
    await eventually(() => page.locator('#notice').textContent()).toContain('The link is copied');
    const copied = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    expect(Object.fromEntries(new URLSearchParams(copied.hash.slice(1)))).toEqual(
      Object.fromEntries(new URLSearchParams(link)),
    );
    expect(errors).toEqual([]);
  });

  it('has no serious accessibility finding, in light and dark', async () => {
    const { page } = await open();
    await page.locator('details').evaluateAll((all) => all.forEach((one) => ((one as HTMLDetailsElement).open = true)));
    await expectNoSeriousFindings(page);
  });

  it('tells each figure in words, and how far it is', async () => {
    const { page } = await open();
    const figures = page.locator('figure[data-figure]');
    expect(await figures.count()).toBeGreaterThan(1);
    for (const figure of await figures.all()) {
      expect(await figure.locator('.picture').getAttribute('aria-label')).toMatch(/: .*\d/);
      expect(await figure.locator('figcaption + .picture + p').textContent()).toMatch(/\d/);
    }
    expect(await page.getByRole('progressbar').getAttribute('aria-label')).toBeTruthy();
  });

  it('can be used by keyboard alone: a skip link first, then all controls, no trap', async () => {
    const { page } = await open();
    const focused = () =>
      page.evaluate(() => document.activeElement!.id || document.activeElement!.textContent!.trim());
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the lab');
    const seen = new Set<string>();
    for (let i = 0; i < 90 && !(await isPast(page)); i++) {
      await page.keyboard.press('Tab');
      seen.add(await focused());
    }
    for (const id of controls) expect(seen).toContain(id);
    expect(await isPast(page)).toBe(true);
    await page.locator('#run').focus();
    await page.evaluate(() => delete document.body.dataset.phase);
    await page.keyboard.press('Enter');
    await ended(page);
  });

  it('fits a phone: results first, no sideways scrolling at 320 pixels, targets of 44', async () => {
    const { page } = await open(PHONE);
    const top = async (selector: string) => (await page.locator(selector).boundingBox())!.y;
    expect((await top('#run')) - (await top('.settings'))).toBeLessThan(120);
    await page.locator('.settings > summary').click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    const small = await page
      .locator('button:visible, select:visible, input:visible, textarea:visible, summary:visible')
      .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML));
    expect(small).toEqual([]);
  });

  it('can be read without scripts', async () => {
    const { page } = await demo.open(name, { javaScriptEnabled: false });
    expect(await page.locator('#about svg').count()).toBe(1);
    expect((await page.locator('#about figcaption').textContent())!.length).toBeGreaterThan(150);
    expect(await page.locator('#about').textContent()).toContain('claims');
    expect(await page.locator('noscript').count()).toBe(1);
    expect(await page.locator('#run').isVisible()).toBe(false);
  });

  it.runIf(trains)('loads little at first', () => {
    const { files, bytes } = firstLoad(name);
    expect(files.join(' ')).not.toContain('drawing');
    for (const file of files)
      expect(readFileSync(new URL(`../dist/${file}`, import.meta.url)).includes('tfjs')).toBe(false);
    expect(bytes).toBeLessThan(firstLoadOf(0));
  });

  it.skipIf(trains)('loads little at first, and never the tensor library', async () => {
    const { page } = await demo.open('corpora/none.txt');
    await page.goto('about:blank'); // what the page before still loads is none of this one's
    const loaded: string[] = [];
    page.on('response', (response) => loaded.push(new URL(response.url()).pathname));
    await page.goto(`${demo.url}${name}`);
    await ended(page);
    const scripts = [...new Set(loaded)].filter((path) => path.endsWith('.js'));
    const contents = scripts.map((path) => readFileSync(new URL(`../dist${path}`, import.meta.url)));
    expect(scripts.some((path) => path.includes('worker'))).toBe(true);
    for (const content of contents) expect(content.includes('tfjs')).toBe(false);
    const { files, bytes } = firstLoad(name);
    expect(files.join(' ')).not.toContain('drawing');
    expect(bytes).toBeLessThan(firstLoadOf(await page.locator(`${first} option`).count()));
  });
});

/** Whether the focus is on what comes after the lab. */
const isPast = (page: Page) => page.evaluate(() => document.activeElement!.closest('#about') !== null);
