import {
  type ClaimEvent,
  type Estimate,
  type PlotEvent,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  Random,
  claim,
  estimate,
  table,
} from '@surprisal/core';
import {
  batched,
  beamSearch,
  bleu,
  complete,
  gainMatrix,
  minimumBayesRisk,
  sequenceUtility,
  tokenF1,
  topP,
} from '@surprisal/decoding';
import { exactMode } from './exact-search.js';
import type { Part } from '../shared/in-turn.js';
import { linePlot, withBar } from '../shared/line-plot.js';
import { type TextTask, textTask } from '../shared/text-task.js';
import type { UtilityParams } from './params.js';

const widths = [1, 2, 4, 8, 16];
const utilities = ['log-probability', 'log-probability per token'] as const;
type Utility = (typeof utilities)[number];

const beamsOf = (utility: Utility, width: number) => `${utility}, beam ${width}`;
const EXACT = 'log-probability, exact';
const REFERENCE = 'the book';
const SAMPLE = 'a sample';
const BAYES = 'minimum Bayes risk of samples';

/** What a decoder writes, on average over sentences. */
interface Outcome {
  readonly decoder: string;
  /** F1 of its tokens against the book's, in percent; and BLEU. The token that ends a sentence is no part of the text. */
  readonly score: number;
  readonly bleu: number;
  /** In nats. */
  readonly logProb: number;
  readonly length: number;
}

/** All decoders on the sentences of a seed. */
export interface BeamResult {
  readonly task: 'beams';
  readonly seed: number;
  readonly outcomes: readonly Outcome[];
}

/** Sentences of each seed. */
export function beamParts({ params, seed, data }: StudyContext<UtilityParams>): Part<BeamResult>[] {
  let task: Promise<TextTask> | undefined; // trained for the first sentence
  return Array.from({ length: params.seeds }, (_, i) => ({
    label: `sentences, seed ${seed + i}`,
    compute: async () => continueSentences(await (task ??= textTask(params, data)), params, seed + i),
  }));
}

async function continueSentences(task: TextTask, params: UtilityParams, seed: number): Promise<BeamResult> {
  const random = new Random(seed).split('beams');
  const stop = stopsOf(task);
  const all = sentencesOf(task, stop, params);
  const chosen = random.split('sentences').permutation(all.length).subarray(0, params.sentences);
  const outcomes: Outcome[][] = [];
  for (const i of chosen) {
    await new Promise((resolve) => setTimeout(resolve)); // what waits is done: a page is drawn
    outcomes.push(await decodeAll(task, all[i]!, stop, params, random.split('samples', i)));
  }
  const mean = (column: number, value: (outcome: Outcome) => number) =>
    estimate(outcomes.map((row) => value(row[column]!))).mean;
  return {
    task: 'beams',
    seed,
    outcomes: outcomes[0]!.map(({ decoder }, column) => ({
      decoder,
      score: mean(column, ({ score }) => score),
      bleu: mean(column, ({ bleu: value }) => value),
      logProb: mean(column, ({ logProb }) => logProb),
      length: mean(column, ({ length }) => length),
    })),
  };
}

/** Tokens that end a sentence: `.`, `?"` and the like. */
const stopsOf = ({ model }: TextTask) =>
  model.tokenizer.vocabulary.flatMap((piece, token) => (/[.!?]/.test(piece) ? [token] : []));

interface Sentence {
  readonly prompt: readonly number[];
  /** With the token that ends it. */
  readonly rest: readonly number[];
}

/** Whole sentences of the unseen text, whose rest is some text and not too long to be written. */
function sentencesOf({ unseen }: TextTask, stop: readonly number[], { prompt, length }: UtilityParams): Sentence[] {
  const stops = new Set(stop);
  const ends = Array.from(unseen.keys()).filter((i) => stops.has(unseen[i]!));
  return ends.slice(1).flatMap((end, i) => {
    const sentence = Array.from(unseen.subarray(ends[i]! + 1, end + 1));
    const rest = sentence.slice(prompt);
    return rest.length >= 2 && rest.length <= length ? [{ prompt: sentence.slice(0, prompt), rest }] : [];
  });
}

async function decodeAll(
  { model }: TextTask,
  { prompt, rest }: Sentence,
  stop: readonly number[],
  { length, samples }: UtilityParams,
  random: Random,
): Promise<Outcome[]> {
  const next = (tokens: readonly number[]) => model.next(tokens);
  const stops = new Set(stop);
  const textOf = (tokens: readonly number[]) => tokens.filter((token) => !stops.has(token));
  const reference = textOf(rest);
  const outcome = (decoder: string, tokens: readonly number[]): Outcome => {
    const text = textOf(tokens);
    const logits = tokens.map((_, t) => next([...prompt, ...tokens.slice(0, t)]));
    const logProb = sequenceUtility(logits, tokens);
    const score = 100 * tokenF1(text, reference);
    return { decoder, score, bleu: 100 * bleu(text, reference), logProb, length: tokens.length };
  };
  const outcomes = [outcome(REFERENCE, rest)];
  for (const utility of utilities) {
    const lengthPenalty = utility === 'log-probability' ? 0 : 1;
    for (const width of widths) {
      const search = beamSearch({ beams: width, lengthPenalty, stopping: 'exact' });
      const [best] = await search({ model: batched(next), prompt, maxTokens: length, stop });
      outcomes.push(outcome(beamsOf(utility, width), best!.tokens));
    }
  }
  outcomes.push(outcome(EXACT, (await exactMode({ next, prompt, maxTokens: length, stop }))!.tokens));
  const drawn: (readonly number[])[] = [];
  for (let n = 0; n < samples; n++) {
    const sampler = topP({ p: 1, seed: random.integer(2 ** 31) });
    drawn.push((await complete({ model: next, prompt, maxTokens: length, stop, sampler })).tokens);
  }
  const equal = drawn.map(() => 0); // a sample stands for its share of the probability
  const bayes = minimumBayesRisk()({ utilities: equal, gain: gainMatrix(drawn.map(textOf), tokenF1) });
  return [...outcomes, outcome(SAMPLE, drawn[0]!), outcome(BAYES, drawn[bayes]!)];
}

/** Table, plot and claim 4. */
export function* beamEvents(results: readonly BeamResult[], params: UtilityParams): Generator<StudyEvent> {
  yield beamTable(results);
  yield beamPlot(results);
  yield* beamClaims(results, params);
}

const outcomeOf = ({ outcomes }: BeamResult, name: string) => outcomes.find(({ decoder }) => decoder === name)!;

const over = (results: readonly BeamResult[], decoder: string, value: (outcome: Outcome) => number): Estimate =>
  estimate(results.map((result) => value(outcomeOf(result, decoder))));

function* beamClaims(results: readonly BeamResult[], params: UtilityParams): Generator<ClaimEvent> {
  const note = `n-gram model of a book; rests of ${params.sentences} unseen sentences with each of ${results.length} seeds; the score is token F1 in percent`;
  const [exact, book] = [EXACT, REFERENCE].map((decoder) => over(results, decoder, ({ length }) => length).mean);
  yield claim({
    says: 'sentences: the most probable output is shorter than the reference, on average',
    paper: 'the most probable outputs disappoint',
    measured: `${exact!.toFixed(1)} against ${book!.toFixed(1)} tokens`,
    holds: exact! < book!,
    note: `found exactly, by depth-first search with bounds; ${note}`,
  });
  const pair = (utility: Utility, value: (outcome: Outcome) => number) =>
    [4, 16].map((width) => over(results, beamsOf(utility, width), value).mean) as [number, number];
  const shown = ([four, sixteen]: [number, number]) => `${four.toFixed(2)} to ${sixteen.toFixed(2)}`;
  const score = pair('log-probability', (outcome) => outcome.score);
  const logProb = pair('log-probability', (outcome) => outcome.logProb);
  const inBleu = (utility: Utility) => `BLEU ${shown(pair(utility, (outcome) => outcome.bleu))}`;
  yield claim({
    says: 'sentences: from 4 to 16 beams the score falls while the log-probability rises',
    paper: 'truncated search works better than its objective',
    measured: `score ${shown(score)}, log-probability ${shown(logProb)}`,
    holds: score[1] < score[0] && logProb[1] > logProb[0],
    note: `${inBleu('log-probability')}; ${note}`,
  });
  const normalised = pair('log-probability per token', (outcome) => outcome.score);
  yield claim({
    says: 'sentences: by log-probability per token, the score of 4 and of 16 beams is the same within 1 point',
    paper: 'utilities need not be probabilities',
    measured: `score ${shown(normalised)}`,
    holds: Math.abs(normalised[1] - normalised[0]) <= 1,
    note: `${inBleu('log-probability per token')}; ${note}`,
  });
}

function beamTable(results: readonly BeamResult[]): TableEvent {
  return table({
    name: 'sentences',
    columns: [
      { key: 'decoder', title: 'written by' },
      { key: 'score', title: 'token F1 (%)' },
      { key: 'bleu', title: 'BLEU (%)' },
      { key: 'logProb', title: 'log-probability (nats)' },
      { key: 'length', title: 'tokens' },
    ],
    rows: results[0]!.outcomes.map(({ decoder }) => ({
      decoder,
      score: over(results, decoder, ({ score }) => score),
      bleu: over(results, decoder, (outcome) => outcome.bleu),
      logProb: over(results, decoder, ({ logProb }) => logProb),
      length: over(results, decoder, ({ length }) => length),
    })),
  });
}

const beamPlot = (results: readonly BeamResult[]): PlotEvent =>
  linePlot({
    name: 'score-by-beams',
    caption:
      'Token F1 (percent) of what beam search writes by the number of beams, with one standard error, for both utilities.',
    x: { field: 'beams', title: 'beams', scale: { type: 'log', base: 2 } },
    y: { field: 'score', title: 'token F1 (%)', scale: { zero: false } },
    series: { field: 'utility', title: 'utility' },
    values: utilities.flatMap((utility) =>
      widths.map((beams) => ({
        utility,
        beams,
        ...withBar(
          'score',
          over(results, beamsOf(utility, beams), ({ score }) => score),
        ),
      })),
    ),
  });
