import { byId, el } from '../../dom.js';
import { OWN, TABLES } from './settings.js';

/** Where the table is chosen: one that comes with the page, or a file, picked or dropped. */
export class TablePanel {
  readonly #menu = el('select', { id: 'table', change: () => this.#choose() });
  readonly #picker = byId<HTMLInputElement>('file');

  constructor(
    private readonly taken: (file: File) => void,
    private readonly chosen: (name: (typeof TABLES)[number]) => void,
  ) {
    const label = el('label', { for: 'table' }, 'Table');
    byId('table-menu').replaceChildren(el('div', { class: 'control' }, label, this.#menu));
    this.#picker.addEventListener('change', () => this.#take(this.#picker.files));
    const ground = byId('drop');
    ground.addEventListener('dragover', (event) => {
      event.preventDefault();
      ground.dataset.over = '';
    });
    ground.addEventListener('dragleave', () => delete ground.dataset.over);
    ground.addEventListener('drop', (event) => {
      event.preventDefault();
      delete ground.dataset.over;
      this.#take(event.dataTransfer?.files);
    });
  }

  /** @param file the name of the visitor's own one, where that is shown */
  show(table: string, file?: string): void {
    const names = [...TABLES, ...(table === OWN ? [OWN] : [])];
    const options = names.map((name) =>
      el('option', { value: name, selected: name === table }, name === OWN ? (file ?? OWN) : name),
    );
    this.#menu.replaceChildren(...options);
  }

  #choose(): void {
    const name = TABLES.find((table) => table === this.#menu.value);
    if (name) this.chosen(name);
  }

  #take(files: FileList | null | undefined): void {
    const file = files?.[0];
    if (file) this.taken(file);
    this.#picker.value = ''; // so that the same file can be picked again
  }
}
