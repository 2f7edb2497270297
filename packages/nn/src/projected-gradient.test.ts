import { ndarray, Random } from '@surprisal/core';
import {
  type EngineName,
  type Tensor,
  abs,
  add,
  clipByValue,
  gradientsOf,
  logSoftmax,
  matMul,
  mul,
  neg,
  oneHot,
  reshape,
  softmax,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  tensor2d,
  toTensor,
} from '@surprisal/core/tensor';
import { everyEngine, expectNoLeak, goldens, onEngines } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { projectedGradient } from './projected-gradient.js';

const engines: EngineName[] = ['cpu', 'wasm'];

/** The goldens' classifier: tanh of one dense layer, another one. */
const classifier = (inputs: Record<string, never>) => (x: Tensor) => {
  const [W1, b1, W2, b2] = ['model_W1', 'model_b1', 'model_W2', 'model_b2'].map((name) => toTensor(inputs[name]!));
  return add(matMul(tanh(add(matMul(reshape(x, [x.shape[0]!, -1]), W1!), b1!)), W2!), b2!);
};

const crossEntropies = (logits: Tensor, labels: Tensor): Tensor =>
  neg(sum(mul(logSoftmax(logits), oneHot(labels, logits.shape[1]!)), 1));

goldens(
  import.meta.url,
  '00-attacks-baselines',
  {
    pgd({ inputs, params }) {
      const { norm, eps: radius, alpha: stepSize, steps, clip_min: low, clip_max: high } = params;
      const [model, x, y] = [classifier(inputs), toTensor(inputs.x), toTensor(inputs.y, 'int32')];
      const start = inputs.start_delta ? clipByValue(add(x, toTensor(inputs.start_delta)), low, high) : x;
      const objective = (moved: Tensor) => sum(crossEntropies(model(moved), y));
      const moved = projectedGradient(objective, x, { norm, radius, steps, stepSize, range: [low, high], start });
      const logits = model(moved);
      const difference = reshape(sub(moved, x), [x.shape[0]!, -1]);
      return {
        x_adv: moved,
        adv_logits: logits,
        adv_pred: logits.argMax(1),
        adv_ce: crossEntropies(logits, y),
        delta_norm: norm === 'l2' ? sqrt(sum(square(difference), 1)) : abs(difference).max(1),
      };
    },
    tradesInnerMax({ inputs, params }) {
      const { eps: radius, step_size: stepSize, steps } = params;
      const [model, x] = [classifier(inputs), toTensor(inputs.x)];
      const [p, logP] = [softmax(model(x)), logSoftmax(model(x))];
      const divergence = (moved: Tensor) => sum(mul(p, sub(logP, logSoftmax(model(moved)))));
      const start = add(x, toTensor(inputs.noise));
      const moved = projectedGradient(divergence, x, { radius, steps, stepSize, start });
      return { x_adv: moved, kl_sum_last: divergence(moved) };
    },
  },
  { engines: everyEngine, partial: true },
);

onEngines(engines, () => {
  describe('projectedGradient', () => {
    const random = new Random(1);
    const weights = toTensor(ndarray(random.normals(12), [4, 3]));
    const inputs = toTensor(ndarray(random.uniforms(20), [5, 4]));
    const objective = (x: Tensor) => sum(square(tanh(matMul(x, weights))));
    const start = clipByValue(add(inputs, toTensor(ndarray(random.uniforms(20, -0.1, 0.1), [5, 4]))), 0, 1);

    it.each(['linf', 'l2'] as const)('stays in the ball and in the range, and gets higher: %s', (norm) => {
      const moved = projectedGradient(objective, inputs, { norm, radius: 0.2, start });
      const difference = sub(moved, inputs);
      const size = norm === 'linf' ? abs(difference).max() : sqrt(sum(square(difference), 1)).max();
      expect(size.dataSync()[0]).toBeLessThanOrEqual(0.2 * (1 + 1e-6));
      expect(moved.min().dataSync()[0]).toBeGreaterThanOrEqual(0);
      expect(moved.max().dataSync()[0]).toBeLessThanOrEqual(1);
      expect(objective(moved).dataSync()[0]).toBeGreaterThan(objective(inputs).dataSync()[0]!);
    });

    it('gives the inputs for a radius of 0, and does not change what it is given', () => {
      const before = Array.from(inputs.dataSync());
      const moved = projectedGradient(objective, inputs, { radius: 0, stepSize: 0.1, start });
      expect(Array.from(moved.dataSync())).toEqual(before);
      expect(Array.from(inputs.dataSync())).toEqual(before);
      expect(start.isDisposed).toBe(false);
    });

    it('is the fast gradient sign method in one long step', () => {
      const gradient = gradientsOf(objective, [inputs]).gradients[0]!;
      const fgsm = clipByValue(add(inputs, mul(gradient.sign(), 0.1)), 0, 1);
      const moved = projectedGradient(objective, inputs, { radius: 0.1, steps: 1, stepSize: 1 });
      Array.from(moved.dataSync()).forEach((value, i) => expect(value).toBeCloseTo(fgsm.dataSync()[i]!, 6));
    });

    it('stays where the gradient is 0', () => {
      for (const norm of ['linf', 'l2'] as const) {
        const moved = projectedGradient((x) => mul(sum(x), 0), inputs, { norm, radius: 0.1 });
        expect(Array.from(moved.dataSync())).toEqual(Array.from(inputs.dataSync()));
      }
    });

    it('attacks an example of a batch as it does alone', () => {
      const all = projectedGradient(objective, inputs, { radius: 0.1 });
      const [, second] = all.arraySync() as number[][];
      const alone = projectedGradient(objective, inputs.slice([1, 0], [1, 4]), { radius: 0.1 });
      Array.from(alone.dataSync()).forEach((value, i) => expect(value).toBeCloseTo(second![i]!, 6));
    });

    it('leaves no tensors', () => expectNoLeak(() => projectedGradient(objective, inputs, { radius: 0.1, start })));

    it('refuses what is out of range, another start, and gradients that are NaN, by name', () => {
      const attack = (options: Parameters<typeof projectedGradient>[2]) => () =>
        projectedGradient(objective, inputs, options);
      expect(attack({ radius: -1 })).toThrow('projectedGradient: radius must be at least 0, got -1');
      expect(attack({ radius: 1, steps: 0.5 })).toThrow(
        'projectedGradient: steps must be a whole number from 1 on, got 0.5',
      );
      expect(attack({ radius: 1, start: tensor2d([[1]]) })).toThrow(/projectedGradient: start must be/);
      const root = (x: Tensor) => sum(sqrt(sub(x, 2)));
      expect(() => projectedGradient(root, inputs, { radius: 1 })).toThrow(
        'projectedGradient: the gradient must be numbers, got NaN for example 0',
      );
    });
  });
});
