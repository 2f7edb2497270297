import { type MetricEvent, type StudyContext, type StudyEvent, defineStudy, paper } from '@surprisal/core';
import { inTurn } from '../shared/in-turn.js';
import { topomortarClaims } from './claims.js';
import { type TopomortarParams, topomortarParams } from './params.js';
import { errorPlot, scoreTable } from './shown.js';
import { type TrainingResult, trainingParts } from './training.js';

/**
 * Paper 40: five losses learn the mortar of drawn walls from accurate, noisy and pseudo-labels; random hues and self-distillation beside them. Errors are Betti
 * errors against accurate labels, on walls like those of the training and, apart from them, on walls that are shifted.
 */
export const topomortar = defineStudy({
  name: 'topomortar',
  summary:
    'Five segmentation losses on brick walls with accurate, noisy and pseudo-labels: is what is connected kept so?',
  paper: paper(40),
  params: topomortarParams,
  quick: {
    seeds: 1,
    labels: ['accurate', 'noisy'],
    size: 24,
    trainWalls: 4,
    testWalls: 4,
    shiftedWalls: 1,
    steps: 18,
    batchSize: 1,
    learningRate: 0.01,
  },
  async *run(context: StudyContext<TopomortarParams>): AsyncGenerator<StudyEvent, void, void> {
    const results = yield* inTurn<TrainingResult>(trainingParts(context.params, context.seed), context, metricsOf);
    if (!results) return;
    yield scoreTable('walls-alike', results, ({ alike }) => alike);
    yield scoreTable('shifted-walls', results, ({ shifted }) => shifted);
    yield errorPlot(results);
    yield* topomortarClaims(results, context.params);
  },
});

const metricsOf = ({ loss, labels, fix, seed, alike, shifted }: TrainingResult): MetricEvent['values'][] => [
  { loss, labels, fix, seed, walls: 'alike', ...alike },
  { loss, labels, fix, seed, walls: 'shifted', ...shifted },
];
