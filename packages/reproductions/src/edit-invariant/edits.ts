import { Random, type ClaimEvent, type TableEvent, claim, ndarray, table } from '@surprisal/core';
import { type Tensor, tidy } from '@surprisal/core/tensor';
import { type SequenceLoss, bagOfNgrams, editInvariant, tokenCrossEntropy } from '@surprisal/losses';
import { BLANK, VOCABULARY } from './sequences.js';

const losses = {
  CE: tokenCrossEntropy(),
  'EISL, 1-grams': editInvariant({ ngrams: [1] }),
  'EISL, 2-grams': editInvariant({ ngrams: [2] }),
  'EISL, whole': editInvariant({ ngrams: [0] }),
  'bag of 2-grams': bagOfNgrams({ n: 2 }),
} satisfies Readonly<Record<string, SequenceLoss>>;

type LossName = keyof typeof losses;

/** What each loss is of a reference, and of the same with edits, where the output is almost sure of the reference. */
export type EditCosts = readonly ({ readonly edit: string } & Readonly<Record<LossName, number>>)[];

/** Logits of 6 at the tokens of a reference, with noise of 0.3. */
export async function editCosts(length: number, seed: number): Promise<EditCosts> {
  const random = new Random(seed).split('edits');
  const reference = Array.from({ length }, (_, s) => s);
  const logits = random.normals(length * VOCABULARY, 0, 0.3);
  reference.forEach((token, t) => (logits[t * VOCABULARY + token]! += 6));
  const edits = Object.entries(editsOf(reference));
  const all = ndarray(Float32Array.from(edits.flatMap(() => [...logits])), [edits.length, length, VOCABULARY]);
  const costs = await Promise.all(
    Object.entries(losses).map(async ([name, loss]) => {
      const each: Tensor = tidy(() => loss(all, edits.map(([, tokens]) => tokens))); // prettier-ignore
      const values = Array.from(await each.data());
      each.dispose();
      return [name, values] as const;
    }),
  );
  const ofEdit = (i: number) => Object.fromEntries(costs.map(([name, values]) => [name, values[i]!]));
  return edits.map(([edit], i) => ({ edit, ...(ofEdit(i) as Record<LossName, number>) }));
}

/** The reference holds the tokens 0, 1, ...: another is a new one. */
function editsOf(reference: readonly number[]): Readonly<Record<string, readonly number[]>> {
  const { length } = reference;
  const half = length >> 1;
  return {
    none: reference,
    'shifted by one': [BLANK - 1, ...reference.slice(0, -1)],
    'halves exchanged': [...reference.slice(half), ...reference.slice(0, half)],
    'one token repeated': [...reference.slice(0, half), ...reference.slice(half - 1, -1)],
    'two tokens blanked': reference.map((token) => (token === 0 || token === half ? BLANK : token)),
  };
}

export const editTable = (costs: EditCosts): TableEvent =>
  table({
    name: 'edits',
    columns: [
      { key: 'edit', title: 'edit of the reference' },
      ...Object.keys(losses).map((name) => ({ key: name, title: name })),
    ],
    rows: costs,
  });

/** Claims 1 and 3: edits cost less than by cross-entropy, which is the case of n-grams of the whole length. */
export function* editClaims(costs: EditCosts): Generator<ClaimEvent> {
  const rise = (name: LossName) => costs.find(({ edit }) => edit === 'shifted by one')![name] - costs[0]![name];
  const shares = (['EISL, 1-grams', 'EISL, 2-grams'] as const).map((name) => rise(name) / rise('CE'));
  yield claim({
    says: 'a shift of the reference by one raises EISL by at most a fifth of what it raises cross-entropy, with 1-grams and with 2-grams',
    paper: 'less sensitive to edits than cross-entropy; small version: 12 and 14%',
    measured: shares.map((share) => `${(100 * share).toFixed(1)}%`).join(', '),
    holds: shares.every((share) => share <= 0.2),
    note: `cross-entropy rises by ${rise('CE').toFixed(2)} nats; an output that is almost sure of the reference`,
  });
  const farthest = Math.max(...costs.map((cost) => Math.abs(cost['EISL, whole'] - cost.CE)));
  yield claim({
    says: 'with n-grams of the whole length, EISL is token cross-entropy',
    paper: 'cross-entropy is a special case',
    measured: `off by ${farthest.toExponential(1)} at most`,
    holds: farthest <= 1e-5 * Math.max(...costs.map(({ CE }) => CE)),
    note: 'over all edits',
  });
}
