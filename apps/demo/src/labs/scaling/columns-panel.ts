import { byId, el } from '../../dom.js';
import type { Match, Wanted } from './messages.js';
import type { Columns } from './settings.js';

/** Shows which column of the table stands for which of the law's, to be changed. */
export function showColumns(
  { wanted, map = {} }: Match,
  names: readonly string[],
  chosen: Columns,
  change: (columns: Columns) => void,
): void {
  const menus = wanted.map((column) =>
    menu(column, names, chosen[column.name] ?? map[column.name] ?? '', change, chosen),
  );
  byId('columns').replaceChildren(...menus);
}

function menu(
  { name, unit, description, formula }: Wanted,
  names: readonly string[],
  current: string,
  change: (columns: Columns) => void,
  chosen: Columns,
): HTMLElement {
  const id = `column-${name}`;
  const none = formula ? `computed: ${formula}` : 'none';
  const options = ['', ...names].map((value) =>
    el('option', { value, selected: value === current }, value === '' ? none : value),
  );
  const select = el('select', { id, 'aria-describedby': `${id}-help`, change: () => change(changed()) }, ...options);
  const changed = () => {
    const { [name]: _, ...others } = chosen;
    return select.value === '' ? others : { ...others, [name]: select.value };
  };
  const help = el('small', { id: `${id}-help` }, `${description}, ${unit}`);
  return el('div', { class: 'control' }, el('label', { for: id }, name), select, help);
}
