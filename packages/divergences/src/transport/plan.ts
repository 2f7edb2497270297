import { type NdArray, ndarray } from '@surprisal/core';

/** A coupling that few cells hold: `mass[k]` goes from point `from[k]` to point `to[k]`. */
export interface TransportPlan {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly mass: Float64Array;
}

/**
 * A plan as a matrix, `[n, m]`.
 *
 * @example
 * const { plan } = optimalTransport([0.5, 0.5], [0.25, 0.75], [[0, 1], [1, 0]]);
 * console.log(denseCoupling(plan, 2, 2).data.join()); // 0.25,0.25,0,0.5
 */
export function denseCoupling({ from, to, mass }: TransportPlan, n: number, m: number): NdArray<Float64Array> {
  const matrix = new Float64Array(n * m);
  for (let k = 0; k < mass.length; k++) matrix[from[k]! * m + to[k]!]! += mass[k]!;
  return ndarray(matrix, [n, m]);
}
