import type { EngineWish, EnginesFound } from '../../lab/engine-choice.js';
import type { TrainingState } from './settings.js';

/** What the page asks of the worker. */
export type Request =
  | { readonly type: 'engines'; readonly wish: EngineWish }
  | { readonly type: 'start'; readonly run: number; readonly state: TrainingState; readonly wish: EngineWish }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'step' }
  | { readonly type: 'stop' };

/** What was measured of the training, as far as it is. */
export interface Measurement {
  /** Passes over the training digits so far. */
  readonly epoch: number;
  /** Mean of the batches since the last measurement, in nats. */
  readonly loss: number;
  /** Of the same batches, in percent. */
  readonly accuracy: number;
}

/** A training that has come to its end. */
export interface Trained {
  /** On test digits, in percent. */
  readonly testAccuracy: number;
  /** The median time that a step took, in milliseconds. */
  readonly stepTime: number;
}

/** What the worker says. */
export type Reply =
  | EnginesFound
  | { readonly type: 'progress'; readonly run: number; readonly step: number; readonly of: number }
  | ({ readonly type: 'measured'; readonly run: number } & Measurement)
  | ({ readonly type: 'trained'; readonly run: number } & Trained);
