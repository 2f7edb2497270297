import { type ArrayInput, DomainError, toFloat64, toNdArray, ShapeError } from '@surprisal/core';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';

/** The exact suprema of the smooth term for each label, `[batch]`. */
export interface SmoothTermSupremum {
  /** Over |x' - x|_2 <= radius. */
  readonly l2: Float64Array;
  /** Over |x' - x|_inf <= radius. */
  readonly linf: Float64Array;
}

/** The vertices of the cube are enumerated: 2^20 of them take about a second. */
const MOST_FEATURES = 20;

/**
 * sup |D(x') - D(x)|_2 over a ball around x, for a linear model h(x) = W x. It does not depend on x, and is what an attack on a linear
 * model should reach: radius times the largest singular value of A_y (rows W_y - W_y') for l_2, radius times the largest |A_y v|_2
 * over the vertices v of the cube for l_inf.
 *
 * @param weights `[classes, features]`, at most 20 features
 * @param labels `[batch]` class indices
 * @throws ShapeError, DomainError
 *
 * @example
 * console.log(linearSmoothTermSupremum([[1, 0], [0, 1]], [0], 0.5).l2[0]!.toFixed(4)); // 0.7071
 */
export function linearSmoothTermSupremum(weights: ArrayInput, labels: ArrayInput, radius: number): SmoothTermSupremum {
  const { shape, data } = toFloat64(weights);
  const [classes, features] = shape;
  if (shape.length !== 2)
    throw new ShapeError(`linearSmoothTermSupremum: weights must be [classes, features], got [${shape.join(', ')}]`);
  if (features! > MOST_FEATURES)
    throw new DomainError(`linearSmoothTermSupremum: features must be at most ${MOST_FEATURES}, got ${features}`);
  if (!(radius >= 0)) throw new DomainError(`linearSmoothTermSupremum: radius must be at least 0, got ${radius}`);
  const matrix = Matrix.from1DArray(classes!, features!, data);
  const differences = Array.from(toNdArray(labels).data, (label) => {
    if (!(Number.isInteger(label) && label >= 0 && label < classes!)) {
      throw new DomainError(
        `linearSmoothTermSupremum: labels must be whole numbers from 0 to ${classes! - 1}, got ${label}`,
      );
    }
    return Matrix.zeros(classes!, features!).addRowVector(matrix.getRowVector(label)).sub(matrix); // the label's own row is 0
  });
  return {
    l2: Float64Array.from(
      differences,
      (a) => radius * new SingularValueDecomposition(a, { autoTranspose: true }).norm2,
    ),
    linf: Float64Array.from(differences, (a) => radius * largestAtVertices(a)),
  };
}

function largestAtVertices(a: Matrix): number {
  let largest = 0;
  const v = Matrix.ones(a.columns, 1);
  for (let vertex = 0; vertex < 2 ** (a.columns - 1); vertex++) {
    // v and -v give the same norm
    for (let j = 0; j < a.columns; j++) v.set(j, 0, (vertex >> j) & 1 ? 1 : -1);
    largest = Math.max(largest, a.mmul(v).norm());
  }
  return largest;
}
