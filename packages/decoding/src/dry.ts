import { z } from 'zod';
import { append, lastNParam } from './history.js';
import { defineSampler } from './sampler.js';

/** ln of the largest float32: what the reference caps exponents by. */
const LOG_MAX = 88.7228391;

/**
 * DRY, don't repeat yourself: lowers the logit of a token that would go on with a repetition, by `multiplier * base^(L - allowed)`
 * for a repeated sequence of length L >= allowed.
 *
 * L is the longest common suffix of the text and of the text up to an earlier occurrence, since the last breaker. Breakers
 * themselves are never penalized.
 *
 * @param params `multiplier` >= 0, default 0.8; `base` >= 1, default 1.75; `allowedLength` >= 1, default 2; `lastN`, default -1
 *   (all): how many of the last tokens count; `breakers`: tokens that end a sequence, default none (usually those of newline, colon,
 *   quote and star)
 * @throws DomainError when a parameter is out of range
 *
 * p-e-w: DRY: A modern repetition penalty that reliably prevents looping, 2024; the rule of llama.cpp.
 *
 * @example
 * const sampler = dry({ multiplier: 1, base: 2, allowedLength: 2 });
 * for (const token of [0, 1, 2, 0, 1]) sampler.accept(token);
 * const candidates = new Candidates().load([5, 5, 5]);
 * sampler.apply(candidates);
 * console.log([...candidates.logits]); // [ 5, 5, 4 ]
 */
export const dry = defineSampler({
  name: 'dry',
  summary: 'Penalizes tokens that would prolong a repeated sequence, the more the longer it is.',
  formula: 'logit − multiplier · base^(L − allowed)',
  params: z.object({
    multiplier: z.number().min(0).default(0.8).meta({ upTo: 5, step: 0.1 }).describe('size of the penalty; 0: none'),
    base: z.number().min(1).default(1.75).meta({ upTo: 4, step: 0.05 }).describe('growth per token of repetition'),
    allowedLength: z
      .number()
      .int()
      .min(1)
      .default(2)
      .meta({ upTo: 10 })
      .describe('the longest free repetition, plus 1'),
    lastN: lastNParam.default(-1),
    breakers: z.array(z.number().int().min(0)).default([]).describe('tokens that end a sequence'),
  }),
  state: () => ({ history: [] as number[] }),
  apply(candidates, { multiplier, base, allowedLength, breakers }, { history }) {
    if (multiplier === 0) return;
    const largest = base > 1 ? Math.floor(LOG_MAX / Math.log(base)) : Infinity;
    const lengths = repetitions(history, allowedLength, breakers);
    for (const [token, length] of lengths) {
      const position = candidates.position(token);
      if (position < 0) continue;
      candidates.logits[position]! -= multiplier * base ** Math.min(length - allowedLength, largest);
    }
    if (lengths.size > 0) candidates.changed();
  },
  accept(token, { lastN }, { history }) {
    append(history, token, lastN);
  },
});

/** For each token that would prolong a repetition of at least the allowed length: the length of the longest one. */
export function repetitions(
  history: readonly number[],
  allowedLength: number,
  breakers: readonly number[] = [],
): Map<number, number> {
  const lengths = new Map<number, number>();
  const lastBreaker = history.findLastIndex((token) => breakers.includes(token));
  const limit = history.length - 1 - lastBreaker;
  if (history.length <= allowedLength || limit < allowedLength) return lengths;
  commonSuffixes(history).forEach((common, i) => {
    const length = Math.min(common, limit);
    const next = history[i + 1]!;
    if (length >= allowedLength && length > (lengths.get(next) ?? 0) && !breakers.includes(next)) {
      lengths.set(next, length);
    }
  });
  return lengths;
}

/**
 * For each position but the last, the length of the longest common suffix of the whole and of what ends there: the Z-function of
 * the reversed sequence (Gusfield 1997), in linear time.
 */
function commonSuffixes(history: readonly number[]): Int32Array {
  const last = history.length - 1;
  const common = new Int32Array(last);
  let left = last; // the known match that reaches furthest down lies in (right - length, right]
  let right = last;
  for (let end = last - 1; end >= 0; end--) {
    let length = end > left ? Math.min(end - left, common[last - (right - end)]!) : 0;
    while (end - length >= 0 && history[end - length] === history[last - length]) length++;
    common[end] = length;
    if (end - length < left) {
      left = end - length;
      right = end;
    }
  }
  return common;
}
