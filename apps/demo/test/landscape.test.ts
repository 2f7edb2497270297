import { readFileSync } from 'node:fs';
import type { AnyMethod } from '@surprisal/core';
import { memory, useEngine } from '@surprisal/core/tensor';
import { crossEntropy } from '@surprisal/losses';
import plugin from '@surprisal/losses/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Barycentric, gridOf, levelsOf, middlesOf, trianglesOf } from '../src/charts/ternary/ternary.js';
import { ternarySvg } from '../src/charts/ternary/ternary-svg.js';
import { landscapeOf } from '../src/labs/loss/landscape.js';
import { LEAST, arrowPoints, gridPoints, margins } from '../src/labs/loss/landscape-points.js';
import { DemoBrowser, eventually, numbersOf } from './browser.js';

const losses = plugin.methods.filter(({ info }) => info.kind === 'loss') as readonly AnyMethod<'loss'>[];

describe('the landscape of a loss', () => {
  beforeAll(async () => void (await useEngine('cpu')));

  it.each(losses.map((method) => [method.info.name, method] as const))(
    'of %s is finite, and its slope is that of its curve',
    async (_, method) => {
      const before = memory().numTensors;
      const { values, gradients, margin } = await landscapeOf(() => method());
      expect(memory().numTensors).toBe(before);
      expect(values).toHaveLength(gridPoints.length);
      expect(gradients).toHaveLength(gridPoints.length + arrowPoints.length);
      for (const value of [...values, ...gradients.flat()]) expect(Number.isFinite(value)).toBe(true);
      const jumps = margins.slice(1, -1).filter((_, i) => {
        const between = (margin.values[i + 2]! - margin.values[i]!) / (margins[i + 2]! - margins[i]!);
        return Math.abs(between - margin.slopes[i + 1]!) > 0.01 * (1 + Math.abs(between));
      });
      expect(jumps.length).toBeLessThanOrEqual(6); // next to kinks alone
    },
  );

  it('of cross-entropy pulls from each prediction to the label, the whole way', async () => {
    const { values, gradients, margin } = await landscapeOf(crossEntropy);
    gridPoints.forEach(([p, q, r], i) => {
      expect(values[i]).toBeCloseTo(-Math.log(p), 4);
      [p - 1, q, r].forEach((due, k) => expect(gradients[i]![k]).toBeCloseTo(due, 4));
    });
    margins.forEach((z, i) => expect(margin.values[i]).toBeCloseTo(Math.log1p(2 * Math.exp(-z)), 4));
    expect(Math.min(...gridPoints.flat())).toBeCloseTo(LEAST, 12);
  });
});

describe('a ternary plot', () => {
  it('has all triangles between its points, and arrows in the middles', () => {
    expect(gridOf(4)).toHaveLength(15);
    expect(trianglesOf(4)).toHaveLength(16);
    for (const point of [...gridOf(7), ...middlesOf(7)]) expect(point.reduce((sum, x) => sum + x)).toBeCloseTo(1, 12);
    const area = trianglesOf(5).reduce((total, corners) => {
      const [[a, b], [c, d], [e, f]] = corners.map((i) => gridOf(5)[i]!) as [Barycentric, Barycentric, Barycentric];
      return total + Math.abs((c - a) * (f - b) - (e - a) * (d - b));
    }, 0);
    expect(area).toBeCloseTo(1, 12);
    expect(middlesOf(1)).toEqual([[1 / 3, 1 / 3, 1 / 3]]);
  });

  it('draws contours where the value is the level', () => {
    const plot = {
      title: '',
      corners: ['a', 'b', 'c'],
      name: 'nats',
      divisions: 8,
      arrows: [],
      colour: 'series-0',
    } as const;
    const values = gridOf(8).map(([top]) => top);
    const svg = ternarySvg({ ...plot, values }, 448, (name) => name); // 400 a side
    const levels = levelsOf(values);
    const contours = [...svg.matchAll(/d="(M[^"]*)" fill="none" stroke="faint"/g)].map(([, d]) => d!);
    expect(contours).toHaveLength(levels.length);
    contours.forEach((d, i) => {
      const heights = [...d.matchAll(/[\d.]+ ([\d.]+)/g)].map(([, y]) => Number(y));
      for (const y of heights) expect(y).toBeCloseTo(24 + 200 * Math.sqrt(3) * (1 - levels[i]!), 0);
    });
    expect(ternarySvg({ ...plot, values: values.map(() => 2) }, 448, (name) => name)).toContain('the same everywhere');
  });
});

describe('the loss lab', () => {
  let demo: DemoBrowser;
  beforeAll(async () => void (demo = await DemoBrowser.start()));
  afterAll(() => demo.stop());

  it('draws the value and the gradient of any loss that is chosen', async () => {
    const { page, errors } = await demo.open('#v=1&a=cross-entropy&b=focal');
    const picture = (side: string) => page.locator(`[data-figure=triangle-${side}] .picture`);
    const words = (side: string) => picture(side).getAttribute('aria-label');
    await eventually(() => picture('b').locator('svg').count()).toBe(1);
    expect(await words('a')).toMatch(
      /^A, cross-entropy, over all .*: Least 0\.00401 nats at \(1\.00, .* most 6\.21 at/,
    );
    for (const side of ['a', 'b']) expect(await picture(side).locator('svg path').count()).toBeGreaterThan(10);
    const rows = (await numbersOf(page, 'triangle-a')).map((row) => row.map(Number));
    expect(rows).toHaveLength(gridPoints.length);
    for (const [p, , , nats, slope] of rows) {
      if (p! > 0.01) expect(nats).toBeCloseTo(-Math.log(p!), 1);
      expect(slope).toBeCloseTo(p! - 1, 3);
    }
    await page.selectOption('#loss-b', 'mean-absolute-error');
    await eventually(() => words('b')).toMatch(/^B, mean-absolute-error, .* the pull is strongest, 0\.\d+, at/);
    const [low, high] = [
      (await numbersOf(page, 'margin-value')).at(0)!,
      (await numbersOf(page, 'margin-value')).at(-1)!,
    ];
    expect([low[0], high[0]]).toEqual(['-6', '6']);
    expect(Number(low[1])).toBeCloseTo(Math.log1p(2 * Math.exp(6)), 3);
    await page.locator('[data-figure=triangle-b] summary').click();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'SVG: B over all predictions' }).click();
    const svg = readFileSync(await (await download).path(), 'utf8');
    expect(svg).toMatch(/^<svg xmlns[^]*fill="#fff"[^]*fill="#b34700"/);
    expect(svg).not.toContain('var(');
    expect(errors).toEqual([]);
  });
});
