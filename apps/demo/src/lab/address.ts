import { byId } from '../dom.js';
import type { Field } from './fields.js';
import { notice } from './notice.js';

const VERSION = '1';

/** The fields of a lab's state, by name: all that it shows is kept in the address, so that a link shows the same. */
export type Fields<S> = { readonly [Name in keyof S]: Field<S[Name]> };

/** What was read from an address, and what in it was not understood. */
export interface Decoded<S> {
  readonly state: S;
  readonly ignored: readonly string[];
}

/** The state that a lab begins with. */
export function initialState<S extends object>(fields: Fields<S>): S {
  return Object.fromEntries(namesOf(fields).map((name) => [name, fields[name].initial])) as S;
}

/** Writes a state as the fragment of an address. */
export function encode<S extends object>(fields: Fields<S>, state: S): string {
  const entries = namesOf(fields).flatMap((name) =>
    fields[name].write(state[name]).map(([part, text]) => [part ? `${name}.${part}` : name, text]),
  );
  return new URLSearchParams([['v', VERSION], ...entries]).toString();
}

/** Reads a state from the fragment of an address. What is unknown or out of range is ignored and named. */
export function decode<S extends object>(fields: Fields<S>, fragment: string): Decoded<S> {
  const state = initialState(fields);
  const ignored: string[] = [];
  for (const [key, text] of new URLSearchParams(fragment.replace(/^#/, ''))) {
    if (key === 'v' && text === VERSION) continue;
    const [, name, part = ''] = /^([^.]*)\.?(.*)$/s.exec(key) as unknown as [string, keyof S & string, string?];
    const value = Object.hasOwn(fields, name) ? fields[name].read(state[name], text, part) : undefined;
    if (value === undefined) ignored.push(key);
    else state[name] = value;
  }
  return { state, ignored };
}

const namesOf = <S extends object>(fields: Fields<S>) => Object.keys(fields) as (keyof S & string)[];

/** Rather than a place in the page. */
const isState = (fragment: string) => fragment.includes('=');

/** The state of a lab, kept in the address of its page. */
export class Address<S extends object> {
  #state: S;

  /** @param opened a state has come from the address: at the start, and when a link is followed within the page */
  constructor(
    private readonly fields: Fields<S>,
    private readonly opened: (state: S) => void,
  ) {
    this.#state = initialState(fields);
    window.addEventListener('hashchange', () => isState(location.hash) && this.open());
    byId('copy').addEventListener('click', () => void this.#copy());
  }

  get state(): S {
    return this.#state;
  }

  /** Takes the state of the address as it is now. */
  open(): void {
    const { state, ignored } = decode(this.fields, isState(location.hash) ? location.hash : '');
    this.#state = state;
    const unknown = `The link holds settings that are not known here and were left out: ${ignored.join(', ')}.`;
    notice(ignored.length > 0 ? unknown : '');
    this.opened(state);
  }

  change(part: Partial<S>): void {
    this.#state = { ...this.#state, ...part };
    this.#write();
  }

  #write(): void {
    history.replaceState(null, '', `#${encode(this.fields, this.#state)}`);
  }

  async #copy(): Promise<void> {
    this.#write();
    try {
      await navigator.clipboard.writeText(location.href);
      notice('The link is copied: it shows the same settings and seed.');
    } catch {
      notice(`Copy the address of this page: ${location.href}`);
    }
  }
}
