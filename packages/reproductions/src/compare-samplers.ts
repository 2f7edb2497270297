import {
  DomainError,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  defineStudy,
  estimate,
  table,
} from '@surprisal/core';
import { type Sampler, distinctNgrams, repetitionPercent } from '@surprisal/decoding';
import { z } from 'zod';
import { type Part, inTurn } from './shared/in-turn.js';
import { linePlot, withBar } from './shared/line-plot.js';
import { type TextTask, textParams, textTask, writeText } from './shared/text-task.js';

const schema = z.object({
  ...textParams,
  length: textParams.length.default(500),
  seeds: z.number().int().min(1).default(3).describe('texts per sampler, each after a place of its own in the book'),
});

/** What came of a text: all in numbers, so that it can be kept. */
interface Written {
  readonly sampler: string;
  readonly seed: number;
  readonly bits: number;
  readonly repeated: number;
  readonly repeated4: number;
  readonly distinct2: number;
  /** The mean surprise up to each of some places, in bits. */
  readonly course: readonly { readonly position: number; readonly bits: number }[];
}

/** Any samplers on the same book, from the same places: what `compare sampler --on text` runs. */
export const compareSamplers = defineStudy({
  name: 'compare-samplers',
  summary: 'Any registered samplers continue a book from the same places: surprise, repetition, variety.',
  params: schema,
  quick: { characters: 100_000, length: 100, seeds: 1 },
  compares: { kind: 'sampler', on: 'text' },
  host: true,
  async *run(context: StudyContext<z.output<typeof schema>>): AsyncGenerator<StudyEvent, void, void> {
    const metrics = ({ course: _, ...numbers }: Written) => [numbers];
    const texts = yield* inTurn(partsOf(context), context, metrics);
    if (!texts) return;
    yield textTable(texts);
    yield coursePlot(texts);
  },
});

function partsOf({ params, seed, data, contestants = [] }: StudyContext<z.output<typeof schema>>): Part<Written>[] {
  if (contestants.length === 0)
    throw new DomainError('compare-samplers: contestants must name at least one sampler, got none');
  let task: Promise<TextTask> | undefined; // trained for the first text
  return contestants.flatMap(({ label, instance }) =>
    Array.from({ length: params.seeds }, (_, i) => ({
      label: `${label}, seed ${seed + i}`,
      compute: async () => {
        const sampler = (instance as Sampler).clone(seed + i);
        const { steps, tokens, meanSurprisal } = await writeText(
          await (task ??= textTask(params, data)),
          sampler,
          params,
          seed + i,
        );
        return {
          sampler: label,
          seed: seed + i,
          bits: meanSurprisal,
          repeated: repetitionPercent(tokens, 1),
          repeated4: repetitionPercent(tokens, 4),
          distinct2: distinctNgrams(tokens, 2),
          course: courseOf(steps.map(({ surprisal }) => surprisal)),
        };
      },
    })),
  );
}

const POINTS = 20;

function courseOf(surprisals: readonly number[]): Written['course'] {
  const course: { position: number; bits: number }[] = [];
  let sum = 0;
  surprisals.forEach((bits, i) => {
    sum += bits;
    const position = i + 1;
    if (position % Math.ceil(surprisals.length / POINTS) === 0) course.push({ position, bits: sum / position });
  });
  return course;
}

const samplersOf = (texts: readonly Written[]) => [...new Set(texts.map(({ sampler }) => sampler))];

function textTable(texts: readonly Written[]): TableEvent {
  const of = (sampler: string, value: (text: Written) => number) =>
    estimate(texts.filter((text) => text.sampler === sampler).map(value));
  return table({
    name: 'texts',
    columns: [
      { key: 'sampler', title: 'sampler' },
      { key: 'bits', title: 'cross-entropy (bits/token)' },
      { key: 'repeated', title: 'repeated tokens (%)' },
      { key: 'repeated4', title: 'repeated 4-grams (%)', better: 'lower' },
      { key: 'distinct2', title: 'distinct 2-grams', better: 'higher' },
    ],
    rows: samplersOf(texts).map((sampler) => ({
      sampler,
      bits: of(sampler, ({ bits }) => bits),
      repeated: of(sampler, ({ repeated }) => repeated),
      repeated4: of(sampler, ({ repeated4 }) => repeated4),
      distinct2: of(sampler, ({ distinct2 }) => distinct2),
    })),
  });
}

function coursePlot(texts: readonly Written[]) {
  const values = samplersOf(texts).flatMap((sampler) => {
    const own = texts.filter((text) => text.sampler === sampler);
    return own[0]!.course.map(({ position }, i) => {
      const bits = estimate(own.map(({ course }) => course[i]!.bits));
      return { sampler, position, ...withBar('bits', bits) };
    });
  });
  return linePlot({
    name: 'surprise-by-position',
    caption: 'Mean surprise of the text so far (bits per token) against its length; bars are one standard error.',
    x: { field: 'position', title: 'tokens written' },
    y: { field: 'bits', title: 'cross-entropy so far (bits)', scale: { zero: false } },
    series: { field: 'sampler', title: 'sampler' },
    values,
  });
}
