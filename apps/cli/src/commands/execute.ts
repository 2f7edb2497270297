import { constants } from 'node:os';
import { join } from 'node:path';
import { type Contestant, type Registry, type Study, type StudyState, DomainError } from '@surprisal/core';
import type { DiscoveredPlugin } from '@surprisal/core/discovery';
import type { EngineName } from '@surprisal/core/tensor';
import { exitCodes } from '../exit.js';
import type { Output } from '../output.js';
import type { Merged } from '../parameters.js';
import { RunFolder, type RunInfo, type RunResults } from '../run/folder.js';
import { describeGit, describeMachine, describePackages } from '../run/machine.js';
import { runStudy } from '../run/runner.js';
import { printChart } from '../terminal/chart.js';
import { progressView } from '../terminal/progress.js';
import { printClaims, printTable } from '../terminal/table.js';

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

/** Runs a study, shows it as it goes, and gives the exit code. */
export async function execute(output: Output, options: ExecuteOptions): Promise<number> {
  const { study, merged, seed, quick, resume } = options;
  const contestants = options.methods && readContestants(options.registry, study, options.methods);
  const { useEngine } = await import('@surprisal/core/tensor');
  const engine = await useEngine(options.engine as EngineName | 'auto');
  const { nodeData } = await import('@surprisal/data/node');
  const folder = resume ?? startFolder(options, engine);
  const restored = resume && restore(resume, engine);
  if (quick) output.note(output.colors.yellow(QUICK));
  output.note(`${study.name}, seed ${seed}, engine ${engine}, ${restored ? 'going on in' : 'run in'} ${folder.path}`);
  folder.log(`${restored ? 'resumed' : 'started'} by ${process.argv.slice(2).join(' ')}`);
  const { signal, release } = cancellation(output, folder);
  const view = await progressView(output, `${study.name}${quick ? ' (quick)' : ''}`);
  try {
    const results = await runStudy({
      study,
      params: merged.params,
      seed,
      engine,
      data: nodeData,
      folder,
      signal,
      restored,
      ...(contestants && { contestants }),
      onEvent(event) {
        if (event.type === 'progress') view.progress(event);
        if (event.type === 'metric') view.metric(event);
        if (event.type !== 'checkpoint' && event.type !== 'artifact') output.line(event);
      },
    });
    view.done();
    return results ? show(output, folder, results) : cancelled(output, folder);
  } finally {
    view.done();
    release();
  }
}

const QUICK = 'quick form: a smoke run on little data, its numbers are no result';

function startFolder(
  { study, merged, seed, quick, methods, discovered, runs }: ExecuteOptions,
  engine: string,
): RunFolder {
  const now = new Date();
  const git = describeGit();
  const info: RunInfo = {
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
    started: now.toISOString(),
    ...describeMachine(),
    packages: describePackages(discovered),
    ...(git && { git }),
  };
  const folder = RunFolder.create(runs, study.name, seed, now);
  folder.writeJson('run.json', info);
  return folder;
}

function restore(folder: RunFolder, engine: string): { state: StudyState; results: RunResults } | undefined {
  folder.update({ status: 'RUNNING', engine, ...describeMachine() });
  return folder.restore();
}

/** The instances that texts such as `focal` or `comp-sum:tau=1.5` name. */
function readContestants(registry: Registry, study: Study, texts: readonly string[]): Contestant[] {
  const { kind } = study.compares!;
  return texts.map((text) => {
    const [name, ...rest] = text.split(':');
    const method = registry.method(name!, kind);
    const given = rest
      .join(':')
      .split(',')
      .filter(Boolean)
      .map((part) => part.split('=') as [string, string]);
    const params = Object.fromEntries(
      given.map(([key, value]) => [key, /^-?[\d.]+(e-?\d+)?$/i.test(value ?? '') ? Number(value) : value]),
    );
    return { label: text, instance: method(params) };
  });
}

/** Ctrl-C once ends the run after its step; twice, at once. */
function cancellation(output: Output, folder: RunFolder): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      folder.update({ status: 'KILLED', ended: new Date().toISOString() });
      process.exit(128 + constants.signals[name]);
    }
    output.note('\nending after this step and saving; once more ends at once');
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return { signal: controller.signal, release: () => void process.off('SIGINT', stop).off('SIGTERM', stop) };
}

function cancelled(output: Output, folder: RunFolder): number {
  output.note(`stopped; go on with:  surprisal resume ${folder.path}`);
  output.result({ run: folder.path, status: 'KILLED' });
  return exitCodes.cancelled;
}

/** Shows a run's results; fails when a claim does not hold. */
export function show(output: Output, folder: RunFolder, results: RunResults): number {
  const { study, quick, seed, engine, params } = folder.info;
  const claims = results.filter((event) => event.type === 'claim');
  const report = join(folder.path, 'report.html');
  output.result({
    run: folder.path,
    study,
    quick,
    seed,
    engine,
    params,
    status: 'FINISHED',
    report,
    claims: claims.map(({ type: _, ...claim }) => claim),
    tables: results.filter((event) => event.type === 'table').map(({ type: _, ...table }) => table),
  });
  for (const event of results) {
    if (event.type === 'table') printTable(output, event);
    if (event.type === 'plot') printChart(output, event);
  }
  printClaims(output, claims);
  if (quick) output.print(`\n${output.colors.yellow(QUICK)}`);
  output.print(`\nreport: ${report}`);
  return claims.every((claim) => claim.holds) ? exitCodes.ok : exitCodes.failed;
}

/** @throws DomainError when a study must be run through `compare` */
export function checkReproducible(study: Study): void {
  if (!study.compares) return;
  throw new DomainError(
    `${study.name} compares methods: run surprisal compare ${study.compares.kind} --on ${study.compares.on}`,
  );
}
