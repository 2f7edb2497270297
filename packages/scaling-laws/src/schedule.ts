import { DomainError, type Method, type MethodInfo, defineMethod } from '@surprisal/core';
import type { z } from 'zod';

/** How long a run is, and how high its learning rates are. */
export interface ScheduleOptions {
  /** The last step: rates are given for the steps 0 .. total. */
  readonly total: number;
  /** The highest rate, > 0; default 1, so that the rates are shares of the peak. */
  readonly peak?: number;
  /** The lowest rate after the warm-up, >= 0 and at most the peak; default 0. */
  readonly min?: number;
  /** Steps of linear warm-up, from 0 at step 0 to the peak at step `warmup`; default 0. */
  readonly warmup?: number;
}

/** A learning-rate schedule: a rate for every optimiser step. */
export interface Schedule {
  /**
   * The rates at the steps 0 .. total, `[total + 1]`, in the unit of the peak: all in [min, peak] after the warm-up.
   *
   * @throws DomainError unless total >= 1 and 0 <= warmup < total are whole numbers, peak > 0, 0 <= min <= peak
   */
  (options: ScheduleOptions): Float64Array;
}

declare module '@surprisal/core' {
  interface Kinds {
    schedule: Schedule;
  }
}

/** A step after the warm-up: what the rate of a schedule is computed from. */
export interface ScheduleStep extends Required<ScheduleOptions> {
  readonly step: number;
  /** 0 at the end of the warm-up, 1 at the last step. */
  readonly progress: number;
}

/** What a schedule is made of: its metadata and its rate at one step after the warm-up. */
export interface ScheduleDefinition<S extends z.ZodObject> extends Omit<MethodInfo<'schedule', S>, 'kind'> {
  readonly rate: (at: ScheduleStep, params: z.output<S>) => number;
  /** What the parameters ask of each other or of the options, beyond their ranges; throws a DomainError. */
  readonly check?: (params: z.output<S>, options: Required<ScheduleOptions>) => void;
}

/**
 * Makes a learning-rate schedule. Checks, the warm-up and the loop over steps stand here, once.
 *
 * @example
 * import { z } from 'zod';
 *
 * const inverseSquareRoot = defineSchedule({
 *   name: 'inverse-square-root',
 *   summary: 'Falls with the square root of the step.',
 *   params: z.object({}),
 *   rate: ({ step, warmup, peak, min }) => Math.max(min, peak * Math.sqrt(Math.max(1, warmup) / Math.max(1, step))),
 * });
 * console.log(Array.from(inverseSquareRoot()({ total: 4, warmup: 1 }), (rate) => rate.toFixed(2)).join(' ')); // 0.00 1.00 0.71 0.58 0.50
 */
export function defineSchedule<S extends z.ZodObject>({
  rate,
  check,
  ...info
}: ScheduleDefinition<S>): Method<'schedule', S, Schedule> {
  return defineMethod<'schedule', S, Schedule>({ kind: 'schedule', ...info }, (params) => (given) => {
    const options = { peak: 1, min: 0, warmup: 0, ...given };
    checkOptions(info.name, options);
    check?.(params, options);
    const { total, warmup, peak } = options;
    const rates = new Float64Array(total + 1);
    for (let step = 0; step < warmup; step++) rates[step] = (peak * step) / warmup;
    const at = { ...options, step: 0, progress: 0 }; // one for all steps
    for (let step = warmup; step <= total; step++) {
      at.step = step;
      at.progress = (step - warmup) / (total - warmup);
      rates[step] = rate(at, params);
    }
    return rates;
  });
}

function checkOptions(owner: string, { total, warmup, peak, min }: Required<ScheduleOptions>): void {
  const refuse = (what: string, got: number) => {
    throw new DomainError(`${owner}: ${what}, got ${got}`);
  };
  if (!(Number.isSafeInteger(total) && total >= 1)) refuse('total must be a whole number, at least 1', total);
  if (!(Number.isSafeInteger(warmup) && warmup >= 0 && warmup < total)) {
    refuse(`warmup must be a whole number of steps from 0 to ${total - 1}`, warmup);
  }
  if (!(peak > 0 && peak < Infinity)) refuse('peak must be a finite number greater than 0', peak);
  if (!(min >= 0 && min <= peak)) refuse(`min must be in [0, ${peak}]`, min);
}
