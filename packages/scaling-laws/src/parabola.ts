import { leastSquares, mean } from '@surprisal/core/numerics';

/** A parabola fitted by least squares. */
export interface ParabolaFit {
  /** Where it is least (or greatest, when the curvature is negative). */
  readonly vertex: number;
  /** Its value there. */
  readonly minimum: number;
  /** Coefficient of x^2. */
  readonly curvature: number;
  /** Whether the vertex lies among the x that it was fitted to. */
  readonly isInside: boolean;
}

/** The parabola `y = q0 + q1 x + q2 x^2` by least squares, with its vertex `-q1 / (2 q2)`; x is centred for the sake of digits. */
export function fitParabola(x: ArrayLike<number>, y: ArrayLike<number>): ParabolaFit {
  const centre = mean(x);
  const design = Array.from(x, (value) => [1, value - centre, (value - centre) ** 2]);
  const [q0, q1, q2] = leastSquares(design, y).coefficients as unknown as [number, number, number];
  const vertex = centre - q1 / (2 * q2);
  const xs = Array.from(x);
  return {
    vertex,
    minimum: q0 - q1 ** 2 / (4 * q2),
    curvature: q2,
    isInside: vertex >= Math.min(...xs) && vertex <= Math.max(...xs),
  };
}
