import type { Random } from '@surprisal/core';
import { type Source, markov } from '@surprisal/language';

/**
 * A Markov source whose laws, one for each context, are drawn from a symmetric Dirichlet distribution: the smaller its concentration,
 * the fewer symbols hold most of a law.
 */
export function randomMarkov(
  { alphabet, order, concentration }: { alphabet: number; order: number; concentration: number },
  random: Random,
): Source {
  const rows = Array.from({ length: alphabet ** order }, () => Array.from(random.dirichlet(alphabet, concentration)));
  return markov({ alphabet, order, transition: rows.flat() });
}

/** The place of the context at the end of some symbols among the rows of a source. */
export const contextOf = ({ order, alphabetSize }: Source, symbols: readonly number[]): number =>
  symbols.slice(symbols.length - order).reduce((context, symbol) => context * alphabetSize + symbol, 0);

/** The highest log-probability (nats) of any continuation of some symbols, by Viterbi's dynamic programme. */
export function bestContinuation(source: Source, symbols: readonly number[], steps: number): number {
  const { alphabetSize, transition } = source;
  const contexts = transition.shape[0]!;
  let scores = new Float64Array(contexts).fill(-Infinity);
  scores[contextOf(source, symbols)] = 0;
  for (let t = 0; t < steps; t++) {
    const grown = new Float64Array(contexts).fill(-Infinity);
    for (let row = 0; row < transition.data.length; row++) {
      const to = row % contexts; // the context c followed by the symbol v: c a + v, less what is forgotten
      const score = scores[Math.floor(row / alphabetSize)]! + Math.log(transition.data[row]!);
      if (score > grown[to]!) grown[to] = score;
    }
    scores = grown;
  }
  return Math.max(...scores);
}
