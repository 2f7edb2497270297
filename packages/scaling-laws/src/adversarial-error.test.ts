import { DomainError, type NdArray, ShapeError } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adversarialErrorCurve, fitAdversarialError } from './adversarial-error.js';

goldens(
  import.meta.url,
  '50-intriguing-adversarial',
  {
    adversarialErrorCurve: ({ inputs, params }) => {
      const { labels, clean, attacked } = attack(inputs, params.attack, params.epsilons);
      const curve = adversarialErrorCurve(labels, clean, attacked);
      const law = fitAdversarialError(params.epsilons, curve.error, { minError: 0, maxError: 0.5 });
      return {
        correct: curve.correct.map(Number),
        adversarial_error: curve.error,
        total_error: curve.totalError,
        pred: attacked,
        exponent: law.exponent,
        prefactor: law.prefactor,
        r2: law.r2,
        fit_points: law.used.filter(Boolean).length,
      };
    },
    powerLawFit: ({ inputs, params }) => {
      const law = fitAdversarialError(inputs.epsilon.data, inputs.error.data, params);
      return {
        exponent: law.exponent,
        prefactor: law.prefactor,
        r2: law.r2,
        exponent_standard_error: law.exponentStandardError,
        used: law.used.map(Number),
      };
    },
  },
  { partial: true },
);

interface AttackInputs {
  readonly W1: NdArray;
  readonly b1: NdArray;
  readonly W2: NdArray;
  readonly b2: NdArray;
  readonly x: NdArray;
  readonly y: NdArray;
}

/** One-step attacks on `tanh(x W1 + b1) W2 + b2`, with the gradient written out. */
function attack(inputs: AttackInputs, kind: 'fgsm' | 'step_ll', epsilons: number[]) {
  const [samples, features] = inputs.x.shape as [number, number];
  const rows = Array.from({ length: samples }, (_, n) =>
    Array.from(inputs.x.data.subarray(n * features, (n + 1) * features)),
  );
  const labels = Array.from(inputs.y.data);
  const clean = rows.map((x) => argmax(forward(inputs, x).logits));
  const signs = rows.map((x, n) => {
    const { logits } = forward(inputs, x);
    const target = kind === 'fgsm' ? labels[n]! : logits.indexOf(Math.min(...logits));
    return inputGradient(inputs, x, target).map((g) => (kind === 'fgsm' ? 1 : -1) * Math.sign(g));
  });
  const attacked = epsilons.map((eps) =>
    rows.map((x, n) =>
      argmax(
        forward(
          inputs,
          x.map((value, d) => value + eps * signs[n]![d]!),
        ).logits,
      ),
    ),
  );
  return { labels, clean, attacked };
}

function forward({ W1, b1, W2, b2 }: AttackInputs, x: number[]) {
  const hidden = affine(x, W1, b1).map(Math.tanh);
  return { hidden, logits: affine(hidden, W2, b2) };
}

/** Gradient of the cross-entropy with a label, with respect to the input. */
function inputGradient(inputs: AttackInputs, x: number[], label: number): number[] {
  const { hidden, logits } = forward(inputs, x);
  const top = Math.max(...logits);
  const exps = logits.map((logit) => Math.exp(logit - top));
  const total = exps.reduce((a, b) => a + b);
  const slope = exps.map((e, k) => e / total - (k === label ? 1 : 0));
  const back = transposed(slope, inputs.W2).map((g, h) => g * (1 - hidden[h]! ** 2));
  return transposed(back, inputs.W1);
}

const affine = (x: number[], { shape, data }: NdArray, bias: NdArray) =>
  Array.from(bias.data, (b, k) => x.reduce((sum, value, i) => sum + value * data[i * shape[1]! + k]!, b));

const transposed = (slope: number[], { shape, data }: NdArray) =>
  Array.from({ length: shape[0]! }, (_, i) => slope.reduce((sum, g, k) => sum + g * data[i * shape[1]! + k]!, 0));

const argmax = (values: number[]) => values.indexOf(Math.max(...values));

describe('the adversarial error', () => {
  it('is 0 where the attack changes nothing, and NaN when no sample is correct', () => {
    const { error, totalError } = adversarialErrorCurve([0, 1, 1], [0, 1, 0], [[0, 1, 0]]);
    expect(error[0]).toBe(0);
    expect(totalError[0]).toBeCloseTo(1 / 3, 12);
    expect(adversarialErrorCurve([0], [1], [[0]]).error[0]).toBeNaN();
  });

  it('refuses rows of other lengths', () => {
    expect(() => adversarialErrorCurve([0, 1], [0], [[0, 1]])).toThrow(ShapeError);
    expect(() => adversarialErrorCurve([], [], [])).toThrow('at least 1, got 0 and 0');
  });
});

describe('the power law of the adversarial error', () => {
  const laws = fc.record({
    B: fc.double({ min: 0.3, max: 3, noNaN: true }),
    A: fc.double({ min: 0.05, max: 2, noNaN: true }),
  });
  const errorsOf = ({ A, B }: { A: number; B: number }, epsilons: number[]) => epsilons.map((eps) => A * eps ** B);
  const open = { minError: 0, maxError: 1 };

  it('is found from its own values, whatever the unit of eps', () => {
    const epsilons = [0.002, 0.01, 0.05, 0.2];
    fc.assert(
      fc.property(laws, fc.double({ min: 0.1, max: 0.9, noNaN: true }), (law, s) => {
        const errors = errorsOf(law, epsilons);
        const found = fitAdversarialError(epsilons, errors, open);
        expect(found.exponent).toBeCloseTo(law.B, 6);
        expect(found.prefactor / law.A).toBeCloseTo(1, 6);
        expect(found.r2).toBeCloseTo(1, 9);
        const stretched = fitAdversarialError(epsilons.map((eps) => s * eps), errors, open); // prettier-ignore
        expect(stretched.exponent).toBeCloseTo(law.B, 6);
        expect(stretched.prefactor / (law.A * s ** -law.B)).toBeCloseTo(1, 6);
        const halved = fitAdversarialError(epsilons, errors.map((error) => s * error), open); // prettier-ignore
        expect(halved.prefactor / (law.A * s)).toBeCloseTo(1, 6);
      }),
    );
  });

  it('looks at its window alone, and says at what', () => {
    const epsilons = [0, 0.001, 0.01, 0.02, 0.04, 0.08, 1];
    const law = fitAdversarialError(epsilons, [0, 0.0001, 0.01, 0.02, 0.04, 0.08, 1]);
    expect(law.used).toEqual([false, false, true, true, true, true, false]);
    expect(law.exponent).toBeCloseTo(1, 9);
  });

  it('of two points has no standard error, and is fitted only when asked for', () => {
    const two = fitAdversarialError([0.1, 0.2], [0.1, 0.2], { allowTwoPoints: true });
    expect(two.exponent).toBeCloseTo(1, 12);
    expect(two.exponentStandardError).toBeNaN();
    expect(() => fitAdversarialError([0.1, 0.2], [0.1, 0.2])).toThrow(
      'fitAdversarialError: at least 3 errors must lie in [0.002, 0.3], got 2 of 0.1, 0.2',
    );
  });

  it('refuses windows and epsilons that make no sense', () => {
    expect(() => fitAdversarialError([0.1], [0.1, 0.2])).toThrow(ShapeError);
    expect(() => fitAdversarialError([0.1], [0.1], { minError: 0.5 })).toThrow(DomainError);
    expect(() => fitAdversarialError([0, 1, 2], [0.1, 0.1, 0.1])).toThrow('got 0.1 at 0');
    expect(() => fitAdversarialError([1, 1, 1], [0.1, 0.1, 0.1])).toThrow(DomainError);
  });
});
