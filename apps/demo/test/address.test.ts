import { describe, expect, it } from 'vitest';
import { type Fields, decode, encode, initialState } from '../src/lab/address.js';
import type { Chosen } from '../src/lab/chosen.js';
import { choice, integer, method, number, text } from '../src/lab/fields.js';

interface State {
  a: Chosen;
  rate: number;
  steps: number;
  model: 'mlp' | 'cnn';
  prompt: string;
}

const info = { kind: 'sampler', summary: '' };
const methods = [
  { ...info, name: 'greedy', params: [] },
  {
    ...info,
    name: 'top-p',
    params: [
      { name: 'p', type: 'number', description: '', default: 0.9, minimum: 0, above: true, maximum: 1 },
      { name: 'last', type: 'boolean', description: '', default: false },
    ],
  },
] as const;

const fields: Fields<State> = {
  a: method(methods, { name: 'top-p', params: { p: 0.5 } }),
  rate: number(0.1, { minimum: 0, maximum: 1, description: '' }),
  steps: integer(10, { minimum: 1, maximum: 30, description: '' }),
  model: choice(['mlp', 'cnn'], ''),
  prompt: text('Call me'),
};

describe('the state in the address', () => {
  it('comes back as it was written, whatever signs a text holds', () => {
    const state: State = {
      a: { name: 'top-p', params: { p: 0.25, last: true } },
      rate: 1e-7,
      steps: 30,
      model: 'cnn',
      prompt: 'a=b&c#d %20 "é"\n.',
    };
    expect(decode(fields, `#${encode(fields, state)}`)).toEqual({ state, ignored: [] });
  });

  it('begins with the initial state, and takes what is given', () => {
    expect(decode(fields, '')).toEqual({ state: initialState(fields), ignored: [] });
    expect(decode(fields, '#v=1&rate=0.5').state).toEqual({ ...initialState(fields), rate: 0.5 });
  });

  it('leaves the parameters of another method behind', () => {
    expect(decode(fields, '#v=1&a=greedy').state.a).toEqual({ name: 'greedy', params: {} });
    expect(decode(fields, '#v=1&a=top-p').state.a).toEqual({ name: 'top-p', params: {} });
  });

  it.each([
    'v=2',
    'colour=blue',
    'a=beam',
    'a.q=1',
    'a.p=0',
    'a.p=2',
    'a.p=x',
    'a.last=yes',
    'rate=-1',
    'rate=',
    'rate.x=0.5',
    'steps=2.5',
    'model=rnn',
    'toString=1',
  ])('names what it does not understand: %s', (entry) => {
    const { state, ignored } = decode(fields, entry);
    expect(ignored).toEqual([entry.split('=')[0]]);
    expect(state).toEqual(initialState(fields));
  });
});
