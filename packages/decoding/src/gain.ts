/** A text as its tokens: words, characters or numbers. */
export type Tokens = readonly (string | number)[];

/** What a candidate gains where the reference is true, in [0, 1]. */
export type Gain = (candidate: Tokens, reference: Tokens) => number;

/**
 * All gains among candidates, `[C][C]`: row c is what saying c gains.
 *
 * @example
 * console.log(gainMatrix([['a'], ['b'], ['a']], identityGain)); // [ [ 1, 0, 1 ], [ 0, 1, 0 ], [ 1, 0, 1 ] ]
 */
export const gainMatrix = (candidates: readonly Tokens[], gain: Gain): number[][] =>
  candidates.map((candidate) => candidates.map((reference) => gain(candidate, reference)));

/** 1 for the same tokens, 0 for others. */
export const identityGain: Gain = (candidate, reference) =>
  candidate.length === reference.length && candidate.every((token, i) => token === reference[i]) ? 1 : 0;

/**
 * The harmonic mean of precision and recall over tokens, each counted as often as it comes; 1 for two empty texts.
 *
 * @example
 * console.log(tokenF1(['a', 'b'], ['b', 'c'])); // 0.5
 */
export const tokenF1: Gain = (candidate, reference) => {
  const total = candidate.length + reference.length;
  return total === 0 ? 1 : (2 * overlap(ngrams(candidate, 1), ngrams(reference, 1))) / total;
};

/**
 * 1 minus the edit distance (Levenshtein) over the longer length; 1 for two empty texts.
 *
 * @example
 * console.log(editSimilarity([...'kitten'], [...'sitting']).toFixed(4)); // 0.5714
 */
export const editSimilarity: Gain = (candidate, reference) => {
  const longer = Math.max(candidate.length, reference.length);
  return longer === 0 ? 1 : 1 - editDistance(candidate, reference) / longer;
};

/** Insertions, deletions and replacements that make one text of the other. */
export function editDistance(a: Tokens, b: Tokens): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  a.forEach((token, i) => {
    const next = [i + 1];
    b.forEach((other, j) => {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (token === other ? 0 : 1)));
    });
    row = next;
  });
  return row[b.length]!;
}

/**
 * BLEU of one sentence: the geometric mean of the precisions of n-grams of orders 1 to 4 (above 1, one is added to both counts, so that a short
 * text is not 0), times the brevity penalty `min(1, exp(1 - |reference| / |candidate|))`. 1 for two empty texts, 0 for one.
 *
 * Papineni et al.: BLEU, 2002; smoothing of Lin, Och: ORANGE, 2004.
 *
 * @example
 * const reference = 'the cat is on the mat'.split(' ');
 * console.log(bleu(reference, reference), bleu('the cat sat on the mat'.split(' '), reference).toFixed(4)); // 1 0.4855
 */
export const bleu: Gain = (candidate, reference) => {
  if (candidate.length === 0 || reference.length === 0) return candidate.length === reference.length ? 1 : 0;
  let sum = 0;
  for (let order = 1; order <= 4; order++) {
    const added = order > 1 ? 1 : 0;
    const possible = Math.max(0, candidate.length - order + 1);
    sum += Math.log((overlap(ngrams(candidate, order), ngrams(reference, order)) + added) / (possible + added)) / 4;
  }
  return Math.exp(sum + Math.min(0, 1 - reference.length / candidate.length));
};

/** How often each n-gram comes. */
function ngrams(tokens: Tokens, order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + order <= tokens.length; i++) {
    const gram = JSON.stringify(tokens.slice(i, i + order));
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** How many n-grams both have. */
function overlap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let shared = 0;
  for (const [gram, count] of a) shared += Math.min(count, b.get(gram) ?? 0);
  return shared;
}
