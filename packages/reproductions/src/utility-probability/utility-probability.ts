import { type MetricEvent, type StudyContext, type StudyEvent, defineStudy, paper } from '@surprisal/core';
import { inTurn } from '../shared/in-turn.js';
import { type BeamResult, beamEvents, beamParts } from './beams.js';
import { type DigitResult, digitEvents, digitParts } from './digits.js';
import { type LearningResult, learningEvents, learningParts } from './learning.js';
import { type UtilityParams, utilityParams } from './params.js';

type Result = LearningResult | DigitResult | BeamResult;

/**
 * Paper 44: a softmax network as a utility. Tabular utilities learned by maximum likelihood; digits under label noise, where the order of the
 * outputs knows more than their probabilities; and beam search for rests of sentences, by log-probability and per token.
 */
export const utilityProbability = defineStudy({
  name: 'utility-probability',
  summary:
    'Softmax outputs as utilities: what they learn, how they turn into probabilities, and what search makes of them.',
  paper: paper(44),
  params: utilityParams,
  quick: {
    ...{ seeds: 2, draws: 10_000, trainImages: 300, heldOutImages: 300, testImages: 500 },
    ...{ sentences: 5, samples: 4, characters: 100_000 },
  },
  host: true,
  async *run(context: StudyContext<UtilityParams>): AsyncGenerator<StudyEvent, void, void> {
    const parts = [...learningParts(context), ...digitParts(context), ...beamParts(context)];
    const results = yield* inTurn<Result>(parts, context, metricsOf);
    if (!results) return;
    yield* learningEvents(
      results.filter((result) => result.task === 'learning'),
      context,
    );
    yield* digitEvents(
      results.filter((result) => result.task === 'digits'),
      context.params,
    );
    yield* beamEvents(
      results.filter((result) => result.task === 'beams'),
      context.params,
    );
  },
});

function metricsOf(result: Result): MetricEvent['values'][] {
  const { task, seed } = result;
  if (result.task === 'learning')
    return result.stages.map((stage) => ({ task, update: result.update, seed, ...stage }));
  if (result.task === 'beams') return result.outcomes.map((outcome) => ({ task, seed, ...outcome }));
  return result.laws.map((law) => ({ task, seed, argmax: result.argmax, ...law }));
}
