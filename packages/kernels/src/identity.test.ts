import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { useKernels } from '../test/both.js';

beforeAll(useKernels);

it('shares the numbers of a clone, which outlives what it was made of', () => {
  const x = tf.tensor1d([1, 2, 3]);
  const buffers = tf.memory().numDataBuffers;
  const copy = x.clone();
  expect(tf.memory().numDataBuffers).toBe(buffers);
  x.dispose();
  const another = tf.tensor1d([7, 8, 9]); // would take the place of what was freed
  expect(Array.from(copy.dataSync())).toEqual([1, 2, 3]);
  tf.dispose([copy, another]);
});

it('keeps clones of a variable that is assigned to, and of strings', () => {
  const variable = tf.variable(tf.tensor1d([1, 2]));
  const copy = variable.clone();
  variable.assign(tf.tensor1d([3, 4]));
  expect(Array.from(copy.dataSync())).toEqual([1, 2]);
  expect(tf.tidy(() => tf.tensor1d(['a', 'b']).clone().dataSync())).toEqual(['a', 'b']);
});
