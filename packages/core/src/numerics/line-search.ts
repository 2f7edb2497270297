/**
 * A function to be minimised: gives its value and writes its gradient. A value that is not finite means "not here": searches
 * step back from it.
 */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/** Sufficient decrease and curvature of the strong Wolfe conditions, as usual for quasi-Newton directions. */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
const MOST_TRIALS = 25;

/** An objective along a line from an origin. It holds the last point tried, so that a search allocates nothing. */
export class Line {
  readonly point: Float64Array;
  readonly gradient: Float64Array;
  /** At the last point: the value (Infinity for one that is not finite), and its derivative along the line. */
  value = Infinity;
  slope = NaN;
  evaluations = 0;

  constructor(
    private readonly objective: Objective,
    readonly origin: Float64Array,
    readonly direction: Float64Array,
  ) {
    this.point = new Float64Array(origin.length);
    this.gradient = new Float64Array(origin.length);
  }

  /** Computes the objective a step along the direction. */
  at(step: number): void {
    const { point, gradient, origin, direction } = this;
    for (let i = 0; i < point.length; i++) point[i] = origin[i]! + step * direction[i]!;
    const value = this.objective(point, gradient);
    this.evaluations++;
    let slope = 0;
    for (let i = 0; i < point.length; i++) slope += gradient[i]! * direction[i]!;
    this.value = Number.isFinite(value) && Number.isFinite(slope) ? value : Infinity;
    this.slope = slope;
  }
}

/**
 * A step that meets the strong Wolfe conditions, `f(t) <= f(0) + 1e-4 t f'(0)` and `|f'(t)| <= 0.9 |f'(0)|`, or the longest step
 * where the function falls all the way. The line is left at that step. 0 when no step lowers the function.
 *
 * Nocedal, Wright: Numerical Optimization, 2nd edition, 2006, algorithms 3.5 and 3.6, in one loop: the step grows until an
 * interval brackets what is sought, and cubic interpolation narrows it.
 *
 * @param first the step to try first
 * @param longest the step at which a bound is met, or Infinity
 */
export function wolfeStep(line: Line, value: number, slope: number, first: number, longest: number): number {
  let low = 0;
  let lowValue = value;
  let lowSlope = slope;
  let high = longest;
  let highValue = Infinity;
  let highSlope = NaN;
  let bracketed = false;
  let step = Math.min(first, longest);
  for (let trial = 0; trial < MOST_TRIALS; trial++) {
    line.at(step);
    if (!(line.value <= value + DECREASE * step * slope) || line.value > lowValue) {
      [high, highValue, highSlope, bracketed] = [step, line.value, line.slope, true];
    } else {
      if (Math.abs(line.slope) <= -CURVATURE * slope || (step === longest && line.slope < 0)) return step;
      if (line.slope * (bracketed ? high - low : 1) >= 0) {
        [high, highValue, highSlope, bracketed] = [low, lowValue, lowSlope, true];
      }
      [low, lowValue, lowSlope] = [step, line.value, line.slope];
    }
    const next = bracketed
      ? interpolate(low, lowValue, lowSlope, high, highValue, highSlope)
      : Math.min(longest, 4 * step);
    if (next === step || next === low) break; // the interval is down to neighbouring numbers
    step = next;
  }
  if (low > 0 || step !== low) line.at(low);
  return low;
}

/** Where the cubic through two points with these slopes is least, kept off the ends; the middle where there is no such cubic. */
function interpolate(a: number, fa: number, da: number, b: number, fb: number, db: number): number {
  const middle = a + (b - a) / 2;
  if (!Number.isFinite(fb) || !Number.isFinite(db)) return a + (b - a) / 10;
  const s = da + db - (3 * (fb - fa)) / (b - a);
  const root = Math.sqrt(s * s - da * db) * Math.sign(b - a);
  const least = b - ((b - a) * (db + root - s)) / (db - da + 2 * root);
  const share = (least - a) / (b - a);
  return share >= 0.05 && share <= 0.95 ? least : middle;
}
