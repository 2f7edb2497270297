// Optimal transport of our package: entropic plans of two clouds of points, and exact distances on a line.
import { wasserstein } from '@surprisal/divergences';
import { sinkhornTransport } from '@surprisal/divergences/transport';
import { sizes } from '../sizes.mjs';
import { uniforms } from './uniforms.mjs';

export function makeCases() {
  const { points, blurs, line } = sizes.transport;
  return {
    ...Object.fromEntries(
      blurs.map((blur) => [`Sinkhorn, ${points} x ${points}, blur 1/${blur}`, () => entropic(points, blur)]),
    ),
    [`Wasserstein on a line, ${line} points`]: () => onLine(line),
  };
}

function entropic(n, blur) {
  const [x, y] = [uniforms(1, 2 * n), uniforms(2, 2 * n).map((value) => 0.2 + 0.7 * value)];
  const data = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [2 * Math.floor(at / n), 2 * (at % n)];
    return (x[i] - y[j]) ** 2 + (x[i + 1] - y[j + 1]) ** 2;
  });
  const cost = { shape: [n, n], data };
  const epsilon = data.reduce((sum, value) => sum + value) / n ** 2 / blur;
  const equal = new Float64Array(n).fill(1 / n);
  let solved;
  const run = () =>
    void (solved = sinkhornTransport(equal, equal, cost, { epsilon, tolerance: sizes.transport.tolerance }));
  return {
    run,
    note: () =>
      `${solved.value.toFixed(7)} after ${solved.iterations} passes, marginals wrong by ${solved.error.toExponential(1)}`,
  };
}

function onLine(n) {
  const [x, y] = [uniforms(3, n), uniforms(4, n).map((value) => value ** 2)];
  const distance = wasserstein();
  let found;
  return { run: () => void (found = distance(x, y)), note: () => found.toFixed(7) };
}
