import { DomainError, Random, ShapeError } from '@surprisal/core';
import { goldens } from '@surprisal/testing';
import { describe, expect, it } from 'vitest';
import { extrapolationCollapse } from './extrapolation-collapse.js';

goldens(
  import.meta.url,
  '03-autoregressive-scaling',
  {
    extrapolationCollapse: ({ inputs }) => {
      const runs = { N: inputs.N.data, train: inputs.train_loss.data, test: inputs.test_loss.data };
      const { trainOnly, withSize, F } = extrapolationCollapse(runs);
      return {
        coef_train_only: trainOnly.coefficients,
        r2_train_only: trainOnly.r2,
        coef_with_logN: withSize.coefficients,
        r2_with_logN: withSize.r2,
        F_logN: F,
      };
    },
  },
  { partial: true },
);

describe('the collapse of test losses', () => {
  const random = new Random(7);
  const sizes = [1e4, 1e5, 1e6, 1e7].flatMap((size) => [size, size, size, size]);
  const train = sizes.map(() => random.uniform(0.5, 3));
  const noise = sizes.map(() => Math.exp(random.normal(0, 0.01)));

  it('shows size where it matters, and not where it does not', () => {
    const alone = extrapolationCollapse({ N: sizes, train, test: train.map((loss, i) => loss ** 0.7 * noise[i]!) });
    const sized = extrapolationCollapse({
      N: sizes,
      train,
      test: train.map((loss, i) => loss ** 0.7 * sizes[i]! ** -0.05 * noise[i]!),
    });
    expect(alone.trainOnly.coefficients[1]).toBeCloseTo(0.7, 1);
    expect(Math.abs(alone.withSize.coefficients[2]!)).toBeLessThan(0.005);
    expect(sized.withSize.coefficients[2]).toBeCloseTo(-0.05, 2);
    expect(sized.F).toBeGreaterThan(100 * alone.F);
  });

  it('refuses what it cannot regress', () => {
    const runs = { N: [1, 2, 3, 4], train: [1, 2, 3, 4], test: [1, 2, 3, 5] };
    expect(() => extrapolationCollapse({ ...runs, test: [1] })).toThrow(ShapeError);
    expect(() => extrapolationCollapse({ ...runs, train: [1, 2, 0, 4] })).toThrow(
      new DomainError('extrapolationCollapse: train must be greater than 0, got 0 at index 2'),
    );
    expect(() => extrapolationCollapse({ N: [1, 2, 3], train: [1, 2, 3], test: [1, 2, 4] })).toThrow(
      'at least 4 runs are needed, got 3',
    );
    expect(() => extrapolationCollapse({ ...runs, N: [5, 5, 5, 5] })).toThrow(DomainError);
  });
});
