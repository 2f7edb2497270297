import {
  type ClaimEvent,
  type Estimate,
  type PlotEvent,
  type StudyContext,
  type StudyEvent,
  type StudyState,
  type TableEvent,
  Random,
  checkpoint,
  claim,
  defineStudy,
  estimate,
  metric,
  paper,
  progress,
  table,
} from '@surprisal/core';
import { adam } from '@surprisal/core/tensor';
import { bpe, lossPerCharacter, switching, unigram } from '@surprisal/language';
import { trainSteps, transformer } from '@surprisal/nn';
import { z } from 'zod';
import { linePlot, withBar } from '../shared/line-plot.js';
import { heldOutLoss, nextTokenLoss } from '../shared/next-token.js';

const schema = z.object({
  steps: z.number().int().min(1).default(300).describe('steps of Adam: the budget of both models'),
  every: z.number().int().min(1).default(25).describe('steps between two measurements'),
  batchSize: z.number().int().min(1).default(16).describe('sequences per step'),
  context: z.number().int().min(2).default(64).describe('tokens per sequence'),
  width: z.number().int().min(4).multipleOf(4).default(64).describe('numbers per position, of four heads'),
  depth: z.number().int().min(1).default(2).describe('layers'),
  learningRate: z.number().gt(0).default(0.001).describe('step size of Adam'),
  tokens: z.number().int().min(3).default(16).describe('tokens of the BPE dictionary'),
  trainSymbols: z.number().int().min(1000).default(1_000_000).describe('symbols of the training text'),
  testSymbols: z.number().int().min(1000).default(16_384).describe('symbols of the test text'),
  seeds: z.number().int().min(1).default(3).describe('trainings per input, each with a seed of its own'),
});

type Params = z.output<typeof schema>;

/** Balanced symbols: their frequencies say nothing, and what they hide is two steps back. */
const source = switching({ k: 2, p: 0.95, q: 0.95 });

const inputs = ['characters', 'tokens'] as const;
type Input = (typeof inputs)[number];

interface Training {
  readonly input: Input;
  readonly seed: number;
}

/** Losses on held-out text, in nats per symbol. */
interface Result extends Training {
  /** Of the transformer, after every few steps. */
  readonly curve: readonly number[];
  /** Of the best memoryless model of the same input. */
  readonly memoryless: number;
}

/** Where the study stands: the trainings that are done, and the one that is being made. */
interface State {
  readonly done: readonly Result[];
  readonly training?: { readonly step: number; readonly curve: readonly number[] };
}

/**
 * Paper 23: a small transformer on the symbols of a switching source of second order, against the same one on BPE tokens of the same source, with the
 * same steps of as many tokens: about the same time. The paper's later versions call characters slow to learn, not impossible: what is
 * checked is the order at a fixed budget.
 */
export const tokenizationTransformer = defineStudy({
  name: 'tokenization-transformer',
  summary: 'A small transformer on the symbols of a switching source, against the same one on BPE tokens.',
  paper: paper(23),
  params: schema,
  quick: { steps: 60, every: 10, context: 32, width: 32, trainSymbols: 100_000, testSymbols: 4096, seeds: 1 },
  async *run(context: StudyContext<Params>): AsyncGenerator<StudyEvent, void, void> {
    const results = yield* trainAll(context);
    if (!results) return;
    const { params } = context;
    yield lossTable(results, params);
    yield lossPlot(results, params);
    yield* claims(results, params);
  },
});

/** @returns the results of all trainings; undefined when the run was asked to end */
async function* trainAll(context: StudyContext<Params>): AsyncGenerator<StudyEvent, Result[] | undefined, void> {
  const { params, seed } = context;
  const trainings = inputs.flatMap((input) =>
    Array.from({ length: params.seeds }, (_, i): Training => ({ input, seed: seed + i })),
  );
  const state = context.resume?.json as State | undefined;
  const done = [...(state?.done ?? [])];
  let resume = state?.training && { json: state.training, arrays: context.resume!.arrays };
  while (done.length < trainings.length) {
    const { memoryless, ...streams } = streamsOf(trainings[done.length]!, params);
    const run = { ...context, ...streams, done, of: trainings.length, resume };
    const curve = yield* trainOne(trainings[done.length]!, run);
    if (!curve) return undefined;
    done.push({ ...trainings[done.length]!, curve, memoryless });
    resume = undefined;
    yield checkpoint({ json: { done: [...done] } satisfies State, arrays: {} });
  }
  return done;
}

interface Streams {
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** Symbols of each token. */
  readonly lengths: readonly number[];
}

/** The texts depend on the seed alone: both inputs are trained and measured on the same. */
function streamsOf({ input, seed }: Training, params: Params): Streams & Pick<Result, 'memoryless'> {
  const text = (part: string, symbols: number) => source.generate(symbols, new Random(seed).split(part));
  const [trainText, testText] = [text('train', params.trainSymbols), text('test', params.testSymbols)];
  const tokenizer = bpe({ size: input === 'tokens' ? params.tokens : 2 }).train(trainText, { alphabetSize: 2 });
  const stream = tokenizer.encode(trainText);
  const memoryless = unigram().train(stream, { vocabularySize: tokenizer.size });
  return {
    train: stream,
    test: tokenizer.encode(testText),
    lengths: tokenizer.pieces.map(({ length }) => length),
    memoryless: lossPerCharacter(tokenizer, memoryless, testText),
  };
}

interface RunContext extends Pick<StudyContext<Params>, 'params' | 'signal'>, Streams {
  readonly done: readonly Result[];
  readonly of: number;
  readonly resume: StudyState | undefined;
}

/** @returns the losses on held-out text; undefined when the run was asked to end */
async function* trainOne(
  { input, seed }: Training,
  context: RunContext,
): AsyncGenerator<StudyEvent, readonly number[] | undefined, void> {
  const { params, lengths, test, done, of, resume, signal } = context;
  const { steps, every, batchSize, width, depth, learningRate } = params;
  const model = transformer({ vocabularySize: lengths.length, context: params.context, width, depth, seed });
  const random = new Random(seed);
  const cost = (step: number) => nextTokenLoss(model, context.train, batchSize, random.split('batch', step));
  const curve = [...((resume?.json as State['training'])?.curve ?? [])];
  let last = 0;
  try {
    for await (const made of trainSteps({ model, optimizer: adam({ learningRate }), cost, steps, signal, resume })) {
      const { step, loss } = made;
      last = step;
      yield progress(done.length * steps + step, of * steps, `${input}, seed ${seed}, loss ${loss.toFixed(3)}`);
      const measures = step % every === 0 || step === steps;
      if (measures) {
        curve.push(await heldOutLoss(model, test, lengths));
        yield metric({ input, seed, step, batchLoss: loss, loss: curve.at(-1)! });
      }
      if (!measures && !signal?.aborted) continue;
      const training = { step, curve: [...curve] };
      yield checkpoint({ json: { done: [...done], training } satisfies State, arrays: (await made.snapshot()).arrays });
    }
    return !signal?.aborted || last === steps ? curve : undefined;
  } finally {
    model.dispose();
  }
}

const curvesOf = (results: readonly Result[], input: Input) =>
  results.filter((result) => result.input === input).map(({ curve }) => curve);

/** After each measurement, over the seeds. */
function meanCurve(results: readonly Result[], input: Input): Estimate[] {
  const curves = curvesOf(results, input);
  return curves[0]!.map((_, i) => estimate(curves.map((curve) => curve[i]!)));
}

/** Near the entropy rate, in nats per symbol. */
const NEAR = 1.3 * source.entropyRate;

/** The first measurement that is near the entropy rate; -1 for none. */
const whenNear = (curve: readonly Estimate[]): number => curve.findIndex(({ mean }) => mean <= NEAR);

const stepsOf = ({ steps, every }: Params): number[] =>
  Array.from({ length: Math.ceil(steps / every) }, (_, i) => Math.min(steps, (i + 1) * every));

/** Claim 5, at a budget that was fixed before: the same steps of as many tokens. */
function* claims(results: readonly Result[], params: Params): Generator<ClaimEvent> {
  const { entropyRate, unigramEntropy } = source;
  const [characters, tokens] = inputs.map((input) => meanCurve(results, input)) as [Estimate[], Estimate[]];
  const [charactersEnd, tokensEnd] = inputs.map((input) => curvesOf(results, input).map((curve) => curve.at(-1)!));
  const note = `nats per symbol of held-out text; ${params.steps} steps of ${params.batchSize} x ${params.context} tokens; a small model in place of the paper’s`;
  const lead = estimate(charactersEnd!.map((end, i) => end - tokensEnd![i]!));
  yield claim({
    says: 'at the end of the budget, the model of tokens loses less than the one of characters, by more than two standard errors',
    paper: 'characters: stuck at their frequencies, or very slow',
    measured: lead,
    holds: lead.mean > 2 * (lead.standardError ?? 0),
    note: `characters minus tokens; ${note}`,
  });
  const reached = tokens.at(-1)!;
  yield claim({
    says: `the model of tokens ends at 1.3 H_inf = ${NEAR.toFixed(3)} at most`,
    paper: 'near the entropy rate',
    measured: reached,
    holds: reached.mean <= NEAR,
    note: `H_inf ${entropyRate.toFixed(3)}; ${note}`,
  });
  const there = whenNear(tokens);
  yield claim({
    says: `until it gets there, the model of characters loses 0.9 H_pi = ${(0.9 * unigramEntropy).toFixed(3)} at least`,
    paper: 'characters: stuck at their frequencies, or very slow',
    measured:
      there < 0
        ? 'it does not get there'
        : `${Math.min(...characters.slice(0, there + 1).map(({ mean }) => mean)).toFixed(3)} to step ${stepsOf(params)[there]}`,
    holds: there >= 0 && characters.slice(0, there + 1).every(({ mean }) => mean >= 0.9 * unigramEntropy),
    note: `H_pi ${unigramEntropy.toFixed(3)}; ${note}`,
  });
}

function lossTable(results: readonly Result[], params: Params): TableEvent {
  return table({
    name: 'losses',
    columns: [
      { key: 'input', title: 'input' },
      { key: 'transformer', title: 'transformer (nats per symbol)', better: 'lower' },
      { key: 'memoryless', title: 'unigram model (nats per symbol)', better: 'lower' },
      { key: 'rate', title: 'H_inf' },
      { key: 'near', title: 'transformer at 1.3 H_inf after (steps)' },
    ],
    rows: inputs.map((input) => ({
      input,
      transformer: meanCurve(results, input).at(-1)!,
      memoryless: estimate(results.filter((result) => result.input === input).map(({ memoryless }) => memoryless)),
      rate: source.entropyRate,
      near: stepsOf(params)[whenNear(meanCurve(results, input))] ?? 'not reached',
    })),
  });
}

function lossPlot(results: readonly Result[], params: Params): PlotEvent {
  const steps = stepsOf(params);
  const line = (name: string, losses: readonly { readonly mean: number; readonly standardError?: number }[]) =>
    losses.map((loss, i) => ({ line: name, step: steps[i]!, ...withBar('loss', loss) }));
  const level = (name: string, mean: number) => line(name, Array(steps.length).fill({ mean }) as { mean: number }[]);
  return linePlot({
    name: 'loss-by-step',
    caption:
      'Held-out loss of the transformer (nats per symbol) by step, with one standard error, on characters and on BPE tokens.',
    x: { field: 'step', title: 'step' },
    y: { field: 'loss', title: 'loss (nats per symbol)', scale: { zero: true } },
    series: { field: 'line', title: 'input' },
    values: [
      ...inputs.flatMap((input) => line(input, meanCurve(results, input))),
      ...level('H_pi, one symbol', source.unigramEntropy),
      ...level('H_inf, entropy rate', source.entropyRate),
    ],
  });
}
