import { Random, ndarray } from '@surprisal/core';
import { adam, clipByGlobalNorm, mul, tidy, toTensor } from '@surprisal/core/tensor';
import { aucOf, hyperbolicPairwiseConfusion, oneClassMetrics, pseudoNegatives } from '@surprisal/losses';
import { type Gradients, trainSteps } from '@surprisal/nn';
import { batches } from '../shared/batches.js';
import type { Part } from '../shared/in-turn.js';
import { type SmallDigits, PIXELS } from '../shared/small-digits.js';
import { type Baseline, gaussian, oneClassSvm } from './baselines.js';
import { type Detector, type Head, detector, heads, scoresOf } from './heads.js';
import type { OneClassParams } from './params.js';
import { type OneClassTask, rowsAt, taskOf } from './tasks.js';

const baselines: Readonly<Record<string, Baseline>> = { 'one-class SVM': oneClassSvm, Gaussian: gaussian };

/** How well a method tells one digit from all others. */
export interface Detection {
  readonly method: string;
  readonly digit: number;
  readonly seed: number;
  readonly auc: number;
  /** Of methods that give probabilities. */
  readonly equalError?: number;
  /** In the ball: the mean geodesic distance of pairs of normal test digits. */
  readonly pairDistance?: number;
}

/** Every method on every digit, with each seed. All methods see the same digits of a seed. */
export function detectionParts(
  digits: { train: SmallDigits; test: SmallDigits },
  params: OneClassParams,
  firstSeed: number,
): Part<Detection>[] {
  const seeds = Array.from({ length: params.seeds }, (_, i) => firstSeed + i);
  return seeds.flatMap((seed) =>
    params.digits.flatMap((digit) => {
      let made: OneClassTask | undefined;
      const task = () => (made ??= taskOf(digit, digits, new Random(seed).split('normal', digit)));
      return [...heads, ...Object.keys(baselines)].map((method) => ({
        label: `${method}, digit ${digit}, seed ${seed}`,
        compute: async () => ({ method, digit, seed, ...(await detect(method, task(), params, seed)) }),
      }));
    }),
  );
}

function detect(method: string, task: OneClassTask, params: OneClassParams, seed: number) {
  const baseline = baselines[method];
  if (!baseline) return trainAndDetect(method as Head, task, params, seed);
  return { auc: aucOf(baseline(task.normal, task.test), task.labels) };
}

async function trainAndDetect(head: Head, task: OneClassTask, params: OneClassParams, seed: number) {
  const model = detector(head, params, seed);
  await train(model, task, params, seed);
  const scores = tidy(() => scoresOf(model, toTensor(task.test)));
  const { auc, equalError } = oneClassMetrics(Float32Array.from(await scores.data()), task.labels);
  scores.dispose();
  const distance = head === 'Euclidean' ? {} : { pairDistance: await pairDistance(model, task, params) };
  model.dispose();
  return { auc, equalError, ...distance };
}

/** Where it is asked only what is remembered. */
const NO_DRAWS = ndarray(new Float32Array(0), [0, PIXELS]);

async function train(model: Detector, { normal }: OneClassTask, params: OneClassParams, seed: number): Promise<void> {
  const { batchSize, epochs, learningRate, clipNorm, alpha, variance } = params;
  const random = new Random(seed).split('training');
  const { perEpoch, at } = batches(normal.shape[0]!, batchSize, random);
  const batchAt = (step: number) => {
    const chosen = at(step);
    return ndarray(rowsAt(normal.data, chosen), [chosen.length, PIXELS]);
  };
  const cost = (made: number) => {
    const batch = batchAt(made + 1);
    const isFirst = made % perEpoch === 0;
    const remembered = isFirst ? undefined : pseudoNegatives(batchAt(made), NO_DRAWS).remembered;
    const draws = ndarray(random.split('draws', made).normals(batch.data.length), batch.shape);
    const { negatives } = pseudoNegatives(batch, draws, { alpha, variance, ...(remembered && { remembered }) });
    return model.cost(toTensor(batch), toTensor(negatives));
  };
  const optimizer = adam({ learningRate });
  const adjustGradients = (gradients: Gradients) => clipByGlobalNorm(gradients, clipNorm);
  for await (const made of trainSteps({ model, optimizer, cost, adjustGradients, steps: perEpoch * epochs })) void made;
}

async function pairDistance(model: Detector, { test, labels }: OneClassTask, { c }: OneClassParams): Promise<number> {
  const normal = Array.from(labels.keys()).filter((i) => labels[i] === 0);
  const mean = tidy(() => {
    const points = model.embed(toTensor(ndarray(rowsAt(test.data, normal), [normal.length, PIXELS])));
    return mul(hyperbolicPairwiseConfusion({ c, distance: 'artanh' })(points, { reduction: 'mean' }), 2); // over pairs
  });
  const [distance] = await mean.data();
  mean.dispose();
  return distance!;
}
