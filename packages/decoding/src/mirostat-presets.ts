/** The rule that makes a whole k of a real one. */
export type KRule = 'round_plus_one' | 'round_min1' | 'trunc_min1';

/** All that a Mirostat controller is set by. */
export interface MirostatSettings {
  /** 1: the cut by an estimate of the Zipf exponent, as in the paper; 2: the cut at the surprise mu itself. */
  readonly version: 1 | 2;
  /** Target surprise, in bits per token. */
  readonly tau: number;
  /** Step of the controller. */
  readonly eta: number;
  /** Where mu starts, in bits. */
  readonly mu0: number;
  /** Below which mu never falls. */
  readonly muMin: number;
  /** How many ratios of neighbouring probabilities enter the estimate. */
  readonly ratios: number;
  /** Vocabulary size in the formula of k; 0: that of the logits. */
  readonly n: number;
  readonly kRule: KRule;
  /** The distribution in which the surprise of the chosen token is measured: before the cut, or after it. */
  readonly surprise: 'original' | 'renormalised';
}

/** A preset: mu starts at a multiple of tau. */
export type MirostatPreset = Omit<MirostatSettings, 'mu0'> & { readonly mu0PerTau: number };

const reference: MirostatPreset = {
  version: 1,
  tau: 3,
  eta: 1,
  mu0PerTau: 2,
  muMin: -Infinity,
  ratios: 100,
  n: 50_000,
  kRule: 'round_plus_one',
  surprise: 'original',
};

const llama: MirostatPreset = {
  ...reference,
  tau: 5,
  eta: 0.1,
  ratios: 99,
  n: 0,
  kRule: 'trunc_min1',
  surprise: 'renormalised',
};

/**
 * The variants in circulation: three rules for k and two meanings of surprise. `reference` is the authors' script,
 * `notebook` the notebook of their experiments, `llama-v1` and `llama-v2` are llama.cpp's.
 *
 * @example
 * console.log(mirostatPresets['llama-v2'].surprise); // renormalised
 */
export const mirostatPresets = {
  reference,
  notebook: { ...reference, mu0PerTau: 1.7, muMin: 0, ratios: 99, n: 50_257, kRule: 'round_min1' },
  'llama-v1': llama,
  'llama-v2': { ...llama, version: 2 },
} as const satisfies Record<string, MirostatPreset>;

/** The name of a preset. */
export type MirostatPresetName = keyof typeof mirostatPresets;
