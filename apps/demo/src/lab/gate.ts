/** Where work waits while it is paused. */
export class Gate {
  #wait: { readonly promise: Promise<void>; readonly open: () => void } | undefined;

  /** Comes through at once while the gate is open. */
  async passed(): Promise<void> {
    await this.#wait?.promise;
  }

  pause(): void {
    if (this.#wait) return;
    let open = () => {};
    const promise = new Promise<void>((resolve) => (open = resolve));
    this.#wait = { promise, open };
  }

  resume(): void {
    const waiting = this.#wait;
    this.#wait = undefined;
    waiting?.open();
  }

  /** Lets one step through, then is closed again. */
  step(): void {
    this.resume();
    this.pause();
  }
}
