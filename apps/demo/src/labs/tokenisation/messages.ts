import type { Chosen } from '../../lab/chosen.js';
import type { Side } from '../../lab/sides.js';
import type { TokenisationState } from './settings.js';

/** What the page asks of the worker. */
export interface Request {
  readonly type: 'compare';
  readonly state: TokenisationState;
  readonly run: number;
}

/** A tokenizer at one size of its dictionary, measured on text that it was not trained on. */
export interface Measured {
  readonly side: Side;
  /** Tokens that the dictionary has; it may be fewer than were asked for. */
  readonly size: number;
  /** Cross-entropy of the memoryless model of its tokens, in nats per character. */
  readonly loss: number;
  readonly charactersPerToken: number;
}

/** What is said of a run. */
export type News =
  /** What the text is: its alphabet, what is known of it. */
  | {
      readonly type: 'text';
      readonly alphabetSize: number;
      /** What a memoryless model of characters loses, in nats per character. */
      readonly characterLoss: number;
      /** What no model can beat; where that is known. */
      readonly entropyRate?: number;
    }
  /** The text that is shown, cut; the dictionary beyond single characters; and the method, with the size that it got. */
  | ({
      readonly type: 'cut';
      readonly tokens: readonly string[];
      readonly dictionary: readonly string[];
      readonly chosen: Chosen;
    } & Measured)
  | ({ readonly type: 'measured' } & Measured)
  | { readonly type: 'progress'; readonly done: number; readonly of: number }
  | { readonly type: 'ended' };

/** What the worker says, and of which run. */
export type Reply = News & { readonly run: number };
