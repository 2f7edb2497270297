/** Does one thing after the other: what is asked meanwhile waits until all before it is done, whether that went well or not. */
export class InTurn {
  #last: Promise<unknown> = Promise.resolve();

  do<T>(work: () => T | Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined); // whoever asked hears of it
    return done;
  }
}
