import { el } from '../dom.js';

/** Has the browser save a text or an address of data as a file. */
export function save(name: string, content: string, type?: string): void {
  const href = type ? URL.createObjectURL(new Blob([content], { type })) : content;
  el('a', { href, download: name }).click();
  if (type) setTimeout(() => URL.revokeObjectURL(href), 1000);
}
