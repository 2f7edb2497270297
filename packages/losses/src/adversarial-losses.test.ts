import { type AnyMethod, DomainError, ShapeError, toNdArray } from '@surprisal/core';
import { type EngineName, type Tensor, gradientsOf, mul, oneHot, sub, toTensor } from '@surprisal/core/tensor';
import { everyEngine, expectGradient, expectNoLeak, goldens, labels, logits, onEngines } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdversarialLoss } from './adversarial-loss.js';
import { crossEntropy } from './comp-sum.js';
import { mart } from './mart.js';
import plugin from './plugin.js';
import { trades } from './trades.js';

const engines: EngineName[] = ['cpu', 'wasm'];
const values = (tensor: Tensor) => Array.from(tensor.dataSync());

const meanOf = (loss: AdversarialLoss, { logits_nat, logits_adv, y }: Record<string, never>) => {
  const of = (clean: Tensor, moved: Tensor) => loss(clean, moved, y!, { reduction: 'mean' });
  const { value, gradients } = gradientsOf((clean, moved) => of(clean!, moved!), [logits_nat!, logits_adv!].map((h) => toTensor(h))); // prettier-ignore
  return { loss: value, grad_logits_nat: gradients[0]!, grad_logits_adv: gradients[1]! };
};

goldens(
  import.meta.url,
  '00-attacks-baselines',
  {
    tradesLoss({ inputs, params }) {
      const natural = crossEntropy()(inputs.logits_nat, inputs.y, { reduction: 'mean' });
      const once = trades({ beta: 1 })(inputs.logits_nat, inputs.logits_adv, inputs.y, { reduction: 'mean' });
      return { ...meanOf(trades({ beta: params.beta }), inputs), natural, robust: sub(once, natural) };
    },
    martLoss({ inputs, params }) {
      const own = oneHot(toTensor(inputs.y, 'int32'), inputs.logits_adv.shape[1]);
      const others = sub(toTensor(inputs.logits_adv), mul(own, 1e9));
      return {
        ...meanOf(mart({ beta: params.beta }), inputs),
        boosted_ce: mart({ beta: 0 })(inputs.logits_nat, inputs.logits_adv, inputs.y, { reduction: 'mean' }),
        runner_up: others.argMax(1),
      };
    },
  },
  { engines: everyEngine, partial: true },
);

const methods = plugin.methods.filter(
  ({ info }) => info.kind === 'adversarial-loss',
) as readonly AnyMethod<'adversarial-loss'>[];
const [clean, perturbed, classes] = [
  [[1.2, -0.4, 0.3], [-2, 0.5, 4]],
  [[0.4, 0.1, 0.2], [-1, 1.5, 3]],
  [0, 1],
] as const; // prettier-ignore
const runs = { numRuns: 25 };

/** Every adversarial loss must pass these; it joins by being in the plugin's list. */
describe.each(methods.map((method) => [method.info.name, method] as const))('%s', (_name, method) => {
  const loss = method();

  onEngines(engines, () => {
    it('gives one finite loss per example, of each alone as in the batch, for sparse labels as for one-hot ones', () => {
      fc.assert(
        fc.property(logits(3, 4, 8), logits(3, 4, 8), labels(3, 4), (h, moved, y) => {
          const all = values(loss(h, moved, y));
          const dense = values(loss(h, moved, oneHot(toTensor(y, 'int32'), 4)));
          const row = (array: { data: ArrayLike<number> }, i: number) => [
            Array.from(array.data).slice(4 * i, 4 * i + 4),
          ];
          all.forEach((value, i) => {
            expect(Number.isFinite(value)).toBe(true);
            expect(dense[i]).toBeCloseTo(value, 4);
            expect(values(loss(row(h, i), row(moved, i), [y[i]!]))[0]).toBeCloseTo(value, 4);
          });
        }),
        runs,
      );
    });

    it('has the gradients of finite differences, by both inputs', async () => {
      await expectGradient((h, moved) => loss(h, moved, classes), [toNdArray(clean), toNdArray(perturbed)]);
    });

    it('does not change when a number is added to all logits of an example', () => {
      const shifted = perturbed.map((row) => row.map((x) => x + 5));
      const [as, moved] = [values(loss(clean, perturbed, classes)), values(loss(clean, shifted, classes))];
      as.forEach((value, i) => expect(moved[i]).toBeCloseTo(value, 4));
    });

    it('leaves no tensors, and refuses what does not fit, by name', () => {
      expectNoLeak(() => loss(clean, perturbed, classes));
      expect(() => loss(clean, [[1, 2]], classes)).toThrow(ShapeError);
      expect(() => loss(clean, perturbed, [0, 3])).toThrow(DomainError);
      expect(() => loss(clean, [[NaN, 0, 0], [0, 0, 0]], classes)).toThrow(DomainError); // prettier-ignore
    });
  });
});

onEngines(engines, () => {
  describe('TRADES and MART', () => {
    it('are cross-entropy and boosted cross-entropy where nothing moves', () => {
      fc.assert(
        fc.property(logits(3, 4, 8), labels(3, 4), (h, y) => {
          const [ce, boosted] = [values(crossEntropy()(h, y)), values(mart({ beta: 0 })(h, h, y))];
          values(trades()(h, h, y)).forEach((value, i) => expect(value).toBeCloseTo(ce[i]!, 4));
          values(mart()(h, h, y)).forEach((value, i) => expect(value).toBeCloseTo(boosted[i]!, 4));
          const slack = 1.1e-4; // -log 1.0001 is below 0
          boosted.forEach((value, i) => expect(value).toBeGreaterThanOrEqual(ce[i]! - slack));
        }),
        runs,
      );
    });

    it('are finite where a clean prediction is certain, and wrong', () => {
      for (const loss of [trades(), mart()]) {
        const { value, gradients } = gradientsOf((h) => loss(h, [[0, 0]], [1], { reduction: 'mean' }), [toTensor([[1000, 0]])]); // prettier-ignore
        expect([...values(value), ...values(gradients[0]!)].every(Number.isFinite)).toBe(true);
      }
    });

    it('MART keeps its digits where the prediction is all but certain, and wrong', () => {
      for (const gap of [2, 6, 9, 12, 20]) {
        const own = 1 / (1 + Math.exp(gap));
        const boosted = -Math.log(own) - Math.log(1e-4 + own);
        const [value] = values(mart({ beta: 0 })([[0, 0]], [[0, gap]], [0]));
        expect(Math.abs(value! - boosted), `gap ${gap}`).toBeLessThan(1e-6 * boosted);
      }
    });

    it('refuse a negative beta, by name', () => {
      expect(() => trades({ beta: -1 })).toThrow('trades: beta must be');
      expect(() => mart({ beta: -1 })).toThrow('mart: beta must be');
    });
  });
});
