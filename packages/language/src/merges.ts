import { Heap } from './heap.js';
import { PairLists } from './pair-lists.js';
import { PairMap } from './pair-map.js';

/**
 * BPE's own encoder: all merges in the order of training, each from left to right without overlap. Merges that cannot apply cost nothing.
 *
 * @param merges the two tokens of each merge; merge `i` makes the token `alphabetSize + i`
 * @returns a function of symbols to tokens
 */
export function applyMerges(
  merges: readonly (readonly [number, number])[],
  alphabetSize: number,
): (symbols: Int32Array) => Int32Array {
  const rules = new PairMap(merges.length);
  for (const [left, right] of merges) rules.add(left, right);
  const pairs = new PairLists((left, right) => rules.get(left, right));
  const waiting = new Heap((a, b) => a < b);
  const found = (rule: number) => waiting.push(rule);
  return (symbols) => {
    pairs.load(symbols, found);
    for (let rule = waiting.pop(); rule !== undefined; rule = waiting.pop()) {
      if (pairs.has(rule)) pairs.replace(rule, alphabetSize + rule, found);
    }
    return pairs.tokens();
  };
}
