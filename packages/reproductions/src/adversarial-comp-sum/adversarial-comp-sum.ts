import { type StudyContext, type StudyEvent, defineStudy, paper } from '@surprisal/core';
import { smallDigits } from '../shared/small-digits.js';
import { type Outcome, trainInTurn } from '../shared/train-in-turn.js';
import { type AdversarialParams, adversarialParams } from './params.js';
import { resultEvents } from './results.js';
import { type Run, cellsOf, trainingOf } from './trainings.js';

/**
 * Paper 1, its adversarial part: the smooth adversarial comp-sum loss against TRADES, MART and plain adversarial training, by accuracy on clean
 * digits and on attacked ones. A small network on digits of 8 x 8 in place of ResNets on CIFAR, PGD in place of AutoAttack.
 */
export const adversarialCompSum = defineStudy({
  name: 'adversarial-comp-sum',
  summary: 'The smooth adversarial comp-sum loss against TRADES, MART and PGD training, on attacked digits.',
  paper: paper(1),
  params: adversarialParams,
  quick: { seeds: 1, trainSize: 400, testSize: 200, hidden: [32], epochs: 8, every: 8, attackSteps: 3, testSteps: 10 },
  async *run(context: StudyContext<AdversarialParams>): AsyncGenerator<StudyEvent, void, void> {
    const { params, seed, data } = context;
    const digits = smallDigits(await data('mnist'), params.trainSize, params.testSize);
    const cells = cellsOf(params, seed);
    const measured = yield* trainInTurn(
      cells.map((cell) => trainingOf(cell, digits, params)),
      context,
    );
    if (!measured) return;
    const results = cells.map(({ defence, seed }, i): Outcome<Run> => ({ defence, seed, points: measured[i]! }));
    yield* resultEvents(results, params);
  },
});
