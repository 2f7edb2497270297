/**
 * Smooths a curve as TensorBoard does: an exponential moving average, divided by the weight that the values so far have, so
 * that its start is not drawn towards zero. Values that are not finite are passed on and leave the average as it is.
 *
 * @param weight of the past, 0 (no smoothing) to below 1
 *
 * @example
 * smooth([1, 1, 1], 0.9); // [1, 1, 1]
 */
export function smooth(values: readonly number[], weight: number): number[] {
  let average = 0;
  let count = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = weight * average + (1 - weight) * value;
    return average / (1 - weight ** ++count);
  });
}
