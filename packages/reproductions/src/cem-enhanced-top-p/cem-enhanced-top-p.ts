import { type StudyContext, type StudyEvent, defineStudy, paper } from '@surprisal/core';
import { type BridgeResult, bridgeEvents, bridgeParts } from './bridge.js';
import { type MinimumResult, minimumEvents, minimumParts } from './minima.js';
import { type CemParams, cemParams } from './params.js';
import { type PathResult, pathEvents, pathParts } from './paths.js';
import { inTurn } from '../shared/in-turn.js';

type Result = BridgeResult | MinimumResult | PathResult;

/**
 * Paper 14, its two tools: the cross-entropy method on a rare event of known probability and on functions of known minimum, and
 * enhanced top-p against token-by-token sampling, on random Markov sources whose best path is known, and on a book. What the paper says
 * of the Riemann hypothesis is no part of it: a zero of zeta is a minimum like others here.
 */
export const cemEnhancedTopP = defineStudy({
  name: 'cem-enhanced-top-p',
  summary: 'The cross-entropy method on a rare event and on minima; enhanced top-p against top-p by path probability.',
  paper: paper(14),
  params: cemParams,
  quick: { seeds: 3, finalSamples: 10_000, sources: 2, places: 2, draws: 10, characters: 100_000 },
  host: true,
  async *run(context: StudyContext<CemParams>): AsyncGenerator<StudyEvent, void, void> {
    const parts = [...bridgeParts(context), ...minimumParts(context), ...pathParts(context)];
    const results = yield* inTurn<Result>(parts, context, ({ ...numbers }) => [numbers]);
    if (!results) return;
    yield* bridgeEvents(
      results.filter((result) => result.task === 'bridge'),
      context.params,
    );
    yield* minimumEvents(results.filter((result) => result.task === 'minimum'));
    yield* pathEvents(results.filter((result) => result.task === 'paths'));
  },
});
