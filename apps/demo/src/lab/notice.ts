import { byId } from '../dom.js';

/** A sentence at the top of the page, read out by screen readers; nothing takes it away. */
export function notice(text: string): void {
  byId('notice').textContent = text;
}

/** What went wrong, in a sentence. */
export function problem(message: string): void {
  notice(`That did not work: ${message}`);
}
