import { type Memory, type StudyContext, type StudyEvent, type StudyState, checkpoint, metric, progress } from '@surprisal/core'; // prettier-ignore
import { type AdjustableOptimizer, type Model, type Scalar, adam } from '@surprisal/core/tensor';
import { type Step, trainSteps } from '@surprisal/nn';

/** One training of a study: a model, what it is trained on, and what is measured on the way. */
export interface Training<M extends Model = Model> {
  /** What it is called in progress and metrics: one name or number per thing that varies. */
  readonly labels: Readonly<Record<string, string | number>>;
  /** Makes the model with its first weights. It is freed at the end. */
  readonly model: () => M & { dispose(): void };
  /** Learning rates, one per step; the first, of step 0, before which nothing is learnt, is not used. */
  readonly rates: ArrayLike<number>;
  /** Makes the optimiser, whose learning rate is set at every step; default Adam. */
  readonly optimizer?: () => AdjustableOptimizer;
  /** What is done before step 1, 2, ... and has no part in its gradient. */
  before?(model: M, step: number): void | Promise<void>;
  /** What step 1, 2, ... makes smaller. */
  cost(model: M, step: number): Scalar;
  /** What the cost remembers from step to step. It is emptied at the end. */
  readonly memory?: Memory | undefined;
  /** Steps between two measurements; the last step is always measured. */
  readonly every: number;
  /** Losses and the like, in plain numbers. */
  measure(model: M, step: number): Promise<Readonly<Record<string, number>>>;
}

/** What was measured after a step. */
export type Measured = Readonly<Record<string, number>> & { readonly step: number };

/** What was trained, with all that was measured of it. */
export type Outcome<R> = R & { readonly points: readonly Measured[] };

/** Where the trainings stand: those that are done, and the one that is being made. */
interface State {
  readonly done: readonly (readonly Measured[])[];
  readonly training?: Progress;
}

interface Progress {
  readonly step: number;
  readonly points: readonly Measured[];
}

/**
 * Trains models one after another, streaming progress and a metric per measurement. A checkpoint after every measurement, and when the
 * run is asked to end, lets the trainings go on where they were.
 *
 * @returns the measurements of each training; undefined when the run was asked to end
 */
export async function* trainInTurn<M extends Model>(
  trainings: readonly Training<M>[],
  { signal, resume }: Pick<StudyContext, 'signal' | 'resume'>,
): AsyncGenerator<StudyEvent, (readonly Measured[])[] | undefined, void> {
  const state = resume?.json as State | undefined;
  const done = [...(state?.done ?? [])];
  const steps = trainings.map(({ rates }) => rates.length - 1);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  let from = state?.training && { json: state.training, arrays: resume!.arrays };
  while (done.length < trainings.length) {
    const stand = { done, before: sum(steps.slice(0, done.length)), of: sum(steps), signal, resume: from };
    const points = yield* trainOne(trainings[done.length]!, stand);
    if (!points) return undefined;
    done.push(points);
    from = undefined;
    yield checkpoint({ json: { done: [...done] } satisfies State, arrays: {} });
  }
  return done;
}

interface Stand {
  readonly done: readonly (readonly Measured[])[];
  /** Steps of the trainings before this one, and of all. */
  readonly before: number;
  readonly of: number;
  readonly signal: AbortSignal | undefined;
  readonly resume: StudyState | undefined;
}

async function* trainOne<M extends Model>(
  training: Training<M>,
  { done, before, of, signal, resume }: Stand,
): AsyncGenerator<StudyEvent, readonly Measured[] | undefined, void> {
  const { labels, rates, memory, every } = training;
  const model = training.model();
  const steps = rates.length - 1;
  const optimizer = training.optimizer?.() ?? adam();
  const cost = (made: number) => {
    optimizer.learningRate = rates[made + 1]!;
    return training.cost(model, made + 1);
  };
  const prepare = (made: number) => training.before?.(model, made + 1);
  const points = [...((resume?.json as Progress | undefined)?.points ?? [])];
  const name = Object.entries(labels).map(([key, value]) => `${key} ${value}`).join(', '); // prettier-ignore
  let last = (resume?.json as Progress | undefined)?.step ?? 0;
  try {
    for await (const made of trainSteps({ model, optimizer, cost, before: prepare, steps, memory, signal, resume })) {
      last = made.step;
      yield progress(before + last, of, `${name}, loss ${made.loss.toFixed(3)}`);
      const measured = last % every === 0 || last === steps;
      if (measured) {
        points.push({ ...(await training.measure(model, last)), step: last });
        yield metric({ ...labels, batchLoss: made.loss, ...points.at(-1)! });
      }
      if (measured || signal?.aborted) yield checkpoint(await stateOf(made, done, points));
    }
    return last === steps ? points : undefined;
  } finally {
    model.dispose();
    memory?.reset();
  }
}

async function stateOf(made: Step, done: Stand['done'], points: readonly Measured[]): Promise<StudyState> {
  const { arrays } = await made.snapshot();
  return { json: { done: [...done], training: { step: made.step, points: [...points] } } satisfies State, arrays };
}

/** The same rate at every step. */
export const steadyRates = (steps: number, rate: number): Float64Array => new Float64Array(steps + 1).fill(rate);
