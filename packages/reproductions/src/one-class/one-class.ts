import { type MetricEvent, type StudyContext, type StudyEvent, defineStudy, paper } from '@surprisal/core';
import { inTurn } from '../shared/in-turn.js';
import { smallDigits } from '../shared/small-digits.js';
import { type Detection, detectionParts } from './detections.js';
import { type OneClassParams, oneClassParams } from './params.js';
import { resultEvents } from './results.js';

/**
 * Paper 41: detectors that have seen one digit alone tell it from all others. A classifier of normal digits and pseudo-negatives in the Poincaré ball, with
 * and without pairwise confusion, against the same with a Euclidean head, a one-class support vector machine and a Gaussian.
 */
export const oneClass = defineStudy({
  name: 'one-class',
  summary: 'Detectors that have seen one digit alone: heads in the Poincaré ball, a flat one, an SVM, a Gaussian.',
  paper: paper(41),
  params: oneClassParams,
  quick: { seeds: 1, digits: [0, 8], trainSize: 800, testSize: 300, epochs: 10 },
  async *run(context: StudyContext<OneClassParams>): AsyncGenerator<StudyEvent, void, void> {
    const { params, seed, data } = context;
    const digits = smallDigits(await data('mnist'), params.trainSize, params.testSize);
    const results = yield* inTurn<Detection>(detectionParts(digits, params, seed), context, (result) => [valuesOf(result)]); // prettier-ignore
    if (results) yield* resultEvents(results, params, seed);
  },
});

const valuesOf = (result: Detection): MetricEvent['values'] => ({ ...result });
