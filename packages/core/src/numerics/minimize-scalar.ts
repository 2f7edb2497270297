import { DomainError } from '../errors.js';

/** The least point of a function of one variable. */
export interface ScalarMinimum {
  readonly x: number;
  readonly value: number;
  readonly evaluations: number;
}

const GOLDEN = (3 - Math.sqrt(5)) / 2;

/**
 * Minimises a function of one variable within [low, high] by Brent's method: parabolas where they help, golden sections where
 * they do not. Of several minima it finds one.
 *
 * @param tolerance relative width of the interval at which it ends; default 1e-9 (about the square root of float64's precision is
 * the best that there is)
 * @throws DomainError when low is not below high
 *
 * Brent: Algorithms for Minimization without Derivatives, 1973, chapter 5.
 *
 * @example
 * import { minimizeScalar } from '@surprisal/core/numerics';
 *
 * console.log(minimizeScalar((x) => (x - 2) ** 2 + 1, 0, 5).x.toFixed(6)); // 2.000000
 */
export function minimizeScalar(f: (x: number) => number, low: number, high: number, tolerance = 1e-9): ScalarMinimum {
  if (!(low < high)) throw new DomainError(`minimizeScalar: low must be below high, got [${low}, ${high}]`);
  let [a, b] = [low, high];
  let x = a + GOLDEN * (b - a); // the best point so far, the second best, the one before
  let [w, v] = [x, x];
  let fx = f(x);
  let [fw, fv] = [fx, fx];
  let [step, before] = [0, 0];
  for (let evaluations = 1; ; evaluations++) {
    const middle = (a + b) / 2;
    const near = tolerance * Math.abs(x) + 1e-15 * (high - low);
    if (Math.abs(x - middle) <= 2 * near - (b - a) / 2 || evaluations >= 500) return { x, value: fx, evaluations };
    const parabola = vertexStep(x, fx, w, fw, v, fv);
    if (Math.abs(parabola) < Math.abs(before / 2) && x + parabola > a && x + parabola < b) {
      [before, step] = [step, parabola];
      if (x + step - a < 2 * near || b - x - step < 2 * near) step = x < middle ? near : -near;
    } else {
      before = x < middle ? b - x : a - x;
      step = GOLDEN * before;
    }
    const u = x + (Math.abs(step) >= near ? step : near * (Math.sign(step) || 1));
    const fu = f(u);
    if (fu <= fx) {
      if (u < x) b = x;
      else a = x;
      [v, fv, w, fw, x, fx] = [w, fw, x, fx, u, fu];
    } else {
      if (u < x) a = u;
      else b = u;
      if (fu <= fw || w === x) [v, fv, w, fw] = [w, fw, u, fu];
      else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
    }
  }
}

/** From x to the vertex of the parabola through three points; Infinity where there is none. */
function vertexStep(x: number, fx: number, w: number, fw: number, v: number, fv: number): number {
  const r = (x - w) * (fx - fv);
  const q = (x - v) * (fx - fw);
  const step = -((x - v) * q - (x - w) * r) / (2 * (q - r));
  return Number.isFinite(step) ? step : Infinity;
}
