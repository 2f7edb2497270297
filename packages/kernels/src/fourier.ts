import type { TensorInfo } from '@tensorflow/tfjs';
import type { Host } from './host.js';
import type { Kernel } from './kernel.js';

/** Rows are divided among at most so many units, each with memory of its own to work in. */
const UNITS = 16;

/** From so many numbers on, powers of two go in stages; shorter rows are summed up as they are. */
const STAGES = 16;

/** So many complex numbers are worth a part of their own. */
const GRAIN = 4096;

/** A complex array: where its real and its imaginary parts lie. */
type Parts = readonly [re: number, im: number];

/**
 * The discrete Fourier transform of each row, y_k = sum_j x_j e^(-2 pi i j k / n), or with `inverse` e^(+2 pi i j k / n), not divided by n.
 * x and y are [2, rows, n]: real parts, then imaginary ones. Any n: powers of two in stages of four, others as a convolution.
 */
export const fourier: Kernel = {
  name: 'SurprisalFourier',
  run(host, { x }, { inverse }: { readonly inverse: boolean }) {
    const [, rows, n] = x!.shape as [number, number, number];
    const out = host.output(x!.shape);
    const parts = (of: TensorInfo): Parts => {
      const [first, second] = [host.address(of), host.address(of) + rows * n * 4];
      return inverse ? [second, first] : [first, second]; // to exchange the parts is to change the sign
    };
    transformRows(host, parts(x!), parts(out), rows, n);
    return [out];
  },
};

function transformRows(host: Host, x: Parts, y: Parts, rows: number, n: number): void {
  if (rows * n === 0) return;
  if (n < STAGES) {
    const grain = Math.ceil(GRAIN / n);
    withTables(host, [circle(n)], ([table]) => host.run('fourierShort', rows, grain, ...x, ...y, n, table!));
  } else if (Number.isInteger(Math.log2(n))) {
    withTables(host, [turns(n)], ([table]) => powerRows(host, x, y, rows, n, table!));
  } else {
    chirpRows(host, x, y, rows, n);
  }
}

function powerRows(host: Host, x: Parts, y: Parts, rows: number, n: number, table: number): void {
  const units = Math.min(rows, UNITS);
  const grain = Math.ceil((GRAIN * units) / (rows * n));
  host.withScratch(units * 2 * n * 4, (scratch) =>
    host.run('fourierPower', units, grain, ...x, ...y, n, table, rows, units, scratch),
  );
}

function chirpRows(host: Host, x: Parts, y: Parts, rows: number, n: number): void {
  const m = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const units = Math.min(rows, UNITS);
  const grain = Math.ceil((GRAIN * units) / (rows * m));
  const tables = [chirp(n), conjugates(n, m), new Float32Array(2 * m), turns(m)];
  withTables(host, tables, ([table, given, spectrum, turnsOfM]) => {
    powerRows(host, [given!, given! + m * 4], [spectrum!, spectrum! + m * 4], 1, m, turnsOfM!);
    host.withScratch(units * 6 * m * 4, (scratch) =>
      host.run('fourierChirp', units, grain, ...x, ...y, n, table!, m, spectrum!, turnsOfM!, rows, units, scratch),
    );
  });
}

/** Puts tables into the memory for a while. */
function withTables(host: Host, tables: readonly Float32Array[], work: (addresses: number[]) => void): void {
  const sizes = tables.map((table) => Math.ceil(table.length / 4) * 16);
  host.withScratch(
    sizes.reduce((sum, size) => sum + size),
    (start) => {
      const addresses = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, start));
      tables.forEach((table, i) =>
        new Float32Array(host.compiled.memory.buffer, addresses[i], table.length).set(table),
      );
      work(addresses);
    },
  );
}

/** Cosines, then sines, of angles in units of -pi. */
function onCircle(angles: ArrayLike<number>): Float32Array {
  const table = new Float32Array(2 * angles.length);
  for (let k = 0; k < angles.length; k++) {
    table[k] = Math.cos(Math.PI * angles[k]!);
    table[angles.length + k] = -Math.sin(Math.PI * angles[k]!);
  }
  return table;
}

const anglesOf = (length: number, angle: (k: number) => number) => Float64Array.from({ length }, (_, k) => angle(k));

/** A function that keeps its last values: transforms of one length come one after the other. */
function kept<T>(compute: (n: number) => T): (n: number) => T {
  const values = new Map<number, T>();
  return (n) => {
    const value = values.get(n) ?? compute(n);
    if (values.size >= 4) values.clear();
    values.set(n, value);
    return value;
  };
}

const circle = kept((n) => onCircle(anglesOf(n, (k) => (2 * k) / n)));

/** e^(-2 pi i t p / n) for t = 1, 2, 3 and p < n / 4. */
const turns = kept((n) => {
  const table = new Float32Array((6 * n) / 4);
  [1, 2, 3].forEach((t, i) => table.set(onCircle(anglesOf(n / 4, (p) => (2 * t * p) / n)), (i * n) / 2));
  return table;
});

/** e^(-pi i j^2 / n): j^2 modulo 2 n, so that the angle stays exact. */
const chirp = kept((n) => onCircle(anglesOf(n, (j) => ((j * j) % (2 * n)) / n)));

/** The chirp's conjugates at j and m - j, divided by m. */
function conjugates(n: number, m: number): Float32Array {
  const table = new Float32Array(2 * m);
  const given = chirp(n);
  for (let j = 0; j < n; j++) {
    table[j] = given[j]! / m;
    table[m + j] = -given[n + j]! / m;
    if (j === 0) continue;
    table[m - j] = table[j]!;
    table[2 * m - j] = table[m + j]!;
  }
  return table;
}
