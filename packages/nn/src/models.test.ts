import { type AnyMethod, DomainError } from '@surprisal/core';
import { type Tensor, fromLayersModel, memory, ones, tidy } from '@surprisal/core/tensor';
import { onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import plugin from './plugin.js';

/** Every model must pass these; it joins by being in the plugin's list. */
const models = plugin.methods as readonly AnyMethod<'model'>[];

describe.each(models.map((method) => [method.info.name, method] as const))('%s', (_name, method) => {
  onEngines(['cpu', 'wasm'], () => {
    const kernel = (seed: number) => {
      const model = method({ seed });
      const { variables } = fromLayersModel(model);
      const values = Array.from(Object.values(variables)[0]!.dataSync());
      model.dispose();
      return values;
    };

    it('gives finite logits [batch, classes], and another number of classes when asked', () => {
      const model = method({ classes: 7 });
      const logits = tidy(() => {
        const output = model.apply(ones([3, 28, 28, 1])) as Tensor;
        return { shape: output.shape, data: output.dataSync() };
      });
      expect(logits.shape).toEqual([3, 7]);
      expect(logits.data.every(Number.isFinite)).toBe(true);
      model.dispose();
    });

    it('has the weights of its seed', () => {
      expect(kernel(1)).toEqual(kernel(1));
      expect(kernel(1)).not.toEqual(kernel(2));
    });

    it('names its variables apart, and frees them when disposed of', () => {
      const before = memory().numTensors;
      const model = method();
      expect(Object.keys(fromLayersModel(model).variables)).toHaveLength(model.weights.length);
      model.dispose();
      expect(memory().numTensors).toBe(before);
    });

    it('refuses parameters out of range', () => {
      expect(() => method({ classes: 0 })).toThrow(
        new DomainError(`${method.info.name}: classes must be at least 1, got 0`),
      );
    });
  });
});
