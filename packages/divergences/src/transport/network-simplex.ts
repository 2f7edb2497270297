import type { TransportPlan } from './plan.js';

/** An optimal plan, its cost, and the prices that prove it. */
export interface SimplexSolution {
  readonly plan: TransportPlan;
  readonly cost: number;
  /** f `[n]` and g `[m]` with f_i + g_j <= cost_ij everywhere and equality where mass moves; sum p f + sum q g is the cost. */
  readonly prices: readonly [Float64Array, Float64Array];
  readonly pivots: number;
}

/** Masses are counted in units of this, as whole numbers: flows then never lose or gain by rounding. */
const UNITS = 2 ** 50;

/**
 * The network simplex for the transportation problem between positive masses p `[n]` and q `[m]`: a spanning tree of arcs carries all mass;
 * an arc that would be cheaper comes in, one on the cycle it closes goes out, until none is cheaper.
 *
 * The tree stays strongly feasible (Cunningham: A network simplex method, 1976), so that ties do not make it cycle; arcs are looked at in
 * blocks, of which the best comes in (as in LEMON: Kovacs: Minimum-cost flow algorithms: an experimental evaluation, 2015).
 */
export function networkSimplex(p: Float64Array, q: Float64Array, cost: Float64Array): SimplexSolution {
  const tree = new SpanningTree(p, q, cost);
  const tolerance = 4 * Number.EPSILON * tree.penalty;
  let pivots = 0;
  for (let arc = tree.cheaperArc(tolerance); arc >= 0; arc = tree.cheaperArc(tolerance)) {
    tree.bringIn(arc);
    pivots++;
  }
  return { ...tree.solution(), pivots };
}

/** A spanning tree over the n sources, m sinks and a root. Each node knows its parent, and the arc to it with its flow. */
class SpanningTree {
  readonly n: number;
  readonly m: number;
  /** What an arc to the root costs: more than any way around it. */
  readonly penalty: number;
  readonly #parent: Int32Array;
  /** The arc to the parent: i m + j between source i and sink j; -1 to the root. */
  readonly #arc: Int32Array;
  /** Whether that arc leads to the parent, rather than from it. */
  readonly #up: Uint8Array;
  readonly #flow: Float64Array;
  readonly #depth: Int32Array;
  /** Arcs of the tree cost nothing once their ends' potentials are counted. */
  readonly #potential: Float64Array;
  // The children of each node, as a list that is linked both ways.
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #stack: Int32Array;
  readonly #block: number;
  #scanned = 0;

  constructor(
    p: Float64Array,
    q: Float64Array,
    readonly cost: Float64Array,
  ) {
    [this.n, this.m] = [p.length, q.length];
    const root = this.n + this.m;
    const nodes = root + 1;
    const largest = cost.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.penalty = (largest || 1) * (nodes + 1);
    this.#parent = new Int32Array(nodes).fill(root);
    this.#arc = new Int32Array(nodes).fill(-1);
    this.#up = new Uint8Array(nodes).fill(1, 0, this.n);
    this.#flow = Float64Array.of(...wholeUnits(p), ...wholeUnits(q), 0);
    this.#depth = new Int32Array(nodes).fill(1, 0, root);
    this.#potential = new Float64Array(nodes).fill(this.penalty, this.n, root);
    this.#first = new Int32Array(nodes).fill(-1);
    this.#next = new Int32Array(nodes).fill(-1);
    this.#previous = new Int32Array(nodes).fill(-1);
    this.#stack = new Int32Array(nodes);
    this.#block = Math.max(10, Math.ceil(Math.sqrt(cost.length)));
    for (let node = 0; node < root; node++) this.#attach(node, root);
  }

  /** The arc that saves most per unit in the next block that has one; -1 where no arc saves more than the tolerance. */
  cheaperArc(tolerance: number): number {
    const { cost, m, n } = this;
    const potential = this.#potential;
    let [best, least] = [-1, -tolerance];
    let arc = this.#scanned;
    let row = Math.floor(arc / m);
    let column = arc - row * m;
    for (let looked = 0, inBlock = 0; looked < cost.length; looked++) {
      const reduced = cost[arc]! + potential[row]! - potential[n + column]!;
      if (reduced < least) [best, least] = [arc, reduced];
      arc++;
      if (++column === m) [column, row] = [0, row + 1];
      if (arc === cost.length) [arc, row, column] = [0, 0, 0];
      if (++inBlock === this.#block) {
        if (best >= 0) break;
        inBlock = 0;
      }
    }
    this.#scanned = arc;
    return best;
  }

  /** Sends as much as goes around the cycle that an arc closes, and puts the arc in the place of the one that it empties. */
  bringIn(entering: number): void {
    const source = Math.floor(entering / this.m);
    const sink = this.n + (entering % this.m);
    const join = this.#join(source, sink);
    let [delta, leaving, onSourceSide] = [Infinity, -1, true];
    // Of arcs that are emptied together, the last one along the cycle goes: this keeps the tree strongly feasible.
    for (let node = source; node !== join; node = this.#parent[node]!) {
      if (this.#up[node]! && this.#flow[node]! < delta) [delta, leaving] = [this.#flow[node]!, node];
    }
    for (let node = sink; node !== join; node = this.#parent[node]!) {
      if (!this.#up[node]! && this.#flow[node]! <= delta)
        [delta, leaving, onSourceSide] = [this.#flow[node]!, node, false];
    }
    for (let node = source; node !== join; node = this.#parent[node]!) {
      this.#flow[node]! += this.#up[node]! ? -delta : delta;
    }
    for (let node = sink; node !== join; node = this.#parent[node]!) {
      this.#flow[node]! += this.#up[node]! ? delta : -delta;
    }
    if (onSourceSide) this.#rehang(source, sink, leaving, entering, 1, delta);
    else this.#rehang(sink, source, leaving, entering, 0, delta);
  }

  #join(a: number, b: number): number {
    while (a !== b) {
      if (this.#depth[a]! > this.#depth[b]!) a = this.#parent[a]!;
      else if (this.#depth[b]! > this.#depth[a]!) b = this.#parent[b]!;
      else [a, b] = [this.#parent[a]!, this.#parent[b]!];
    }
    return a;
  }

  /** Hangs the part of the tree below `cut` under `under` by the new arc at `node`: the arcs from there to `cut` turn around. */
  #rehang(node: number, under: number, cut: number, arc: number, up: number, flow: number): void {
    const price = up ? -this.cost[arc]! : this.cost[arc]!;
    const shift = this.#potential[under]! + price - this.#potential[node]!;
    const top = node;
    for (let parent = under, last = false; !last;) {
      last = node === cut;
      const above = this.#parent[node]!;
      const old = { arc: this.#arc[node]!, up: this.#up[node]!, flow: this.#flow[node]! };
      this.#detach(node, above);
      this.#attach(node, parent);
      [this.#arc[node], this.#up[node], this.#flow[node]] = [arc, up, flow];
      [arc, up, flow] = [old.arc, old.up ? 0 : 1, old.flow];
      [parent, node] = [node, above];
    }
    this.#settle(top, shift);
  }

  /** Brings depths and potentials up to date from a node down. */
  #settle(top: number, shift: number): void {
    const stack = this.#stack;
    let size = 0;
    stack[size++] = top;
    while (size > 0) {
      const node = stack[--size]!;
      this.#depth[node] = this.#depth[this.#parent[node]!]! + 1;
      this.#potential[node]! += shift;
      for (let child = this.#first[node]!; child >= 0; child = this.#next[child]!) stack[size++] = child;
    }
  }

  #attach(node: number, parent: number): void {
    const sibling = this.#first[parent]!;
    this.#parent[node] = parent;
    this.#previous[node] = -1;
    this.#next[node] = sibling;
    if (sibling >= 0) this.#previous[sibling] = node;
    this.#first[parent] = node;
  }

  #detach(node: number, parent: number): void {
    const [before, after] = [this.#previous[node]!, this.#next[node]!];
    if (before >= 0) this.#next[before] = after;
    else this.#first[parent] = after;
    if (after >= 0) this.#previous[after] = before;
  }

  solution(): Omit<SimplexSolution, 'pivots'> {
    const { n, m } = this;
    const used = Array.from({ length: n + m }, (_, node) => node).filter(
      (node) => this.#arc[node]! >= 0 && this.#flow[node]! > 0,
    );
    const arcs = used.map((node) => this.#arc[node]!);
    const mass = Float64Array.from(used, (node) => this.#flow[node]! / UNITS);
    return {
      plan: {
        from: Int32Array.from(arcs, (arc) => Math.floor(arc / m)),
        to: Int32Array.from(arcs, (arc) => arc % m),
        mass,
      },
      cost: arcs.reduce((total, arc, k) => total + mass[k]! * this.cost[arc]!, 0),
      prices: [Float64Array.from({ length: n }, (_, i) => -this.#potential[i]!), this.#potential.slice(n, n + m)],
    };
  }
}

/** Masses as whole numbers that sum to {@link UNITS}; the largest takes what rounding leaves. */
function wholeUnits(masses: Float64Array): Float64Array {
  const units = masses.map((mass) => Math.round(mass * UNITS));
  const largest = units.indexOf(units.reduce((most, value) => Math.max(most, value), 0));
  units[largest]! += UNITS - units.reduce((total, value) => total + value, 0);
  return units;
}
