/** All that the loss lab shows: it is kept in the address, so that a link shows the same. */
export interface LabState {
  readonly a: Chosen;
  readonly b: Chosen;
  readonly noise: number;
  readonly model: 'mlp' | 'cnn';
  readonly rate: number;
  readonly epochs: number;
  readonly train: number;
  readonly seed: number;
}

/** A loss with the parameters that differ from its defaults. */
export interface Chosen {
  readonly loss: string;
  readonly params: Readonly<Record<string, number | string | boolean>>;
}

const VERSION = '1';

export const defaults: LabState = {
  a: { loss: 'cross-entropy', params: {} },
  b: { loss: 'generalized-cross-entropy', params: {} },
  noise: 0.4,
  model: 'mlp',
  rate: 0.05,
  epochs: 15,
  train: 2000,
  seed: 1,
};

/** Writes a state as the fragment of an address. */
export function encodeState(state: LabState): string {
  const entries: [string, string][] = [['v', VERSION]];
  for (const side of ['a', 'b'] as const) {
    entries.push([side, state[side].loss]);
    for (const [name, value] of Object.entries(state[side].params)) entries.push([`${side}.${name}`, String(value)]);
  }
  for (const key of ['noise', 'model', 'rate', 'epochs', 'train', 'seed'] as const)
    entries.push([key, String(state[key])]);
  return new URLSearchParams(entries).toString();
}

/** What was read from an address, and what in it was not understood. */
export interface Decoded {
  readonly state: LabState;
  readonly ignored: readonly string[];
}

/** The limits of the numbers of a state. */
export const limits = {
  noise: [0, 0.8],
  rate: [0.001, 0.5],
  epochs: [1, 30],
  train: [100, 6000],
  seed: [0, 999_999],
} as const;

/** Reads a state from the fragment of an address. What is unknown or out of range is ignored and named. */
export function decodeState(fragment: string, losses: readonly string[]): Decoded {
  const entries = new URLSearchParams(fragment.replace(/^#/, ''));
  const ignored: string[] = [];
  const chosen = {
    a: { loss: defaults.a.loss, params: {} as Record<string, number | string | boolean> },
    b: { loss: defaults.b.loss, params: {} as Record<string, number | string | boolean> },
  };
  const rest: Record<string, number | string> = {};
  for (const [key, text] of entries) {
    const [side, param] = key.split('.') as ['a' | 'b', string?];
    const number = Number(text);
    const limit = limits[key as keyof typeof limits];
    if (key === 'v' && text === VERSION) continue;
    if ((key === 'a' || key === 'b') && losses.includes(text)) chosen[key].loss = text;
    else if ((side === 'a' || side === 'b') && param)
      chosen[side].params[param] = text === '' || Number.isNaN(number) ? text : number;
    else if (limit && text !== '' && number >= limit[0] && number <= limit[1]) rest[key] = number;
    else if (key === 'model' && (text === 'mlp' || text === 'cnn')) rest[key] = text;
    else ignored.push(key);
  }
  return { state: { ...defaults, ...chosen, ...rest }, ignored };
}
