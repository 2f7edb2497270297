import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import * as inNode from './tfjs-node.js';

const tfjs = createRequire(import.meta.url)('@tensorflow/tfjs') as Record<string, unknown>;

it('has all of TensorFlow.js in Node too, but the names of kernels', () => {
  const names = Object.keys(tfjs).filter((name) => typeof tfjs[name] !== 'string');
  expect(names.length).toBeGreaterThan(300);
  expect(Object.keys(inNode).sort()).toEqual(names.sort());
});
