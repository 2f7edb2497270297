import { type Datasets, DomainError } from '@surprisal/core';
import { type LossCurve, type Schedule, constant, cosine, twoStage, warmupStableDecay } from '@surprisal/scaling-laws';

type ScheduleLossCurves = Datasets['lr-schedule-loss-curves'];

/** Steps of linear warm-up of all runs of the table. */
export const WARMUP_STEPS = 2160;

const PEAK = 3e-4;
const END = 3e-5;

/**
 * A loss curve of the table with the learning rate of every step, built from its schedule's name.
 *
 * @throws DomainError for a curve that the table has not
 */
export function measuredCurve({ curves }: ScheduleLossCurves, size: string, name: string): LossCurve {
  const curve = curves[`${size}/${name}`];
  if (!curve) throw new DomainError(`measuredCurve: the table has no curve ${size}/${name}`);
  return { name, rates: ratesOf(name), steps: curve.step, loss: curve.loss };
}

/** Every n-th point of a curve, the first included. */
export const everyNth = ({ steps, loss, ...curve }: LossCurve, n: number): LossCurve => {
  const thinned = (column: ArrayLike<number>) => Array.from(column).filter((_, i) => i % n === 0);
  return { ...curve, steps: thinned(steps), loss: thinned(loss) };
};

/** The warm-up of the table takes its last step at the peak already: rate = peak t / 2159. */
function ratesOf(name: string): Float64Array {
  const [kind, number] = name.split('_') as [string, string];
  const [schedule, total, min] = scheduleOf(kind, Number(number));
  const rates = schedule({ total, warmup: WARMUP_STEPS, peak: PEAK, min });
  for (let t = 0; t < WARMUP_STEPS; t++) rates[t] = (PEAK * t) / (WARMUP_STEPS - 1);
  return rates;
}

function scheduleOf(kind: string, number: number): [Schedule, total: number, min: number] {
  switch (kind) {
    case 'cosine':
      return [cosine(), number, END];
    case 'constant':
      return [constant(), number, END];
    case 'wsd': // decays over the last 4000 of 24,000 steps
      return [warmupStableDecay({ decay: 1 / 6, shape: 'exponential' }), 24_000, END];
    case 'wsdld':
      return [warmupStableDecay({ decay: 1 / 6 }), 24_000, END];
    default: // wsdcon_X: at X * 1e-5 from step 8000 on
      return [twoStage({ at: 0.5, ratio: number / 30 }), 16_000, 0];
  }
}
