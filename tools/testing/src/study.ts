import {
  type DataLoader,
  type NdArray,
  type Study,
  type StudyContext,
  type StudyEvent,
  type StudyState,
  parseParams,
} from '@surprisal/core';
import { currentEngine, memory } from '@surprisal/core/tensor';
import { describe, expect, it } from 'vitest';
import { onEngines } from './engines.js';

/** How a test runs a study: with small parameters, and without data unless it asks for them. */
export interface StudyRun extends Partial<Omit<StudyContext, 'params' | 'engine'>> {
  readonly params?: Readonly<Record<string, unknown>>;
}

const noData: DataLoader = (name) =>
  Promise.reject(new Error(`the test gives no data set, and the study asks for ${name}`));

/** Runs a study on the current engine, to its end or until it is stopped, and gives all its events. */
export async function eventsOf(study: Study, run: StudyRun = {}): Promise<StudyEvent[]> {
  const events: StudyEvent[] = [];
  for await (const event of start(study, run)) events.push(event);
  return events;
}

const start = (study: Study, { params = {}, seed = 1, data = noData, ...rest }: StudyRun) =>
  study.run({
    ...rest,
    params: parseParams(study.name, study.params, params),
    seed,
    data,
    engine: currentEngine() ?? 'none',
  });

/** The events of one type. */
export const ofType = <T extends StudyEvent['type']>(events: readonly StudyEvent[], type: T) =>
  events.filter((event): event is Extract<StudyEvent, { type: T }> => event.type === type);

/** What a run tells the world: neither how far it is nor where it could go on. */
const told = (events: readonly StudyEvent[]) =>
  events.filter(({ type }) => type !== 'progress' && type !== 'checkpoint');

/**
 * Declares the tests that every study must pass: its parameters have defaults, its quick form is valid, the same seed gives the
 * same events, it goes on from any checkpoint as if it had never stopped, it stops when it is asked to, and it leaves no tensors.
 *
 * @param run small parameters, so that a run takes a second or two
 *
 * @example
 * conformsToStudy(coin, { params: { tosses: 100 } });
 */
export function conformsToStudy(study: Study, run: StudyRun = {}): void {
  describe(`${study.name} keeps the rules of studies`, () => {
    it('has a default for every parameter, and a quick form that is valid', () => {
      parseParams(study.name, study.params, {});
      parseParams(study.name, study.params.strict(), study.quick ?? {});
    });
    onEngines(['wasm'], () => {
      it('gives the same events for the same seed, and leaves no tensors', async () => {
        const first = await eventsOf(study, run); // what is made once and kept (constants, kernels) is no leak
        const tensors = memory().numTensors;
        expect((await eventsOf(study, run)).map(comparable)).toEqual(first.map(comparable));
        expect(memory().numTensors - tensors, 'tensors left behind').toBe(0);
      });
      it('goes on from its checkpoints as if it had never stopped', () => expectResumes(study, run));
      it('stops when it is asked to, with a checkpoint to go on from', () => expectStops(study, run));
    });
  });
}

async function expectResumes(study: Study, run: StudyRun): Promise<void> {
  const whole = await eventsOf(study, run);
  const at = whole.flatMap(({ type }, i) => (type === 'checkpoint' ? [i] : []));
  const [first, middle, last] = [at[0], at[at.length >> 1], at.at(-1)];
  for (const i of new Set([first, middle, last].filter((index) => index !== undefined))) {
    const rest = await eventsOf(study, { ...run, resume: stored(whole[i] as { state: StudyState }) });
    expect([...told(whole.slice(0, i)), ...told(rest)]).toEqual(told(whole));
  }
}

async function expectStops(study: Study, run: StudyRun): Promise<void> {
  const whole = await eventsOf(study, run);
  if (ofType(whole, 'checkpoint').length === 0) return; // too short to be stopped
  const controller = new AbortController();
  const part: StudyEvent[] = [];
  for await (const event of start(study, { ...run, signal: controller.signal })) {
    part.push(event);
    if (event.type === 'progress') controller.abort();
  }
  const state = ofType(part, 'checkpoint').at(-1);
  expect(state, 'a study that is stopped yields a checkpoint before it returns').toBeDefined();
  expect(part.length).toBeLessThan(whole.length);
  const rest = await eventsOf(study, { ...run, resume: stored(state!) });
  expect([...told(part), ...told(rest)]).toEqual(told(whole));
}

/** A checkpoint as it comes back from a file: plain JSON values, and arrays. */
const stored = ({ state }: { state: StudyState }): StudyState => ({
  json: JSON.parse(JSON.stringify(state.json)) as unknown,
  arrays: state.arrays,
});

/** An event with its arrays as text: quick to compare bit for bit. */
function comparable(event: StudyEvent): unknown {
  if (event.type !== 'checkpoint') return event;
  const text = ({ data, shape }: NdArray) => ({
    shape,
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
  });
  const arrays = Object.entries(event.state.arrays).map(([name, array]) => [name, text(array)]);
  return { ...event, state: { json: event.state.json, arrays: Object.fromEntries(arrays) as unknown } };
}
