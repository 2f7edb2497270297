import { DomainError } from '@surprisal/core';
import { logSumExp } from '@surprisal/core/numerics';

/** A cell: row and column. */
export type Cell = readonly [number, number];

/** A small Markov decision process on a grid. States are cells, row by row; actions 0 to 3 are up, right, down, left. */
export interface GridWorld {
  /** [rows, columns]. */
  readonly shape: Cell;
  /** The reward of entering each state: 1 at the goal, -1 at the trap. */
  readonly rewards: Float64Array;
  /** Whether an episode ends in the state. */
  readonly terminal: readonly boolean[];
  /** `[states][4]`: where each action leads, with which probability; nowhere from a terminal state. */
  readonly transitions: readonly (readonly (readonly Move[])[])[];
}

/** A state that an action may lead to. */
export interface Move {
  readonly state: number;
  readonly probability: number;
}

/** Where things are in a grid world. */
export interface GridOptions {
  readonly shape: Cell;
  /** Reward 1, ends the episode. */
  readonly goal: Cell;
  /** Reward -1, ends the episode. */
  readonly trap?: Cell;
  /** Cells that cannot be entered. */
  readonly obstacles?: readonly Cell[];
  /** The probability of slipping to each side of the chosen direction: 0 to 0.5, default 0.1. */
  readonly noise?: number;
}

const DIRECTIONS = [[-1, 0], [0, 1], [1, 0], [0, -1]] as const; // prettier-ignore

/**
 * Makes a grid world. A move off the grid or into an obstacle stays put.
 *
 * @throws DomainError for a cell outside the grid, or a noise out of range
 *
 * @example
 * const world = gridWorld({ shape: [2, 2], goal: [0, 1], noise: 0 });
 * console.log(world.transitions[2]![0]); // [ { state: 0, probability: 1 } ]
 */
export function gridWorld({ shape, goal, trap, obstacles = [], noise = 0.1 }: GridOptions): GridWorld {
  if (!(noise >= 0 && noise <= 0.5)) throw new DomainError(`gridWorld: noise must be from 0 to 0.5, got ${noise}`);
  const inside = ([row, column]: Cell) => row >= 0 && row < shape[0] && column >= 0 && column < shape[1];
  const outside = [goal, ...(trap ? [trap] : []), ...obstacles].find((cell) => !inside(cell));
  if (outside) throw new DomainError(`gridWorld: cells must lie in [${shape.join(', ')}], got [${outside.join(', ')}]`);
  const blocked = new Set(obstacles.map((cell) => stateOf(shape, cell)));
  const ends = [goal, ...(trap ? [trap] : [])].map((cell) => stateOf(shape, cell));
  const states = Array.from({ length: shape[0] * shape[1] }, (_, state) => state);
  const step = (state: number, direction: number) => {
    const [down, right] = DIRECTIONS[(direction + 4) % 4]!;
    const cell: Cell = [Math.floor(state / shape[1]) + down, (state % shape[1]) + right];
    const next = stateOf(shape, cell);
    return inside(cell) && !blocked.has(next) ? next : state;
  };
  const moves = (state: number, action: number) =>
    gathered([
      { state: step(state, action), probability: 1 - 2 * noise },
      { state: step(state, action - 1), probability: noise },
      { state: step(state, action + 1), probability: noise },
    ]);
  return {
    shape,
    rewards: Float64Array.from(states, (state) => (state === ends[0] ? 1 : state === ends[1] ? -1 : 0)),
    terminal: states.map((state) => ends.includes(state)),
    transitions: states.map((state) =>
      DIRECTIONS.map((_, action) => (ends.includes(state) ? [] : moves(state, action))),
    ),
  };
}

/** The number of a cell's state. */
export const stateOf = (shape: Cell, [row, column]: Cell): number => row * shape[1] + column;

function gathered(moves: readonly Move[]): Move[] {
  const total = new Map<number, number>();
  for (const { state, probability } of moves) {
    if (probability > 0) total.set(state, (total.get(state) ?? 0) + probability);
  }
  return Array.from(total, ([state, probability]) => ({ state, probability }));
}

/** A policy of maximum entropy, and the values behind it. */
export interface SoftPolicy {
  /** `[states][4]`. */
  readonly q: readonly Float64Array[];
  /** `[states][4]`: the probability of each action. */
  readonly policy: readonly Float64Array[];
}

/** How a policy is found. */
export interface SoftPolicyOptions {
  /** The policy's temperature: >= 0. Large: random walks with room for messages; 0: straight to the goal. */
  readonly beta: number;
  /** Default 0.95. */
  readonly discount?: number;
  /** Sweeps over all states, default 100. */
  readonly iterations?: number;
}

/**
 * Soft Q-iteration from 0: V(s) = beta log sum_a exp(Q(s, a) / beta), Q(s, a) = r(s) + discount E V(s'), Q(s, .) = r(s) at the end; the
 * policy is softmax(Q / beta).
 *
 * @example
 * const world = gridWorld({ shape: [1, 3], goal: [0, 2], noise: 0 });
 * const { policy } = softPolicy(world, { beta: 0.01 });
 * console.log(Array.from(policy[0]!, (p) => p.toFixed(2)).join()); // 0.01,0.97,0.01,0.01
 */
export function softPolicy(
  world: GridWorld,
  { beta, discount = 0.95, iterations = 100 }: SoftPolicyOptions,
): SoftPolicy {
  if (!(beta >= 0)) throw new DomainError(`softPolicy: beta must be at least 0, got ${beta}`);
  let q: readonly Float64Array[] = world.transitions.map(() => new Float64Array(4));
  for (let sweep = 0; sweep < iterations; sweep++) {
    const values = q.map((row) => (beta === 0 ? Math.max(...row) : beta * logSumExp(row.map((x) => x / beta))));
    const expected = (moves: readonly Move[]) =>
      moves.reduce((total, { state, probability }) => total + probability * values[state]!, 0);
    q = world.transitions.map((actions, state) =>
      Float64Array.from(actions, (moves) => world.rewards[state]! + discount * expected(moves)),
    );
  }
  return { q, policy: q.map((row) => softmax(row.map((x) => x / Math.max(beta, 1e-10)))) };
}

function softmax(scores: Float64Array): Float64Array {
  const total = logSumExp(scores);
  return scores.map((score) => Math.exp(score - total));
}
