import type { ParamInfo } from '@surprisal/core';
import { el } from '../dom.js';

export type ControlValue = number | string | boolean;

/** Whether there is a control for a parameter: lists and the like have none. */
export const hasControl = ({ type }: Pick<ParamInfo, 'type'>) => type !== 'numbers' && type !== 'other';

/**
 * A labelled control for a parameter, made from its description alone: a slider with a number field, a menu, a box to tick, or a field for text.
 *
 * @param id unique in the page
 */
export function control(
  id: string,
  param: ParamInfo,
  value: ControlValue,
  change: (value: ControlValue) => void,
): HTMLElement {
  const help = el('small', { id: `${id}-help` }, param.description);
  const label = el('label', { for: id }, el('span', {}, param.name));
  if (param.type === 'choice') {
    const options = param.choices!.map((choice) => el('option', { value: choice, selected: choice === value }, choice));
    const menu = el('select', { id, 'aria-describedby': help.id, change: () => change(menu.value) }, ...options);
    return el('div', { class: 'control' }, label, menu, help);
  }
  if (param.type === 'text') {
    const field = el(
      'textarea',
      { id, rows: 2, 'aria-describedby': help.id, input: () => change(field.value) },
      String(value),
    );
    return el('div', { class: 'control' }, label, field, help);
  }
  if (param.type === 'boolean') {
    const box = el('input', {
      id,
      type: 'checkbox',
      checked: value === true,
      'aria-describedby': help.id,
      change: () => change(box.checked),
    });
    return el('div', { class: 'control' }, label, box, help);
  }
  return el('div', { class: 'control' }, label, numberFields(id, param, Number(value), change, help.id), help);
}

function numberFields(
  id: string,
  param: ParamInfo,
  value: number,
  change: (value: number) => void,
  helpId: string,
): HTMLElement {
  const step = param.step ?? (param.type === 'integer' ? 1 : 0.05);
  const max = param.maximum ?? param.upTo ?? Math.max(10, 2 * Number(param.default));
  const min = (param.minimum ?? (Number(param.default) < 0 ? -max : 0)) + (param.above ? step : 0);
  const set = (text: string) => {
    const number = Number(text);
    if (text === '' || Number.isNaN(number)) return;
    const within = Math.min(
      param.maximum ?? Infinity,
      Math.max(param.above && number <= (param.minimum ?? -Infinity) ? min : (param.minimum ?? -Infinity), number),
    );
    slider.value = String(within);
    field.value = String(within);
    change(within);
  };
  const slider = el('input', {
    type: 'range',
    min,
    max,
    step,
    value,
    'aria-label': `${param.name}, slider`,
    'aria-describedby': helpId,
    input: () => set(slider.value),
  });
  const field = el('input', {
    id,
    type: 'number',
    min: param.above ? 'any' : param.minimum,
    step: 'any',
    value,
    'aria-describedby': helpId,
    change: () => set(field.value),
  });
  return el('div', { class: 'number' }, slider, field);
}
