import type { Chosen } from '../../lab/chosen.js';
import type { EngineWish, EnginesFound } from '../../lab/engine-choice.js';
import type { Landscape } from './landscape-points.js';
import type { ValuePicture } from './others/value-picture.js';
import type { LossState, Side } from './settings.js';

/** What the page asks of the worker. */
export type Request =
  | { readonly type: 'engines'; readonly wish: EngineWish }
  | { readonly type: 'start'; readonly run: number; readonly state: LossState }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'step' }
  | { readonly type: 'reset' }
  | { readonly type: 'curve'; readonly side: Side; readonly chosen: Chosen }
  | ({ readonly type: 'landscape' } & Readonly<Record<Side, Chosen>>)
  | { readonly type: 'adversarial'; readonly chosen: Chosen }
  | { readonly type: 'value'; readonly chosen: Chosen }
  | { readonly type: 'classify'; readonly pixels: Float32Array };

export type Asked<T extends Request['type']> = Extract<Request, { readonly type: T }>;

/** What is measured of one side at one moment. */
export interface Measurement {
  readonly side: Side;
  /** Passes over the training digits so far. */
  readonly epoch: number;
  /** Mean loss since the last measurement, in nats. */
  readonly loss: number;
  /** On the given, partly wrong labels of training digits, in percent. */
  readonly trainAccuracy: number;
  /** On clean test digits, in percent. */
  readonly testAccuracy: number;
}

/** Of both losses, what they are over three classes. */
export type Landscapes = Readonly<Record<Side, { readonly chosen: Chosen; readonly landscape: Landscape }>>;

/** How a training goes. */
export type TrainingReply =
  | { readonly type: 'progress'; readonly step: number; readonly of: number }
  | ({ readonly type: 'measured' } & Measurement)
  | { readonly type: 'ended' };

/** What the worker says. */
export type Reply =
  | EnginesFound
  | {
      readonly type: 'digits';
      readonly digits: readonly { readonly label: number; readonly pixels: Uint8Array }[];
    }
  | (TrainingReply & { readonly run: number })
  | { readonly type: 'curve'; readonly side: Side; readonly losses: readonly number[] }
  | ({ readonly type: 'landscape' } & Landscapes)
  | { readonly type: 'adversarial'; readonly chosen: Chosen; readonly landscape: Landscape }
  | { readonly type: 'value'; readonly chosen: Chosen; readonly picture?: ValuePicture; readonly problem?: string }
  | { readonly type: 'classified'; readonly a: readonly number[]; readonly b: readonly number[] };
