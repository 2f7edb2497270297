import { type ArrayInput, DomainError, type Random } from '@surprisal/core';
import { type BottleneckOptions, bottleneckCoupling } from './bottleneck.js';
import { type Joint, entropyBits, indexOfLargest, readMarginal, sumOf } from './entropy.js';
import type { GridWorld } from './grid-world.js';

/** What sender and receiver agree on. */
export interface CodingGame extends BottleneckOptions {
  readonly world: GridWorld;
  /** `[states][4]`: what an observer expects to see. */
  readonly policy: readonly Float64Array[];
  /** `[messages]`: how probable each message is. */
  readonly prior: ArrayInput;
  /** The bits that a step may be coded with, as a share of the prior's entropy: in (0, 1], default 1, no bottleneck. */
  readonly compressionRate?: number;
}

/** A state, and the action that was chosen there. */
export interface Step {
  readonly state: number;
  readonly action: number;
}

/** What came of sending a message. */
export interface Episode {
  readonly steps: readonly Step[];
  /** The discounted rewards of the states that were entered. */
  readonly reward: number;
  /** `[messages]`: what the receiver believes at the end. */
  readonly belief: Float64Array;
  /** The message it takes it for. */
  readonly decoded: number;
  /** Steps at which the message had been lost to rounding, and the plain policy was played. */
  readonly fallbacks: number;
}

/** How an episode is played. */
export interface EpisodeOptions {
  readonly message: number;
  /** The first state. */
  readonly start: number;
  readonly random: Random;
  /** Default 0.95. */
  readonly discount?: number;
  /** Default 1,000. */
  readonly maxSteps?: number;
}

/** The rate of a game's steps in bits, fixed by the prior: compressionRate H(prior). */
export function gameRate({ prior, compressionRate = 1 }: Pick<CodingGame, 'prior' | 'compressionRate'>): number {
  if (!(compressionRate > 0 && compressionRate <= 1)) {
    throw new DomainError(`codingGame: compressionRate must be above 0, to 1, got ${compressionRate}`);
  }
  return compressionRate * entropyBits(readMarginal('codingGame', 'prior', prior));
}

/**
 * The joint distribution of actions and messages at a step, `[actions][messages]`: the bottleneck coupling of the belief and the policy.
 * Averaged over the messages, the actions follow the policy exactly: an observer sees nothing.
 *
 * @example
 * const joint = actionMessageJoint(Float64Array.of(0.5, 0.5), Float64Array.of(0.5, 0.5), 1);
 * console.log(joint.map((row) => row.join())); // [ '0.5,0', '0,0.5' ]
 */
export function actionMessageJoint(
  belief: Float64Array,
  policy: Float64Array,
  rate: number,
  options: BottleneckOptions = {},
): Joint {
  const joint = bottleneckCoupling(belief, policy, rate, options);
  return Array.from(policy, (_, action) => Float64Array.from(joint, (row) => row[action]!));
}

/** The actions' distribution for one message; undefined when rounding has left the message nothing. */
export const policyOfMessage = (joint: Joint, message: number): Float64Array | undefined =>
  normalised(Float64Array.from(joint, (row) => row[message]!));

/** The belief after an action; undefined for an action that the policy never takes. */
export const beliefAfter = (joint: Joint, action: number): Float64Array | undefined => normalised(joint[action]!);

function normalised(masses: Float64Array): Float64Array | undefined {
  const total = sumOf(masses);
  return total > 0 ? masses.map((mass) => mass / total) : undefined;
}

/**
 * Sends a message by the actions of an agent (a Markov coding game): at each step the agent plays its policy given the message, and
 * whoever knows the policy, the prior and the rate learns of the message from what it does.
 *
 * Sokota, Schroeder de Witt, Igl, Zintgraf, Torr, Strohmeier, Kolter, Whiteson, Foerster: Communicating via Markov Decision Processes,
 * 2022, arXiv:2107.08295; with a rate limit: Ebrahimi, Chen, Khisti, 2024, arXiv:2410.21666.
 *
 * @throws DomainError for a message that is none of the prior's, and a compression rate out of range
 *
 * @example
 * import { Random } from '@surprisal/core';
 *
 * const world = gridWorld({ shape: [4, 4], goal: [0, 3] });
 * const { policy } = softPolicy(world, { beta: 0.05 });
 * const game = { world, policy, prior: [0.25, 0.25, 0.25, 0.25] };
 * const { steps, decoded } = sendMessage(game, { message: 2, start: 12, random: new Random(1) });
 * console.log(decoded, receiveMessage(game, steps).decoded); // 2 2
 */
export function sendMessage(game: CodingGame, options: EpisodeOptions): Episode {
  const { message, start, random, discount = 0.95, maxSteps = 1000 } = options;
  const rate = gameRate(game);
  let belief = readMarginal('codingGame', 'prior', game.prior);
  if (!(belief[message]! > 0)) throw new DomainError(`codingGame: message must have a prior above 0, got ${message}`);
  const steps: Step[] = [];
  let [state, reward, fallbacks] = [start, 0, 0];
  while (steps.length < maxSteps && !game.world.terminal[state]) {
    const joint = actionMessageJoint(belief, game.policy[state]!, rate, game);
    const own = policyOfMessage(joint, message);
    if (!own) fallbacks++;
    const action = random.choice([0, 1, 2, 3], own ?? game.policy[state]!);
    belief = beliefAfter(joint, action) ?? belief;
    steps.push({ state, action });
    const moves = game.world.transitions[state]![action]!;
    const chances = moves.map(({ probability }) => probability);
    state = random.choice(moves, chances).state;
    reward += discount ** steps.length * game.world.rewards[state]!;
  }
  return { steps, reward, belief, decoded: indexOfLargest(belief), fallbacks };
}

/**
 * What a receiver makes of the states and actions it has seen: the belief over the messages, and the most probable one. An action that
 * the policy never takes teaches it nothing.
 *
 * @throws DomainError for a compression rate out of range
 */
export function receiveMessage(
  game: CodingGame,
  steps: readonly Step[],
): { readonly belief: Float64Array; readonly decoded: number } {
  const rate = gameRate(game);
  const belief = steps.reduce(
    (before, { state, action }) =>
      beliefAfter(actionMessageJoint(before, game.policy[state]!, rate, game), action) ?? before,
    readMarginal('codingGame', 'prior', game.prior),
  );
  return { belief, decoded: indexOfLargest(belief) };
}
