/** Where families draw from: a seeded `Random`, or stored numbers. */
export interface DrawSource {
  /** In [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * A family of sampling laws for the cross-entropy method. Its parameters are one array of numbers, so that smoothing and distances
 * are the same for all families.
 */
export interface SamplingFamily {
  /** A sample of the law with these parameters. */
  draw(parameters: Float64Array, source: DrawSource): Float64Array;
  /** The log of its density, up to what does not depend on the parameters; -Infinity outside of the support. */
  logDensity(x: Float64Array, parameters: Float64Array): number;
  /** The maximum-likelihood parameters of weighted samples; weights are >= 0 with a positive sum. */
  fit(samples: readonly Float64Array[], weights: ArrayLike<number>): Float64Array;
  /** The part of the parameters that says how widely the law spreads, if it has one: a view. */
  spread?(parameters: Float64Array): Float64Array;
}

/** The weighted mean: the maximum-likelihood parameters of every family that is parametrised by its mean. */
function weightedMean(samples: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  const mean = new Float64Array(samples[0]!.length);
  let total = 0;
  samples.forEach((x, i) => {
    total += weights[i]!;
    for (let j = 0; j < mean.length; j++) mean[j]! += weights[i]! * x[j]!;
  });
  return mean.map((sum) => sum / total);
}

/** The sum over coordinates of f(x_j, v_j). */
function sumOver(x: Float64Array, v: Float64Array, f: (x: number, v: number) => number): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += f(x[j]!, v[j]!);
  return sum;
}

/**
 * Independent exponentials with means v: `x = -v ln(1 - u)`.
 *
 * @example
 * const x = exponentialFamily.draw(Float64Array.of(2), { uniform: () => 0.5, normal: () => 0 });
 * console.log(x[0]!.toFixed(4)); // 1.3863
 */
export const exponentialFamily: SamplingFamily = {
  draw: (means, source) => means.map((mean) => -mean * Math.log1p(-source.uniform())),
  logDensity: (x, means) =>
    sumOver(x, means, (value, mean) => (value < 0 ? -Infinity : -Math.log(mean) - value / mean)),
  fit: weightedMean,
};

/**
 * Independent Bernoulli variables with probabilities p of a one: `x = 1` if `u < p`.
 *
 * @example
 * console.log(bernoulliFamily.fit([Float64Array.of(1, 0), Float64Array.of(1, 1)], [1, 1])); // Float64Array(2) [ 1, 0.5 ]
 */
export const bernoulliFamily: SamplingFamily = {
  draw: (probabilities, source) => probabilities.map((p) => (source.uniform() < p ? 1 : 0)),
  logDensity: (x, probabilities) => sumOver(x, probabilities, (value, p) => Math.log(value === 1 ? p : 1 - p)),
  fit: weightedMean,
};

/**
 * Independent Poisson variables with means v, drawn by inversion of the distribution function.
 *
 * @example
 * const x = poissonFamily.draw(Float64Array.of(2), { uniform: () => 0.5, normal: () => 0 });
 * console.log(x); // Float64Array(1) [ 2 ]
 */
export const poissonFamily: SamplingFamily = {
  draw: (means, source) => means.map((mean) => poissonQuantile(mean, source.uniform())),
  logDensity: (x, means) => sumOver(x, means, (value, mean) => (value === 0 ? 0 : value * Math.log(mean)) - mean),
  fit: weightedMean,
};

function poissonQuantile(mean: number, u: number): number {
  let logTerm = -mean;
  let cumulative = Math.exp(logTerm);
  let k = 0;
  while (cumulative <= u && (k < mean || logTerm > -40)) {
    logTerm += Math.log(mean / ++k);
    cumulative += Math.exp(logTerm);
  }
  return k;
}

/**
 * Independent normals; parameters are the means, then the standard deviations: `[mu_1 .. mu_d, sigma_1 .. sigma_d]`. Fitted
 * deviations are those of the population (divided by the sum of the weights).
 *
 * @example
 * console.log(gaussianFamily.fit([Float64Array.of(1), Float64Array.of(3)], [1, 1])); // Float64Array(2) [ 2, 1 ]
 */
export const gaussianFamily: SamplingFamily = {
  draw: (parameters, source) => {
    const d = parameters.length / 2;
    return Float64Array.from({ length: d }, (_, j) => parameters[j]! + parameters[d + j]! * source.normal());
  },
  logDensity: (x, parameters) => {
    let sum = 0;
    x.forEach((value, j) => {
      const sigma = parameters[x.length + j]!;
      sum -= Math.log(sigma) + ((value - parameters[j]!) / sigma) ** 2 / 2;
    });
    return sum;
  },
  fit: (samples, weights) => {
    const mean = weightedMean(samples, weights);
    const squares = samples.map((x) => x.map((value, j) => (value - mean[j]!) ** 2));
    return Float64Array.of(...mean, ...weightedMean(squares, weights).map(Math.sqrt));
  },
  spread: (parameters) => parameters.subarray(parameters.length / 2),
};

/**
 * Independent categorical variables with K categories each; parameters are the rows of probabilities, `[d * K]`, samples whole
 * numbers below K.
 *
 * @example
 * const dice = categoricalFamily(2);
 * console.log(dice.fit([Float64Array.of(0), Float64Array.of(1)], [3, 1])); // Float64Array(2) [ 0.75, 0.25 ]
 */
export const categoricalFamily = (categories: number): SamplingFamily => ({
  draw: (rows, source) =>
    Float64Array.from({ length: rows.length / categories }, (_, j) => {
      let left = source.uniform();
      let k = 0;
      while (k < categories - 1 && (left -= rows[j * categories + k]!) >= 0) k++;
      return k;
    }),
  logDensity: (x, rows) => x.reduce((sum, k, j) => sum + Math.log(rows[j * categories + k]!), 0),
  fit: (samples, weights) =>
    weightedMean(
      samples.map((x) => {
        const oneHot = new Float64Array(x.length * categories);
        x.forEach((k, j) => (oneHot[j * categories + k] = 1));
        return oneHot;
      }),
      weights,
    ),
});
