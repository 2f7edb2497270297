import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EPSILON, expectWithin, normals, onBoth, put, seed, size, useKernels } from '../test/both.js';

beforeAll(useKernels);

const sizes: Record<string, number> = { b: 2, h: 3, i: 5, j: 4, k: 7, o: 1, z: 0 };

/** The sum and that of the absolute terms, by which it is rounded, are asked of cpu. */
async function expectEqual(equation: string, sizes: Readonly<Record<string, number>>, seed: number): Promise<void> {
  const labels = equation.split('->')[0]!.split(',');
  const operands = labels.map((of, k) => normals([...of].map((label) => sizes[label]!), seed + k)); // prettier-ignore
  const terms = Object.values(sizes).reduce((product, size) => product * Math.max(size, 1), 1);
  const run = (change: (x: tf.Tensor) => tf.Tensor) => tf.einsum(equation, ...operands.map((x) => change(put(x))));
  const { here, there } = await onBoth(
    () => [run((x) => x)],
    () => [run((x) => x), run(tf.abs)],
  );
  expectWithin(here[0]!, there[0]!, (_, i) => 2 * (terms + 2) * EPSILON * there[1]!.data[i]!);
}

/** Equations of two operands in which every label stands twice or more: cpu takes no others. */
const equation = fc
  .array(fc.constantFrom('both', 'batch', 'left', 'right'), { minLength: 1, maxLength: 5 })
  .chain((roles) => {
    const labels = (...of: string[]) => [...'hijkl'].filter((_, i) => of.includes(roles[i]!)); // prettier-ignore
    const mixed = (given: string[]) => fc.shuffledSubarray(given, { minLength: given.length });
    const parts = fc.tuple(mixed(labels('both', 'batch', 'left')), mixed(labels('both', 'batch', 'right')), mixed(labels('batch', 'left', 'right'))); // prettier-ignore
    return parts.map(([a, b, out]) => `${a.join('')},${b.join('')}->${out.join('')}`);
  })
  .filter((text) => !text.startsWith(',') && !text.includes(',->'));

describe('sums of products', () => {
  it('equal those of the cpu backend, whatever is summed in whatever order', async () => {
    const sizes = fc.record({ h: size(5), i: size(5), j: size(5), k: size(5), l: size(5) });
    await fc.assert(fc.asyncProperty(equation, sizes, seed, expectEqual), { numRuns: 60 });
  });

  it.each([
    ...['ij,jk->ik', 'ji,jk->ik', 'ij,kj->ki', 'bij,bjk->bik', 'bhij,bkhj->bihk', 'ij,ij->', 'ij,ij->i', 'ij,j->i'],
    ...['i,j->ij', 'i,j->ji', 'i,i->i', 'bij,jk->bik', 'ibj,jbk->kib', 'zi,ij->zj', 'iz,zj->ij', 'oi,oj->ij'],
    ...['ij->ji', 'ij->', 'bij->jb', 'ij->i'],
  ])('equal those of the cpu backend: %s', async (equation) => {
    await expectEqual(equation, sizes, 1);
  });

  it('take whole numbers, and labels that stand in one operand alone', () => {
    const x = tf.tensor2d([[1, 2], [3, 4]], [2, 2], 'int32'); // prettier-ignore
    const product = tf.einsum('ij,jk->ik', x, x);
    expect([product.dtype, ...product.dataSync()]).toEqual(['int32', 7, 10, 15, 22]);
    expect([...tf.einsum('k,ij->k', tf.tensor1d([1, 2, 3]), tf.ones([2, 2])).dataSync()]).toEqual([4, 8, 12]); // cpu refuses
    expect([...tf.einsum('ij,hj->', tf.ones([2, 3]), tf.ones([4, 3])).dataSync()]).toEqual([24]); // cpu gives a tensor of three
  });

  it('leave nothing behind, and refuse in words', () => {
    const [a, b] = [tf.ones([3, 2, 4]), tf.ones([5, 4, 3])];
    const before = tf.memory();
    for (let i = 0; i < 100; i++) tf.tidy(() => void tf.einsum('bij,kjb->ik', a, b));
    expect(() => tf.einsum('bij,kjb->ik', a, a)).toThrow('Expected dimension');
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
  });
});
