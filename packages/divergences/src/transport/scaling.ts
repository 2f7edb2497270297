/** Potentials, and factors u and v that correct them: P_ij = p_i u_i K_ij v_j q_j. */
export class Scaling {
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly #u: Float64Array;
  readonly #v: Float64Array;
  /** q v: what the rows of the kernel are multiplied with. */
  readonly #qv: Float64Array;
  readonly #columns: Float64Array;
  readonly #kernel: Float64Array;
  #epsilon = 1;

  constructor(
    readonly p: Float64Array,
    readonly q: Float64Array,
    readonly cost: Float64Array,
  ) {
    const [n, m] = [p.length, q.length];
    [this.f, this.#u] = [new Float64Array(n), new Float64Array(n)];
    [this.g, this.#v, this.#qv, this.#columns] = Array.from({ length: 4 }, () => new Float64Array(m)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    this.#kernel = new Float64Array(n * m);
  }

  /** Computes the kernel of the potentials so far, for a new epsilon. */
  start(epsilon: number): void {
    this.#epsilon = epsilon;
    fillKernel(this.#kernel, this.f, this.g, this.cost, epsilon);
    this.#u.fill(1);
    this.#v.fill(1);
    this.#qv.set(this.q);
  }

  /**
   * Scales rows, then columns, in one pass over the kernel, each to the power of a factor beyond what would be right at once. Gives by how
   * much the rows and then the columns were wrong.
   */
  sweep(factor: number): number {
    const { p, q } = this;
    const [u, v, qv, columns, kernel] = [this.#u, this.#v, this.#qv, this.#columns, this.#kernel];
    const [n, m] = [p.length, q.length];
    columns.fill(0);
    let error = 0;
    for (let i = 0; i < n; i += 4) {
      const end = Math.min(i + 4, n);
      for (let row = i; row < end; row++) {
        const sum = rowTimes(kernel, row * m, qv);
        error += p[row]! * Math.abs(u[row]! * sum - 1);
        u[row] = scaled(u[row]!, sum, factor);
      }
      if (end === i + 4) addFourRows(columns, kernel, i * m, p, u, i);
      else for (let row = i; row < end; row++) addRow(columns, kernel, row * m, p[row]! * u[row]!);
    }
    for (let j = 0; j < m; j++) {
      error += q[j]! * Math.abs(v[j]! * columns[j]! - 1);
      v[j] = scaled(v[j]!, columns[j]!, factor);
      qv[j] = q[j]! * v[j]!;
    }
    return error;
  }

  /** Moves the factors into the potentials. */
  absorb(): void {
    for (let i = 0; i < this.f.length; i++) this.f[i]! += this.#epsilon * Math.log(this.#u[i]!);
    for (let j = 0; j < this.g.length; j++) this.g[j]! += this.#epsilon * Math.log(this.#v[j]!);
  }
}

/** A scale that makes a sum 1, or goes beyond. */
const scaled = (before: number, sum: number, factor: number): number =>
  factor === 1 ? 1 / sum : before * (before * sum) ** -factor;

/**
 * The same of a mass that is moved to itself by a symmetric cost: one potential, whose factor goes half of the way (in logs) to where it
 * should be. That takes some ten sweeps where rows and columns in turn take thousands.
 *
 * Knight, Ruiz, Ucar: A Symmetry Preserving Algorithm for Matrix Scaling, 2014; Feydy et al. 2019, arXiv:1810.08278.
 */
export class SymmetricScaling {
  readonly f: Float64Array;
  readonly #u: Float64Array;
  /** p u: what the rows of the kernel are multiplied with. */
  readonly #pu: Float64Array;
  readonly #kernel: Float64Array;
  #epsilon = 1;

  constructor(
    readonly p: Float64Array,
    readonly cost: Float64Array,
  ) {
    [this.f, this.#u, this.#pu] = [p.slice().fill(0), p.slice(), p.slice()];
    this.#kernel = new Float64Array(p.length ** 2);
  }

  get q(): Float64Array {
    return this.p;
  }

  get g(): Float64Array {
    return this.f;
  }

  /** Computes the kernel of the potential so far, for a new epsilon. */
  start(epsilon: number): void {
    this.#epsilon = epsilon;
    fillKernel(this.#kernel, this.f, this.f, this.cost, epsilon);
    this.#u.fill(1);
    this.#pu.set(this.p);
  }

  /** Scales rows and columns alike. Gives by how much the rows were wrong before. */
  sweep(): number {
    const { p } = this;
    const [u, pu, kernel] = [this.#u, this.#pu, this.#kernel];
    let error = 0;
    for (let i = 0; i < p.length; i++) {
      const sum = rowTimes(kernel, i * p.length, pu);
      error += p[i]! * Math.abs(u[i]! * sum - 1);
      u[i] = Math.sqrt(u[i]! / sum);
    }
    for (let i = 0; i < p.length; i++) pu[i] = p[i]! * u[i]!;
    return error;
  }

  /** Moves the factor into the potential. */
  absorb(): void {
    for (let i = 0; i < this.f.length; i++) this.f[i]! += this.#epsilon * Math.log(this.#u[i]!);
  }
}

function fillKernel(kernel: Float64Array, f: Float64Array, g: Float64Array, cost: Float64Array, epsilon: number): void {
  const m = g.length;
  for (let i = 0; i < f.length; i++) {
    for (let j = 0, at = i * m; j < m; j++, at++) kernel[at] = Math.exp((f[i]! + g[j]! - cost[at]!) / epsilon);
  }
}

/** A row of the kernel times a vector; four sums at once, so that one need not wait for another. */
function rowTimes(kernel: Float64Array, row: number, vector: Float64Array): number {
  const size = vector.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let j = 0;
  for (; j + 3 < size; j += 4) {
    a += kernel[row + j]! * vector[j]!;
    b += kernel[row + j + 1]! * vector[j + 1]!;
    c += kernel[row + j + 2]! * vector[j + 2]!;
    d += kernel[row + j + 3]! * vector[j + 3]!;
  }
  for (; j < size; j++) a += kernel[row + j]! * vector[j]!;
  return a + b + (c + d);
}

function addRow(columns: Float64Array, kernel: Float64Array, row: number, weight: number): void {
  for (let j = 0; j < columns.length; j++) columns[j]! += weight * kernel[row + j]!;
}

/** Four rows at once: the sums are loaded and stored a quarter as often. */
function addFourRows(
  columns: Float64Array,
  kernel: Float64Array,
  first: number,
  p: Float64Array,
  u: Float64Array,
  i: number,
): void {
  const m = columns.length;
  const [second, third, fourth] = [first + m, first + 2 * m, first + 3 * m];
  const a = p[i]! * u[i]!;
  const b = p[i + 1]! * u[i + 1]!;
  const c = p[i + 2]! * u[i + 2]!;
  const d = p[i + 3]! * u[i + 3]!;
  for (let j = 0; j < m; j++) {
    columns[j]! +=
      a * kernel[first + j]! + b * kernel[second + j]! + (c * kernel[third + j]! + d * kernel[fourth + j]!);
  }
}
