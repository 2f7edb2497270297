import { type StudyContext, type StudyEvent, defineStudy, paper } from '@surprisal/core';
import type { OwnModel } from '../shared/dense-model.js';
import { type Outcome, type Training, trainInTurn } from '../shared/train-in-turn.js';
import { smallDigits } from '../shared/small-digits.js';
import { type GridRun, gridRuns, gridTraining } from './grid.js';
import { gridEvents } from './grid-results.js';
import { type ValueLearningParams, valueLearningParams } from './params.js';
import { regressionEvents } from './regression-results.js';
import { type RegressionRun, regressionRuns, regressionTraining } from './regression.js';

/**
 * Paper 4: numbers learnt by classification of a histogram against regression: the values of digits under noise and under targets that move on,
 * and the values of a grid world by Q-learning. Small networks, and digits, in place of Atari, robots and chess.
 */
export const valueLearning = defineStudy({
  name: 'value-learning',
  summary: 'Values by classification and by regression: noisy and moving targets, and Q-learning on a grid.',
  paper: paper(4),
  params: valueLearningParams,
  quick: {
    seeds: 1,
    trainSize: 500,
    testSize: 500,
    hidden: [64],
    learningRate: 0.003,
    noises: [0, 2],
    epochs: 6,
    ratios: [2],
    shifts: 1,
    shiftEpochs: 3,
    gridSteps: 100,
    gridEvery: 50,
  },
  async *run(context: StudyContext<ValueLearningParams>): AsyncGenerator<StudyEvent, void, void> {
    const { params, seed, data } = context;
    const digits = smallDigits(await data('mnist'), params.trainSize, params.testSize);
    const regressions = regressionRuns(params, seed);
    const grids = gridRuns(params, seed);
    const trainings: Training<OwnModel>[] = [
      ...regressions.map((run) => regressionTraining(run, digits, params)),
      ...grids.map((run) => gridTraining(run, params)),
    ];
    const measured = yield* trainInTurn(trainings, context);
    if (!measured) return;
    const outcomes = <R>(runs: readonly R[], from: number) =>
      runs.map((run, i): Outcome<R> => ({ ...run, points: measured[from + i]! }));
    yield* regressionEvents(outcomes<RegressionRun>(regressions, 0), params);
    yield* gridEvents(outcomes<GridRun>(grids, regressions.length), params);
  },
});
