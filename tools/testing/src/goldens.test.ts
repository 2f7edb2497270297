import { type NdArray, Random, ndarray } from '@surprisal/core';
import { mul, scalar, tensor1d, toTensor } from '@surprisal/core/tensor';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { everyEngine } from './engines.js';
import { type GoldenCase, type GoldenHandler, type JudgedHandler, checkCase, compare, goldens } from './goldens.js';

const twice: GoldenHandler = ({ inputs, params }) => ({ y: mul(toTensor(inputs.x), params.times) });
const share: JudgedHandler = {
  run: ({ params }) => ({
    share: new Random(1).uniforms(params.draws).filter((draw) => draw < 0.5).length / params.draws,
  }),
  judge: (computed, { outputs }) =>
    expect(Math.abs((computed.share as number) - (outputs.share as number))).toBeLessThan(0.05),
};

goldens(import.meta.url, 'kit', { twice, share }, { engines: everyEngine });

describe('a package that takes a part of the ops', () => {
  const taken = vi.fn(twice);
  goldens(import.meta.url, 'kit', { twice: taken }, { partial: true });
  afterAll(() => expect(taken.mock.calls.length).toBe(process.env.GOLDENS_DIR ? 0 : 2));
});

describe('a case', () => {
  const golden: GoldenCase = {
    name: 'one',
    op: 'op',
    params: {},
    inputs: {},
    outputs: { y: 1, z: { shape: [2], data: Float64Array.of(1, 2) } },
    tolerance: { abs: 0, rel: 0 },
  };
  const z = [1, 2];

  it('passes when all outputs are right, whatever else is computed', async () => {
    await checkCase('kit', golden, { op: () => ({ y: 1, z, further: 3 }) });
    await checkCase('kit', golden, { op: () => Promise.resolve({ y: 1, z }) });
  });

  it('may have outputs that are tensors, lists of tensors, or hold tensors', async () => {
    const rows = ndarray(Float64Array.of(1, 2, 3, 4), [2, 2]);
    const nested = { ...golden, outputs: { y: 1, rows, of: { z: ndarray(Float64Array.of(1, 2), [2]) } } };
    const tensors = (last: number) => ({
      y: scalar(1),
      rows: [tensor1d([1, 2]), tensor1d([3, last])],
      of: { z: tensor1d([1, 2]) },
    });
    await checkCase('kit', nested, { op: () => tensors(4) });
    await expect(checkCase('kit', nested, { op: () => tensors(5) })).rejects.toThrow('rows[3]: computed 5, golden 4');
  });

  it('fails when nobody takes its op', () =>
    expect(checkCase('kit', golden, { other: () => ({ y: 1, z }) })).rejects.toThrow(
      'goldens kit: no handler for the op "op"',
    ));

  it('fails when an output is wrong or missing', async () => {
    await expect(checkCase('kit', golden, { op: () => ({ y: 2, z }) })).rejects.toThrow('y: computed 2, golden 1');
    await expect(checkCase('kit', golden, { op: () => ({ y: 1 }) })).rejects.toThrow('no output "z"');
  });

  it('is judged by its handler alone, when that has a rule', async () => {
    const handler = (accepted: number): JudgedHandler => ({
      run: () => ({ y: 7 }),
      judge: ({ y }) => expect(y).toBe(accepted),
    });
    await checkCase('kit', golden, { op: handler(7) });
    await expect(checkCase('kit', golden, { op: handler(8) })).rejects.toThrow('expected 7 to be 8');
  });
});

describe('compare', () => {
  const exactly = { abs: 0, rel: 0 };
  const passes = (
    ...[computed, expected, tolerance]: Parameters<typeof compare> extends [string, ...infer R] ? R : []
  ) => expect(() => compare('y', computed, expected, tolerance)).not.toThrow();
  const fails = (message: string | RegExp, ...[computed, expected, tolerance]: Parameters<typeof passes>) =>
    expect(() => compare('y', computed, expected, tolerance)).toThrow(message);

  it('accepts |a - b| <= abs + rel * |b|, the golden b', () => {
    passes(4.5, 4, { abs: 0.5, rel: 0 });
    passes(5, 4, { abs: 0, rel: 0.25 });
    passes(3.5, 4, { abs: 0.25, rel: 0.0625 });
    passes(-5, -4, { abs: 0, rel: 0.25 });
    fails('y: computed 4.5, golden 4', 4.5, 4, { abs: 0.25, rel: 0 });
    fails('y: computed 4, golden 3', 4, 3, { abs: 0, rel: 0.25 }); // though 1 <= 0.25 * 4
    fails('y: computed 1, golden 0', 1, 0, { abs: 0, rel: 0.5 });
  });

  it('takes NaN and infinities as they are', () => {
    const wide = { abs: 1, rel: 1 };
    passes(NaN, NaN, exactly);
    passes(-Infinity, -Infinity, exactly);
    fails('golden 1', NaN, 1, wide);
    fails('golden NaN', 1, NaN, wide);
    fails('golden Infinity', 1e9, Infinity, wide);
    fails('golden Infinity', -Infinity, Infinity, wide);
    fails('golden 1', Infinity, 1, wide);
  });

  it('names the component that is wrong', () => {
    const expected = ndarray(Float64Array.of(1, 2, 3, 4), [2, 2]);
    passes(ndarray(Float64Array.of(1, 2, 3, 4), [2, 2]), expected, exactly);
    fails('y[2]: computed 5, golden 3', ndarray(Float64Array.of(1, 2, 5, 4), [2, 2]), expected, exactly);
  });

  it('wants the shape of the golden, or of a flat array its size', () => {
    const expected = ndarray(Float64Array.of(1, 1, 1, 1), [2, 2]);
    passes([1, 1, 1, 1], expected, exactly);
    passes(Float32Array.of(1, 1, 1, 1), expected, exactly);
    fails('shape of y', ndarray(Float64Array.of(1, 1, 1, 1), [4]), expected, exactly);
    fails('shape of y', ndarray(Float64Array.of(1, 1, 1, 1), [4, 1]), expected, exactly);
    fails('size of y', [1, 1, 1], expected, exactly);
    fails('expected an array, got string', 'four', expected, exactly);
  });

  it('takes an array of one for a number, and no longer one', () => {
    passes(ndarray(Float64Array.of(3), [1]), 3, exactly);
    passes([3], 3, exactly);
    fails('size of y', [3, 4], 3, exactly);
  });

  it('goes into nested objects and lists', () => {
    const expected = { fit: { a: 1, b: ndarray(Float64Array.of(2), [1]) }, names: ['p', 'q'], ok: true, none: null };
    const computed = (b: NdArray | number[], names: string[], ok = true) => ({
      fit: { a: 1, b },
      names,
      ok,
      none: null,
    });
    passes(computed([2], ['p', 'q']), expected, exactly);
    fails(
      'y.fit.b[0]: computed 3, golden 2',
      computed(ndarray(Float64Array.of(3), [1]), ['p', 'q']),
      expected,
      exactly,
    );
    fails('y.names.1', computed([2], ['p', 'r']), expected, exactly);
    fails('length of y.names', computed([2], ['p', 'q', 'r']), expected, exactly);
    fails('y.ok', computed([2], ['p', 'q'], false), expected, exactly);
    fails('no output "y.fit"', { names: ['p', 'q'], ok: true, none: null }, expected, exactly);
  });
});
