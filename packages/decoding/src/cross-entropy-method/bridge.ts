/**
 * The shortest path through the bridge network of five edges, `min(x1 + x4, x1 + x3 + x5, x2 + x5, x2 + x3 + x4)`: the example on
 * which the cross-entropy method is usually shown.
 *
 * @example
 * console.log(bridgeShortestPath([1, 2, 0.5, 4, 1])); // 2.5
 */
export function bridgeShortestPath([x1, x2, x3, x4, x5]: ArrayLike<number> & Iterable<number>): number {
  return Math.min(x1! + x4!, x1! + x3! + x5!, x2! + x5!, x2! + x3! + x4!);
}

/**
 * The probability that the shortest path is at least gamma, for independent exponential edges: by the midpoint rule over x1, x2 and
 * x3 (in the distribution functions of wider exponentials), and in closed form over x4 and x5. With 120 points an axis it errs by
 * about 1e-3 of the value.
 *
 * @param means `[5]`, > 0
 *
 * @example
 * console.log(bridgeProbability([0.25, 0.4, 0.1, 0.3, 0.2], 1).toFixed(4)); // 0.0078
 */
export function bridgeProbability(means: ArrayLike<number>, gamma: number, points = 120): number {
  const [edge1, edge2, edge3] = [gamma / 2, gamma / 2, 0.15 * gamma].map((least, i) =>
    nodes(means[i]!, Math.max(means[i]!, least), points),
  );
  const [u4, u5] = [means[3]!, means[4]!];
  let sum = 0;
  for (const [x1, w1] of edge1!) {
    for (const [x2, w2] of edge2!) {
      for (const [x3, w3] of edge3!) {
        const least4 = Math.max(0, gamma - x1, gamma - x2 - x3);
        const least5 = Math.max(0, gamma - x2, gamma - x1 - x3);
        sum += w1 * w2 * w3 * Math.exp(-least4 / u4 - least5 / u5);
      }
    }
  }
  return sum / points ** 3;
}

/** Midpoints of an exponential of mean `drawn`, each with the density of mean `mean` over that of `drawn`. */
const nodes = (mean: number, drawn: number, points: number): [number, number][] =>
  Array.from({ length: points }, (_, i) => {
    const x = -drawn * Math.log1p(-(i + 0.5) / points);
    return [x, (drawn / mean) * Math.exp(-x / mean + x / drawn)];
  });
