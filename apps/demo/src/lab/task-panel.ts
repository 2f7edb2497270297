import type { ParamInfo } from '@surprisal/core';
import { control } from '../controls.js';
import { byId } from '../dom.js';
import { type LabState, defaults, limits } from './state.js';

type TaskParam = Pick<ParamInfo, 'type' | 'description' | 'step' | 'choices'> & {
  readonly name: keyof typeof limits | 'model';
};

/** The first of them are always shown, the others under "More settings". */
const ALWAYS_SHOWN = 2;
const PARAMS: readonly TaskParam[] = [
  { name: 'noise', type: 'number', step: 0.05, description: 'share of training labels that are made wrong' },
  {
    name: 'model',
    type: 'choice',
    choices: ['mlp', 'cnn'],
    description: 'mlp learns in seconds; cnn is more accurate and slower',
  },
  { name: 'rate', type: 'number', step: 0.005, description: 'learning rate of SGD with momentum' },
  { name: 'epochs', type: 'integer', step: 1, description: 'passes over the training digits' },
  { name: 'train', type: 'integer', step: 100, description: 'training digits' },
  { name: 'seed', type: 'integer', step: 1, description: 'the same seed gives the same picture' },
];

/** Shows what both sides have in common: the noise, the model, how it is trained. */
export function showTask(state: LabState, change: (part: Partial<LabState>) => void): void {
  const controls = PARAMS.map((param) => {
    const { name } = param;
    const [minimum, maximum] = name === 'model' ? [] : limits[name];
    const described = { ...param, default: defaults[name], minimum, maximum };
    return control(`task-${name}`, described as ParamInfo, state[name], (value) => change({ [name]: value }));
  });
  byId('task').replaceChildren(...controls.slice(0, ALWAYS_SHOWN));
  byId('more').replaceChildren(...controls.slice(ALWAYS_SHOWN));
}
