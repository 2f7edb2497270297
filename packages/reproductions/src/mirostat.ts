import {
  type ClaimEvent,
  type Estimate,
  type StudyContext,
  type StudyEvent,
  Random,
  claim,
  defineStudy,
  estimate,
  paper,
  table,
} from '@surprisal/core';
import { fitLine } from '@surprisal/core/numerics';
import {
  type GenerationStep,
  type Sampler,
  SurprisalMeter,
  ZipfLaw,
  mirostat,
  repetitionPercent,
  topK,
  topP,
} from '@surprisal/decoding';
import { z } from 'zod';
import { type Part, inTurn } from './shared/in-turn.js';
import { linePlot } from './shared/line-plot.js';
import { type TextTask, textParams, textTask, writeText } from './shared/text-task.js';

const schema = z.object({
  taus: z.array(z.number().gt(0)).default([2, 3, 5]).describe('targets, in bits per token'),
  tokens: z.number().int().min(10).default(2000).describe('tokens of each control run'),
  zipfVocabulary: z.number().int().min(102).default(5000).describe('tokens of the Zipf laws of the control runs'),
  seeds: z.number().int().min(1).default(3).describe('runs per setting, each with a seed of its own'),
  ...textParams,
});

type Params = z.output<typeof schema>;

/** The controllers of the control runs. */
const controllers = {
  'v1, eta 1': (tau: number, seed: number) => mirostat({ preset: 'reference', tau, seed }),
  'v1, eta 0.1': (tau: number, seed: number) => mirostat({ preset: 'reference', tau, eta: 0.1, seed }),
  'v2, eta 0.1': (tau: number, seed: number) => mirostat({ preset: 'llama-v2', surprise: 'original', tau, seed }),
  'v2, eta 0.1, renormalised': (tau: number, seed: number) => mirostat({ preset: 'llama-v2', tau, seed }),
};
type Controller = keyof typeof controllers;
const RENORMALISED = 'v2, eta 0.1, renormalised';

/** The samplers of the texts. Fixed cuts are those under which texts fall into the boredom trap, and those that are usual. */
const writers: Readonly<Record<string, (seed: number) => Sampler>> = {
  'top-k 2': (seed) => topK({ k: 2, seed }),
  'top-k 5': (seed) => topK({ k: 5, seed }),
  'top-k 20': (seed) => topK({ k: 20, seed }),
  'top-k 100': (seed) => topK({ k: 100, seed }),
  'top-p 0.3': (seed) => topP({ p: 0.3, seed }),
  'top-p 0.6': (seed) => topP({ p: 0.6, seed }),
  'top-p 0.9': (seed) => topP({ p: 0.9, seed }),
  'mirostat 1.5': (seed) => mirostat({ tau: 1.5, seed }),
  'mirostat 3': (seed) => mirostat({ tau: 3, seed }),
  'mirostat 4.5': (seed) => mirostat({ tau: 4.5, seed }),
};

interface Control {
  readonly controller: Controller;
  readonly tau: number;
  readonly seed: number;
  /** Mean surprise of the tokens in the law before the cut, in bits. */
  readonly bits: number;
}

interface Text {
  readonly writer: string;
  readonly seed: number;
  readonly bits: number;
  /** Of the first 100 tokens, and of the second half. */
  readonly early: number;
  readonly late: number;
  /** Repeated tokens, in percent. */
  readonly repetition: number;
}

type Result = Control | Text;

/**
 * Paper 29: whether the controller holds the surprise at its target, on Zipf laws whose exponent changes from token to token; that
 * cross-entropy is nearly linear in p and not in k; and, on texts continued by an n-gram model of a book, the traps that fixed cuts
 * fall into and how repetition goes with cross-entropy.
 */
export const mirostatStudy = defineStudy({
  name: 'mirostat',
  summary: 'The controller on Zipf laws and on a book: targets held, traps avoided, repetition against cross-entropy.',
  paper: paper(29),
  params: schema,
  quick: { tokens: 300, zipfVocabulary: 1000, seeds: 1, characters: 100_000, length: 300 },
  host: true,
  async *run(context: StudyContext<Params>): AsyncGenerator<StudyEvent, void, void> {
    const results = yield* inTurn<Result>(partsOf(context), context, (result) => [{ ...result }]);
    if (!results) return;
    const controls = results.filter((result): result is Control => 'controller' in result);
    const texts = results.filter((result): result is Text => 'writer' in result);
    yield controlTable(controls, context.params);
    yield textTable(texts);
    yield repetitionPlot(texts);
    yield* controlClaims(controls, context.params);
    yield* theoryClaims();
    yield* textClaims(texts);
  },
});

function partsOf({ params, seed, data }: StudyContext<Params>): Part<Result>[] {
  const seeds = Array.from({ length: params.seeds }, (_, i) => seed + i);
  let task: Promise<TextTask> | undefined; // trained for the first text
  const controls = (Object.keys(controllers) as Controller[]).flatMap((controller) =>
    params.taus.flatMap((tau) =>
      seeds.map((run) => ({
        label: `${controller}, tau ${tau}, seed ${run}`,
        compute: () => ({ controller, tau, seed: run, bits: control(controllers[controller](tau, run), params, run) }),
      })),
    ),
  );
  const texts = Object.keys(writers).flatMap((writer) =>
    seeds.map((run) => ({
      label: `${writer}, seed ${run}`,
      compute: async () => {
        const { steps, tokens } = await writeText(
          await (task ??= textTask(params, data)),
          writers[writer]!(run),
          params,
          run,
        );
        return { writer, seed: run, ...courseOf(steps), repetition: repetitionPercent(tokens, 1) };
      },
    })),
  );
  return [...controls, ...texts];
}

/** Tokens of Zipf laws whose exponent is drawn anew for each from [1, 1.6]; gives their mean surprise in bits. */
function control(sampler: Sampler, { tokens, zipfVocabulary }: Params, seed: number): number {
  const random = new Random(seed).split('exponents');
  const logRanks = Float64Array.from({ length: zipfVocabulary }, (_, i) => Math.log(i + 1));
  const logits = new Float64Array(zipfVocabulary);
  const meter = new SurprisalMeter();
  for (let t = 0; t < tokens; t++) {
    const exponent = random.uniform(1, 1.6);
    for (let i = 0; i < zipfVocabulary; i++) logits[i] = -exponent * logRanks[i]!;
    meter.add(logits, sampler.sample(logits));
  }
  return meter.crossEntropy.bits;
}

function courseOf(steps: readonly GenerationStep[]): Pick<Text, 'bits' | 'early' | 'late'> {
  const bits = steps.map(({ surprisal }) => surprisal);
  return { bits: mean(bits), early: mean(bits.slice(0, 100)), late: mean(bits.slice(bits.length >> 1)) };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const bitsOf = (controls: readonly Control[], controller: Controller, tau: number): Estimate =>
  estimate(controls.filter((one) => one.controller === controller && one.tau === tau).map(({ bits }) => bits));

function controlTable(controls: readonly Control[], { taus }: Params) {
  return table({
    name: 'control',
    columns: [
      { key: 'controller', title: 'controller' },
      ...taus.map((tau) => ({ key: `tau${tau}`, title: `bits at tau ${tau}` })),
    ],
    rows: (Object.keys(controllers) as Controller[]).map((controller) => ({
      controller,
      ...Object.fromEntries(taus.map((tau) => [`tau${tau}`, bitsOf(controls, controller, tau)])),
    })),
  });
}

function* controlClaims(controls: readonly Control[], { taus }: Params): Generator<ClaimEvent> {
  const note = 'Zipf laws with exponents drawn from [1, 1.6]; the paper’s own tables are not quoted';
  for (const controller of Object.keys(controllers) as Controller[]) {
    if (controller === RENORMALISED) continue;
    const errors = taus.map((tau) => Math.abs(bitsOf(controls, controller, tau).mean - tau));
    yield claim({
      says: `${controller}: the mean surprise is within 0.05 bits of tau, for tau ${taus.join(', ')}`,
      paper: 'surprise is controlled',
      measured: `off by at most ${Math.max(...errors).toFixed(3)} bits`,
      holds: errors.every((error) => error <= 0.05),
      note,
    });
  }
  for (const tau of taus.filter((target) => target <= 3)) {
    const measured = bitsOf(controls, RENORMALISED, tau);
    yield claim({
      says: `with renormalised surprise, as in llama.cpp, it ends above tau + 0.3 bits, at tau ${tau}`,
      paper: 'not in the paper',
      measured,
      holds: measured.mean > tau + 0.3,
      note,
    });
  }
}

/** Cross-entropy against p and against k, on one Zipf law: exact sums, no chance. */
function* theoryClaims(): Generator<ClaimEvent> {
  const law = new ZipfLaw(1.1, 50_000);
  const ps = Array.from({ length: 19 }, (_, i) => 0.05 + i / 20);
  const ks = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
  const straightness = (xs: number[], f: (x: number) => number) => fitLine(xs, xs.map(f)).r2;
  const inP = straightness(ps, (p) => law.topPCrossEntropy(p));
  const inK = straightness(ks, (k) => law.topKCrossEntropy(k));
  const note =
    'R^2 of a straight line through p in steps of 0.05, and k = 1, 2, 5, 10, ...; Zipf law, s = 1.1, 50,000 tokens';
  yield claim({
    says: 'cross-entropy is nearly linear in p: R^2 >= 0.97 over p in 0.05..0.95',
    paper: 'nearly linear',
    measured: inP,
    holds: inP >= 0.97,
    note,
  });
  yield claim({
    says: 'cross-entropy is not linear in k: R^2 <= 0.7 over k in 1..2000',
    paper: 'not linear',
    measured: inK,
    holds: inK <= 0.7,
    note,
  });
}

const fallOf = (texts: readonly Text[], writer: string): Estimate =>
  estimate(texts.filter((text) => text.writer === writer).map(({ early, late }) => late - early));

function* textClaims(texts: readonly Text[]): Generator<ClaimEvent> {
  const note = 'bits, second half minus first 100 tokens; an n-gram model of a book in place of GPT-2';
  for (const writer of ['top-k 2', 'top-p 0.3']) {
    const measured = fallOf(texts, writer);
    yield claim({
      says: `${writer} falls into the boredom trap: surprise falls as the text goes on`,
      paper: 'surprise falls',
      measured,
      holds: measured.mean < 0,
      note,
    });
  }
  for (const writer of Object.keys(writers).filter((name) => name.startsWith('mirostat'))) {
    const measured = fallOf(texts, writer);
    yield claim({
      says: `${writer} falls into neither trap: surprise stays within 0.3 bits`,
      paper: 'surprise stays',
      measured,
      holds: Math.abs(measured.mean) < 0.3,
      note,
    });
  }
  const correlation = correlate(texts.map(({ bits, repetition }) => [bits, repetition]));
  yield claim({
    says: 'repetition falls with cross-entropy, whatever the sampler: correlation <= -0.9',
    paper: 'nearly linear',
    measured: correlation,
    holds: correlation <= -0.9,
    note: `1-gram repetition of ${texts.length} texts by ${Object.keys(writers).length} samplers`,
  });
}

function correlate(pairs: readonly (readonly [number, number])[]): number {
  const { slope, r2 } = fitLine(
    pairs.map(([x]) => x),
    pairs.map(([, y]) => y),
  );
  return Math.sign(slope) * Math.sqrt(r2);
}

function textTable(texts: readonly Text[]) {
  const of = (writer: string, value: (text: Text) => number) =>
    estimate(texts.filter((text) => text.writer === writer).map(value));
  return table({
    name: 'texts',
    columns: [
      { key: 'sampler', title: 'sampler' },
      { key: 'bits', title: 'cross-entropy (bits)' },
      { key: 'early', title: 'first 100 tokens' },
      { key: 'late', title: 'second half' },
      { key: 'repetition', title: 'repeated tokens (%)' },
    ],
    rows: Object.keys(writers).map((writer) => ({
      sampler: writer,
      bits: of(writer, ({ bits }) => bits),
      early: of(writer, ({ early }) => early),
      late: of(writer, ({ late }) => late),
      repetition: of(writer, ({ repetition }) => repetition),
    })),
  });
}

function repetitionPlot(texts: readonly Text[]) {
  return linePlot({
    name: 'repetition-by-cross-entropy',
    caption: 'Repeated tokens (percent) against the mean surprise of a text (bits per token), one point per text.',
    x: { field: 'bits', title: 'cross-entropy (bits per token)' },
    y: { field: 'repetition', title: 'repeated tokens (%)', scale: { zero: false } },
    series: { field: 'sampler', title: 'sampler' },
    values: texts.map(({ writer, bits, repetition }) => ({ sampler: writer.split(' ')[0]!, bits, repetition })),
  });
}
