import { Random, ndarray } from '@surprisal/core';
import { mean } from '@surprisal/core/numerics';
import {
  type Tensor,
  argMax,
  expandDims,
  mul,
  oneHot,
  reshape,
  stopGradient,
  sum,
  tidy,
  toTensor,
} from '@surprisal/core/tensor';
import { gridWorld, softPolicy, stateOf } from '@surprisal/divergences/couplings';
import { type OwnModel, denseModel } from '../shared/dense-model.js';
import { type Training, steadyRates } from '../shared/train-in-turn.js';
import { type Head, c51Head, headsOf } from './heads.js';
import type { ValueLearningParams } from './params.js';

const SIDE = 6;
const ACTIONS = 4;
const DISCOUNT = 0.95;

/** The way to the goal leads around a wall, past a trap. */
const obstacles = [[1, 1], [2, 2], [3, 3], [4, 3]] as const; // prettier-ignore
const world = gridWorld({ shape: [SIDE, SIDE], goal: [0, 5], trap: [1, 4], obstacles });
const blocked = new Set(obstacles.map((cell) => stateOf(world.shape, cell)));
/** The states in which something is to be done. */
const open = world.terminal.flatMap((ends, state) => (ends || blocked.has(state) ? [] : [state]));

/** `[states][actions]`: what the best policy gains; the reward is of entering a state, and not discounted. */
const best = softPolicy(world, { beta: 0, discount: DISCOUNT, iterations: 1000 }).q.map((row) => row.map((q) => q / DISCOUNT)); // prettier-ignore
const bestValue = mean(open.map((state) => Math.max(...best[state]!)));

/** A Q-learner of the grid. */
export interface GridRun {
  readonly task: 'grid';
  readonly head: Head;
  readonly seed: number;
}

/** Every head and C51, with each seed. Noise of two standard deviations fits into the range. */
export function gridRuns({ numBins, rewardNoise, seeds }: ValueLearningParams, seed: number): GridRun[] {
  const most = Math.max(1, 1 + 2 * rewardNoise);
  const support = { vMin: -most, vMax: most, numBins };
  return [...headsOf(support), c51Head(support)].flatMap((head) =>
    Array.from({ length: seeds }, (_, i) => ({ task: 'grid' as const, head, seed: seed + i })),
  );
}

/** A network, and the copy of it from which targets are computed. */
interface Learner extends OwnModel {
  callCopy(inputs: Tensor): Tensor;
  copy(): void;
}

function learner(shape: Parameters<typeof denseModel>[0], seed: number): Learner {
  const [online, kept] = [denseModel(shape, seed), denseModel(shape, seed)];
  const copies = Object.entries(kept.variables).map(([name, variable]) => [`copy/${name}`, variable] as const);
  for (const [, variable] of copies) (variable as { trainable: boolean }).trainable = false;
  return {
    variables: { ...online.variables, ...Object.fromEntries(copies) },
    call: (inputs) => online.call(inputs),
    callCopy: (inputs) => kept.call(inputs),
    copy: () => Object.entries(online.variables).forEach(([name, variable]) => kept.variables[name]!.assign(variable)),
    dispose() {
      online.dispose();
      kept.dispose();
    },
  };
}

/**
 * Double Q-learning with a copied network: the network chooses what is done next, its copy says what that is worth. The transitions are of all states
 * and actions alike, with noise on every reward; they depend on the seed and the step alone.
 */
export function gridTraining({ task, head, seed }: GridRun, params: ValueLearningParams): Training<Learner> {
  const { gridSteps, gridEvery, batchSize, hidden, learningRate, rewardNoise, copyEvery } = params;
  const random = new Random(seed).split('grid');
  return {
    labels: { task, head: head.name, seed },
    model: () => learner({ inputs: 2 * SIDE, hidden, outputs: ACTIONS * head.outputs }, seed),
    rates: steadyRates(gridSteps, learningRate),
    before(model, step) {
      if ((step - 1) % copyEvery === 0) model.copy();
    },
    cost(model, step) {
      const { states, actions, rewards, next } = transitions(batchSize, rewardNoise, random.split('batch', step));
      const target = stopGradient((after) => targetOf(model, head, after!, rewards, next), [seen(next)]);
      return head.loss(outputsAt(model.call(seen(states)), toTensor(actions, 'int32'), head), target);
    },
    every: gridEvery,
    measure: (model) => measure(model, head),
  };
}

interface Transitions {
  readonly states: Int32Array;
  readonly actions: Int32Array;
  readonly rewards: Float32Array;
  readonly next: Int32Array;
}

function transitions(count: number, noise: number, random: Random): Transitions {
  const draw = () => {
    const [state, action] = [random.choice(open), random.integer(ACTIONS)];
    const moves = world.transitions[state]![action]!;
    const next = random.choice(moves, moves.map(({ probability }) => probability)).state; // prettier-ignore
    return { state, action, next, reward: world.rewards[next]! + noise * random.normal() };
  };
  const drawn = Array.from({ length: count }, draw);
  return {
    states: Int32Array.from(drawn, ({ state }) => state),
    actions: Int32Array.from(drawn, ({ action }) => action),
    rewards: Float32Array.from(drawn, ({ reward }) => reward),
    next: Int32Array.from(drawn, ({ next }) => next),
  };
}

function targetOf(model: Learner, head: Head, after: Tensor, rewards: Float32Array, next: Int32Array): Tensor {
  const chosen = argMax(valuesOf(model.call(after), head), 1);
  return head.target(outputsAt(model.callCopy(after), chosen, head), {
    reward: toTensor(ndarray(rewards, [next.length])),
    terminal: toTensor(ndarray(Float32Array.from(next, (state) => (world.terminal[state] ? 1 : 0)), [next.length])), // prettier-ignore
    discount: DISCOUNT,
  });
}

/** Row and column of states, each as one of six: `[batch, 12]`. */
function seen(states: Int32Array): Tensor {
  const inputs = new Float32Array(states.length * 2 * SIDE);
  states.forEach((state, i) => {
    inputs[i * 2 * SIDE + Math.floor(state / SIDE)] = 1;
    inputs[i * 2 * SIDE + SIDE + (state % SIDE)] = 1;
  });
  return toTensor(ndarray(inputs, [states.length, 2 * SIDE]));
}

/** The outputs for one action of each row, `[batch, outputs]`. */
function outputsAt(all: Tensor, actions: Tensor, { outputs }: Head): Tensor {
  const chosen = expandDims(oneHot(actions, ACTIONS), 2); // [batch, actions, 1]
  return sum(mul(reshape(all, [-1, ACTIONS, outputs]), chosen), 1);
}

/** The values of all actions, `[batch, actions]`. */
const valuesOf = (all: Tensor, head: Head): Tensor =>
  reshape(head.decode(reshape(all, [-1, head.outputs])), [-1, ACTIONS]);

/** The root mean square error of Q, and what acting by it gains, in percent of the most. */
async function measure(model: Learner, head: Head) {
  const values = tidy(() => valuesOf(model.call(seen(Int32Array.from(open))), head));
  const q = await values.data();
  values.dispose();
  const rows = open.map((_, i) => q.subarray(i * ACTIONS, (i + 1) * ACTIONS));
  const squares = rows.flatMap((row, i) => Array.from(row, (value, a) => (value - best[open[i]!]![a]!) ** 2));
  const policy = new Map(open.map((state, i) => [state, rows[i]!.indexOf(Math.max(...rows[i]!))]));
  return { error: Math.sqrt(mean(squares)), gain: (100 * gainOf(policy)) / bestValue };
}

/** The mean discounted reward of a policy over the states, exactly: its values, by as many sweeps as matter. */
function gainOf(policy: ReadonlyMap<number, number>): number {
  let values = new Float64Array(SIDE ** 2);
  for (let sweep = 0; sweep < 400; sweep++) {
    const last = values;
    values = last.map((_, state) =>
      (world.transitions[state]![policy.get(state) ?? 0] ?? []).reduce(
        (total, { state: next, probability }) => total + probability * (world.rewards[next]! + DISCOUNT * last[next]!),
        0,
      ),
    );
  }
  return mean(open.map((state) => values[state]!));
}
