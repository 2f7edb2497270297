import { Random, type Registry } from '@surprisal/core';
import { type Table, numberColumn } from '@surprisal/data/tables';
import {
  type Constants,
  type ScalingFit,
  type ScalingLaw,
  matchColumns,
  percentileInterval,
} from '@surprisal/scaling-laws';
import { FLOPS, type LossOf, bestSplit } from './best-split.js';
import type { FitSettings, Fitted, Intervals } from './messages.js';

const POINTS = 60;
/** The page hears of progress, and may stop, this often. */
const BREATH_MS = 50;

/** A law fitted to a table of runs, and to resampled ones. */
export class Fit {
  readonly #fit: ScalingFit;
  readonly #law: ScalingLaw;
  readonly #map: Readonly<Record<string, string>>;
  readonly #settings: FitSettings;
  #replicates: Constants[] = [];
  #stopped = false;

  /** @throws DataError for columns that are missing, cells that are no numbers, too few runs */
  constructor(registry: Registry, table: Table, settings: FitSettings) {
    const { law, columns, dropTop } = settings;
    this.#settings = settings;
    this.#law = registry.method(law.name, 'scaling-law')(law.params) as ScalingLaw;
    this.#map = matchColumns(this.#law, Object.keys(table.columns), columns);
    const runs = Object.fromEntries(Object.values(this.#map).map((name) => [name, numberColumn(table, name)]));
    this.#fit = this.#law.fit(runs, { columns: this.#map, dropTop });
  }

  /** The law's loss of sizes and tokens at fitted constants, where it is a law of those alone. */
  get loss(): LossOf | undefined {
    return this.#splits ? (sizes) => this.#fit.predict(sizes) : undefined;
  }

  get #splits(): boolean {
    const names = this.#law.inputs.map(({ name }) => name);
    return names.length === 2 && names.includes('N') && names.includes('D');
  }

  get result(): Omit<Fitted, 'type' | 'run'> {
    const { parameters, unidentified, warnings, n, objective, rmse, r2, runs } = this.#fit;
    return {
      map: this.#map,
      parameters: this.#law.parameters.map(({ name, description }) => ({
        name,
        description,
        value: parameters[name]!,
        told: !unidentified.includes(name),
      })),
      published: this.#law.published,
      warnings,
      n,
      objective,
      rmse,
      r2,
      runs,
      loss: runs[this.#law.output.name]!,
      unit: this.#law.output.unit,
      predicted: this.#fit.predict(runs),
      ...this.#along(),
    };
  }

  /** Compute, where the law splits it between sizes and tokens; else the law's first input. */
  #along(): Pick<Fitted, 'along' | 'curve'> {
    const { runs } = this.#fit;
    if (this.#splits) {
      const values = runs.N!.map((N, i) => FLOPS * N * runs.D![i]!);
      const points = spread(values).map((x) => ({ x, y: bestSplit(this.loss!, x).loss }));
      return { along: { name: 'C', unit: 'FLOP', values }, curve: { name: 'law, best split', points } };
    }
    const [first, ...others] = this.#law.inputs;
    const values = runs[first!.name]!;
    const along = { name: first!.name, unit: first!.unit, values };
    if (others.length > 0) return { along };
    const points = spread(values).map((x) => ({ x, y: this.#fit.predict({ [first!.name]: x }) }));
    return { along, curve: { name: 'law', points } };
  }

  /** Fits to runs drawn anew, with replacement. @returns the intervals; undefined when it was stopped, or there is none */
  async resample(progress: (done: number, of: number) => void): Promise<Intervals['of'] | undefined> {
    const { resamples, seed } = this.#settings;
    const random = new Random(seed); // drawn from as in `bootstrap` of the package, which does not stop
    const rows = this.#fit.residuals.length;
    this.#replicates = [];
    let breathed = performance.now();
    for (let i = 1; i <= resamples; i++) {
      const draws = random.split(i - 1);
      this.#replicates.push(
        this.#fit.refit({ indices: Int32Array.from({ length: rows }, () => draws.integer(rows)) }).parameters,
      );
      if (performance.now() - breathed < BREATH_MS && i < resamples) continue;
      progress(i, resamples);
      await new Promise((resolve) => setTimeout(resolve));
      if (this.#stopped) return undefined;
      breathed = performance.now();
    }
    if (this.#replicates.length < 2) return undefined;
    return Object.fromEntries(
      this.#law.parameters.map(({ name }) => [
        name,
        percentileInterval(this.#replicates.map((constants) => constants[name]!)),
      ]),
    );
  }

  /** The middle 95% of what a number comes to under the resampled fits. */
  intervalOf(value: (loss: LossOf) => number): readonly [number, number] | undefined {
    if (this.#replicates.length < 2) return undefined;
    return percentileInterval(
      this.#replicates.map((constants) => value((sizes) => this.#law.predict(constants, sizes))),
    );
  }

  stop(): void {
    this.#stopped = true;
  }
}

/** Points from the least to the largest value, evenly apart in logarithms. */
function spread(values: Float64Array): number[] {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return Array.from({ length: POINTS }, (_, i) => Math.exp(low + ((high - low) * i) / (POINTS - 1)));
}
