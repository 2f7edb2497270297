import { type Tensor, dispose, grad, keep, sum, tensor2d, tidy } from '@surprisal/core/tensor';
import type { Barycentric } from '../../charts/ternary/ternary.js';
import { type Landscape, arrowPoints, gridPoints, margins } from './landscape-points.js';

/** A loss of logits `[batch, 3]` and class indices, `[batch]`. */
type LossOfThree = (logits: Tensor, labels: number[]) => Tensor;

/**
 * What a loss is over three classes, and where it pulls.
 *
 * @param make the loss, fresh: one that remembers has not seen anything yet
 */
export async function landscapeOf(make: () => LossOfThree): Promise<Landscape> {
  const triangle = await measured(make(), [...gridPoints, ...arrowPoints].map(logitsOf));
  const line = await measured(
    make(),
    margins.map((margin) => [margin, 0, 0]),
  );
  return {
    values: triangle.values.slice(0, gridPoints.length),
    gradients: triangle.gradients,
    margin: { values: line.values, slopes: line.gradients.map(([labelled]) => labelled) },
  };
}

/** Logits of these probabilities, with a mean of 0. */
function logitsOf(probabilities: Barycentric): number[] {
  const logs = probabilities.map(Math.log);
  const mean = logs.reduce((total, value) => total + value, 0) / logs.length;
  return logs.map((value) => value - mean);
}

/** Losses and their gradients at once: a loss that remembers is asked but once. */
async function measured(loss: LossOfThree, rows: number[][]): Promise<{ values: number[]; gradients: Barycentric[] }> {
  const labels = rows.map(() => 0);
  let losses: Tensor | undefined;
  const total = (logits: Tensor) => sum((losses = keep(loss(logits, labels))));
  const slopes = tidy(() => grad(total)(tensor2d(rows)));
  const [values, gradients] = await Promise.all([losses!.data(), slopes.array()]);
  dispose([losses!, slopes]);
  return { values: Array.from(values), gradients: gradients as unknown as Barycentric[] };
}
