import {
  type ClaimEvent,
  type Estimate,
  type PlotEvent,
  type StudyContext,
  type StudyEvent,
  type TableEvent,
  Random,
  claim,
  estimate,
  table,
} from '@surprisal/core';
import {
  type CodingGame,
  gridWorld,
  receiveMessage,
  sendMessage,
  softPolicy,
  stateOf,
} from '@surprisal/divergences/couplings';
import type { CouplingsParams } from './params.js';
import type { Part } from '../shared/in-turn.js';
import { linePlot, withBar } from '../shared/line-plot.js';

type Encoder = 'ebim' | 'uniform';

interface Setting {
  /** Logarithm of the policy's temperature. */
  readonly temperature: number;
  readonly compressionRate: number;
  readonly encoder: Encoder;
}

/** What came of the messages of a setting. */
export interface GameResult extends Setting {
  readonly task: 'game';
  readonly seed: number;
  /** Percent of the messages that are understood. */
  readonly accuracy: number;
  /** Means over the episodes. */
  readonly reward: number;
  readonly steps: number;
  /** Episodes at whose end the receiver, who has seen the steps alone, believes something else than the sender thinks. */
  readonly apart: number;
}

/** The way from the start to the goal leads around a wall along the diagonal. */
const world = gridWorld({
  shape: [8, 8],
  goal: [0, 7],
  trap: [1, 7],
  obstacles: Array.from({ length: 7 }, (_, i) => [i + 1, i + 1] as const),
});
const START = stateOf(world.shape, [5, 4]);

/** Without a bottleneck both encoders do the same: one is played. */
const settingsOf = ({ temperatures, openTemperatures, compressionRates }: CouplingsParams): Setting[] => [
  ...temperatures.flatMap((temperature) =>
    compressionRates.flatMap((compressionRate) =>
      (compressionRate === 1 ? (['ebim'] as const) : (['ebim', 'uniform'] as const)).map((encoder) => ({
        temperature,
        compressionRate,
        encoder,
      })),
    ),
  ),
  ...openTemperatures.map((temperature) => ({ temperature, compressionRate: 1, encoder: 'ebim' as const })),
];

/** Every setting with each seed. */
export const gameParts = ({ params, seed }: StudyContext<CouplingsParams>): Part<GameResult>[] =>
  settingsOf(params).flatMap((setting) =>
    Array.from({ length: params.seeds }, (_, i) => ({
      label: `game, beta e^${setting.temperature}, rate ${setting.compressionRate}, ${setting.encoder}, seed ${seed + i}`,
      compute: () => play(setting, params, seed + i),
    })),
  );

function play(setting: Setting, { episodes, messages, maxSteps }: CouplingsParams, seed: number): GameResult {
  const { temperature, ...options } = setting;
  const { policy } = softPolicy(world, { beta: Math.exp(temperature) });
  const game: CodingGame = { world, policy, prior: new Float64Array(messages).fill(1 / messages), ...options };
  const played = Array.from({ length: episodes }, (_, i) => {
    const random = new Random(seed).split('episode', i); // the same messages in every setting
    const message = random.integer(messages);
    const { steps, reward, decoded } = sendMessage(game, { message, start: START, random, maxSteps });
    const received = receiveMessage(game, steps).decoded;
    return { reward, steps: steps.length, hit: received === message ? 1 : 0, apart: received === decoded ? 0 : 1 };
  });
  const sumOf = (key: keyof (typeof played)[number]) => played.reduce((sum, episode) => sum + episode[key], 0);
  return {
    task: 'game',
    seed,
    ...setting,
    accuracy: (100 * sumOf('hit')) / episodes,
    reward: sumOf('reward') / episodes,
    steps: sumOf('steps') / episodes,
    apart: sumOf('apart'),
  };
}

type Measure = 'accuracy' | 'reward' | 'steps';

/** Over the seeds. */
function over(results: readonly GameResult[], setting: Setting, measure: Measure): Estimate {
  const own = results.filter((result) =>
    (['temperature', 'compressionRate', 'encoder'] as const).every((key) => result[key] === setting[key]),
  );
  return estimate(own.map((result) => result[measure]));
}

/** Table, plot, and claims 3 and 4. */
export function* gameEvents(results: readonly GameResult[], params: CouplingsParams): Generator<StudyEvent> {
  yield gameTable(results, params);
  yield gamePlot(results, params);
  yield* encoderClaims(results, params);
  yield* temperatureClaims(results, params);
  const apart = results.reduce((sum, result) => sum + result.apart, 0);
  yield claim({
    says: 'whoever sees the steps alone understands what the sender thinks it does',
    paper: 'both compute the same beliefs',
    measured: `${apart} episodes in which it does not`,
    holds: apart === 0,
  });
}

function gameTable(results: readonly GameResult[], params: CouplingsParams): TableEvent {
  return table({
    name: 'game',
    columns: [
      { key: 'beta', title: 'beta' },
      { key: 'rate', title: 'bits of a step / H(messages)' },
      { key: 'encoder', title: 'encoder' },
      { key: 'accuracy', title: 'messages understood (%)', better: 'higher' },
      { key: 'reward', title: 'reward', better: 'higher' },
      { key: 'steps', title: 'steps' },
    ],
    rows: settingsOf(params).map((setting) => ({
      beta: `e^${setting.temperature}`,
      rate: setting.compressionRate,
      encoder: setting.compressionRate === 1 ? 'none' : setting.encoder,
      accuracy: over(results, setting, 'accuracy'),
      reward: over(results, setting, 'reward'),
      steps: over(results, setting, 'steps'),
    })),
  });
}

function gamePlot(results: readonly GameResult[], params: CouplingsParams): PlotEvent {
  return linePlot({
    name: 'messages-by-rate',
    caption:
      'Messages understood (percent) against the bits that a step may use; bars are one standard error over seeds.',
    x: { field: 'rate', title: 'bits of a step / H(messages)', scale: { domain: [0, 1] } },
    y: { field: 'accuracy', title: 'messages understood (%)', scale: { domain: [0, 100] } },
    series: { field: 'line', title: 'temperature, encoder' },
    values: settingsOf(params).map((setting) => {
      const line = `e^${setting.temperature}, ${setting.encoder}`;
      return { line, rate: setting.compressionRate, ...withBar('accuracy', over(results, setting, 'accuracy')) };
    }),
  });
}

const noteOf = ({ messages, episodes, seeds }: CouplingsParams) =>
  `grid of 8 x 8, ${messages} messages, ${seeds} x ${episodes} episodes; the paper has 512 messages`;

/** Claim 3, at half the bits. */
function* encoderClaims(results: readonly GameResult[], params: CouplingsParams): Generator<ClaimEvent> {
  if (!params.compressionRates.includes(0.5)) return;
  for (const temperature of params.temperatures) {
    const [ebim, uniform] = (['ebim', 'uniform'] as const).map((encoder) => {
      const setting = { temperature, compressionRate: 0.5, encoder };
      return { accuracy: over(results, setting, 'accuracy').mean, reward: over(results, setting, 'reward').mean };
    });
    yield claim({
      says: `with half the bits and beta e^${temperature}, greedy codes get 30 points more messages across than equal blocks`,
      paper: 'more messages at low rates, for the same reward',
      measured: `${ebim!.accuracy.toFixed(1)}% against ${uniform!.accuracy.toFixed(1)}%, rewards ${ebim!.reward.toFixed(3)} and ${uniform!.reward.toFixed(3)}`,
      holds: ebim!.accuracy >= uniform!.accuracy + 30,
      note: noteOf(params),
    });
  }
}

/** Claim 4, without a bottleneck. */
function* temperatureClaims(results: readonly GameResult[], params: CouplingsParams): Generator<ClaimEvent> {
  const open = settingsOf(params).filter(({ compressionRate }) => compressionRate === 1);
  if (open.length < 2) return;
  const sorted = open.map(({ temperature }) => temperature).sort((a, b) => a - b);
  const at = (measure: Measure) => sorted.map((temperature) => over(results, { temperature, compressionRate: 1, encoder: 'ebim' }, measure).mean); // prettier-ignore
  const [accuracies, rewards] = [at('accuracy'), at('reward')];
  const rises = (values: readonly number[]) => values.every((value, i) => i === 0 || value >= values[i - 1]!);
  yield claim({
    says: 'without a bottleneck, a higher temperature gets no fewer messages across, for less reward',
    paper: 'longer walks: more messages, less reward',
    measured: sorted.map((log, i) => `e^${log}: ${accuracies[i]!.toFixed(1)}%, ${rewards[i]!.toFixed(3)}`).join('; '),
    holds: rises(accuracies) && rises([...rewards].reverse()) && rewards[0]! > rewards.at(-1)!,
    note: noteOf(params),
  });
}
