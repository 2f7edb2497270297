import { DomainError, ShapeError } from '@surprisal/core';
import { leastSquares } from '@surprisal/core/numerics';

/** How often an attack turns right predictions into wrong ones, per size of the perturbation. */
export interface AdversarialErrorCurve {
  /** Whether the clean prediction is right, `[samples]`. */
  readonly correct: readonly boolean[];
  /** Share of the correct samples that the attack makes wrong, per epsilon; NaN when none is correct. */
  readonly error: Float64Array;
  /** Share of all samples that are wrong under attack: it starts at the clean error, so it follows no power law. */
  readonly totalError: Float64Array;
}

/**
 * The adversarial error per epsilon: `#{right on x and wrong on A(x, eps)} / #{right on x}`.
 *
 * @param labels class indices, `[samples]`
 * @param clean predictions on the clean inputs, `[samples]`
 * @param attacked predictions on the attacked inputs, one row of `[samples]` per epsilon
 * @throws ShapeError when the lengths differ, or there are no samples
 *
 * Cubuk, Zoph, Schoenholz, Le: Intriguing Properties of Adversarial Examples, 2017, arXiv:1711.02846.
 *
 * @example
 * const { error, totalError } = adversarialErrorCurve([0, 1, 1, 0], [0, 1, 1, 1], [[0, 0, 1, 1], [1, 0, 1, 0]]);
 * console.log(error[1]!.toFixed(3), totalError[1]); // 0.667 0.5
 */
export function adversarialErrorCurve(
  labels: ArrayLike<number>,
  clean: ArrayLike<number>,
  attacked: readonly ArrayLike<number>[],
): AdversarialErrorCurve {
  checkSamples(labels, [clean, ...attacked]);
  const correct = Array.from(labels, (label, i) => clean[i] === label);
  const wrong = (predictions: ArrayLike<number>, counts: (i: number) => boolean) => {
    let [sum, total] = [0, 0];
    for (let i = 0; i < labels.length; i++) {
      if (!counts(i)) continue;
      total++;
      if (predictions[i] !== labels[i]) sum++;
    }
    return sum / total;
  };
  return {
    correct,
    error: Float64Array.from(attacked, (predictions) => wrong(predictions, (i) => correct[i]!)),
    totalError: Float64Array.from(attacked, (predictions) => wrong(predictions, () => true)),
  };
}

function checkSamples(labels: ArrayLike<number>, predictions: readonly ArrayLike<number>[]): void {
  const bad = predictions.find(({ length }) => length !== labels.length);
  if (labels.length > 0 && !bad) return;
  throw new ShapeError(
    `adversarialErrorCurve: labels and every row of predictions must have one length, at least 1, got ${labels.length} and ${bad?.length ?? 0}`,
  );
}

/** Which points of an error curve are fitted. */
export interface ErrorWindow {
  /** The least error that counts, default 0.002; keep it above 1 / samples. Errors of 0 never count. */
  readonly minError?: number;
  /** The largest error that counts, default 0.3: beyond, the curve saturates. */
  readonly maxError?: number;
  /** Fit two points, without a standard error; default false. */
  readonly allowTwoPoints?: boolean;
}

/** A power law of the adversarial error, `prefactor * eps^exponent`. */
export interface AdversarialErrorLaw {
  readonly exponent: number;
  /** The error at eps = 1, extrapolated: it depends on the unit of eps. */
  readonly prefactor: number;
  /** In log space. */
  readonly r2: number;
  /** NaN for two points. */
  readonly exponentStandardError: number;
  /** Which points were fitted, `[epsilons]`. */
  readonly used: readonly boolean[];
}

/**
 * Fits `err = A eps^B` by least squares of ln err on ln eps, over the errors within a window.
 *
 * @param epsilons sizes of the perturbation, `[P]`
 * @param errors adversarial errors in [0, 1], `[P]`: of {@link adversarialErrorCurve}, not the total error
 * @throws ShapeError when the lengths differ; DomainError for fewer than 3 points within the window, an epsilon among them that
 * is not > 0, or all of one epsilon
 *
 * Cubuk, Zoph, Schoenholz, Le: Intriguing Properties of Adversarial Examples, 2017, arXiv:1711.02846.
 *
 * @example
 * const { exponent, prefactor } = fitAdversarialError([0.01, 0.02, 0.04, 0.8], [0.02, 0.04, 0.08, 0.9]);
 * console.log(exponent.toFixed(3), prefactor.toFixed(3)); // 1.000 2.000
 */
export function fitAdversarialError(
  epsilons: ArrayLike<number>,
  errors: ArrayLike<number>,
  { minError = 0.002, maxError = 0.3, allowTwoPoints = false }: ErrorWindow = {},
): AdversarialErrorLaw {
  checkWindow(epsilons, errors, minError, maxError);
  const used = Array.from(errors, (error) => error > 0 && error >= minError && error <= maxError);
  const points = used.flatMap((isUsed, i) => (isUsed ? [{ x: Math.log(epsilons[i]!), y: Math.log(errors[i]!) }] : []));
  if (points.length < (allowTwoPoints ? 2 : 3)) {
    throw new DomainError(
      `fitAdversarialError: at least ${allowTwoPoints ? 2 : 3} errors must lie in [${minError}, ${maxError}], got ${points.length} of ${Array.from(errors).join(', ')}`,
    );
  }
  const line = leastSquares(
    points.map(({ x }) => [1, x]),
    points.map(({ y }) => y),
  );
  return {
    exponent: line.coefficients[1]!,
    prefactor: Math.exp(line.coefficients[0]!),
    r2: line.r2,
    exponentStandardError: Math.sqrt(line.covariance[1]![1]!),
    used,
  };
}

function checkWindow(epsilons: ArrayLike<number>, errors: ArrayLike<number>, minError: number, maxError: number): void {
  if (epsilons.length !== errors.length) {
    throw new ShapeError(
      `fitAdversarialError: epsilons and errors must have one length, got ${epsilons.length} and ${errors.length}`,
    );
  }
  if (!(minError >= 0 && minError < maxError && maxError <= 1)) {
    throw new DomainError(
      `fitAdversarialError: 0 <= minError < maxError <= 1 must hold, got ${minError} and ${maxError}`,
    );
  }
  for (let i = 0; i < epsilons.length; i++) {
    if (errors[i]! === 0 || epsilons[i]! > 0) continue;
    throw new DomainError(
      `fitAdversarialError: an error other than 0 needs an epsilon greater than 0, got ${errors[i]} at ${epsilons[i]}`,
    );
  }
}
