import { type StudyContext, type StudyEvent, defineStudy, paper } from '@surprisal/core';
import { type Outcome, trainInTurn } from '../shared/train-in-turn.js';
import { editClaims, editCosts, editTable } from './edits.js';
import { type EditInvariantParams, editInvariantParams } from './params.js';
import { trainingEvents } from './results.js';
import { type Run, runsOf, trainingOf } from './trainings.js';

/**
 * Paper 19: the edit-invariant sequence loss against token cross-entropy, loss truncation, policy gradient and the difference of bags of n-grams,
 * where the targets of a small translation are repeated, exchanged or blanked in part. A network that sees three tokens at a time and gives every
 * position on its own stands for the paper's translators; the reward of policy gradient is the F1 of bigrams.
 */
export const editInvariantStudy = defineStudy({
  name: 'edit-invariant',
  summary: 'Sequences learnt from repeated, exchanged and blanked targets: n-grams anywhere, and tokens in place.',
  paper: paper(19),
  params: editInvariantParams,
  quick: { seeds: 1, losses: ['CE', 'EISL'], repeated: [2], swapped: [], blanked: [], trainSize: 400, testSize: 100, warmUp: 4, epochs: 10 }, // prettier-ignore
  async *run(context: StudyContext<EditInvariantParams>): AsyncGenerator<StudyEvent, void, void> {
    const { params, seed } = context;
    const runs = runsOf(params, seed);
    const measured = yield* trainInTurn(
      runs.map((run) => trainingOf(run, params)),
      context,
    );
    if (!measured) return;
    const costs = await editCosts(params.length, seed);
    yield editTable(costs);
    yield* editClaims(costs);
    yield* trainingEvents(
      runs.map((run, i): Outcome<Run> => ({ ...run, points: measured[i]! })),
      params,
    );
  },
});
