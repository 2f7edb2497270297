import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../errors.js';
import { type Objective, differences, minimize, minimizeScalar, multiStart, nelderMead } from './index.js';
import { Line, wolfeStep } from './line-search.js';

/** The valley of Rosenbrock in any dimension; its minimum, 0, is at (1, ..., 1). */
const rosenbrock: Objective = (x, gradient) => {
  gradient.fill(0);
  let value = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    const climb = x[i + 1]! - x[i]! ** 2;
    value += 100 * climb ** 2 + (1 - x[i]!) ** 2;
    gradient[i]! += -400 * x[i]! * climb - 2 * (1 - x[i]!);
    gradient[i + 1]! += 200 * climb;
  }
  return value;
};

/** sum_i c_i (x_i - m_i)^2, turned so that no variable is alone: x_i + x_(i-1) / 2 stands for x_i. */
const quadratic =
  (curvatures: readonly number[], minimum: readonly number[]): Objective =>
  (x, gradient) => {
    gradient.fill(0);
    return curvatures.reduce((value, c, i) => {
      const off = x[i]! - minimum[i]! + (i > 0 ? (x[i - 1]! - minimum[i - 1]!) / 2 : 0);
      gradient[i]! += 2 * c * off;
      if (i > 0) gradient[i - 1]! += c * off;
      return value + c * off ** 2;
    }, 0);
  };

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const numbers = (length: number, min: number, max: number) =>
  fc.array(number(min, max), { minLength: length, maxLength: length });
const valueOf = (objective: Objective) => (x: Float64Array) => objective(x, new Float64Array(x.length));
const gradientAt = (objective: Objective, x: readonly number[]) => {
  const gradient = new Float64Array(x.length);
  objective(Float64Array.from(x), gradient);
  return gradient;
};

/** What the gradient may be where a share of 1e-14 of the value is all there is to gain: sqrt(2 * curvature 1e3 * 1e-14 * value 1e2). */
const FLAT = 5e-5;

describe('minimize', () => {
  it('follows the valley of Rosenbrock from anywhere, in 2 and 10 dimensions', () => {
    for (const dimension of [2, 10]) {
      fc.assert(
        fc.property(numbers(dimension, -1.5, 2), (start) => {
          const { x, value, gradientNorm, converged } = minimize(rosenbrock, start);
          // In 4 and more dimensions there is a second minimum, near (-1, 1, ..., 1).
          expect(converged).toBe(true);
          expect(gradientNorm).toBeLessThan(FLAT);
          if (value < 1) for (const coordinate of x) expect(coordinate).toBeCloseTo(1, 6);
          else expect(dimension).toBeGreaterThan(3);
        }),
        { numRuns: 50 },
      );
    }
    expect(minimize(rosenbrock, [-1.2, 1]).evaluations).toBeLessThan(60);
  });

  it('finds the minimum of quadratics, well conditioned and ill', () => {
    fc.assert(
      fc.property(numbers(4, -3, 3), numbers(4, -5, 5), numbers(4, -5, 5), (exponents, minimum, start) => {
        const curvatures = exponents.map((exponent) => 10 ** exponent);
        const { value } = minimize(quadratic(curvatures, minimum), start, { gradientTolerance: 1e-12 });
        expect(value).toBeLessThan(1e-12);
      }),
    );
  });

  it('ends where no step inside the bounds lowers a quadratic', () => {
    fc.assert(
      fc.property(numbers(3, -1, 1), numbers(3, -3, 3), numbers(3, -1, 1), (exponents, minimum, start) => {
        const objective = quadratic(
          exponents.map((exponent) => 10 ** exponent),
          minimum,
        );
        const bounds = { lower: [-1, -1, -1], upper: [1, 1, 1] };
        const { x, gradientNorm } = minimize(objective, start, bounds);
        const gradient = gradientAt(objective, Array.from(x));
        expect(gradientNorm).toBeLessThan(FLAT);
        x.forEach((coordinate, i) => {
          expect(Math.abs(coordinate)).toBeLessThanOrEqual(1);
          if (Math.abs(coordinate) < 1) expect(Math.abs(gradient[i]!)).toBeLessThan(FLAT);
          else expect(gradient[i]! * coordinate).toBeLessThan(FLAT); // pushes outward
        });
      }),
    );
  });

  it('lets go of a bound that held it for a while', () => {
    const pull: Objective = ([x, y], gradient) => {
      gradient[0] = 2 * (x! - 1) - 20 * (y! - x!);
      gradient[1] = 20 * (y! - x!);
      return (x! - 1) ** 2 + 10 * (y! - x!) ** 2;
    };
    const { x } = minimize(pull, [-5, -4], { lower: [-9, -4] }); // at first y is held at -4, for x is less
    expect(x[1]).toBeCloseTo(1, 6);
    const active = minimize(rosenbrock, [-1.2, 1], { upper: [0.5, 2] });
    expect(Array.from(active.x)).toEqual([0.5, expect.closeTo(0.25, 8) as number]);
  });

  it('steps back from where the objective is not finite', () => {
    for (const outside of [Infinity, NaN, -Infinity]) {
      const objective: Objective = ([x], gradient) => {
        gradient[0] = 1 - 1 / x!;
        return x! > 0 ? x! - Math.log(x!) : outside;
      };
      expect(minimize(objective, [20]).x[0]).toBeCloseTo(1, 6);
      expect(() => minimize(objective, [-1])).toThrow(
        new DomainError('minimize: objective must be finite at the start [-1]; start elsewhere'),
      );
    }
  });

  it('stays at a minimum, and does not scale the tolerance of the objective', () => {
    expect(minimize(rosenbrock, [1, 1])).toMatchObject({ iterations: 0, evaluations: 1, value: 0, converged: true });
    const tiny: Objective = (x, gradient) => {
      const value = 1e-12 * rosenbrock(x, gradient);
      for (let i = 0; i < x.length; i++) gradient[i]! *= 1e-12;
      return value;
    };
    expect(minimize(tiny, [-1.2, 1], { gradientTolerance: 1e-20 }).x[0]).toBeCloseTo(1, 6);
  });

  it('says when it ran out of iterations', () => {
    expect(minimize(rosenbrock, [-1.2, 1], { maxIterations: 3 })).toMatchObject({ iterations: 3, converged: false });
  });
});

describe('the line search', () => {
  it('gives steps that meet the strong Wolfe conditions', () => {
    fc.assert(
      fc.property(numbers(2, -2, 2), number(1e-3, 10), (origin, first) => {
        const gradient = gradientAt(rosenbrock, origin);
        const slope = -gradient.reduce((sum, g) => sum + g * g, 0);
        fc.pre(slope < -1e-6);
        const line = new Line(
          rosenbrock,
          Float64Array.from(origin),
          gradient.map((g) => -g),
        );
        const value = valueOf(rosenbrock)(Float64Array.from(origin));
        const step = wolfeStep(line, value, slope, first, Infinity);
        expect(step).toBeGreaterThan(0);
        expect(line.value).toBeLessThanOrEqual(value + 1e-4 * step * slope);
        expect(Math.abs(line.slope)).toBeLessThanOrEqual(-0.9 * slope);
      }),
    );
  });

  it('gives 0 where nothing falls', () => {
    const kink: Objective = ([x], gradient) => {
      gradient[0] = -1; // a lie
      return Math.abs(x!);
    };
    expect(wolfeStep(new Line(kink, Float64Array.of(0), Float64Array.of(1)), 0, -1, 1, Infinity)).toBe(0);
  });
});

describe('multiStart', () => {
  const waves: Objective = ([x], gradient) => {
    gradient[0] = 0.2 * x! + 3 * Math.cos(3 * x!);
    return 0.1 * x! ** 2 + Math.sin(3 * x!);
  };
  const starts = Array.from({ length: 21 }, (_, i) => [i - 10]);

  it('finds the lowest of many valleys, and scouting does not lose it', () => {
    const all = multiStart(waves, starts);
    const scouted = multiStart(waves, starts, { keep: 3 });
    expect(all.x[0]).toBeCloseTo(-0.512, 3);
    expect(scouted.x[0]).toBeCloseTo(all.x[0]!, 8);
    expect(all.starts).toBe(21);
    expect(all.agreeing).toBeGreaterThan(0);
    const sketch: Objective = (x, gradient) => {
      const value = waves(x, gradient);
      gradient[0]! += 0.02 * x[0]!;
      return value + 0.01 * x[0]! ** 2;
    };
    expect(multiStart(waves, starts, { keep: 5, scouting: { objective: sketch } }).x[0]).toBeCloseTo(all.x[0]!, 8);
  });

  it('passes over starts where the objective is not finite', () => {
    const root: Objective = ([x], gradient) => {
      gradient[0] = 0.5 / Math.sqrt(x!);
      return Math.sqrt(x!);
    };
    expect(multiStart(root, [[-1], [2]], { lower: [0.25] }).x[0]).toBe(0.25);
    expect(() => multiStart(root, [[-1], [-2]])).toThrow(
      'multiStart: objective must be finite at one start at least, got none of 2',
    );
  });
});

describe('nelderMead', () => {
  it('finds the minimum of kinks and of the valley of Rosenbrock', () => {
    fc.assert(
      fc.property(numbers(3, -2, 2), numbers(3, -2, 2), (minimum, start) => {
        const { x } = nelderMead(
          (x) => x.reduce((sum, value, i) => sum + (i + 1) * Math.abs(value - minimum[i]!), 0),
          start,
          { size: 0.5, maxIterations: 5000 },
        );
        x.forEach((coordinate, i) => expect(coordinate).toBeCloseTo(minimum[i]!, 4));
      }),
      { numRuns: 20 },
    );
    expect(nelderMead(valueOf(rosenbrock), [-1.2, 1]).x[0]).toBeCloseTo(1, 6);
  });

  it('stays within bounds, takes NaN for infinite, and works in one dimension', () => {
    const bounded = nelderMead(([x]) => (x! < 0 ? NaN : x!), [2], { upper: [3], size: 1 });
    expect(bounded.x[0]).toBeGreaterThanOrEqual(0);
    expect(bounded.x[0]).toBeLessThan(1e-6);
    expect(nelderMead(([x]) => -x!, [2], { upper: [3] }).x[0]).toBe(3);
  });
});

describe('minimizeScalar', () => {
  it('finds the minimum of a function with one valley', () => {
    fc.assert(
      fc.property(number(-3, 3), number(0.1, 4), (minimum, power) => {
        const { x, evaluations } = minimizeScalar((x) => Math.abs(x - minimum) ** (1 + power), -5, 4);
        expect(Math.abs(x - minimum)).toBeLessThan(0.02); // flat valleys are hard to tell in float64
        if (power < 1.2) expect(x).toBeCloseTo(minimum, 5);
        expect(evaluations).toBeLessThan(200);
      }),
    );
  });

  it('finds a minimum at an end', () => {
    expect(minimizeScalar((x) => x, 2, 3).x).toBeCloseTo(2, 6);
    expect(minimizeScalar((x) => -x, 2, 3).x).toBeCloseTo(3, 6);
    expect(() => minimizeScalar((x) => x, 3, 2)).toThrow(DomainError);
  });
});

it('differences are the gradient', () => {
  fc.assert(
    fc.property(numbers(3, -2, 2), (x) => {
      const numeric = differences(valueOf(rosenbrock), x);
      gradientAt(rosenbrock, x).forEach((g, i) =>
        expect(Math.abs(numeric[i]! - g)).toBeLessThan(1e-7 * (1 + Math.abs(g))),
      );
    }),
  );
});
