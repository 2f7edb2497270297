import { byId } from '../dom.js';

/** The calls of the library, and the command, that do what the lab does. */
export function showElsewhere(code: string, command: string): void {
  byId('code').textContent = code;
  byId('command').textContent = command;
}
