import { type StudyContext, type StudyEvent, defineStudy, paper } from '@surprisal/core';
import { type Outcome, trainInTurn } from '../shared/train-in-turn.js';
import { type DirectCoverageParams, directCoverageParams } from './params.js';
import { resultEvents } from './results.js';
import { type Run, cellsOf, trainingOf } from './trainings.js';

/**
 * Paper 5: how often one of N answers is right, against the length of training, by cross-entropy and by direct coverage optimisation. Small sums and
 * products of which half are learnt stand for the paper's proofs: what makes a network of few examples and many answers too sure of wrong ones
 * is the same.
 */
export const directCoverageStudy = defineStudy({
  name: 'direct-coverage',
  summary: 'Whether one of N answers is right, against the length of training: cross-entropy and direct coverage.',
  paper: paper(5),
  params: directCoverageParams,
  quick: { seeds: 1, largest: 15, hidden: [64], epochs: 60, every: 10, late: 60 },
  async *run(context: StudyContext<DirectCoverageParams>): AsyncGenerator<StudyEvent, void, void> {
    const { params, seed } = context;
    const cells = cellsOf(params, seed);
    const measured = yield* trainInTurn(
      cells.map((cell) => trainingOf(cell, params)),
      context,
    );
    if (!measured) return;
    const results = cells.map(({ task, by, seed }, i): Outcome<Run> => ({ task, by, seed, points: measured[i]! }));
    yield* resultEvents(results, params);
  },
});
