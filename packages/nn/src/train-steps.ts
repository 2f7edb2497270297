import type { Memory, NdArray, StudyState } from '@surprisal/core';
import {
  type Model,
  type Optimizer,
  type Scalar,
  type Tensor,
  dispose,
  readWeights,
  tidy,
  variableGradientsOf,
  writeWeights,
} from '@surprisal/core/tensor';
import { disposeOptimizer, readOptimizer, writeOptimizer } from './optimizer-state.js';

/** Gradients by the names of a model's variables. */
export type Gradients = Readonly<Record<string, Tensor>>;

export interface TrainStepsOptions {
  readonly model: Model;
  /** Is disposed of at the end. */
  readonly optimizer: Optimizer;
  /** The scalar that a step makes smaller. It depends on the step, which counts from 0, on the model and on the memory alone. */
  readonly cost: (step: number) => Scalar;
  /** What is done before a step and has no part in its gradient: an attack on its batch, a copy of the weights. */
  readonly before?: ((step: number) => void | Promise<void>) | undefined;
  /**
   * What is made of the gradients before the optimiser takes them, such as `(gradients) => clipByGlobalNorm(gradients, 1)`, or
   * `({ a, b, ...rest }) => ({ ...rest, ...clipByGlobalNorm({ a, b }, 1) })` for some of them. A variable that is left out stays as it is.
   */
  readonly adjustGradients?: ((gradients: Gradients) => Gradients) | undefined;
  readonly steps: number;
  /** What the cost remembers from step to step: forgotten at the start, kept in snapshots, left as it is at the end. */
  readonly memory?: Memory | undefined;
  /** Ends the training after the current step. */
  readonly signal?: AbortSignal | undefined;
  /** A snapshot to go on from. */
  readonly resume?: StudyState | undefined;
}

/** One step of training that has been made. */
export interface Step {
  /** Counts from 1 to `of`. */
  readonly step: number;
  readonly of: number;
  /** The cost before the step. */
  readonly loss: number;
  /** Weights, optimiser, memory and position: training resumed from it goes on as if it had not been broken off. */
  snapshot(): Promise<StudyState>;
}

/**
 * Trains any model on any cost, step by step. The caller decides when to measure, to show, to save or to stop.
 *
 * @example
 * const weight = variable(tensor1d([4]));
 * const model = { variables: { weight }, call: (x: Tensor) => mul(x, weight) };
 * const cost = () => sum(square(weight)) as Scalar;
 * for await (const { step, loss } of trainSteps({ model, optimizer: sgd({ learningRate: 0.25 }), cost, steps: 3 })) {
 *   console.log(step, loss);
 * }
 * // 1 16
 * // 2 4
 * // 3 1
 */
export async function* trainSteps(options: TrainStepsOptions): AsyncGenerator<Step, void, void> {
  const { model, optimizer, cost, before, adjustGradients, steps, memory, signal, resume } = options;
  let done = 0;
  memory?.reset();
  if (resume) {
    writeWeights(model, section(resume, 'weights'));
    await writeOptimizer(optimizer, section(resume, 'optimizer'));
    memory?.write(section(resume, 'memory'));
    done = (resume.json as { step: number }).step;
  }
  const breathe = breather();
  try {
    while (done < steps && !signal?.aborted) {
      await before?.(done);
      const value = takeStep(model, optimizer, () => cost(done), adjustGradients);
      const [loss] = await value.data();
      value.dispose();
      const step = ++done;
      const snapshot = async () => ({
        json: { step },
        arrays: {
          ...prefixed('weights', await readWeights(model)),
          ...prefixed('optimizer', await readOptimizer(optimizer)),
          ...prefixed('memory', (await memory?.read()) ?? {}),
        },
      });
      yield { step, of: steps, loss: loss!, snapshot };
      await breathe();
    }
  } finally {
    disposeOptimizer(optimizer);
  }
}

/** @returns the cost before the step */
function takeStep(
  { variables }: Model,
  optimizer: Optimizer,
  cost: () => Scalar,
  adjust: (gradients: Gradients) => Gradients = (gradients) => gradients,
): Tensor {
  const trained = Object.entries(variables).filter(([, { trainable }]) => trainable); // the others are state, and saved
  const { value, gradients } = variableGradientsOf(cost, trained.map(([, variable]) => variable)); // prettier-ignore
  tidy(() => {
    const named = trained.flatMap(([name, own]) =>
      gradients[own.name] ? [[name, gradients[own.name]!] as const] : [],
    );
    const adjusted = adjust(Object.fromEntries(named));
    optimizer.applyGradients(trained.map(([name, own]) => ({ name: own.name, tensor: adjusted[name]! })));
  });
  dispose(gradients);
  return value;
}

const prefixed = (prefix: string, arrays: Readonly<Record<string, NdArray>>) =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));

const section = ({ arrays }: StudyState, prefix: string): Record<string, NdArray> =>
  Object.fromEntries(
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(`${prefix}/`))
      .map(([name, array]) => [name.slice(prefix.length + 1), array]),
  );

/** Lets timers, signals and messages through every 30 ms: kernels on the host would otherwise keep the thread. */
export function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < 30) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
