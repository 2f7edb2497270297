import type { Side } from '../../lab/sides.js';
import type { DecodingState } from './settings.js';

/** What the page asks of the worker. */
export type Request =
  | { readonly type: 'start'; readonly state: DecodingState; readonly run: number }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'step' }
  | { readonly type: 'reset' };

/** A token that a side has written, and what is measured of its text so far. */
export interface Written {
  readonly side: Side;
  readonly text: string;
  /** Surprise of the token under the model, before any sampler. */
  readonly bits: number;
  /** Mean surprise of the text so far. */
  readonly crossEntropy: number;
  /** Percent of its n-grams that came before in it, by n. */
  readonly repetition: Readonly<Record<1 | 2 | 4, number>>;
}

/** What is said of a run. */
export type News =
  | { readonly type: 'learning'; readonly share: number }
  /** What the model is, and which surprise the samplers aim at, in bits. */
  | { readonly type: 'learned'; readonly about: string; readonly targets: Readonly<Partial<Record<Side, number>>> }
  | { readonly type: 'written'; readonly step: number; readonly of: number; readonly tokens: readonly Written[] }
  | { readonly type: 'ended' };

export type Say = (news: News) => void;

/** What the worker says, and of which run: what is left of one that is over may still be on its way. */
export type Reply = News & { readonly run: number };
