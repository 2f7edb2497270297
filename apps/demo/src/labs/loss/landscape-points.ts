import { type Barycentric, gridOf, middlesOf } from '../../charts/ternary/ternary.js';

/** The triangle is cut this many times a side, and has arrows in fewer places. */
export const DIVISIONS = 30;
export const ARROW_DIVISIONS = 10;
/** Probabilities begin here: at 0 many losses are infinite. */
export const LEAST = 0.002;

/** Margins at which a loss is drawn: the labelled class's logit minus those of the two others, which are alike. */
export const margins: readonly number[] = Array.from({ length: 121 }, (_, i) => (i - 60) / 10);

/** A loss of three classes of which the first is labelled, over all predictions and over the margin. */
export interface Landscape {
  /** At the points of the grid. */
  readonly values: readonly number[];
  /** In the logits, at those points, then where the arrows are. */
  readonly gradients: readonly Barycentric[];
  readonly margin: { readonly values: readonly number[]; readonly slopes: readonly number[] };
}

/** The predictions of a grid or of arrows, as far from 0 as they are drawn. */
const inside = (points: readonly Barycentric[]) =>
  points.map((point) => point.map((share) => LEAST + (1 - 3 * LEAST) * share) as unknown as Barycentric);

export const gridPoints: readonly Barycentric[] = inside(gridOf(DIVISIONS));
export const arrowPoints: readonly Barycentric[] = inside(middlesOf(ARROW_DIVISIONS));
