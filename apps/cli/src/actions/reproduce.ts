import { hostname } from 'node:os';
import { readContestants } from '../contestants.js';
import { UsageError, exitCodes } from '../exit.js';
import { layout } from '../terminal/table.js';
import type { Output, OutputOptions } from '../output.js';
import { type ConfigFile, readConfig } from '../config.js';
import { type Merged, type Origin, mergeParameters, parseSeed, pick } from '../parameters.js';
import { hasKind, hasStudy, knownPlugins, loadPlugins } from '../plugins.js';
import { wantedMethods } from '../wanted-methods.js';
import type { RunFolder } from '../run/folder.js';
import { findRun, listRuns } from '../run/list.js';
import { type DescribedPlugin, type DescribedStudy, type Study, unknownName } from '@surprisal/core';
import { execute } from './execute.js';
import { type Outcome, show } from './show.js';

/** Options of the commands that run a study. */
export interface RunOptions extends OutputOptions {
  readonly quick?: boolean;
  readonly seed?: string;
  readonly engine?: string;
  readonly runs?: string;
  readonly set?: readonly string[];
  readonly printConfig?: boolean;
  readonly reuse?: boolean;
  readonly fresh?: boolean;
  readonly force?: boolean;
  readonly on?: string;
  readonly all?: boolean;
  readonly [flag: string]: unknown;
}

/** `surprisal reproduce <study...>` */
export async function reproduce(output: Output, names: readonly string[], options: RunOptions): Promise<number> {
  const known = await knownPlugins(output);
  for (const name of names) {
    const { compares } = known.registry.study(name);
    if (compares)
      throw new UsageError(`${name} compares methods: run surprisal compare ${compares.kind} --on ${compares.on}`);
  }
  const { registry } = await loadPlugins(output, hasStudy(...names));
  const studies = names.map((name) => registry.study(name));
  const config = await readConfig();
  const planned = studies.map((study) => plan(study, options, config)); // a mistake in the last one stops the first one
  const outcomes: Outcome[] = [];
  for (const one of planned) {
    outcomes.push(await runOne(output, one, options));
    if (outcomes.at(-1)!.code > exitCodes.failed) break; // Ctrl-C ends them all
  }
  return conclude(output, outcomes);
}

/** One study gives its own object, several a list of them. The worst exit code stands for all. */
function conclude(output: Output, outcomes: readonly Outcome[]): number {
  output.result(outcomes.length === 1 ? outcomes[0]!.json : { runs: outcomes.map(({ json }) => json) });
  return Math.max(...outcomes.map(({ code }) => code));
}

/** `surprisal compare <kind> [methods...] --on <task>` */
export async function compare(
  output: Output,
  kind: string,
  methods: readonly string[],
  options: RunOptions,
): Promise<number> {
  const { registry: known } = await knownPlugins(output);
  const { name } = comparisonOf(known.studies, kind, options.on);
  const texts = wantedMethods(output, known, { kind, methods, all: options.all ?? false });
  const { registry } = await loadPlugins(output, needs(name, kind));
  const study = registry.study(name);
  readContestants(registry, study, texts); // a mistake in a method is found before anything starts
  return conclude(output, [await runOne(output, plan(study, options, await readConfig()), options, texts)]);
}

/** The plugins that a study needs: its own, and those with the methods that it compares. */
const needs = (study: string, kind?: string) => (plugin: DescribedPlugin) =>
  hasStudy(study)(plugin) || (kind !== undefined && hasKind(kind)(plugin));

/** The study that compares methods of a kind on a task. */
export function comparisonOf(studies: readonly DescribedStudy[], kind: string, on: string | undefined): DescribedStudy {
  const tasks = studies.filter((study) => study.compares?.kind === kind);
  const found = on === undefined && tasks.length === 1 ? tasks[0] : tasks.find((study) => study.compares?.on === on);
  if (found) return found;
  if (tasks.length === 0) throw new UsageError(`compare: no installed study compares methods of the kind ${kind}`);
  const names = tasks.map((study) => study.compares!.on);
  if (on === undefined) throw new UsageError(`compare: --on must name a task: ${names.join(', ')}`);
  throw unknownName('task', on, names);
}

/** A study with all that was given for it. */
interface Plan extends ReturnType<typeof general> {
  readonly study: Study;
  readonly merged: Merged;
}

function plan(study: Study, options: RunOptions, config: ConfigFile): Plan {
  const { quick = false, set = [] } = options;
  return { study, merged: mergeParameters({ study, quick, config, flags: options, set }), ...general(options, config) };
}

async function runOne(
  output: Output,
  { study, merged, seed, engine, runs }: Plan,
  options: RunOptions,
  methods?: readonly string[],
): Promise<Outcome> {
  const quick = options.quick ?? false;
  if (options.printConfig) return printConfig(output, study, merged, { seed, engine, runs });
  const wanted = { study: study.name, params: merged.params, seed: seed.value, quick, methods };
  const finished = options.reuse && !options.fresh ? findFinished(runs.value, wanted, engine.value) : undefined;
  if (finished) {
    output.note(`an existing run: ${finished.path}; --fresh to run again`);
    return show(output, finished, finished.results);
  }
  const { registry, discovered } = await loadPlugins(undefined, needs(study.name, study.compares?.kind));
  const chosen = { seed: seed.value, engine: engine.value, runs: runs.value, ...(methods && { methods }) };
  return execute(output, { study, merged, quick, registry, discovered, ...chosen });
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
): Outcome {
  const settings = [
    ...Object.entries(rest).map(([name, { value, origin }]) => ({ name, value, origin })),
    ...Object.entries(params).map(([name, value]) => ({ name, value, origin: origins[name]! })),
  ];
  for (const line of layout(
    ['setting', 'value', 'from'],
    settings.map(({ name, value, origin }) => [name, JSON.stringify(value), origin]),
  ))
    output.print(line);
  return { code: exitCodes.ok, json: { study: study.name, settings } };
}

/** The last finished run of the same study, parameters, seed and methods; on the same engine, if one is named. */
function findFinished(root: string, wanted: Readonly<Record<string, unknown>>, engine: string): RunFolder | undefined {
  const key = (facts: Readonly<Record<string, unknown>>) =>
    JSON.stringify(['study', 'params', 'seed', 'quick', 'methods'].map((name) => facts[name]));
  return listRuns(root).findLast(
    ({ info, status }) =>
      status === 'FINISHED' && key({ ...info }) === key(wanted) && (engine === 'auto' || info.engine === engine),
  );
}

/** `surprisal resume <run>` */
export async function resume(output: Output, name: string, options: RunOptions): Promise<number> {
  const { registry: known } = await knownPlugins(output);
  const { runs } = general(options, await readConfig());
  const folder = findRun(runs.value, name);
  const { study: studyName, params, origins, seed, engine, quick, methods } = folder.info;
  const { registry, discovered } = await loadPlugins(output, needs(studyName, known.study(studyName).compares?.kind));
  const study = registry.study(studyName);
  if (folder.status === 'FINISHED') {
    output.note(`${folder.path} is finished`);
    return conclude(output, [show(output, folder, folder.results)]);
  }
  if (folder.status === 'RUNNING' && !(options.force && folder.info.process.host !== hostname()))
    throw new UsageError(
      `${folder.path}: the run is going on (process ${folder.info.process.pid} on ${folder.info.process.host}); stop it first`,
    );
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
  const outcome = await execute(output, {
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
  return conclude(output, [outcome]);
}
