import type { Registry, Study } from '@surprisal/core';
import type { DiscoveredPlugin } from '@surprisal/core/discovery';
import type { EngineName } from '@surprisal/core/tensor';
import { type Cancellation, cancellation } from '../cancellation.js';
import { readContestants } from '../contestants.js';
import { RunError, isMissingInput } from '../exit.js';
import type { Output } from '../output.js';
import type { Merged } from '../parameters.js';
import type { Checkpoint } from '../run/checkpoints.js';
import { RunFolder } from '../run/folder.js';
import { describeGit, describeMachine, describePackages } from '../run/machine.js';
import { Recorder } from '../run/recorder.js';
import { type RunStudyOptions, type Sink, runStudy } from '../run/runner.js';
import { progressView } from '../terminal/progress.js';
import { type Outcome, QUICK, factsOf, show } from './show.js';

export interface ExecuteOptions {
  readonly study: Study;
  readonly merged: Merged;
  readonly seed: number;
  readonly engine: string;
  readonly quick: boolean;
  /** Texts of the methods to compare. */
  readonly methods?: readonly string[];
  readonly discovered: readonly DiscoveredPlugin[];
  readonly registry: Registry;
  /** The folder of all runs. */
  readonly runs: string;
  /** A run to go on with. */
  readonly resume?: RunFolder;
}

/** Runs a study, or goes on with a run: shows it as it goes, and keeps it in its folder. */
export async function execute(output: Output, options: ExecuteOptions): Promise<Outcome> {
  const { study, merged, seed, resume, methods } = options;
  const contestants = methods && readContestants(options.registry, study, methods);
  const engine = study.host ? 'host' : await startEngine(options.engine);
  const { nodeData: data } = await import('@surprisal/data/node');
  const restored = resume?.restore();
  const folder = resume ? goOn(resume, engine) : startFolder(options, engine);
  announce(output, options, folder, engine, restored);
  const recorder = new Recorder(folder, restored?.results);
  const cancelled = cancellation({
    once: () => output.note('\nending after this step and saving; once more ends at once'),
    twice: () => recorder.stop(),
  });
  try {
    const { signal } = cancelled;
    const given = { params: merged.params, seed, engine, data, signal, contestants, resume: restored?.state };
    return await record(output, options, recorder, given, cancelled);
  } finally {
    cancelled.release();
  }
}

async function startEngine(name: string): Promise<EngineName> {
  const { useEngine } = await import('@surprisal/core/tensor');
  return useEngine(name as EngineName | 'auto');
}

async function record(
  output: Output,
  { study, quick }: ExecuteOptions,
  recorder: Recorder,
  given: RunStudyOptions,
  cancelled: Cancellation,
): Promise<Outcome> {
  const view = await progressView(output, `${study.name}${quick ? ' (quick)' : ''}`);
  try {
    const end = await runStudy(study, given, [recorder, view, eventLines(output)]);
    view.done();
    if (end === 'stopped') return stopped(output, recorder, cancelled.exitCode);
    await recorder.finish(study);
  } catch (error) {
    view.done();
    recorder.fail(error);
    if (isMissingInput(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new RunError(`${study.name} failed: ${message}; see ${recorder.folder.path}/log.txt`, { cause: error });
  }
  return show(output, recorder.folder, recorder.results);
}

const eventLines = (output: Output): Sink => ({
  event(event) {
    if (event.type !== 'checkpoint' && event.type !== 'artifact') output.line(event);
  },
});

function stopped(output: Output, recorder: Recorder, code: number): Outcome {
  recorder.stop();
  const resume = `surprisal resume ${recorder.folder.path}`;
  output.note(`stopped; go on with:  ${resume}`);
  return { code, json: { ...factsOf(recorder.folder), resume } };
}

function announce(
  output: Output,
  { study, seed, quick }: ExecuteOptions,
  folder: RunFolder,
  engine: string,
  restored: Checkpoint | undefined,
): void {
  if (quick) output.note(output.noteColors.yellow(QUICK));
  const how = restored ? 'going on in' : 'run in';
  output.note(`${study.name}, seed ${seed}, engine ${engine}, ${how} ${folder.path}`);
  folder.log(`${restored ? 'resumed' : 'started'} by surprisal ${process.argv.slice(2).join(' ')}`);
}

function startFolder(
  { study, merged, seed, quick, methods, discovered, runs }: ExecuteOptions,
  engine: string,
): RunFolder {
  const git = describeGit();
  return RunFolder.create(runs, {
    version: 1,
    study: study.name,
    status: 'RUNNING',
    quick,
    params: merged.params,
    origins: merged.origins,
    seed,
    engine,
    ...(methods && { methods }),
    command: process.argv.slice(2),
    started: new Date().toISOString(),
    ...describeMachine(),
    packages: describePackages(discovered),
    ...(git && { git }),
  });
}

function goOn(folder: RunFolder, engine: string): RunFolder {
  folder.update({ status: 'RUNNING', engine, ended: undefined, problem: undefined, ...describeMachine() });
  return folder;
}
