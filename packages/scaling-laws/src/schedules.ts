import { DomainError } from '@surprisal/core';
import { z } from 'zod';
import { type ScheduleOptions, type ScheduleStep, defineSchedule } from './schedule.js';

/** Between the peak (height 1) and the lowest rate (height 0), exact at both ends. */
const between = ({ peak, min }: ScheduleStep, height: number) => height * peak + (1 - height) * min;

/** Half a cosine, from 1 at r = 0 to 0 at r = 1. */
const halfCosine = (r: number) => (1 + Math.cos(Math.PI * r)) / 2;

const share = () => z.number().gt(0).lt(1);

/**
 * The peak rate, to the end.
 *
 * @example
 * console.log(constant()({ total: 3, peak: 0.1 }).join(' ')); // 0.1 0.1 0.1 0.1
 */
export const constant = defineSchedule({
  name: 'constant',
  summary: 'The peak rate, to the end.',
  formula: 'η = peak',
  params: z.object({}),
  rate: ({ peak }) => peak,
});

/**
 * A straight line from the peak, at the end of the warm-up, to the lowest rate at the last step.
 *
 * @example
 * console.log(linear()({ total: 4 }).join(' ')); // 1 0.75 0.5 0.25 0
 */
export const linear = defineSchedule({
  name: 'linear',
  summary: 'A straight line from the peak to the lowest rate.',
  formula: 'η = min + (1−r)(peak−min)',
  params: z.object({}),
  rate: (at) => between(at, 1 - at.progress),
});

/**
 * Half a cosine from the peak, at the end of the warm-up, to the lowest rate at the last step:
 * `min + (1 + cos(pi r)) (peak - min) / 2`.
 *
 * Loshchilov, Hutter: SGDR: Stochastic Gradient Descent with Warm Restarts, 2016, arXiv:1608.03983.
 *
 * @example
 * console.log(Array.from(cosine()({ total: 4 }), (rate) => rate.toFixed(3)).join(' ')); // 1.000 0.854 0.500 0.146 0.000
 */
export const cosine = defineSchedule({
  name: 'cosine',
  summary: 'Half a cosine from the peak to the lowest rate.',
  formula: 'η = min + ½(1+cos πr)(peak−min)',
  params: z.object({}),
  rate: (at) => between(at, halfCosine(at.progress)),
});

/** The shapes that a {@link warmupStableDecay} can end with. */
export type DecayShape = 'linear' | 'cosine' | 'exponential' | '1-sqrt';

/** The rate at r, 0 at the first step of a decay and 1 at its last. */
const decays: Readonly<Record<DecayShape, (at: ScheduleStep, r: number) => number>> = {
  linear: (at, r) => between(at, 1 - r),
  cosine: (at, r) => between(at, halfCosine(r)),
  exponential: ({ peak, min }, r) => peak ** (1 - r) * min ** r,
  '1-sqrt': (at, r) => between(at, 1 - Math.sqrt(r)),
};

/**
 * Warm-up, stable, decay: the peak, then a decay over the last share of all steps.
 *
 * @param params `decay` in (0, 1], default 0.2: the share of all steps (warm-up counted) that decays; `shape`, default
 * linear: linear, cosine, exponential (`peak^(1-r) min^r`) or 1-sqrt (`1 - sqrt(r)` of the height)
 * @throws DomainError for an exponential decay to 0, and when the decay would begin within the warm-up
 *
 * Hu et al.: MiniCPM, 2024, arXiv:2404.06395; 1-sqrt: Hägele et al. 2024, arXiv:2405.18392.
 *
 * @example
 * console.log(warmupStableDecay({ decay: 0.5 })({ total: 4 }).join(' ')); // 1 1 1 0.5 0
 */
export const warmupStableDecay = defineSchedule({
  name: 'wsd',
  summary: 'The peak for most of the run, then a decay to the lowest rate.',
  formula: 'η = peak, then decay(r) over the last share of steps',
  params: z.object({
    decay: z.number().gt(0).max(1).default(0.2).describe('share of all steps over which the rate decays'),
    shape: z
      .enum(['linear', 'cosine', 'exponential', '1-sqrt'])
      .default('linear')
      .describe('how the rate falls from the peak to the lowest'),
  }),
  check: ({ decay, shape }, { min, total, warmup }) => {
    if (shape === 'exponential' && min === 0) {
      throw new DomainError('wsd: min must be greater than 0 for an exponential decay, got 0; take 1% of the peak');
    }
    if (decayStart(decay, total) < warmup) {
      throw new DomainError(
        `wsd: decay must begin after the warm-up of ${warmup} steps, got step ${decayStart(decay, total)}; lower decay`,
      );
    }
  },
  rate: (at, { decay, shape }) => {
    const start = decayStart(decay, at.total);
    return at.step <= start ? at.peak : decays[shape](at, (at.step - start) / (at.total - start));
  },
});

/** The last step at the peak. */
const decayStart = (decay: number, total: number) => Math.min(total - 1, Math.round(total * (1 - decay)));

/**
 * Falls by a factor at each milestone, and stays: `max(min, peak * factor^passed)`.
 *
 * @param params `milestones` in (0, 1), increasing, default 0.8 and 0.9: shares of all steps, the lower rate holds from
 * that step on; `factor` in (0, 1), default sqrt(0.1)
 * @throws DomainError when the milestones do not increase, or one lies within the warm-up
 *
 * The defaults are those of DeepSeek LLM, 2024, arXiv:2401.02954.
 *
 * @example
 * console.log(multiStep({ milestones: [0.5, 0.75], factor: 0.5 })({ total: 4 }).join(' ')); // 1 1 0.5 0.25 0.25
 */
export const multiStep = defineSchedule({
  name: 'multi-step',
  summary: 'Falls by a factor at each milestone, and stays there.',
  formula: 'η = max(min, peak · factor^(milestones passed))',
  params: z.object({
    milestones: z.array(share()).default([0.8, 0.9]).describe('shares of all steps at which the rate falls'),
    factor: share().default(Math.sqrt(0.1)).describe('what the rate is multiplied by at each milestone'),
  }),
  check: ({ milestones }, options) => checkMilestones('multi-step', milestones, options),
  rate: (at, { milestones, factor }) => stepped(at, milestones, factor),
});

/** The step from which the lower rate holds. */
const milestoneStep = (milestone: number, total: number) => Math.round(milestone * total);

function stepped({ step, total, peak, min }: ScheduleStep, milestones: readonly number[], factor: number): number {
  const passed = milestones.filter((milestone) => step >= milestoneStep(milestone, total)).length;
  return Math.max(min, peak * factor ** passed);
}

function checkMilestones(
  owner: string,
  milestones: readonly number[],
  { total, warmup }: Required<ScheduleOptions>,
): void {
  if (milestones.some((milestone, i) => i > 0 && milestone <= milestones[i - 1]!)) {
    throw new DomainError(`${owner}: milestones must increase, got ${milestones.join(', ')}`);
  }
  const early = milestones.find((milestone) => milestoneStep(milestone, total) <= warmup);
  if (early === undefined) return;
  throw new DomainError(
    `${owner}: rates must fall after the warm-up of ${warmup} steps, got ${early} of ${total} steps`,
  );
}

/**
 * One drop: the peak, then a share of it. A {@link multiStep} with one milestone.
 *
 * @param params `at` in (0, 1), default 0.5: the share of all steps before the drop; `ratio` in (0, 1), default 0.3
 *
 * @example
 * console.log(twoStage({ at: 0.5, ratio: 0.25 })({ total: 4 }).join(' ')); // 1 1 0.25 0.25 0.25
 */
export const twoStage = defineSchedule({
  name: 'two-stage',
  summary: 'The peak, then a share of it.',
  formula: 'η = peak, then ratio · peak',
  params: z.object({
    at: share().default(0.5).describe('share of all steps before the drop'),
    ratio: share().default(0.3).describe('the second rate, as a share of the peak'),
  }),
  check: ({ at }, options) => checkMilestones('two-stage', [at], options),
  rate: (at, { at: milestone, ratio }) => stepped(at, [milestone], ratio),
});

/**
 * Cosine decays that begin anew at the peak: warm restarts. One cycle is {@link cosine}.
 *
 * @param params `cycles` >= 1, default 3
 *
 * Loshchilov, Hutter: SGDR: Stochastic Gradient Descent with Warm Restarts, 2016, arXiv:1608.03983.
 *
 * @example
 * console.log(Array.from(cyclic({ cycles: 2 })({ total: 4 }), (rate) => rate.toFixed(1)).join(' ')); // 1.0 0.5 1.0 0.5 0.0
 */
export const cyclic = defineSchedule({
  name: 'cyclic',
  summary: 'Cosine decays that begin anew at the peak.',
  formula: 'η = min + ½(1+cos π frac(cycles·r))(peak−min)',
  params: z.object({
    cycles: z.number().int().min(1).default(3).meta({ upTo: 8 }).describe('how often the rate decays'),
  }),
  rate: (at, { cycles }) => between(at, halfCosine(phase(at, cycles))),
});

/** How far a cycle has come, in whole numbers until the last: a restart is at the peak, the last step at the lowest rate. */
const phase = ({ step, total, warmup }: ScheduleStep, cycles: number) =>
  step === total ? 1 : ((cycles * (step - warmup)) % (total - warmup)) / (total - warmup);

/**
 * A cosine decay, then a second warm-up in a straight line back to the peak, which holds to the end: what training goes
 * through that is continued from a finished run.
 *
 * @param params `at` in (0, 1), default 0.5: where the decay ends; `rise` in (0, 1), default 0.1: how long the second
 * warm-up takes; both as shares of the steps after the warm-up
 * @throws DomainError when at + rise > 1
 *
 * @example
 * const rates = rewarmup({ at: 0.5, rise: 0.25 })({ total: 8 });
 * console.log(Array.from(rates, (rate) => rate.toFixed(2)).join(' ')); // 1.00 0.85 0.50 0.15 0.00 0.50 1.00 1.00 1.00
 */
export const rewarmup = defineSchedule({
  name: 're-warm-up',
  summary: 'A cosine decay, then a second warm-up to the peak.',
  formula: 'η = cosine, then a line back to the peak',
  params: z.object({
    at: share().default(0.5).describe('where the decay ends, as a share of the steps after the warm-up'),
    rise: share().default(0.1).describe('how long the second warm-up takes, as a share of those steps'),
  }),
  check: ({ at, rise }) => {
    if (at + rise > 1) throw new DomainError(`re-warm-up: at + rise must be at most 1, got ${at} + ${rise}`);
  },
  rate: (at, { at: end, rise }) =>
    between(at, at.progress <= end ? halfCosine(at.progress / end) : Math.min(1, (at.progress - end) / rise)),
});
