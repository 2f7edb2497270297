import { type NdArray, type AnyMethod, DomainError, ShapeError, ndarray } from '@surprisal/core';
import { type EngineName, type Tensor, gradientsOf, reshape, slice, sum, tidy, toTensor } from '@surprisal/core/tensor';
import { expectGradient, expectNoLeak, everyEngine, goldens, labels, logits, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { biasLoss } from './bias.js';
import { crossEntropy } from './comp-sum.js';
import plugin from './plugin.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());

/** Slice i of a stack along the first axis. */
const at = (array: NdArray, i: number): NdArray => {
  const size = array.data.length / array.shape[0]!;
  return ndarray(array.data.slice(i * size, (i + 1) * size), array.shape.slice(1));
};

goldens(
  import.meta.url,
  '20-bias-loss',
  {
    biasLoss({ inputs, params }) {
      const { alpha, beta, normalization } = params;
      const loss = biasLoss({ alpha, beta, normalization });
      const { variance, scaled, weights } = loss.weigh(inputs.features);
      const mean = (h: Tensor) => loss(h, inputs.labels, inputs.features, { reduction: 'mean' });
      const { value, gradients } = gradientsOf(mean, [toTensor(inputs.logits)]);
      return {
        variance,
        scaled_variance: scaled,
        weights,
        cross_entropy: crossEntropy()(inputs.logits, inputs.labels),
        loss: value,
        grad_logits: gradients[0]!,
      };
    },
    async biasLossSequence({ inputs, params }) {
      const { alpha, beta, normalization } = params;
      const loss = biasLoss({ alpha, beta, normalization });
      const calls = [];
      for (let call = 0; call < inputs.logits.shape[0]; call++) {
        const features = at(inputs.features, call);
        const mean = (h: Tensor) => loss(h, at(inputs.labels, call), features, { reduction: 'mean' });
        const { value, gradients } = gradientsOf(mean, [toTensor(at(inputs.logits, call))]);
        const { weights } = loss.weigh(features);
        const smallest = (await loss.range()).data[0]!;
        calls.push({ loss: value, gradient: gradients[0]!, weights, smallest });
      }
      return {
        loss: calls.map(({ loss }) => loss),
        grad_logits: calls.map(({ gradient }) => gradient),
        weights: calls.map(({ weights }) => weights),
        running_min_variance_after_call: calls.map(({ smallest }) => smallest),
      };
    },
  },
  { engines: everyEngine },
);

const scores = [
  [1.2, -0.4, 0.3],
  [-2, 0.5, 4],
  [-0.8, 3, -1.5],
];
const classes = [0, 2, 1];
const features = [
  [1, 2, 3, 4],
  [0, 0.5, 0, 0.5],
  [-3, 0, 5, 9],
];
const runs = { numRuns: 40 };

/** What every loss of features must pass; it joins by being in the plugin's list. */
const methods = plugin.methods.filter(
  ({ info }) => info.kind === 'feature-loss',
) as readonly AnyMethod<'feature-loss'>[];

describe.each(methods.map((method) => [method.info.name, method] as const))(
  '%s as a loss of features',
  (name, method) => {
    onEngines(engines, () => {
      const loss = method();

      it('gives one finite loss per example, of sparse and of dense labels', () => {
        const sparse = values(loss(scores, classes, features));
        expect(sparse).toHaveLength(3);
        expect(sparse.every(Number.isFinite)).toBe(true);
        const dense = [
          [1, 0, 0],
          [0, 0, 1],
          [0, 1, 0],
        ];
        values(loss(scores, dense, features)).forEach((value, i) => expect(value).toBeCloseTo(sparse[i]!, 5));
      });

      it('has the gradient that differences show, and none with respect to the features', async () => {
        const h = ndarray(Float64Array.from(scores.flat()), [3, 3]);
        await expectGradient((x) => loss(x, classes, features), [h]);
        const { gradients } = gradientsOf((x) => sum(loss(scores, classes, x)), [toTensor(features)]);
        expect(values(gradients[0]!).every((slope) => slope === 0)).toBe(true);
      });

      it('weighs, ignores and reduces', () => {
        const each = values(loss(scores, classes, features));
        const mean = (each[0]! + each[1]! + each[2]!) / 3;
        expect(values(loss(scores, classes, features, { reduction: 'mean' }))[0]).toBeCloseTo(mean, 5);
        expect(values(loss(scores, classes, features, { weights: [0, 2, 0] }))).toEqual([
          0,
          expect.closeTo(2 * each[1]!, 4),
          0,
        ]);
        expect(values(loss(scores, [0, -1, 1], features, { ignoreIndex: -1 }))[1]).toBe(0);
      });

      it('leaves no tensors behind, and refuses bad input', () => {
        expectNoLeak(() => loss(scores, classes, features, { reduction: 'mean' }));
        expect(() => loss(scores, classes, features.slice(1))).toThrow(
          new ShapeError(`${name}: features must be [batch, ...] with batch = 3, got [2, 4]`),
        );
        expect(() => loss(scores, [0, 1, 7], features)).toThrow(DomainError);
        expect(() => loss([[NaN, 0]], [0], [[1, 2]])).toThrow(DomainError);
      });
    });
  },
);

onEngines(engines, () => {
  describe('bias loss', () => {
    it('without alpha is (1 - beta) cross-entropy', () => {
      fc.assert(
        fc.property(logits(3, 4), labels(3, 4), fc.constantFrom(0, 0.3, 1), (h, y, beta) => {
          const plain = values(crossEntropy()(h, y));
          values(biasLoss({ alpha: 0, beta })(h, y, features)).forEach((value, i) =>
            expect(value).toBeCloseTo((1 - beta) * plain[i]!, 4),
          );
        }),
        runs,
      );
    });

    it('weighs in [1 - beta, exp(alpha) - beta], both reached, whatever the scale of the features', () => {
      fc.assert(
        fc.property(
          logits(4, 6),
          fc.constantFrom(-3, 0.5, 10),
          fc.integer({ min: -5, max: 5 }),
          (x, factor, offset) => {
            const { variance, weights } = biasLoss().weigh(x);
            fc.pre(Math.max(...values(variance)) > Math.min(...values(variance)) + 0.1);
            const all = values(weights);
            expect(Math.min(...all)).toBeCloseTo(0.7, 5);
            expect(Math.max(...all)).toBeCloseTo(Math.exp(0.3) - 0.3, 5);
            const moved = ndarray(
              x.data.map((value) => factor * value + offset),
              x.shape,
            );
            values(biasLoss().weigh(moved).weights).forEach((weight, i) => expect(weight).toBeCloseTo(all[i]!, 3));
          },
        ),
        runs,
      );
    });

    it('does not mind the order of features, and moves with that of examples', () => {
      const once = values(biasLoss().weigh(features).weights);
      const turned = features.map((row) => [...row].reverse()).reverse();
      values(biasLoss().weigh(turned).weights).forEach((weight, i) => expect(weight).toBeCloseTo(once[2 - i]!, 5));
      const cubes = tidy(() => values(biasLoss().weigh(reshape(toTensor(features), [3, 2, 2])).weights));
      cubes.forEach((weight, i) => expect(weight).toBeCloseTo(once[i]!, 6));
    });

    it('takes equal variances, one example, one feature', () => {
      for (const same of [
        [
          [1, 2],
          [5, 6],
        ],
        [[1], [7]],
        [[3, 9]],
      ]) {
        values(biasLoss({ beta: 0.25 }).weigh(same).weights).forEach((weight) => expect(weight).toBeCloseTo(0.75, 6));
      }
    });

    it('hands NaN features on', () => {
      expect(
        values(
          biasLoss()(scores, classes, [
            [1, NaN],
            [1, 2],
            [0, 0],
          ]),
        ).some(Number.isNaN),
      ).toBe(true);
    });

    it('remembers: the first call is local, the smallest variance never grows, reset forgets', async () => {
      const local = values(biasLoss()(scores, classes, features));
      for (const normalization of ['running', 'global-official'] as const) {
        const loss = biasLoss({ normalization });
        const first = values(loss(scores, classes, features));
        first.forEach((value, i) => expect(value).toBeCloseTo(local[i]!, 5));
        const before = (await loss.range()).data[0]!;
        loss([[0, 1]], [0], [[5, 5, 5, 5.1]]);
        expect((await loss.range()).data[0]).toBeLessThan(before);
        const wider = values(loss.weigh(tidy(() => slice(toTensor(features), [1], [2]))).scaled);
        expect(wider[0]).toBeGreaterThan(0);
        loss.memory.reset();
        values(loss(scores, classes, features)).forEach((value, i) => expect(value).toBeCloseTo(local[i]!, 5));
        loss.memory.reset();
      }
    });

    it('goes on from what its memory held', async () => {
      const [before, after] = [biasLoss({ normalization: 'running' }), biasLoss({ normalization: 'running' })];
      before(scores, classes, features);
      after.memory.write(await before.memory.read());
      const narrow = [[0, 1, 2, 3]];
      expect(values(after([scores[0]!], [0], narrow))).toEqual(values(before([scores[0]!], [0], narrow)));
      expect(await after.range()).toEqual(await before.range());
      before.memory.reset();
      after.memory.reset();
    });

    it('refuses a beta above 1, which would reward errors', () => {
      expect(() => biasLoss({ beta: 1.1 })).toThrow(new DomainError('bias: beta must be at most 1, got 1.1'));
    });

    it('gives less of the gradient to the examples of least variance than cross-entropy does', () => {
      const share = (f: (h: Tensor) => Tensor) => {
        const rows = gradientsOf((h) => sum(f(h)), [toTensor(scores)]).gradients[0]!.arraySync() as number[][];
        const norms = rows.map((row) => Math.hypot(...row));
        return norms[1]! / norms.reduce((a, b) => a + b, 0);
      };
      const biased = share((h) => biasLoss()(h, classes, features));
      expect(biased).toBeLessThan(share((h) => crossEntropy()(h, classes)));
    });
  });
});
