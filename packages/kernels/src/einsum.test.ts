import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { EPSILON, expectWithin, normals, onBoth, put, useKernels } from '../test/both.js';

beforeAll(useKernels);

const sizes: Record<string, number> = { b: 2, h: 3, i: 5, j: 4, k: 7, o: 1, z: 0 };
const shapeOf = (labels: string) => [...labels].map((label) => sizes[label]!);

describe('sums of products', () => {
  it.each([
    ...['ij,jk->ik', 'ji,jk->ik', 'ij,kj->ki', 'bij,bjk->bik', 'bhij,bkhj->bihk', 'ij,ij->', 'ij,ij->i', 'ij,j->i'],
    ...['i,j->ij', 'i,j->ji', 'i,i->i', 'bij,jk->bik', 'ibj,jbk->kib', 'zi,ij->zj', 'iz,zj->ij', 'oi,oj->ij'],
    ...['ij->ji', 'ij->', 'bij->jb', 'ij->i'],
  ])('equal those of the cpu backend: %s', async (equation) => {
    const operands = equation.split('->')[0]!.split(',').map((labels, k) => normals(shapeOf(labels), k + 1)); // prettier-ignore
    const terms = 5 * 4 * 7;
    const run = (change: (x: tf.Tensor) => tf.Tensor) => tf.einsum(equation, ...operands.map((x) => change(put(x))));
    const { here, there } = await onBoth(
      () => [run((x) => x)],
      () => [run((x) => x), run(tf.abs)],
    );
    expectWithin(here[0]!, there[0]!, (_, i) => 2 * (terms + 2) * EPSILON * there[1]!.data[i]!);
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
