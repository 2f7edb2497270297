import { UsageError, exitCodes } from '../exit.js';
import { layout } from '../terminal/table.js';
import type { Output, OutputOptions } from '../output.js';
import {
  type ConfigFile,
  type Merged,
  type Origin,
  mergeParameters,
  parseSeed,
  pick,
  readConfig,
} from '../parameters.js';
import { loadPlugins } from '../plugins.js';
import { type RunFolder, type RunResults, findRun, listRuns } from '../run/folder.js';
import { type Study, unknownName } from '@surprisal/core';
import { checkReproducible, execute, show } from './execute.js';

/** Options of the commands that run a study. */
export interface RunOptions extends OutputOptions {
  readonly quick?: boolean;
  readonly seed?: string;
  readonly engine?: string;
  readonly runs?: string;
  readonly set?: readonly string[];
  readonly printConfig?: boolean;
  readonly reuse?: boolean;
  readonly force?: boolean;
  readonly on?: string;
  readonly [flag: string]: unknown;
}

/** `surprisal reproduce <study...>` */
export async function reproduce(output: Output, names: readonly string[], options: RunOptions): Promise<number> {
  const { registry } = await loadPlugins(output);
  const studies = names.map((name) => registry.study(name));
  studies.forEach(checkReproducible);
  let worst: number = exitCodes.ok;
  for (const study of studies) {
    const code = await runOne(output, study, options);
    if (code === exitCodes.cancelled) return code;
    worst = Math.max(worst, code);
  }
  return worst;
}

/** `surprisal compare <kind> [methods...] --on <task>` */
export async function compare(
  output: Output,
  kind: string,
  methods: readonly string[],
  options: RunOptions,
): Promise<number> {
  const { registry } = await loadPlugins(output);
  const all = registry.methods(kind);
  const study = comparisonOf(registry.studies, kind, options.on);
  return runOne(output, study, options, methods.length > 0 ? methods : all.map((method) => method.info.name));
}

/** The study that compares methods of a kind on a task. */
export function comparisonOf(studies: readonly Study[], kind: string, on: string | undefined): Study {
  const tasks = studies.filter((study) => study.compares?.kind === kind);
  const found = on === undefined && tasks.length === 1 ? tasks[0] : tasks.find((study) => study.compares?.on === on);
  if (found) return found;
  if (tasks.length === 0) throw new UsageError(`compare: no installed study compares methods of the kind ${kind}`);
  const names = tasks.map((study) => study.compares!.on);
  if (on === undefined) throw new UsageError(`compare: --on must name a task: ${names.join(', ')}`);
  throw unknownName('task', on, names);
}

async function runOne(output: Output, study: Study, options: RunOptions, methods?: readonly string[]): Promise<number> {
  const { registry, discovered } = await loadPlugins();
  const config = readConfig();
  const quick = options.quick ?? false;
  const merged = mergeParameters({ study, quick, config, flags: options, set: options.set ?? [] });
  const { seed, engine, runs } = general(options, config);
  if (options.printConfig) return printConfig(output, study, merged, { seed, engine, runs });
  const finished = options.reuse ? findFinished(runs.value, study, merged, seed.value, quick) : undefined;
  if (finished) {
    output.note(
      `an existing run of these parameters is shown: ${finished.folder.path}; leave out --reuse to run again`,
    );
    return show(output, finished.folder, finished.results);
  }
  return execute(output, {
    study,
    merged,
    seed: seed.value,
    engine: engine.value,
    quick,
    discovered,
    registry,
    runs: runs.value,
    ...(methods && { methods }),
  });
}

function general(options: RunOptions, config: ConfigFile) {
  const text = (value: string) => value;
  return {
    seed: pick(
      options.seed === undefined ? undefined : parseSeed(options.seed),
      'SURPRISAL_SEED',
      parseSeed,
      config.seed,
      1,
    ),
    engine: pick(options.engine, 'SURPRISAL_ENGINE', text, config.engine, 'auto'),
    runs: pick(options.runs, 'SURPRISAL_RUNS', text, config.runs, 'runs'),
  };
}

function printConfig(
  output: Output,
  study: Study,
  { params, origins }: Merged,
  rest: Readonly<Record<string, { value: unknown; origin: Origin }>>,
): number {
  const settings = [
    ...Object.entries(rest).map(([name, { value, origin }]) => ({ name, value, origin })),
    ...Object.entries(params).map(([name, value]) => ({ name, value, origin: origins[name]! })),
  ];
  output.result({ study: study.name, settings });
  for (const line of layout(
    ['setting', 'value', 'from'],
    settings.map(({ name, value, origin }) => [name, JSON.stringify(value), origin]),
  ))
    output.print(line);
  return exitCodes.ok;
}

function findFinished(
  root: string,
  study: Study,
  { params }: Merged,
  seed: number,
  quick: boolean,
): { folder: RunFolder; results: RunResults } | undefined {
  const wanted = JSON.stringify([study.name, params, seed, quick]);
  const folder = listRuns(root)
    .reverse()
    .find(
      ({ info, status }) =>
        status === 'FINISHED' && JSON.stringify([info.study, info.params, info.seed, info.quick]) === wanted,
    );
  return folder && { folder, results: folder.results };
}

/** `surprisal resume <run>` */
export async function resume(output: Output, name: string, options: RunOptions): Promise<number> {
  const { registry, discovered } = await loadPlugins(output);
  const config = readConfig();
  const { runs } = general(options, config);
  const folder = findRun(runs.value, name);
  const { study: studyName, params, origins, seed, engine, quick, methods } = folder.info;
  const study = registry.study(studyName);
  if (folder.status === 'FINISHED') {
    output.note(`${folder.path} is finished`);
    return show(output, folder, folder.results);
  }
  if (folder.status === 'RUNNING')
    throw new UsageError(`${folder.path}: the run is going on (process ${folder.info.process.pid}); stop it first`);
  const changed = mergeParameters({ study, quick: false, config: {}, flags: {}, set: options.set ?? [] });
  const changes = Object.keys(changed.origins).filter((key) => changed.origins[key] === 'flag');
  if (changes.length > 0 && !options.force) {
    throw new UsageError(
      `resume: ${changes.join(', ')} cannot change in a run that is going on; --force does it all the same`,
    );
  }
  const merged = {
    params: { ...params, ...Object.fromEntries(changes.map((key) => [key, changed.params[key]])) },
    origins: { ...origins, ...Object.fromEntries(changes.map((key) => [key, 'flag' as const])) },
  };
  if (changes.length > 0) folder.update(merged);
  return execute(output, {
    study,
    merged,
    seed,
    engine: options.engine ?? engine,
    quick,
    discovered,
    registry,
    runs: runs.value,
    resume: folder,
    ...(methods && { methods }),
  });
}
