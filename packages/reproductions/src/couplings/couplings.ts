import { type MetricEvent, type StudyContext, type StudyEvent, defineStudy, paper } from '@surprisal/core';
import { type BoundsResult, boundsEvents, boundsParts } from './bounds.js';
import { type GameResult, gameEvents, gameParts } from './game.js';
import { type CouplingsParams, couplingsParams } from './params.js';
import { inTurn } from '../shared/in-turn.js';

type Result = BoundsResult | GameResult;

/**
 * Paper 16: how near greedy couplings and greedy codes come to the best there are, what a rate leaves of the information, and messages that are
 * hidden in the steps of an agent, with a limit on the bits of a step.
 */
export const couplings = defineStudy({
  name: 'couplings',
  summary: 'Couplings of least entropy, codes of bounded entropy, and messages hidden in an agent’s steps.',
  paper: paper(16),
  params: couplingsParams,
  quick: {
    seeds: 2,
    pairs: 40,
    laws: 8,
    episodes: 5,
    messages: 16,
    temperatures: [-6, -4],
    compressionRates: [1, 0.5],
  },
  host: true,
  async *run(context: StudyContext<CouplingsParams>): AsyncGenerator<StudyEvent, void, void> {
    const results = yield* inTurn<Result>([...boundsParts(context), ...gameParts(context)], context, metricsOf);
    if (!results) return;
    yield* boundsEvents(
      results.filter((result) => result.task === 'bounds'),
      context.params,
    );
    yield* gameEvents(
      results.filter((result) => result.task === 'game'),
      context.params,
    );
  },
});

function metricsOf(result: Result): MetricEvent['values'][] {
  if (result.task === 'game') return [{ ...result }];
  const { task, seed, coupling, codes } = result;
  return [{ task, seed, ...coupling }, { task, seed, ...codes }, ...result.curve.map((point) => ({ task, seed, ...point }))]; // prettier-ignore
}
