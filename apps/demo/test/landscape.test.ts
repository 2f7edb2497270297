import { readFileSync } from 'node:fs';
import type { AnyMethod, Kind } from '@surprisal/core';
import { memory, useEngine } from '@surprisal/core/tensor';
import { crossEntropy } from '@surprisal/losses';
import plugin from '@surprisal/losses/plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Barycentric, gridOf, levelsOf, middlesOf, trianglesOf } from '../src/charts/ternary/ternary.js';
import { ternarySvg } from '../src/charts/ternary/ternary-svg.js';
import { landscapeOf } from '../src/labs/loss/landscape.js';
import { LEAST, arrowPoints, gridPoints, margins } from '../src/labs/loss/landscape-points.js';
import { adversarialLandscapeOf } from '../src/labs/loss/others/adversarial.js';
import { CLEAN_MARGIN } from '../src/labs/loss/others/clean.js';
import { valuePictureOf } from '../src/labs/loss/others/value-picture.js';
import { DemoBrowser, eventually, numbersOf } from './browser.js';

const ofKind = <K extends Kind>(kind: K) =>
  plugin.methods.filter(({ info }) => info.kind === kind) as unknown as readonly AnyMethod<K>[];

const named = <M extends { readonly info: { readonly name: string } }>(methods: readonly M[]) =>
  methods.map((method) => [method.info.name, method] as const);

const landscapes = [
  ...ofKind('loss').map((method) => [method.info.name, () => landscapeOf(() => method())] as const),
  ...ofKind('adversarial-loss').map((method) => [method.info.name, () => adversarialLandscapeOf(method)] as const),
];

describe('the landscape of a loss', () => {
  beforeAll(async () => void (await useEngine('cpu')));

  it.each(landscapes)('of %s is finite, and its slope is that of its curve', async (_, survey) => {
    const before = memory().numTensors;
    const { values, gradients, margin } = await survey();
    expect(memory().numTensors).toBe(before);
    expect(values).toHaveLength(gridPoints.length);
    expect(gradients).toHaveLength(gridPoints.length + arrowPoints.length);
    for (const value of [...values, ...gradients.flat()]) expect(Number.isFinite(value)).toBe(true);
    const jumps = margins.slice(1, -1).filter((_, i) => {
      const between = (margin.values[i + 2]! - margin.values[i]!) / (margins[i + 2]! - margins[i]!);
      return Math.abs(between - margin.slopes[i + 1]!) > 0.01 * (1 + Math.abs(between));
    });
    expect(jumps.length).toBeLessThanOrEqual(6); // next to kinks alone
  });

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

describe('the landscape of an adversarial loss', () => {
  it.each(named(ofKind('adversarial-loss').filter(({ info }) => info.name !== 'mart')))(
    'of %s has its least value where nothing is perturbed',
    async (_, method) => {
      const { margin } = await adversarialLandscapeOf(method);
      expect(margins[margin.values.indexOf(Math.min(...margin.values))]).toBeCloseTo(CLEAN_MARGIN, 12);
    },
  );
});

describe('the picture of a value loss', () => {
  const picture = (name: string) => valuePictureOf(ofKind('value-loss').find(({ info }) => info.name === name)!());
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

  it.each(named(ofKind('value-loss')))('of %s is least at the target, and pulls there', async (_, method) => {
    const before = memory().numTensors;
    const { bins, target, prediction, pull, numbers, losses, aim } = await valuePictureOf(method());
    expect(memory().numTensors).toBe(before);
    for (const probabilities of [target, prediction]) expect(total(probabilities)).toBeCloseTo(1, 5);
    expect(total(pull)).toBeCloseTo(0, 4);
    const meanOf = (probabilities: readonly number[]) => total(probabilities.map((p, i) => p * bins[i]!));
    expect(meanOf(target)).toBeCloseTo(aim, 1);
    expect(meanOf(pull)).toBeGreaterThan(0); // up, from a prediction that is too low
    expect(numbers[losses.indexOf(Math.min(...losses))]).toBeCloseTo(aim, 0);
  });

  it('of a cross-entropy pulls by what the target has and the prediction has not', async () => {
    const { target, prediction, pull } = await picture('hl-gauss');
    pull.forEach((value, i) => expect(value).toBeCloseTo(target[i]! - prediction[i]!, 5));
  });

  it('of the squared error pulls but where the prediction is', async () => {
    const { target, pull } = await picture('histogram-mse');
    expect(Math.abs(pull[target.indexOf(Math.max(...target))]!)).toBeLessThan(5e-3 * Math.max(...pull));
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

  it('draws losses of other kinds, says what it cannot draw, and what parameters cannot go together', async () => {
    const { page, errors } = await demo.open('#v=1&adversarial=trades&adversarial.beta=2&value=two-hot');
    const words = (figure: string) => page.locator(`[data-figure=${figure}] .picture`).getAttribute('aria-label');
    await eventually(() => words('triangle-perturbed')).toMatch(
      /^Loss, trades \(beta 2\), over all perturbed predictions/,
    );
    await eventually(() => words('value-pull')).toMatch(/^Pull on each bin, two-hot: It pulls up most at (2\.8|3\.2)/);
    const pulls = (await numbersOf(page, 'value-pull')).map((row) => Number(row[1]));
    expect(pulls.filter((pull) => pull > 0.01)).toHaveLength(2);
    await page.selectOption('#loss-value', 'histogram-mse');
    await eventually(() => words('value-pull')).toMatch(/^Pull on each bin, histogram-mse/);
    await page.fill('#value-vMin', '12');
    await page.locator('#value-vMin').blur();
    await eventually(() => page.locator('#value-problem').textContent()).toMatch(/vMax must be greater than vMin = 12/);
    expect(new URL(page.url()).hash).toContain('value=histogram-mse&value.vMin=12');
    expect(await page.locator('#without-picture').textContent()).toMatch(/edit-invariant.*: Logits \[batch, positions/);
    expect(await page.locator('#notice').textContent()).toBe('');
    expect(errors).toEqual([]);
  });
});
